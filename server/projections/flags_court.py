"""Flags about who is on the court: somebody acts who is not, and it is not five."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from server.game.events import Event, Foul, Play, Starters, Substitution
from server.projections.flag import BENCH_KINDS, Flag, act_of, flag_on, number_of, side_of, who
from server.projections.on_court import OnCourt

FIVE = 5


class CourtWatch:
    """Speaks of a side only once its line-up was given: many books never hold one."""

    concerns: ClassVar[tuple[type[Event], ...]] = (Play, Substitution, Starters)

    def __init__(self, on_court: OnCourt, able: Callable[[str], int]) -> None:
        """on_court: takes in each fact after this watch did. able: how many of a side may
        play."""
        self._on_court = on_court
        self._able = able
        self._given: set[str] = set()
        # In this moment: who left, who acted without being there, who came in and was there.
        self._left: set[str] = set()
        self._strangers: dict[str, Flag] = {}
        self._unlikely: list[Flag] = []
        # Flagged until the player comes or goes: one missing substitution is one flag.
        self._known: set[str] = set()
        self._open: list[Flag] = []
        # The entry that last changed each side's line-up, and whether it is flagged already.
        self._changed: dict[str, tuple[int, Event]] = {}
        self._uneven: set[str] = set()

    def add(self, seq: int, event: Play | Substitution | Starters) -> None:
        if isinstance(event, Play):
            if event.player is not None and event.team in self._given:
                self._act(seq, event, event.player)
            return
        self._changed[event.team] = (seq, event)
        if isinstance(event, Substitution):
            self._change(seq, event)
        else:
            self._given.add(event.team)
            self._here(event.players)

    def settle(self, ran: bool) -> None:
        if ran and self._given:
            self._count()
        if self._left:
            self._left = set()
        if self._strangers:
            self._known.update(self._strangers)
            self._open += self._strangers.values()
            self._strangers = {}

    def flags(self) -> Iterable[Flag]:
        return (*self._open, *self._strangers.values())

    def _act(self, seq: int, event: Play, player: str) -> None:
        if player in self._on_court.five(event.team) or player in self._left:
            return
        if player in self._known or player in self._strangers:
            return
        if isinstance(event, Foul) and event.kind in BENCH_KINDS:
            return
        self._strangers[player] = flag_on(
            "player-not-on-court",
            seq,
            event,
            f"{who(event.team, player)} has a {act_of(event)} and is not on the court.",
            f"Insert the substitution that brought {number_of(player)} in before entry {seq}, or "
            "amend the player.",
        )

    def _change(self, seq: int, event: Substitution) -> None:
        five = self._on_court.five(event.team)
        if event.players is not None:
            self._given.add(event.team)
            self._left.update(five)
            self._here(event.players)
            return
        coming, going = event.player_in, event.player_out
        if event.team in self._given:
            if coming is not None and coming in five:
                self._wrong(seq, event, coming, "comes in and is on the court already")
            if going is not None and going not in five and going not in self._left:
                self._wrong(seq, event, going, "goes out and is not on the court")
        if going is not None:
            self._left.add(going)
            self._known.discard(going)
        if coming is not None:
            self._here((coming,))

    def _here(self, players: Iterable[str]) -> None:
        for player in players:
            self._strangers.pop(player, None)
            self._known.discard(player)

    def _wrong(self, seq: int, event: Substitution, player: str, what: str) -> None:
        self._open.append(
            flag_on(
                "missing-substitution",
                seq,
                event,
                f"{who(event.team, player)} {what}.",
                f"Insert the substitution that is missing before entry {seq}, or amend this one.",
                player=player,
            )
        )

    def _count(self) -> None:
        """The clock ran: with five on each side?"""
        for side in self._given:
            there = len(self._on_court.five(side))
            # A side may have no more than four who can play.
            if there == FIVE or self._able(side) <= there < FIVE:
                self._uneven.discard(side)
            elif side not in self._uneven:
                self._uneven.add(side)
                seq, change = self._changed[side]
                self._open.append(
                    flag_on(
                        "five-on-court",
                        seq,
                        change,
                        f"{side_of(side)} has {there} on the court while the clock runs after "
                        f"entry {seq}.",
                        "Insert who came in or went out, or give all five who are on the court.",
                        about=f"{side}-{seq}",
                    )
                )
