"""One game that takes its time does not hold the others."""

from __future__ import annotations

import asyncio
from threading import Event
from zlib import crc32

from server.clock import ManualClock
from server.gamelog.log import Commit
from server.gamelog.memory import MemoryLog
from server.referee import Referee
from server.scorer import THREADS, Scorer
from server.updates import Json, Update
from tests.scorer.conftest import GAME


class SlowLog(MemoryLog):
    """Commits of one game wait until somebody lets them go."""

    def __init__(self, slow: str) -> None:
        super().__init__()
        self._slow = slow
        self.waits = Event()
        self.go_on = Event()

    def commit(self, commit: Commit) -> None:
        if commit.game_id == self._slow:
            self.waits.set()
            assert self.go_on.wait(20)
        super().commit(commit)


async def test_a_game_that_takes_its_time_holds_no_other(clock: ManualClock) -> None:
    other = next(
        f"game-{n}"
        for n in range(100)
        if crc32(f"game-{n}".encode()) % THREADS != crc32(b"slow") % THREADS
    )
    log = SlowLog("slow")
    published: list[Update] = []

    async def publish(game_id: str, update: Update) -> None:
        published.append(update)

    async def announce(game_id: str, message: Json) -> None:
        raise AssertionError(message)

    ids = iter(range(100))
    scorer = Scorer(log, clock, lambda: f"id-{next(ids)}", publish, announce, Referee())
    for name in ("slow", other):
        await scorer.create_game({**GAME, "game_id": name})
    basket = {"type": "field_goal", "team": "home", "value": 2, "made": True}
    slow = [
        asyncio.create_task(scorer.call("slow", {**basket, "call_id": f"s{n}"}, "desk"))
        for n in range(20)
    ]
    await asyncio.to_thread(log.waits.wait, 20)
    async with asyncio.timeout(20):
        answers = [
            await scorer.call(other, {**basket, "call_id": f"o{n}"}, "desk") for n in range(20)
        ]
    assert not any(task.done() for task in slow)
    log.go_on.set()
    answers += await asyncio.gather(*slow)
    for name in ("slow", other):
        told = [update.seq for update in published if update.game_id == name]
        assert told == list(range(1, 21)), "told in the order of the log"
    assert [a.entries[0]["seq"] for a in answers[20:]] == list(range(1, 21))
    await scorer.close()
