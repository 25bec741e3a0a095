"""Keeps the table of clips as the log stands, and the queue filled with what is to be cut."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from server.answers import WholeGame
from server.clips.jobs import Jobs
from server.clips.objects import Objects
from server.clips.rules import clip_rules
from server.clips.wanted import Wanted, wanted
from server.clock import Clock
from server.gamelog.clips import Clip, ClipTable
from server.gamelog.log import LogUnavailable
from server.media.library import MediaUnavailable
from server.problems import Problem
from server.updates import Json

log = logging.getLogger(__name__)

PAUSE_S = 0.2
"""Between two looks at one game: a call often comes with another."""
AGAIN_S = 5.0
"""Between two looks at what waits without a job."""
MOST_TRIES = 12
"""Begun that often, a clip takes its worker down with it: nobody tries it again by himself."""
GRACE = timedelta(minutes=10)
"""So long a clip whose entry was voided is kept, for an undo."""
_MOST_AT_ONCE = 200
_RECENT = timedelta(days=1)


class Games(Protocol):
    """The scorer, as far as clips need it."""

    async def games(self) -> list[Json]: ...

    async def whole(self, game_id: str, *, hide: bool = False) -> WholeGame: ...


class Keeper:
    """One for each process. `told` whenever a game changed; `run` as a task."""

    def __init__(
        self,
        table: ClipTable,
        games: Games,
        jobs: Jobs,
        objects: Objects,
        clock: Clock,
        followed: Callable[[str], Awaitable[None]],
    ) -> None:
        """followed: is told of a game once its clips are as its log says."""
        self._table = table
        self._games = games
        self._jobs = jobs
        self._objects = objects
        self._clock = clock
        self._followed = followed
        self._changed: dict[str, None] = {}
        self._wake = asyncio.Event()

    def told(self, game: str) -> None:
        """Something about this game changed. At once; from the event loop."""
        self._changed[game] = None
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        await self._tried(self._remember())
        await self._tried(self._fill())
        while True:
            try:
                async with asyncio.timeout(AGAIN_S):
                    await self._wake.wait()
            except TimeoutError:
                await self._tried(self._fill())
                await self._tried(self._tidy())
                continue
            self._wake.clear()
            changed, self._changed = self._changed, {}
            for game in changed:
                await self._tried(self.settle(game))
                await self._tried(self._followed(game))
            await asyncio.sleep(PAUSE_S)

    async def settle(self, game: str) -> None:
        """Make the table say what the log says, and ask for what is new."""
        try:
            whole = await self._games.whole(game)
        except Problem as problem:
            if problem.status == 503:
                self.told(game)
            return  # else it is gone
        now = self._clock.now()
        rules = clip_rules(whole.record.clips)
        asked = {one.seq: one for one in await asyncio.to_thread(wanted, whole.game, rules)}
        rows = {row.seq: row for row in await asyncio.to_thread(self._table.of_game, game)}
        fresh = [
            _row(game, one, rows.get(one.seq))
            for one in asked.values()
            if (row := rows.get(one.seq)) is None or row.cut != one.cut or row.gone_at is not None
        ]
        gone = [row.seq for row in rows.values() if row.gone_at is None and row.seq not in asked]
        if not fresh and not gone:
            return
        await asyncio.to_thread(self._table.want, fresh, gone, game, now)
        for clip in fresh:
            before = rows.get(clip.seq)
            if clip.status == "waiting":
                await self._jobs.put(game, clip.seq, clip.cut)
            if before is not None and before.cut != clip.cut:
                await asyncio.to_thread(self._objects.delete, *files_of(before))

    async def _remember(self) -> None:
        """What changed while no process was there to see it."""
        since = (self._clock.now() - _RECENT).isoformat()
        for game in await self._games.games():
            if game["last_at"] >= since:
                self.told(game["game_id"])

    async def _fill(self) -> None:
        """Ask again for what waits: the queue may have been away, or lost."""
        for clip in await asyncio.to_thread(self._table.with_status, "waiting", _MOST_AT_ONCE):
            if clip.tries > MOST_TRIES:
                why = f"begun {clip.tries} times and never ended"
                await asyncio.to_thread(self._give_up, clip, why)
            elif not await self._jobs.put(clip.game_id, clip.seq, clip.cut):
                return

    def _give_up(self, clip: Clip, why: str) -> None:
        self._table.settled(clip, "failed", self._clock.now(), error=why)

    async def _tidy(self) -> None:
        """Clips of what was voided a while ago."""
        before = self._clock.now() - GRACE
        for clip in await asyncio.to_thread(self._table.gone_before, before, _MOST_AT_ONCE):
            await asyncio.to_thread(self._objects.delete, *files_of(clip))
            await asyncio.to_thread(self._table.forget, clip)

    async def _tried(self, work: Awaitable[None]) -> None:
        try:
            await work
        except (LogUnavailable, MediaUnavailable, Problem) as error:
            log.warning("clips wait: %s", error)


def _row(game: str, asked: Wanted, before: Clip | None) -> Clip:
    """The row of what is wanted; what shows the same stays as it is."""
    if before is not None and before.cut == asked.cut:
        return replace(before, gone_at=None)
    return Clip(
        game,
        asked.seq,
        asked.cut,
        asked.camera,
        asked.moment_s,
        asked.start_s,
        asked.end_s,
        asked.at,
    )


def files_of(clip: Clip) -> list[str]:
    """Where its files lie."""
    return [clip.facts[name] for name in ("path", "thumbnail") if name in clip.facts]
