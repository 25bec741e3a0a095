"""How much game clock passed between two facts."""

from __future__ import annotations

from server.game.events import (
    ClockSet,
    ClockStarted,
    ClockStopped,
    Event,
    PeriodEnded,
    PeriodStarted,
)
from server.game.rules import Rules

_SAID = (ClockStarted, ClockStopped, ClockSet)


class PlayedClock:
    """Follows the facts in the order of the game.

    used: whether anybody kept the time. In a game without a clock every fact stands at the full
    period and only its end says 0, which is no time played.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._period = 0
        self._clock_ms = 0
        self.used = False

    def run_to(self, event: Event) -> int:
        """Milliseconds played since the fact before. A clock that was put back counts nothing."""
        if event.period != self._period:
            self._period = event.period
            self._clock_ms = self._rules.period_length_ms(event.period)
        if isinstance(event, PeriodStarted):
            self._clock_ms = event.clock_ms
            return 0
        passed_ms = self._clock_ms - event.clock_ms
        if not self.used:
            between = passed_ms > 0 and event.clock_ms > 0 and not isinstance(event, PeriodEnded)
            self.used = between or isinstance(event, _SAID)
        if passed_ms <= 0:
            return 0
        self._clock_ms = event.clock_ms
        return passed_ms
