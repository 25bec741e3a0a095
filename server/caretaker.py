"""Ends what nobody ended: games left running, cameras of games that are over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from server.clock import Clock
from server.problems import Problem
from server.scorer import Scorer

log = logging.getLogger(__name__)

EVERY_S = 30.0
IDLE = timedelta(hours=4)
AFTER_FINAL_S = 600.0


class Filmed(Protocol):
    """One that films a game."""

    @property
    def game(self) -> str: ...


class Filming(Protocol):
    """What is asked of the cameras."""

    @property
    def sessions(self) -> Sequence[Filmed]: ...

    async def end_game(self, game: str, why: str) -> None: ...


class Caretaker:
    """Looks around every now and then. `run` until cancelled.

    idle: a game without an entry for that long is finalized. after_final_s: how long a camera
    may go on after the final, for what comes after the game.
    """

    def __init__(
        self,
        scorer: Scorer,
        cameras: Filming,
        clock: Clock,
        *,
        idle: timedelta = IDLE,
        after_final_s: float = AFTER_FINAL_S,
        every_s: float = EVERY_S,
    ) -> None:
        self._scorer = scorer
        self._cameras = cameras
        self._clock = clock
        self._idle = idle
        self._after_final_s = after_final_s
        self._every_s = every_s
        self._final_since_s: dict[str, float] = {}

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.look()
            except Problem as problem:
                # The database is away, for example; what is left running waits.
                log.warning("could not look after games left running: %s", problem)

    async def look(self) -> None:
        """Finalize idle games, end the cameras of games that are over or erased."""
        for game in await self._scorer.end_idle(self._idle):
            log.info("game %s was idle for %s and is now final", game, self._idle)
            await self._cameras.end_game(game, "nothing happened in this game for a long time")
        filmed = {session.game for session in self._cameras.sessions}
        self._final_since_s = {g: s for g, s in self._final_since_s.items() if g in filmed}
        for game in filmed:
            if await self._scorer.token_version(game) is None:
                # Another process was told to erase it: it is filmed and shown no longer.
                await self._cameras.end_game(game, "the game was erased")
                continue
            if not await self.is_final(game):
                self._final_since_s.pop(game, None)
                continue
            now_s = self._clock.monotonic_s()
            if now_s - self._final_since_s.setdefault(game, now_s) >= self._after_final_s:
                await self._cameras.end_game(game, "the game is over")

    async def is_final(self, game: str) -> bool:
        """Is the game over? An erased one is, too."""
        try:
            state = await self._scorer.state(game, names=False)
        except Problem as problem:
            return problem.status == 404
        return bool(state.sections["scoreboard"]["status"] == "final")
