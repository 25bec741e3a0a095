"""Periods and the clock: the events of calls about time."""

from __future__ import annotations

from server.game import events
from server.game.calls import Call, IllegalCall
from server.game.events import Event
from server.game.place import clock_within
from server.game.state import Game

# Overtimes are not bounded by any code; this only keeps a slip from making a period 10,000.
OVERTIME_LIMIT = 20


def period_start(game: Game, call: Call) -> Event:
    """The next period, or a later one: who joins late starts where the game is."""
    _not_final(game)
    progress, rules = game.progress, game.rules
    period = progress.period + 1 if call.period is None else call.period
    last = max(rules.periods, progress.period + 1)
    if not 1 <= period <= last or period > rules.periods + OVERTIME_LIMIT:
        raise IllegalCall("unknown-period", f"there is no period {period} to start")
    if period <= progress.period:
        raise IllegalCall("period-exists", f"period {period} was started before")
    length_ms = rules.period_length_ms(period)
    clock_ms = length_ms if call.clock_ms is None else call.clock_ms
    clock_within(rules, period, clock_ms)
    return events.PeriodStarted(period=period, clock_ms=clock_ms, media=call.media)


def period_end(game: Game, call: Call) -> Event:
    period = _open_period(game, call)
    clock_ms = 0 if call.clock_ms is None else call.clock_ms
    clock_within(game.rules, period, clock_ms)
    return events.PeriodEnded(period=period, clock_ms=clock_ms, media=call.media)


def clock(game: Game, call: Call) -> Event:
    """The event of `clock_start`, `clock_stop` and `clock_set`."""
    period = _open_period(game, call)
    clock_ms = call.clock_ms
    if clock_ms is None:
        clock_ms = game.progress.clock_ms_at(call.at)
    clock_within(game.rules, period, clock_ms)
    shot_ms, limit_ms = call.shot_clock_ms, game.rules.shot_clock_ms
    if shot_ms is not None and not 0 <= shot_ms <= limit_ms:
        why = f"is not between 0 and {limit_ms}" if limit_ms else "has no meaning: no shot clock"
        raise IllegalCall("value-outside-rules", f"shot_clock_ms {shot_ms} {why}")
    kind = _CLOCK[call.type]
    return kind(period=period, clock_ms=clock_ms, media=call.media, shot_clock_ms=shot_ms)


def finalize(game: Game, call: Call) -> Event:
    _not_final(game)
    period = max(1, game.progress.period)
    clock_ms = game.progress.clock_ms_at(call.at)
    return events.Finalized(period=period, clock_ms=clock_ms, media=call.media)


def _not_final(game: Game) -> None:
    if game.progress.final:
        raise IllegalCall("game-final", "the game is final; void the finalize to go on")


def _open_period(game: Game, call: Call) -> int:
    _not_final(game)
    period = game.progress.period
    if not game.progress.period_open:
        raise IllegalCall("no-period", "no period is being played; start one first")
    if call.period is not None and call.period != period:
        raise IllegalCall("unknown-period", f"period {period} is being played, not {call.period}")
    return period


_CLOCK = {
    "clock_start": events.ClockStarted,
    "clock_stop": events.ClockStopped,
    "clock_set": events.ClockSet,
}
