"""Vertical clips: made when somebody asks for one, and never shown with a score that is stale."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from server.answers import WholeGame
from server.clips.gallery import Stored, not_ready, ready_clip, unknown
from server.clips.keeper import Games
from server.clips.objects import Objects, path_of
from server.clips.poster import written
from server.clips.story import Story
from server.clips.telling import story_of
from server.clips.vertical import vertical
from server.clock import Clock
from server.exports.gamebook import GameBook
from server.gamelog.clips import Clip, ClipTable
from server.gamelog.verticals import Vertical, VerticalTable


class Verticals:
    """Names each by its picture and everything that is written on it: what has another name by
    now is out of date. For the event loop."""

    def __init__(
        self,
        table: VerticalTable,
        clips: ClipTable,
        games: Games,
        objects: Objects,
        clock: Clock,
    ) -> None:
        self._table = table
        self._clips = clips
        self._games = games
        self._objects = objects
        self._clock = clock

    async def ask(self, game: str, seq: int) -> Stored | Vertical:
        """The file, or what has to be made for it. Problem 404 `unknown-clip`, 409 as the clip
        itself, `clip-failed`."""
        clip = ready_clip(await asyncio.to_thread(self._clips.get, game, seq), seq)
        whole = await self._games.whole(game, hide=True)
        return await asyncio.to_thread(self._asked, whole, clip)

    async def make(self, game: str, seq: int, name: str) -> None:
        """Make it, if it is still wanted. Done again it changes nothing. What it raises is worth
        another try."""
        asked = await asyncio.to_thread(self._table.get, game, seq)
        clip = await asyncio.to_thread(self._clips.get, game, seq)
        if asked is None or asked.name != name or asked.status != "waiting" or clip is None:
            return
        whole = await self._games.whole(game, hide=True)
        story = (await asyncio.to_thread(_stories, whole, [clip])).get(seq)
        if story is None or story.name(clip.cut) != name:
            return  # whoever asks again asks for another
        film = await asyncio.to_thread(self._objects.whole, clip.facts["path"])
        made = await vertical(film, story)
        await asyncio.to_thread(self._keep, asked, made)

    async def failed(self, game: str, seq: int, name: str, why: str) -> None:
        """The last try failed too: a person must look."""
        asked = Vertical(game, seq, name, self._clock.now())
        await asyncio.to_thread(self._table.settled, asked, "failed", asked.at, error=why)

    async def follow(self, game: str) -> None:
        """The game changed: what shows something else than it says goes. Problem 404, 503."""
        if rows := await asyncio.to_thread(self._table.of_game, game):
            whole = await self._games.whole(game, hide=True)
            await asyncio.to_thread(self._drop_stale, whole, rows)

    async def erase_game(self, game: str) -> None:
        """Of a game whose files go with everything that was filmed."""
        await asyncio.to_thread(self._table.erase_game, game)

    async def again(self, game: str, seq: int) -> Vertical | None:
        """One that failed, to be tried once more; None when there is none."""
        one = await asyncio.to_thread(self._table.get, game, seq)
        if one is None or one.status != "failed":
            return None
        waiting = replace(one, status="waiting", at=self._clock.now(), error=None)
        await asyncio.to_thread(self._table.want, waiting)
        return waiting

    async def failures(self) -> list[Vertical]:
        """What could not be made, of all games."""
        return await asyncio.to_thread(self._table.failed, 1000)

    # --- inside; blocking

    def _asked(self, whole: WholeGame, clip: Clip) -> Stored | Vertical:
        story = _stories(whole, [clip]).get(clip.seq)
        if story is None:
            raise unknown(clip.seq)
        name = story.name(clip.cut)
        there = self._table.get(clip.game_id, clip.seq)
        if there is None or there.name != name:
            asked = Vertical(clip.game_id, clip.seq, name, self._clock.now())
            self._table.want(asked)
            if there is not None:
                self._objects.delete(_path(there))
            return asked
        if there.status == "failed":
            raise not_ready(replace(clip, status="failed"))
        if there.status == "waiting":
            return there
        return Stored(_path(there), there.size_bytes, name)

    def _keep(self, asked: Vertical, made: bytes) -> None:
        self._objects.put(_path(asked), made)
        now = self._clock.now()
        if not self._table.settled(asked, "ready", now, size_bytes=len(made)):
            # The game says something else by now, or somebody erased it.
            self._objects.delete(_path(asked))

    def _drop_stale(self, whole: WholeGame, rows: list[Vertical]) -> None:
        of_game = self._clips.of_game(whole.record.game_id)
        clips = {clip.seq: clip for clip in of_game if clip.status == "ready" and not clip.gone_at}
        stories = _stories(whole, clips.values())
        stale = [
            row
            for row in rows
            if (story := stories.get(row.seq)) is None or story.name(clips[row.seq].cut) != row.name
        ]
        if stale:
            self._table.forget(stale)
            self._objects.delete(*map(_path, stale))


def _stories(whole: WholeGame, clips: Iterable[Clip]) -> dict[int, Story]:
    """By seq, of ready clips whose play stands."""
    record = whole.record
    # A name that cannot be drawn properly is left out, as if it were hidden.
    names = {who: drawn for who, name in whole.names.items() if (drawn := written(name))}
    book = GameBook(record.game_id, record.created_at, whole.game, record.players, names)
    facts = {fact.seq: fact for fact in book.facts}
    return {clip.seq: story_of(book, facts[clip.seq], clip) for clip in clips if clip.seq in facts}


def _path(one: Vertical) -> str:
    return path_of(one.game_id, f"vertical-{one.name}", "mp4")
