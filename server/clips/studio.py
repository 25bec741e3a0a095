"""The worker's part: wait until a play has been recorded, cut it out, put it away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from server.clips.cut import BadSegments, Cut, NoPicture, cut
from server.clips.objects import Objects, path_of
from server.clock import Clock
from server.gamelog.clips import Clip, ClipTable
from server.media.library import MediaUnavailable, NotRecorded
from server.media.segments import Init, Rendition, Segment
from server.meters import Meters
from server.places import Places
from server.problems import Problem

T = TypeVar("T")

LOOK_S = 0.25
"""How often the recording is looked at."""
STALLED_S = 6.0
"""A recording that has not grown for so long has ended: there will be no more picture."""
PATIENCE_S = 45.0
"""No play is that far ahead of its recording."""
_KEYS_S = 12.0
"""How far before a clip its key frame may be."""
_THREADS = 2
_MOST_RANGES = 2
"""Ranges that are cut at once; each is held in memory."""


class Recordings(Protocol):
    """The library, as far as clips need it. Blocking."""

    def segments(
        self,
        game: str,
        camera: str,
        rendition: Rendition,
        from_s: float | None = None,
        to_s: float | None = None,
    ) -> list[Segment]: ...

    def growing(self, game: str, camera: str, rendition: Rendition) -> Segment | None: ...

    def inits(self, game: str, camera: str) -> list[Init]: ...

    def read(self, game: str, camera: str, of: Segment) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Footage:
    """What a clip is cut from: files as `cut` takes them. recorded_at: wall time when the last
    of it had been filmed."""

    video: bytes
    audio: tuple[bytes, ...]
    recorded_at: datetime


class Studio:
    """Cuts the clips of this process's jobs. For the event loop; `close` at the end."""

    def __init__(
        self, table: ClipTable, library: Recordings, objects: Objects, clock: Clock, meters: Meters
    ) -> None:
        self._table = table
        self._library = library
        self._objects = objects
        self._clock = clock
        self._meters = meters
        self._threads = ThreadPoolExecutor(_THREADS, "clips")
        self._ranges = Places(_MOST_RANGES, "Others are being cut.", retry_s=2)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)

    async def make(self, game: str, seq: int, name: str) -> None:
        """The clip, if it is still wanted. Done again it changes nothing.

        What it raises (LogUnavailable, MediaUnavailable, BadSegments, ...) is worth
        another try.
        """
        clip = await self._run(self._table.get, game, seq)
        if clip is None or clip.cut != name or clip.status != "waiting" or clip.gone_at:
            return
        await self._run(self._table.begun, clip)
        await self._recorded(clip)
        try:
            status = await self._run(self._make, clip)
        except (NoPicture, NotRecorded):
            await self._run(self._settle, clip, "no_picture")
            status = "no_picture"
        self._meters.clip(status, (self._clock.now() - clip.wanted_at).total_seconds())

    async def range(self, game: str, camera: str, start_s: float, end_s: float) -> Cut:
        """Any media seconds of a recording, as far as there are any. Problem 404 `no-picture`,
        503 `busy`, `media-unavailable`."""
        clip = Clip(game, 0, "", camera, start_s, start_s, end_s, self._now())
        try:
            with self._ranges.one():
                return await self._run(lambda: self._cut(self._footage(clip), clip))
        except (NoPicture, NotRecorded, BadSegments) as error:
            raise Problem(404, "no-picture", f"Nothing can be cut there: {error}.") from error
        except MediaUnavailable as error:
            raise error.problem() from error

    async def failed(self, game: str, seq: int, name: str, why: str) -> None:
        """The last try failed too: a person must look."""
        clip = await self._run(self._table.get, game, seq)
        if clip is not None and clip.cut == name and clip.status == "waiting":
            await self._run(lambda: self._table.settled(clip, "failed", self._now(), error=why))
            self._meters.clip("failed", (self._clock.now() - clip.wanted_at).total_seconds())

    async def _recorded(self, clip: Clip) -> None:
        """Wait until the recording has passed the end of the clip, or grows no more."""
        began_s = grown_s = self._clock.monotonic_s()
        reached_s = -1.0
        while True:
            newest_s = await self._run(self._newest, clip)
            now_s = self._clock.monotonic_s()
            if newest_s > reached_s:
                reached_s, grown_s = newest_s, now_s
            ended = now_s - grown_s > STALLED_S or now_s - began_s > PATIENCE_S
            if reached_s >= clip.end_s or ended:
                return
            await asyncio.sleep(LOOK_S)

    def _newest(self, clip: Clip) -> float:
        """Media time up to which there is a picture, as far as it matters here."""
        found = self._segments(clip, "video", clip.start_s - _KEYS_S)
        return max((segment.end_s for segment in found), default=-1.0)

    def _make(self, clip: Clip) -> str:
        footage = self._footage(clip)
        made = self._cut(footage, clip)
        film = path_of(clip.game_id, clip.cut, made.suffix)
        still = path_of(clip.game_id, clip.cut, "jpg")
        self._objects.put(film, made.data)
        self._objects.put(still, made.thumbnail)
        now = self._now()
        facts = _facts(made) | {
            "path": film,
            "thumbnail": still,
            "after_entry_s": _seconds(now - clip.wanted_at),
            "after_picture_s": _seconds(now - footage.recorded_at),
        }
        if not self._table.settled(clip, "ready", now, **facts):
            # Its moment has moved, or somebody erased it meanwhile.
            self._objects.delete(film, still)
            return "outdated"
        return "ready"

    @staticmethod
    def _cut(footage: Footage, clip: Clip) -> Cut:
        return cut(footage.video, footage.audio, clip.moment_s, clip.start_s, clip.end_s)

    def _footage(self, clip: Clip) -> Footage:
        found = self._segments(clip, "video", clip.start_s - _KEYS_S)
        if not (run := _run_of(found, clip)):
            raise NoPicture(f"nothing was recorded at {clip.moment_s:.1f} s")
        first = max(
            (n for n, one in enumerate(run) if _begins(one) and one.start_s <= clip.start_s),
            default=0,
        )
        run = run[first:]
        sound = self._segments(clip, "audio", run[0].start_s)
        runs = [[one for one in sound if one.init_id == init] for init in _in_order(sound)]
        # The sound that lasts longest first: there is one sound in a file.
        runs.sort(key=lambda segments: -sum(one.duration_s for one in segments))
        last = run[-1]
        until = last.wall_at + timedelta(seconds=min(last.end_s, clip.end_s) - last.start_s)
        return Footage(
            self._file(clip, run), tuple(self._file(clip, segments) for segments in runs), until
        )

    def _segments(self, clip: Clip, rendition: Rendition, from_s: float) -> list[Segment]:
        """What is kept of that time; where this process records, up to the last part."""
        # The open one first: it may be among the finished ones by then, but none is missed.
        growing = self._library.growing(clip.game_id, clip.camera, rendition)
        found = self._library.segments(
            clip.game_id, clip.camera, rendition, max(0.0, from_s), clip.end_s
        )
        if (
            growing is not None
            and growing.end_s > from_s
            and growing.start_s < clip.end_s
            and growing.number not in {one.number for one in found}
        ):
            found.append(growing)
        return [segment for segment in found if segment.kept]

    def _file(self, clip: Clip, segments: list[Segment]) -> bytes:
        """An initialisation segment and what needs it."""
        one = segments[0]
        inits = self._library.inits(clip.game_id, clip.camera)
        heads = [i.data for i in inits if (i.rendition, i.id) == (one.rendition, one.init_id)]
        if not heads:
            raise NoPicture("its initialisation segment is gone")
        read = self._library.read
        return heads[0] + b"".join(read(clip.game_id, clip.camera, one) for one in segments)

    def _settle(self, clip: Clip, status: Any) -> None:
        self._table.settled(clip, status, self._now())

    def _now(self) -> datetime:
        return self._clock.now()

    async def _run(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)


def _run_of(segments: list[Segment], clip: Clip) -> list[Segment]:
    """Those that share an initialisation with the picture of the moment: a file has one size."""

    def away_s(one: Segment) -> float:
        return max(one.start_s - clip.moment_s, clip.moment_s - one.end_s, 0.0)

    near = [one for one in segments if one.end_s > clip.start_s]
    if not near:
        return []
    init = min(near, key=away_s).init_id
    return [one for one in segments if one.init_id == init]


def _begins(segment: Segment) -> bool:
    return bool(segment.parts) and segment.parts[0].independent


def _in_order(segments: list[Segment]) -> dict[int, None]:
    return dict.fromkeys(segment.init_id for segment in segments)


def _facts(made: Cut) -> dict[str, Any]:
    return {
        "suffix": made.suffix,
        "codec": made.codec,
        "shape": made.shape,
        "width": made.width,
        "height": made.height,
        "sound": made.sound,
        "start_s": round(made.start_s, 3),
        "end_s": round(made.end_s, 3),
        "frames": made.frames,
        "gaps": [list(gap) for gap in made.gaps],
        "size_bytes": len(made.data),
        "thumbnail_bytes": len(made.thumbnail),
    }


def _seconds(duration: timedelta) -> float:
    return round(duration.total_seconds(), 2)
