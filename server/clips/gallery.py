"""What viewers get of the clips: the list with words, the files, reels."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from server.answers import WholeGame
from server.clips.cut import NoPicture
from server.clips.keeper import Games, files_of
from server.clips.objects import Objects, folder_of
from server.clips.reel import Reel, Scene, join
from server.clips.rules import KINDS, ClipRules, clip_rules
from server.clips.wanted import label
from server.clock import Clock
from server.exports.gamebook import Fact, GameBook
from server.exports.webvtt import cue_text, timestamp
from server.gamelog.clips import Clip, ClipTable
from server.problems import Problem
from server.updates import Json

T = TypeVar("T")

MEDIA_TYPES = {"mp4": "video/mp4", "webm": "video/webm", "jpg": "image/jpeg"}
_REMEMBERED = 64
"""Reels whose contents are remembered; a reel itself lies in the store."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which clips: of a player, of a type of play; None: of all."""

    player: str | None = None
    type: str | None = None

    def has(self, fact: Fact) -> bool:
        player = getattr(fact.event, "player", None)
        return self.player in (None, player) and self.type in (None, fact.event.name)

    @property
    def name(self) -> str:
        """For names of files."""
        return "-".join(filter(None, (self.player, self.type))) or "game"


@dataclass(frozen=True, slots=True)
class Shown:
    """A play with its clip. words: with the names that the asker may see."""

    fact: Fact
    clip: Clip
    words: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A file. size: bytes. tag: another when its content is another."""

    path: str
    size: int
    tag: str

    @property
    def suffix(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.suffix]


@dataclass(frozen=True, slots=True)
class Made(Stored):
    """The file of a reel, and what is in it."""

    reel: Reel


class Gallery:
    """Reads what Keeper and Studio wrote. For the event loop; `close` at the end."""

    def __init__(self, table: ClipTable, games: Games, objects: Objects, clock: Clock) -> None:
        self._table = table
        self._games = games
        self._objects = objects
        self._clock = clock
        # Reels are made one at a time: they read and write much.
        self._thread = ThreadPoolExecutor(1, "reels")
        self._reels: dict[str, Made] = {}

    async def close(self) -> None:
        await asyncio.to_thread(self._thread.shutdown)

    async def rules(self, game: str) -> ClipRules:
        """The clip rules of a game. Problem 404."""
        return clip_rules((await self._games.whole(game)).record.clips)

    async def began(self, game: str) -> datetime:
        """When a game was made. Problem 404."""
        return (await self._games.whole(game)).record.created_at

    async def teams(self, game: str) -> Mapping[str, str]:
        """The names of the teams, as far as they have any. Problem 404."""
        return (await self._games.whole(game, hide=True)).names

    async def reel_title(self, game: str, choice: Choice) -> str:
        """`Lions #7 Ann: 4 clips`, with names that are not hidden. Problem 404 `no-clips`."""
        shown = await self.shown(game, choice, hide=True)
        count = sum(one.clip.status == "ready" for one in shown)
        if not count:
            raise Problem(404, "no-clips", "there is no clip to make a reel of")
        many = f"{count} clip{'' if count == 1 else 's'}"
        if choice.player is None:
            return f"Highlights: {many}"
        names = await self.teams(game)
        side, _, number = choice.player.partition("-")
        name = names.get(choice.player)
        team = names.get(side, side.capitalize())
        return f"{team} #{number}{f' {name}' if name else ''}: {many}"

    async def shown(self, game: str, choice: Choice, *, hide: bool) -> list[Shown]:
        """The plays that have a clip, or will, in the order of the game. Problem 404."""
        whole = await self._games.whole(game, hide=hide)
        return await asyncio.to_thread(self._shown, whole, choice)

    async def one(self, game: str, seq: int, *, hide: bool) -> Shown:
        """One of them. Problem 404 `unknown-clip`."""
        for one in await self.shown(game, Choice(), hide=hide):
            if one.fact.seq == seq:
                return one
        raise unknown(seq)

    async def file(self, game: str, seq: int, suffix: str) -> Stored:
        """A clip's file; `jpg` is its thumbnail. Problem 404 `unknown-clip`, 409 `clip-waiting`,
        `no-picture`, `clip-failed`."""
        clip = ready_clip(await asyncio.to_thread(self._table.get, game, seq), seq)
        path = clip.facts["thumbnail" if suffix == "jpg" else "path"]
        if not path.endswith(f".{suffix}"):
            raise Problem(404, "unknown-clip", f"the clip of entry {seq} is no {suffix}")
        size = clip.facts["thumbnail_bytes" if suffix == "jpg" else "size_bytes"]
        return Stored(path, size, clip.cut)

    async def reel(self, game: str, choice: Choice) -> Made:
        """The ready clips of a choice in one file, made when it is first asked for. Problem 404
        `no-clips`."""
        clips = [
            one.clip
            for one in await self.shown(game, choice, hide=True)
            if one.clip.status == "ready"
        ]
        if not clips:
            raise Problem(404, "no-clips", "there is no clip to make a reel of")
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._reel, game, choice, clips)
        except NoPicture as error:
            raise Problem(404, "no-clips", str(error)) from error

    def read(self, stored: Stored, start: int, length: int) -> Iterator[bytes]:
        """A part of a file. Blocking; from any thread."""
        return self._objects.read(stored.path, start, length)

    async def erase_game(self, game: str) -> None:
        """All clips and reels of a game that was erased."""
        await asyncio.to_thread(self._table.erase_game, game)

    async def erase_player(self, game: str, player: str) -> None:
        """The clips of a player's plays, never to be made again, and every reel."""
        whole = await self._games.whole(game)
        await asyncio.to_thread(self._erase_player, whole, player)

    async def failed(self) -> list[Clip]:
        """What could not be made, of all games."""
        return await asyncio.to_thread(self._table.with_status, "failed", 1000)

    async def again(self, game: str, seq: int) -> Clip:
        """Try once more what failed or had no picture. Problem 404 `unknown-clip`, 409
        `clip-ready`."""
        clip = await asyncio.to_thread(self._table.get, game, seq)
        if clip is None:
            raise unknown(seq)
        if clip.status not in ("failed", "no_picture"):
            raise Problem(409, "clip-ready", f"the clip of entry {seq} is {clip.status}")
        await asyncio.to_thread(self._table.again, clip, self._clock.now())
        return clip

    # --- inside; blocking

    def _shown(self, whole: WholeGame, choice: Choice) -> list[Shown]:
        record = whole.record
        rows = {row.seq: row for row in self._table.of_game(record.game_id)}
        book = GameBook(record.game_id, record.created_at, whole.game, record.players, whole.names)
        return [
            Shown(fact, row, label(book, fact))
            for fact in book.facts
            if choice.has(fact)
            and (row := rows.get(fact.seq)) is not None
            and row.gone_at is None
            and row.status != "erased"
        ]

    def _reel(self, game: str, choice: Choice, clips: Sequence[Clip]) -> Made:
        tag = hashlib.sha256(" ".join(clip.cut for clip in clips).encode()).hexdigest()[:24]
        name = f"{folder_of(game)}/reel-{choice.name}"
        made = self._reels.get(name)
        if made is not None and made.tag == tag:
            return made
        with tempfile.TemporaryDirectory(prefix="courtside-reel-") as temporary:
            reel, path = join(clips, self._film, Path(temporary))
            size = path.stat().st_size
            # In place of the one that was made when there were fewer clips.
            self._objects.put_file(f"{name}.{reel.suffix}", path)
        while len(self._reels) >= _REMEMBERED:
            del self._reels[next(iter(self._reels))]
        made = self._reels[name] = Made(f"{name}.{reel.suffix}", size, tag, reel)
        return made

    def _film(self, clip: Clip) -> bytes:
        return self._objects.whole(clip.facts["path"])

    def _erase_player(self, whole: WholeGame, player: str) -> None:
        game = whole.record.game_id
        of_player = {
            entry.seq
            for entry, event in whole.game.standing.all_events(whole.game.history.entries())
            if getattr(event, "player", None) == player
        }
        clips = [row for row in self._table.of_game(game) if row.seq in of_player]
        self._table.erase(clips, self._clock.now())
        for clip in clips:
            self._objects.delete(*files_of(clip))
        # A reel is named by what was asked for, so all that there may be are known.
        names = [Choice(who, kind).name for who in (None, player) for kind in (None, *KINDS)]
        for name in names:
            path = f"{folder_of(game)}/reel-{name}"
            self._reels.pop(path, None)
            self._objects.delete(f"{path}.mp4", f"{path}.webm")


def chapters(scenes: Sequence[Scene], words: Callable[[int], str]) -> str:
    """The scenes of a reel as WebVTT; words: of an entry, by its seq."""
    lines = ["WEBVTT", ""]
    for number, scene in enumerate(scenes, 1):
        lines += [
            str(number),
            f"{timestamp(scene.start_s)} --> {timestamp(scene.end_s)}",
            cue_text(words(scene.clip.seq)),
            "",
        ]
    return "\n".join(lines)


def ready_clip(clip: Clip | None, seq: int) -> Clip:
    """An entry's clip that has its file. Problem 404 `unknown-clip`, 409 `clip-waiting`,
    `no-picture`, `clip-failed`."""
    if clip is None or clip.gone_at is not None or clip.status == "erased":
        raise unknown(seq)
    if clip.status != "ready":
        raise not_ready(clip)
    return clip


def unknown(seq: int) -> Problem:
    return Problem(404, "unknown-clip", f"entry {seq} has no clip")


def not_ready(clip: Clip) -> Problem:
    """Why there is no file."""
    if clip.status == "no_picture":
        return Problem(409, "no-picture", "Nothing was recorded of this play.")
    if clip.status == "failed":
        return Problem(409, "clip-failed", "This clip could not be made; the admin can try again.")
    return Problem(409, "clip-waiting", "It is being cut; ask again.", {"Retry-After": "2"})


def clip_json(one: Shown, address: Callable[[str], str]) -> Json:
    """A play and its clip as clients get it; address: makes one of a file's name."""
    event, clip, facts = one.fact.event, one.clip, one.clip.facts
    ready = clip.status == "ready"
    found: dict[str, Any] = {
        "seq": clip.seq,
        "type": event.name,
        "team": getattr(event, "team", None),
        "player": getattr(event, "player", None),
        "value": getattr(event, "value", None),
        "period": event.period,
        "clock_ms": event.clock_ms,
        "score": list(one.fact.score),
        "label": one.words,
        "media": {"camera": clip.camera, "s": clip.moment_s},
        "status": clip.status,
        "url": address(f"{clip.seq}.{facts['suffix']}") if ready else None,
        "thumbnail": address(f"{clip.seq}.jpg") if ready else None,
        "vertical": address(f"{clip.seq}/vertical.mp4") if ready else None,
    }
    if ready:
        found |= {
            "media_type": MEDIA_TYPES[facts["suffix"]],
            "start_s": facts["start_s"],
            "duration_s": round(facts["end_s"] - facts["start_s"], 3),
            "moment_s": round(clip.moment_s - facts["start_s"], 3),
        }
        found |= {n: facts[n] for n in ("width", "height", "sound", "gaps", "size_bytes")}
    return found
