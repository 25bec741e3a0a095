"""Flags about the order of the game: who had the ball, and where the clock stood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from server.game.events import (
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    JumpBall,
    PeriodEnded,
    PeriodStarted,
    Play,
    Possession,
    Rebound,
    Steal,
    Turnover,
    other,
)
from server.projections.flag import Flag, act_of, flag_on, side_of, who

# After these either side may have the ball.
_ANYBODY = (Foul, FreeThrow, JumpBall, PeriodStarted, PeriodEnded, Possession)
_HAS_BALL = (Rebound, Turnover, Steal)


class PossessionWatch:
    """Only clear contradictions: a shot by the side that had just lost the ball, or two shots
    with no rebound between them."""

    concerns: ClassVar[tuple[type[Event], ...]] = (FieldGoal, *_HAS_BALL, *_ANYBODY)

    def __init__(self) -> None:
        self._ball: str | None = None
        self._missed: tuple[int, str] | None = None
        # The entry by which the side that has the ball came by it.
        self._since = 0
        # In this moment: whether anybody shot, or won the ball; whose rebound was told before
        # its miss; what looks wrong so far.
        self._shot_here = self._won_here = False
        self._early: str | None = None
        self._here: list[Flag] = []
        self._open: list[Flag] = []

    def add(self, seq: int, event: Event) -> None:
        if isinstance(event, FieldGoal):
            self._shot(seq, event)
            return
        self._here = []
        if isinstance(event, _HAS_BALL):
            self._taken(seq, event)
        else:
            self._ball = self._missed = None

    def settle(self, ran: bool) -> None:
        self._shot_here = self._won_here = False
        self._early = None
        if self._here:
            self._open += self._here
            self._here = []

    def flags(self) -> Iterable[Flag]:
        return (*self._open, *self._here)

    def _shot(self, seq: int, event: FieldGoal) -> None:
        shot = f"The {act_of(event)} of {who(event.team, event.player)}"
        if self._missed is not None:
            missed, team = self._missed
            self._here.append(
                flag_on(
                    "possession-order",
                    seq,
                    event,
                    f"{shot} follows the miss of {side_of(team)} (entry {missed}) with no rebound "
                    "between them.",
                    f"Insert the rebound after entry {missed}.",
                    needs="rebound",
                )
            )
        elif self._ball == other(event.team) and not self._won_here:
            self._here.append(
                flag_on(
                    "possession-order",
                    seq,
                    event,
                    f"{shot} comes while {side_of(self._ball)} has the ball since entry "
                    f"{self._since}.",
                    f"Insert how {side_of(event.team)} got the ball before entry {seq}, or amend "
                    "the team.",
                    needs="turnover",
                )
            )
        self._since = seq
        self._shot_here = True
        if event.made or self._early is None:
            self._missed = None if event.made else (seq, event.team)
            self._ball = other(event.team) if event.made else None
        else:
            self._missed, self._ball, self._early = None, self._early, None

    def _taken(self, seq: int, event: Rebound | Turnover | Steal) -> None:
        if isinstance(event, Rebound) and event.kind == "dead_ball":
            self._ball = self._missed = None
            return
        if isinstance(event, Rebound) and self._missed is None:
            if self._shot_here:
                return  # told after the tip-in that it led to
            self._early = event.team
        self._won_here = True
        self._ball = other(event.team) if isinstance(event, Turnover) else event.team
        self._missed = None
        self._since = seq


class ClockWatch:
    """What the clock says against what else was said."""

    concerns: ClassVar[tuple[type[Event], ...]] = (Event,)

    def __init__(self) -> None:
        self._seen: set[int] = set()
        # Entry that has not come yet -> those that say they come after it.
        self._early: dict[int, dict[int, tuple[Event, str]]] = {}
        self._ended: dict[int, tuple[int, int]] = {}
        self._open: list[Flag] = []

    def add(self, seq: int, event: Event) -> None:
        seen = self._seen
        seen.add(seq)
        links = getattr(event, "links", None)
        if links is not None and links not in seen:
            self._early.setdefault(links, {})[seq] = (event, f"belongs to entry {links}")
        if event.after is not None and event.after not in seen:
            said = f"was put after entry {event.after}"
            self._early.setdefault(event.after, {})[seq] = (event, said)
        if seq in self._early:
            for early, (told, said) in self._early.pop(seq).items():
                self._flag(early, told, f"Entry {early} {said}, and its clock says it came before.")
        if isinstance(event, PeriodEnded):
            self._ended[event.period] = (seq, event.clock_ms)
        elif event.period in self._ended and isinstance(event, Play):
            end, clock_ms = self._ended[event.period]
            if event.clock_ms < clock_ms:
                self._flag(seq, event, f"Entry {seq} comes after the period's end (entry {end}).")

    def flags(self) -> Iterable[Flag]:
        return self._open

    def _flag(self, seq: int, event: Event, text: str) -> None:
        mend = f"Amend the clock of entry {seq}, or of the other one."
        self._open.append(flag_on("clock-out-of-order", seq, event, text, mend))
