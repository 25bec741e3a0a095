"""Flags about the score that was confirmed, and about periods that were left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from server.game.events import (
    SIDES,
    Adjusted,
    Confirmed,
    Event,
    FieldGoal,
    Finalized,
    FreeThrow,
    PeriodEnded,
    PeriodStarted,
)
from server.game.rules import Rules
from server.game.score import points_of
from server.projections.flag import Flag, flag_on


class ScoreWatch:
    """Speaks of confirmations only in a game in which periods are confirmed at all."""

    concerns: ClassVar[tuple[type[Event], ...]] = (
        FieldGoal,
        FreeThrow,
        Adjusted,
        PeriodStarted,
        PeriodEnded,
        Confirmed,
        Finalized,
    )

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._points = {side: Counter[int]() for side in SIDES}
        self._confirmed: dict[int, tuple[int, Confirmed]] = {}
        self._started: dict[int, PeriodStarted] = {}
        self._ended: set[int] = set()
        self._final = False

    def add(self, seq: int, event: Event) -> None:
        scored = points_of(event)
        if scored is not None:
            self._points[scored[0]][event.period] += scored[1]
        elif isinstance(event, PeriodStarted):
            self._started[event.period] = event
        elif isinstance(event, PeriodEnded):
            self._ended.add(event.period)
        elif isinstance(event, Confirmed):
            # Confirmed again: the newer entry holds, wherever it stands.
            known = self._confirmed.get(event.period, (0, event))
            self._confirmed[event.period] = max(known, (seq, event), key=lambda item: item[0])
        elif isinstance(event, Finalized):
            self._final = True

    def flags(self) -> Iterator[Flag]:
        for seq, event in self._confirmed.values():
            home, away = (self._until(side, event.period) for side in SIDES)
            if (home, away) != (event.home, event.away):
                label = self._rules.period_label(event.period)
                yield flag_on(
                    "score-mismatch",
                    seq,
                    event,
                    f"{label} was confirmed at {event.home}-{event.away}, and the plays add up to "
                    f"{home}-{away}.",
                    "Look for the basket that is missing or counted twice, or confirm "
                    f"{label} again.",
                )
        last = max(self._started, default=0)
        for period, started in self._started.items():
            over = period < last or self._final
            if over and period not in self._ended:
                yield self._left(period, started, "period-not-ended", "ended", "End it")
            elif over and self._confirmed and period not in self._confirmed:
                yield self._left(period, started, "period-not-confirmed", "confirmed", "Confirm it")

    def _until(self, side: str, period: int) -> int:
        return sum(points for p, points in self._points[side].items() if p <= period)

    def _left(self, period: int, event: Event, kind: str, what: str, mend: str) -> Flag:
        label = self._rules.period_label(period)
        return Flag(
            kind,
            period,
            event.clock_ms,
            f"{label} was not {what}.",
            f"{mend}, or say why not in a note.",
            about=f"p{period}",
        )
