"""Flags about what belongs together: a stat without its parent, a free throw without a foul, an
offensive foul without its turnover."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from server.game.events import (
    Assist,
    Block,
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    Play,
    Rebound,
    Steal,
    Turnover,
    other,
)
from server.game.links import fits
from server.projections.flag import Flag, act_of, flag_on, who

# What an orphan lacks, and the type of fact that is.
_LACKS = {
    "assist": ("no basket that it belongs to", "field_goal"),
    "block": ("no missed shot that it belongs to", "field_goal"),
    "steal": ("no turnover that it belongs to", "turnover"),
    "rebound": ("no miss before it", "field_goal"),
    "free_throw": ("no foul that gave it", "foul"),
}
_CHILDREN = (Assist, Block, Steal, Rebound)
_PARENTS = (FieldGoal, FreeThrow, Turnover, Foul)


class ParentWatch:
    """A fact that says whom it belongs to is believed; for one that does not, the moment is
    searched."""

    concerns: ClassVar[tuple[type[Event], ...]] = (*_CHILDREN, *_PARENTS)

    def __init__(self) -> None:
        self._parents: dict[int, Play] = {}
        # (type, parent) of the children that came.
        self._taken: set[tuple[str, int]] = set()
        # In this moment: parents, children that found none, offensive fouls and turnovers.
        self._here: dict[int, Play] = {}
        self._orphans: dict[int, Play] = {}
        self._charges: dict[int, Foul] = {}
        self._lost: list[tuple[str, str | None]] = []
        # The miss that waits for its rebound.
        self._loose: int | None = None
        # Side -> whether its last foul may still be answered by a throw.
        self._fouled: dict[str, bool] = {}
        self._open: list[Flag] = []

    def add(self, seq: int, event: Play) -> None:
        if isinstance(event, _CHILDREN):
            self._child(seq, event)
            return
        self._parents[seq] = self._here[seq] = event
        if isinstance(event, FieldGoal):
            self._loose = None if event.made else seq
            self._fouled.clear()
        elif isinstance(event, FreeThrow):
            if not event.made:
                self._loose = seq
            if not self._has_foul(event):
                self._orphans[seq] = event
        elif isinstance(event, Foul):
            self._fouled[event.team] = True
            if event.kind == "offensive":
                self._charges[seq] = event
        else:
            self._lost.append((event.team, event.player))

    def settle(self, ran: bool) -> None:
        if self._charges:
            self._settle_charges()
        if self._orphans:
            self._open = list(self.flags())
            self._orphans = {}
        if self._here:
            self._here = {}
            self._lost = []

    def flags(self) -> Iterable[Flag]:
        waiting = [
            self._orphan(seq, event)
            for seq, event in self._orphans.items()
            if self._find(event) is None
        ]
        return (*self._open, *waiting)

    def _child(self, seq: int, event: Assist | Block | Steal | Rebound) -> None:
        links = event.links
        if isinstance(event, Rebound):
            loose, self._loose = self._loose, None
            # A dead ball's, and a team's: it may come between two throws.
            free = event.player is None or event.kind == "dead_ball"
            if free or (links is None and loose is not None):
                return
        parent = None if links is None else self._parents.get(links)
        if parent is None or links is None:
            found = self._find(event)
            if found is None:
                self._orphans[seq] = event
            else:
                self._taken.add((event.name, found))
            return
        if (event.name, links) in self._taken:
            self._second(seq, event, links)
        elif isinstance(event, Assist) and event.player == parent.player is not None:
            self._own(seq, event)
        self._taken.add((event.name, links))

    def _has_foul(self, event: FreeThrow) -> bool:
        parent = None if event.links is None else self._parents.get(event.links)
        if isinstance(parent, Foul):
            return True
        return self._fouled.get(other(event.team), False) or self._find(event) is not None

    def _find(self, event: Play) -> int | None:
        """What of this moment a fact may belong to."""
        for seq, parent in self._here.items():
            if isinstance(event, FreeThrow):
                found = isinstance(parent, Foul) and parent.team != event.team
            else:
                found = fits(event.name, event.team, parent)
                found = found and (event.name, seq) not in self._taken
            if found:
                return seq
        return None

    def _orphan(self, seq: int, event: Play) -> Flag:
        lacks, needs = _LACKS[event.name]
        throw = isinstance(event, FreeThrow)
        thing = "foul" if throw else "turnover" if event.name == "steal" else "shot"
        return flag_on(
            "free-throw-without-foul" if throw else "stat-without-parent",
            seq,
            event,
            f"The {act_of(event)} of {who(event.team, event.player)} has {lacks}.",
            f"Insert the {thing} before entry {seq}, or void it.",
            needs=needs,
        )

    def _second(self, seq: int, event: Play, links: int) -> None:
        self._open.append(
            flag_on(
                "stat-without-parent",
                seq,
                event,
                f"The {act_of(event)} of {who(event.team, event.player)} is the second one that "
                f"belongs to entry {links}.",
                "Void the one that was not, or insert the play that it belongs to.",
            )
        )

    def _own(self, seq: int, event: Assist) -> None:
        self._open.append(
            flag_on(
                "stat-without-parent",
                seq,
                event,
                f"{who(event.team, event.player)} assists the own basket.",
                "Amend the player of the basket or of the assist.",
            )
        )

    def _settle_charges(self) -> None:
        """Each offensive foul takes one of its team's turnovers, the player's own first."""
        for seq, event in self._charges.items():
            lost = self._lost
            mine = [turn for turn in lost if turn == (event.team, event.player)]
            team = mine or [turn for turn in lost if turn[0] == event.team]
            if team:
                lost.remove(team[0])
                continue
            self._open.append(
                flag_on(
                    "foul-without-turnover",
                    seq,
                    event,
                    f"The offensive foul of {who(event.team, event.player)} has no turnover.",
                    f"Insert a turnover of the same player after entry {seq}, or amend its kind.",
                    needs="turnover",
                )
            )
        self._charges.clear()
