"""A scorer on each kind of log, with what it published kept for looking at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pipeline.sight import Sighting
from server.answers import Answered
from server.clock import ManualClock
from server.gamelog.log import Log
from server.gamelog.memory import MemoryLog
from server.gamelog.sql import SqlLog
from server.referee import Referee
from server.scorer import Scorer
from server.updates import Json, Update
from tests.game.table import AWAY, HOME, START
from tests.postgres import postgres

__all__ = ["postgres"]

GAME: Json = {
    "rules": "fiba",
    "home": {"name": "Löwen", "players": [{"number": n, "name": f"Kid {n}"} for n in HOME]},
    "away": {"name": "Bears", "players": [{"number": n} for n in AWAY]},
}


def sighting(made: float = 0.9, at_s: float = 12.5, score: float = 0.8) -> Sighting:
    return Sighting(0, "shot", at_s, at_s - 1, at_s + 0.5, score, made)


class Office:
    """One process: a scorer, its game, and everything it told the world."""

    def __init__(self, log: Log, clock: ManualClock, name: str, referee: Referee) -> None:
        self.log = log
        self.clock = clock
        self.updates: list[Update] = []
        self.announced: list[Json] = []
        numbers = count(1)
        self.scorer = Scorer(
            log,
            clock,
            lambda: f"{name}-{next(numbers)}",
            self._publish,
            self._announce,
            referee,
        )
        self.game = ""

    async def _publish(self, game_id: str, update: Update) -> None:
        assert update.game_id == game_id
        self.updates.append(update)

    async def _announce(self, game_id: str, message: Json) -> None:
        self.announced.append(message)

    async def open(self, body: Json = GAME) -> str:
        self.game = (await self.scorer.create_game(body)).game_id
        return self.game

    async def say(self, call_id: str, kind: str, by: str = "desk:1", /, **fields: Any) -> Answered:
        body = {"call_id": call_id, "type": kind, **fields}
        return await self.scorer.call(self.game, body, by)

    async def score(self) -> tuple[int, int]:
        board = (await self.scorer.state(self.game)).sections["scoreboard"]
        return board["home"]["score"], board["away"]["score"]


# For tests of what never reaches a log.
ON_PAPER = pytest.mark.parametrize("opener", ["memory"], indirect=True)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Log]]:
    """Opens one and the same log, as each process would for itself."""
    opened: list[Log] = []
    memory = MemoryLog()
    url = f"sqlite:///{tmp_path}/log.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").migrated_database()

    def open_log() -> Log:
        log: Log = memory if request.param == "memory" else SqlLog.open(url)
        opened.append(log)
        return log

    yield open_log
    for log in opened:
        log.close()


@pytest.fixture
async def office(opener: Callable[[], Log], clock: ManualClock) -> AsyncIterator[Office]:
    office = Office(opener(), clock, "a", Referee())
    await office.open()
    yield office
    await office.scorer.close()


@pytest.fixture
async def branch(
    office: Office, opener: Callable[[], Log], clock: ManualClock
) -> AsyncIterator[Office]:
    """Another process with the same log."""
    branch = Office(opener(), clock, "b", Referee())
    branch.game = office.game
    yield branch
    await branch.scorer.close()
