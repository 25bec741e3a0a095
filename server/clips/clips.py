"""Everything about clips in one process, built together."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from server.background import Background
from server.clips.cut import Cut
from server.clips.gallery import Gallery, Stored
from server.clips.jobs import Jobs
from server.clips.keeper import Games, Keeper
from server.clips.objects import Objects
from server.clips.studio import Recordings, Studio
from server.clips.verticals import Verticals
from server.clock import Clock
from server.gamelog.clips import Clip, ClipTable
from server.gamelog.log import LogUnavailable
from server.gamelog.sql import SqlLog
from server.gamelog.verticals import Vertical, VerticalTable
from server.media.storage import Storage
from server.meters import Gauges, Meters
from server.problems import Problem

LONGEST_VERTICAL_S = 900
"""A minute of clip on a machine that has hardly any time for it."""
MOST_VERTICALS = 50
"""That wait to be made; at ten seconds each, nobody waits for more."""


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
        self._verticals = VerticalTable(log)
        self.verticals = Verticals(self._verticals, table, games, objects, clock)
        self._vertical_jobs = Jobs(
            redis_url,
            self.verticals.make,
            self.verticals.failed,
            name="verticals",
            at_once=1,
            longest_s=LONGEST_VERTICAL_S,
        )
        self._keeper = Keeper(table, games, self._jobs, objects, clock, self.verticals.follow)
        self.gallery = Gallery(table, games, objects, clock)
        self._works = (
            Background("clips-keeper", self._keeper.run),
            Background("clips-count", self._count),
        )
        self._counts: dict[str, int] = {}

    def start(self) -> None:
        self._jobs.start()
        self._vertical_jobs.start()
        for work in self._works:
            work.start()

    async def stop(self) -> None:
        for work in self._works:
            await work.stop()
        await asyncio.gather(self._jobs.stop(), self._vertical_jobs.stop())
        await self._studio.close()
        await self.gallery.close()

    def told(self, game: str) -> None:
        """Something about this game changed."""
        self._keeper.told(game)

    async def failed(self) -> list[Clip | Vertical]:
        """What could not be made, of all games."""
        return [*await self.gallery.failed(), *await self.verticals.failures()]

    async def again(self, game: str, seq: int) -> None:
        """Try once more what failed or had no picture; see Gallery.again."""
        if (asked := await self.verticals.again(game, seq)) is not None:
            await self._vertical_jobs.put(game, seq, asked.name)
            return
        clip = await self.gallery.again(game, seq)
        await self._jobs.put(clip.game_id, clip.seq, clip.cut)

    async def vertical(self, game: str, seq: int) -> Stored:
        """The vertical clip of an entry, made when somebody asks for it first. Problem as
        Verticals.ask; 409 `clip-waiting` while it is being made, 503 `busy`."""
        asked = await self.verticals.ask(game, seq)
        if isinstance(asked, Stored):
            return asked
        if await self._vertical_jobs.waiting() >= MOST_VERTICALS:
            raise Problem(503, "busy", "Others are being made; ask again.", {"Retry-After": "10"})
        await self._vertical_jobs.put(game, seq, asked.name)
        raise Problem(409, "clip-waiting", "It is being made; ask again.", {"Retry-After": "2"})

    async def erase_game(self, game: str) -> None:
        """Everything of a game that was erased, or whose pictures were."""
        await self.verticals.erase_game(game)
        await self.gallery.erase_game(game)

    async def erase_player(self, game: str, player: str) -> None:
        """The clips of a player's plays; see Gallery.erase_player."""
        await self.gallery.erase_player(game, player)
        await self.verticals.follow(game)

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
                counts = await asyncio.to_thread(self._table.counts)
                failed = await asyncio.to_thread(self._verticals.count, "failed")
                self._counts = {**counts, "failed": counts.get("failed", 0) + failed}
            await asyncio.sleep(5)
