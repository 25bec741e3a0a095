"""A camera's encoded picture and sound, handed on to everyone in this process who takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from server.clock import Clock
from server.ingest.sample import Sample

SINCE_KEY_MOST_BYTES = 24 << 20
"""Kept for those who come later: more than ten seconds of the heaviest camera that is let in."""
KEY_FRAME_EVERY_S = 1.0
"""Key frames are several times as large as others: a publisher on a thin line that is asked more
often has no bits left for the picture itself."""


class Consumer(Protocol):
    """Takes one camera's samples. Both are called on the event loop and must not wait."""

    def put(self, sample: Sample) -> None:
        """In the order of arrival. Sound and picture are interleaved as they came."""
        ...

    def close(self) -> None:
        """The camera has ended; nothing more comes."""
        ...


class Stream:
    """One camera while it is live; it stays the same over lost connections and take-overs.

    origin: wall time of the camera's media second 0. Use from the event loop.
    """

    def __init__(
        self,
        game: str,
        camera: str,
        origin: datetime,
        ask: Callable[[], None],
        clock: Clock,
        on_close: Callable[[Stream], None] = lambda stream: None,
    ) -> None:
        self.game = game
        self.camera = camera
        self.origin = origin
        self.video_codec: str | None = None
        """`H264` or `VP8` as last seen; None before the first picture."""
        self.audio = False
        """Has there been any sound?"""
        self.newest_s: float | None = None
        """Media second of the newest picture."""
        self._ask = ask
        self._clock = clock
        self._on_close = on_close
        self._asked_s = float("-inf")
        self._consumers: dict[Consumer, None] = {}
        self._since_key: list[Sample] = []
        self._since_key_bytes = 0
        self._closed = False

    @property
    def key(self) -> tuple[str, str]:
        return self.game, self.camera

    @property
    def since_key(self) -> tuple[Sample, ...]:
        """From the last key frame on, sound as well; empty when there is none to begin with."""
        return tuple(self._since_key)

    @property
    def consumers(self) -> int:
        return len(self._consumers)

    def want_key_frame(self) -> None:
        """Ask the publisher for a key frame, unless it was asked a moment ago."""
        now_s = self._clock.monotonic_s()
        if now_s - self._asked_s >= KEY_FRAME_EVERY_S:
            self._asked_s = now_s
            self._ask()

    def attach(self, consumer: Consumer, *, from_key: bool = True) -> None:
        """Hand on to it from now on; from_key: beginning with what since_key holds."""
        if self._closed:
            consumer.close()
            return
        self._consumers[consumer] = None
        for sample in self.since_key if from_key else ():
            if consumer in self._consumers:
                consumer.put(sample)

    def detach(self, consumer: Consumer) -> None:
        """Nothing more for it; it is not closed. Again is the same as once."""
        self._consumers.pop(consumer, None)

    # --- what Cameras calls

    def put(self, sample: Sample) -> None:
        if self._closed:
            return
        if sample.kind == "audio":
            self.audio = True
        else:
            self.video_codec, self.newest_s = sample.codec, sample.media_s
        self._remember(sample)
        for consumer in tuple(self._consumers):
            consumer.put(sample)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._forget()
        self._on_close(self)
        consumers, self._consumers = tuple(self._consumers), {}
        for consumer in consumers:
            consumer.close()

    # --- inside

    def _remember(self, sample: Sample) -> None:
        if sample.kind == "video" and sample.key:
            self._forget()
        elif not self._since_key:
            return
        self._since_key.append(sample)
        self._since_key_bytes += len(sample.data)
        if self._since_key_bytes > SINCE_KEY_MOST_BYTES:
            # Nobody can begin in the middle of it, and nobody wants to begin so long ago.
            self._forget()
            self.want_key_frame()

    def _forget(self) -> None:
        self._since_key.clear()
        self._since_key_bytes = 0


class Streams:
    """The cameras that publish in this process.

    keep(stream) is asked when a camera goes live for those who take every camera from its first
    sample on (the recorder, the forwarder).
    """

    def __init__(
        self, clock: Clock, keep: Callable[[Stream], Sequence[Consumer]] = lambda stream: ()
    ) -> None:
        self._clock = clock
        self._keep = keep
        self._open: dict[tuple[str, str], Stream] = {}

    def open(
        self, game: str, camera: str, origin: datetime, want_key_frame: Callable[[], None]
    ) -> Stream:
        """A camera goes live. The stream is also where its samples are put."""
        stream = Stream(game, camera, origin, want_key_frame, self._clock, self._gone)
        if (before := self._open.get(stream.key)) is not None:
            before.close()
        self._open[stream.key] = stream
        for consumer in self._keep(stream):
            stream.attach(consumer)
        return stream

    def find(self, game: str, camera: str) -> Stream | None:
        """None while nothing is being published."""
        return self._open.get((game, camera))

    @property
    def all(self) -> tuple[Stream, ...]:
        return tuple(self._open.values())

    def _gone(self, stream: Stream) -> None:
        if self._open.get(stream.key) is stream:
            del self._open[stream.key]
