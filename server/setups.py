"""What people told about the cameras: kept beside the log, told to the eyes that look."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pipeline.court import Floor
from pipeline.setup import Setup
from server.floors import floor_of
from server.game.events import SIDES
from server.gamelog.log import LogUnavailable
from server.gamelog.setups import SetupTable
from server.problems import Problem
from server.scorer import Scorer
from server.setupdoc import EMPTY, answer, merged, setup_of, view_of
from server.updates import Json

log = logging.getLogger(__name__)

T = TypeVar("T")
Key = tuple[str, str]
"""(game, camera)."""

EVERY_S = 3.0
"""How often what another process, or a change of the roster, may have changed is looked for."""


class Setups:
    """For the event loop. While `run` runs, every camera that is looked at is told its set-up,
    and again after each change, wherever that was made.

    watched: the cameras that this process looks at. configure: tells the eyes of one.
    """

    def __init__(
        self,
        table: SetupTable,
        scorer: Scorer,
        watched: Callable[[], Iterable[Key]],
        configure: Callable[[Key, Setup], None],
    ) -> None:
        self._table = table
        self._scorer = scorer
        self._watched = watched
        self._configure = configure
        self._thread = ThreadPoolExecutor(1, "setups")
        self._told: dict[Key, Setup] = {}
        self._changed = asyncio.Event()
        self._writing = asyncio.Lock()

    async def close(self) -> None:
        """After `run` has ended."""
        await asyncio.to_thread(self._thread.shutdown)

    async def read(self, game: str, camera: str) -> Json:
        """The set-up as people read it."""
        floor, document, setup = await self._kept(game, camera)
        return answer(document, floor, await self._in_thread(view_of, setup))

    async def write(self, game: str, camera: str, body: object) -> Json:
        """Take what a person told and answer as `read` does. Problem 422 in words."""
        async with self._writing:
            floor, kept, before = await self._kept(game, camera)
            document = merged(kept, body, floor)
            setup = setup_of(document, floor, before.numbers)
            view = await self._in_thread(view_of, setup)
            await self._in_thread(self._table.put, game, camera, json.dumps(document))
        self.wake()
        return answer(document, floor, view)

    def came(self, game: str, camera: str) -> None:
        """A camera is looked at from now on: its eyes, perhaps new ones, are told soon."""
        self._told.pop((game, camera), None)
        self.wake()

    def wake(self) -> None:
        """Look now for what changed."""
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._look()
            except Problem as problem:
                log.warning("set-ups of cameras could not be read: %s", problem)
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._changed.wait()
            except TimeoutError:
                continue
            self._changed.clear()

    async def _look(self) -> None:
        watched = list(self._watched())
        self._told = {key: setup for key, setup in self._told.items() if key in watched}
        for key in watched:
            try:
                _, _, setup = await self._kept(*key)
            except Problem as problem:
                if problem.status != 404:
                    raise
                continue  # erased a moment ago; its camera is about to end
            if self._told.get(key) != setup:
                self._told[key] = setup
                self._configure(key, setup)

    async def _kept(self, game: str, camera: str) -> tuple[Floor, Json, Setup]:
        whole = await self._scorer.whole(game, hide=True)
        text = await self._in_thread(self._table.get, game, camera)
        floor = floor_of(whole.game.rules.court)
        document = EMPTY | (json.loads(text) if text else {})
        home, away = (
            frozenset(player.partition("-")[2] for player in whole.game.players[side])
            for side in SIDES
        )
        return floor, document, setup_of(document, floor, (home, away))

    async def _in_thread(self, work: Callable[..., T], *args: Any) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)
        except LogUnavailable as error:
            raise Problem(503, "log-unavailable", "the database does not answer") from error
