"""What there is to see of a camera: live or not, by which ways, what was recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from server.clock import Clock
from server.media import hls
from server.media.recordings import Recording, Recordings
from server.media.segments import RENDITIONS, Segment
from server.media.streams import Streams

Message = Mapping[str, Any]
Latest = Callable[[str], Awaitable[Mapping[str, Message]]]
Origin = Callable[[str, str], Awaitable[datetime | None]]

# As the camera's messages say it -> as a viewer is told. A take-over is announced by the `live`
# that comes with it.
STATUS = {"live": "live", "lost": "lost", "ended": "ended", "replaced": "ended"}


class Pictures:
    """Asked by the watch page every few seconds.

    latest(game): the last message about each camera, of any process. origin(game, camera): wall
    time of its media second 0. query: what opens the camera's addresses. trouble: why a camera
    is not wholly recorded.
    """

    def __init__(
        self,
        recordings: Recordings,
        streams: Streams,
        latest: Latest,
        origin: Origin,
        query: Callable[[str, str, datetime], Awaitable[str]],
        clock: Clock,
        trouble: Callable[[str, str], str | None] = lambda game, camera: None,
    ) -> None:
        self._recordings = recordings
        self._streams = streams
        self._latest = latest
        self._origin = origin
        self._query = query
        self._clock = clock
        self._trouble = trouble

    async def of(self, game: str, camera: str) -> dict[str, Any]:
        """`status` live, lost, ended or none; `media_s` now, while it is live; the ways to see it
        (`whep`, `hls`, and `hls_silent` for players without Opus; null when there is none);
        `from_s` to `to_s` recorded, but for `gaps`; `recording`, what is wrong with that."""
        recording = await self._recordings.find(game, camera)
        stream = self._streams.find(game, camera)
        said = (await self._latest(game)).get(camera)
        status = STATUS.get(str(said["status"]), "none") if said else "none"
        if stream is not None and status not in ("live", "lost"):
            status = "live"
        origin = stream.origin if stream else await self._origin(game, camera) or recording.origin
        recorded = recording.origin is not None and bool(recording.inits)
        if status == "none" and recorded:
            status = "ended"
        now_s = (self._clock.now() - origin).total_seconds() if origin else None
        codecs = {init.rendition: init.codecs for init in recording.inits}
        whole = silent = None
        if recorded and recording.origin is not None:
            query = await self._query(game, camera, recording.origin)
            whole, silent = (
                f"/media/{game}/{camera}/{name}.m3u8?{query}" for name in ("index", "video")
            )
        from_s, to_s = _span(recording)
        return {
            "camera": camera,
            "status": status,
            "media_s": _rounded(now_s) if status in ("live", "lost") else None,
            "origin": origin.isoformat() if origin else None,
            "whep": f"/whep/{game}/{camera}" if stream is not None else None,
            "hls": whole,
            "hls_silent": silent,
            "from_s": _rounded(from_s),
            "to_s": _rounded(to_s),
            "gaps": [[_rounded(a), _rounded(b)] for a, b in hls.gaps(_video(recording))],
            "codecs": {name: codecs.get(name) for name in RENDITIONS},
            "recording": self._trouble(game, camera),
        }


def _video(recording: Recording) -> list[Segment]:
    growing = recording.open("video")
    return [*recording.segments.get("video", ()), *([growing] if growing else ())]


def _span(recording: Recording) -> tuple[float | None, float | None]:
    known = [segment for segment in _video(recording) if segment.kept]
    return (known[0].start_s, known[-1].end_s) if known else (None, None)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
