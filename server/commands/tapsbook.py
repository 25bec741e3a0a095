"""A book in memory for the simulated scorekeeper of `courtside eval simulation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from pipeline.sight import Sighting
from server.clock import ManualClock
from server.gamelog.memory import MemoryLog
from server.gamelog.proposal import Label
from server.problems import Problem
from server.scorer import Scorer
from server.updates import Json, Update

_START = datetime(2026, 1, 3, 18, 0, tzinfo=UTC)
_DESK = "desk"
_CAMERA = "main"


class TapsBook:
    """One game; `server.evaluation.taps.Book`. Make it with `open`, close it."""

    def __init__(self) -> None:
        self._clock = ManualClock(_START)
        numbers = count(1)
        self._scorer = Scorer(
            MemoryLog(), self._clock, lambda: f"p{next(numbers)}", _publish, _announce
        )
        self._game = ""

    @classmethod
    async def open(cls, numbers: Mapping[str, Sequence[str]]) -> TapsBook:
        """numbers: of both rosters, by side."""
        book = cls()
        sides = {
            side: {"name": side, "players": [{"number": n} for n in numbers[side]]}
            for side in ("home", "away")
        }
        book._game = (await book._scorer.create_game({"rules": "fiba", **sides})).game_id
        return book

    async def close(self) -> None:
        await self._scorer.close()

    async def say(self, at_s: float, body: Json) -> int | None:
        self._move(at_s)
        try:
            answered = await self._scorer.call(self._game, body, _DESK)
        except Problem:
            return None
        return int(answered.entries[-1]["seq"]) if answered.entries else None

    async def see(self, at_s: float, sighting: Sighting) -> None:
        self._move(at_s)
        await self._scorer.watched(self._game, _CAMERA)
        await self._scorer.propose(self._game, _CAMERA, sighting, at_s - sighting.at_s)

    async def waiting(self, at_s: float) -> list[Json]:
        self._move(at_s)
        return await self._scorer.proposals(self._game, "waiting")

    async def accept(self, at_s: float, proposal: str, body: Json) -> int | None:
        self._move(at_s)
        try:
            answered = await self._scorer.accept(self._game, proposal, body, _DESK)
        except Problem:
            return None
        return int(answered.entries[0]["seq"])

    async def reject(self, at_s: float, proposal: str) -> None:
        self._move(at_s)
        try:
            await self._scorer.reject(self._game, proposal, _DESK)
        except Problem as problem:
            if problem.status != 409:  # it fell with what it belonged to
                raise

    async def facts(self) -> list[Json]:
        return await self._scorer.plays(self._game)

    async def labels(self) -> list[Label]:
        """What the scorekeeper's answers taught."""
        return await self._scorer.labels(self._game)

    def _move(self, at_s: float) -> None:
        self._clock.elapsed_s = max(self._clock.elapsed_s, at_s)


async def _publish(game_id: str, update: Update) -> None:
    """Nobody watches."""


async def _announce(game_id: str, message: Mapping[str, Any]) -> None:
    """Nobody listens."""
