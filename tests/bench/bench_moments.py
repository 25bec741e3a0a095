"""What it costs to say what was known at a moment of the picture, by the size of the game."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from itertools import count

from server.clock import ManualClock
from server.game.moment import Filmed
from server.gamelog.memory import MemoryLog
from server.moments import Moments, When
from server.projections.asof import Timeline, game_of
from server.projections.sheet import Sheet
from server.scorer import Scorer
from server.updates import Json, Update
from tests.bench.long_game import NEW_GAME, calls
from tests.game.table import START

SIZES = (600, 3000)
"""Entries of an ordinary game, and of two hours with everything that anybody could say."""

LASTS_S = 7200.0


def main(seconds: float) -> dict[str, object]:
    """CPU times are of one thread; asked again is wall time, through the event loop."""
    figures: dict[str, object] = {}
    for size in SIZES:
        figures |= asyncio.run(_costs(size, seconds / len(SIZES)))
    return figures


async def _costs(size: int, seconds: float) -> dict[str, object]:
    clock, numbers = ManualClock(START), count(1)
    scorer = Scorer(
        MemoryLog(), clock, lambda: f"g{next(numbers)}", _publish, _announce, who_films=_films
    )
    moments = Moments(scorer, _origin)
    try:
        game_id = (await scorer.create_game(NEW_GAME)).game_id
        for body in calls(size):
            clock.advance(LASTS_S / size)
            await scorer.call(game_id, body, "desk")
        whole = await scorer.whole(game_id)
        line = Timeline(whole.game, "main", START)
        known = line.at(LASTS_S * 0.99)
        cut = game_of(whole.game, known)
        figures: dict[str, object] = {
            f"{size} entries: time line, CPU (ms)": _cpu_ms(
                lambda: Timeline(whole.game, "main", START)
            ),
            f"{size} entries: look-up, CPU (ms)": _cpu_ms(lambda: line.at(LASTS_S / 2)),
            f"{size} entries: fold near the end, CPU (ms)": _cpu_ms(
                lambda: Sheet(game_of(whole.game, known), whole.record.players).sections()
            ),
            f"{size} entries: of it the projections (ms)": _cpu_ms(
                lambda: Sheet(cut, whole.record.players).sections()
            ),
        }
        when = When("main", LASTS_S * 0.99)
        await moments.state(game_id, when)
        asked, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < min(seconds, 3.0):
            await asyncio.gather(*(moments.state(game_id, when) for _ in range(20)))
            asked += 20
        figures[f"{size} entries: asked again (a second)"] = asked / (time.perf_counter() - begun)
        return figures
    finally:
        await moments.close()
        await scorer.close()


def _cpu_ms(work: Callable[[], object], times: int = 5) -> float:
    """The least of some."""
    taken = []
    for _ in range(times):
        begun = time.thread_time()
        work()
        taken.append(time.thread_time() - begun)
    return 1000 * min(taken)


async def _films(game_id: str) -> Filmed:
    return Filmed("main", START)


async def _origin(game_id: str, camera: str) -> datetime:
    return START


async def _publish(game_id: str, update: Update) -> None:
    """Nobody watches."""


async def _announce(game_id: str, message: Json) -> None:
    """Nobody listens."""
