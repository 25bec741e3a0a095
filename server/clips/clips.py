"""Everything about clips in one process, built together."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from server.background import Background
from server.clips.cut import Cut
from server.clips.gallery import Gallery
from server.clips.jobs import Jobs
from server.clips.keeper import Games, Keeper
from server.clips.objects import Objects
from server.clips.studio import Recordings, Studio
from server.clock import Clock
from server.gamelog.clips import ClipTable
from server.gamelog.log import LogUnavailable
from server.gamelog.sql import SqlLog
from server.media.storage import Storage
from server.meters import Gauges, Meters


class Clips:
    """One for each process. `told` whenever a game changed; `gallery` is what viewers get."""

    def __init__(
        self,
        log: SqlLog,
        games: Games,
        library: Recordings,
        storage: Storage,
        redis_url: str,
        clock: Clock,
        meters: Meters,
    ) -> None:
        table, objects = ClipTable(log), Objects(storage)
        self._table = table
        self._studio = Studio(table, library, objects, clock, meters)
        self._jobs = Jobs(redis_url, self._studio.make, self._studio.failed)
        self._keeper = Keeper(table, games, self._jobs, objects, clock)
        self.gallery = Gallery(table, games, objects, clock)
        self._works = (
            Background("clips-keeper", self._keeper.run),
            Background("clips-count", self._count),
        )
        self._counts: dict[str, int] = {}

    def start(self) -> None:
        self._jobs.start()
        for work in self._works:
            work.start()

    async def stop(self) -> None:
        for work in self._works:
            await work.stop()
        await self._jobs.stop()
        await self._studio.close()
        await self.gallery.close()

    def told(self, game: str) -> None:
        """Something about this game changed."""
        self._keeper.told(game)

    async def again(self, game: str, seq: int) -> None:
        """Try once more what failed or had no picture; see Gallery.again."""
        clip = await self.gallery.again(game, seq)
        await self._jobs.put(clip.game_id, clip.seq, clip.cut)

    async def range(self, game: str, camera: str, start_s: float, end_s: float) -> Cut:
        """Any seconds of a recording; see Studio.range."""
        return await self._studio.range(game, camera, start_s, end_s)

    def gauges(self) -> Gauges:
        """For `/metrics`: as counted a moment ago."""
        names = {
            "clips_waiting": ("Clips that are still to be cut", "waiting"),
            "clips_failed": ("Clips that could not be made; see /api/v1/clips/failed", "failed"),
        }
        return {
            name: (about, float(self._counts.get(status, 0)), {})
            for name, (about, status) in names.items()
        }

    async def _count(self) -> None:
        while True:
            with suppress(LogUnavailable):
                self._counts = await asyncio.to_thread(self._table.counts)
            await asyncio.sleep(5)
