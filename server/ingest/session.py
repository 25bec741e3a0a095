"""What a publishing session is made of, and what the ingest room asks of the others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import av

from server.ingest.peer import Peer
from server.ingest.sample import EncodedFrame, Kind, Sample
from server.ingest.timeline import CameraLine, PublisherClock

Status = Literal["live", "lost", "replaced", "ended"]
OnState = Callable[[str, str, Status, str], None]

LOST_AFTER_S = 2.0
ENDED_AFTER_S = 30.0
CONNECT_WITHIN_S = 15.0
MOST_SESSIONS = 16
MOST_MBPS = 20.0
MOST_PACKETS_PER_S = 4000
GAP_S = 0.5
"""Between two publishers: less is a change of hands, more is missing."""

WAITING_MOST = 600
WAITING_MOST_BYTES = 8 << 20


class Hold(Protocol):
    """A camera that is this process's until it is told otherwise."""

    @property
    def origin(self) -> datetime:
        """Wall time of the camera's media second 0."""
        ...

    async def release(self) -> None: ...


# claim(game, camera, on_lost): on_lost(why) says that another process took it.
Claim = Callable[[str, str, Callable[[str], None]], Awaitable[Hold]]


class FrameSink(Protocol):
    """Where a camera's pictures go. One sink serves all publishers of a camera in turn."""

    def put(self, frame: av.VideoFrame, media_s: float, captured_s: float) -> None:
        """In a decoder's thread: must be quick and must not block."""
        ...

    def close(self) -> None:
        """On the event loop. A put that has begun may still be under way."""
        ...


class MediaSink(Protocol):
    """Where a camera's encoded frames go. One sink serves all publishers of a camera in turn."""

    def put(self, sample: Sample) -> None:
        """On the event loop: must be quick and must not block."""
        ...

    def close(self) -> None:
        """On the event loop; nothing is put afterwards."""
        ...


# open_media(game, camera, origin, want_key_frame): origin is the wall time of the camera's media
# second 0; want_key_frame() asks whoever publishes then for a key frame (on the event loop).
OpenMedia = Callable[[str, str, datetime, Callable[[], None]], MediaSink]


@dataclass(frozen=True, slots=True)
class Limits:
    """sessions: at most, in this process. `_s`: seconds. most_mbps, most_packets_per_s: of one
    publisher, over a second; one that sends more is cut off."""

    sessions: int = MOST_SESSIONS
    lost_after_s: float = LOST_AFTER_S
    ended_after_s: float = ENDED_AFTER_S
    connect_within_s: float = CONNECT_WITHIN_S
    most_mbps: float = MOST_MBPS
    most_packets_per_s: int = MOST_PACKETS_PER_S


class SinceKey:
    """What a publisher sent since its last key frame, before it is live: bounded."""

    def __init__(self) -> None:
        self._frames: list[EncodedFrame] = []
        self._bytes = 0

    def put(self, frame: EncodedFrame) -> None:
        if frame.kind == "video" and frame.key:
            self._frames, self._bytes = [], 0
        elif not self._frames:
            return
        self._frames.append(frame)
        self._bytes += len(frame.data)
        if self._bytes > WAITING_MOST_BYTES or len(self._frames) > WAITING_MOST:
            self._frames, self._bytes = [], 0

    def take(self) -> list[EncodedFrame]:
        """All of it, from the key frame on."""
        frames, self._frames, self._bytes = self._frames, [], 0
        return frames


@dataclass(slots=True, eq=False)
class Session:
    """One publisher's WHIP session."""

    id: str
    etag: str
    game: str
    camera: str
    opened_s: float
    place: Camera
    clock: PublisherClock
    peer: Peer = field(init=False)
    live: bool = False
    lost: bool = False
    seen_s: float | None = None
    """Of the last picture that the watchdog has seen."""
    quiet_s: float = 0.0
    """How long the watchdog has looked since and seen nothing."""
    claiming: asyncio.Task[None] | None = None
    waiting: SinceKey = field(default_factory=SinceKey)
    begun: set[Kind] = field(default_factory=set)
    """What has been handed on of it."""
    counted: tuple[float, int, int] = (0.0, 0, 0)
    """(monotonic seconds, bytes, packets) when the watchdog last counted its traffic."""
    told: dict[str, int] = field(default_factory=dict)
    """Of its losses, what the meters know."""

    @property
    def key(self) -> tuple[str, str]:
        return self.game, self.camera


class Camera:
    """What stays while publishers come and go: the sinks and the time line."""

    def __init__(self, line: CameraLine) -> None:
        self.line = line
        self.sink: FrameSink | None = None
        self.media: MediaSink | None = None
        # Between decoder threads only: the event loop never waits for a put.
        self.putting = threading.Lock()
        self.live: Session | None = None
        self.publishers = 0
        self.hold: Hold | None = None

    def take(self, session: Session, frame: EncodedFrame) -> float | None:
        """On the event loop: give a frame its media time, once for all, and hand it on.

        Returns that time; None for sound that is left out.
        """
        kind = frame.kind
        before_s = self.line.last_s.get(kind)
        media_s = session.clock.media_s(kind, frame.timestamp, frame.began_s)
        if media_s is None:
            return None
        gap = frame.gap
        if kind not in session.begun:
            # Make before break: where the one before sent until now, nothing is missing.
            session.begun.add(kind)
            gap = before_s is not None and media_s - before_s > GAP_S
        if self.media is not None:
            self.media.put(
                Sample(
                    kind, frame.codec, frame.data, media_s, frame.captured_s, frame.key, gap,
                    self.publishers,
                )
            )  # fmt: skip
        return media_s

    def show(
        self, session: Session, picture: av.VideoFrame, media_s: float, captured_s: float
    ) -> None:
        """In a decoder's thread: hand a picture on, if its publisher is still the live one."""
        with self.putting:
            if self.live is session and self.sink is not None:
                self.sink.put(picture, media_s, captured_s)

    def want_key_frame(self) -> None:
        """Ask whoever publishes now for a key frame."""
        if self.live is not None:
            self.live.peer.want_key_frame()
