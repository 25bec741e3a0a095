"""Where the game was a moment ago, by the wall clock."""

from __future__ import annotations

from datetime import datetime

from server.game.events import Event, PeriodStarted
from server.game.state import Game, Progress, advance


def progress_at(game: Game, at: datetime) -> Progress:
    """The progress as it was known at wall time `at`: what was told later is left out."""
    now = game.progress
    if now.clock_at is None or now.clock_at <= at:
        return now
    told: list[tuple[Event, datetime]] = []
    for entry in game.history.newest_first():
        if entry.at > at or not game.standing.stands(entry.seq):
            continue
        told.append((game.standing.event(entry), entry.at))
        if isinstance(entry.event, PeriodStarted):
            break
    progress = Progress(clock_ms=game.rules.period_ms)
    for event, told_at in reversed(told):
        progress = advance(progress, event, told_at)
    return progress


def clock_at(game: Game, at: datetime) -> tuple[int, int] | None:
    """Period and milliseconds left at wall time `at`; None while no period was played."""
    progress = progress_at(game, at)
    if progress.status() != "live":
        return None
    return progress.period, progress.clock_ms_at(at)
