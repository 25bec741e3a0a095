"""Encoded frames to pictures, in a thread of its own, with bounds everywhere."""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
from av.video.codeccontext import VideoCodecContext

log = logging.getLogger(__name__)

WAITING_MOST = 60  # encoded frames, two seconds at 30 fps
WAITING_MOST_BYTES = 16 << 20
KEY_WAIT_S = 1.0
"""After a loss pictures stand still so long at most: what builds on a lost frame shows rubbish, but
a publisher that never sends the key frame it is asked for is better seen so than not at all."""

TIME_BASE = Fraction(1, 90_000)
MOST_PIXELS = 3840 * 2160
DECODERS = {"H264": "h264", "VP8": "vp8"}


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFrame:
    """codec: `H264` (Annex B) or `VP8`. timestamp: unwrapped RTP, 90 kHz.

    captured_s: monotonic seconds at which its last packet arrived.
    gap: frames before it were lost on the way.
    """

    codec: str
    data: bytes
    timestamp: int
    captured_s: float
    gap: bool = False

    def is_key(self) -> bool:
        """Can decoding begin here?"""
        if self.codec == "VP8":
            return bool(self.data) and not self.data[0] & 1
        return _has_idr(self.data)


class Decoder:
    """Takes encoded frames from the event loop, gives pictures from its own thread.

    on_picture(frame, timestamp, captured_s), on_trouble(why) and on_end(why) run in that
    thread. on_trouble means: ask the publisher for a key frame. on_end is called once.
    `put` never blocks; when the thread falls behind, what waits is dropped up to the next key
    frame.
    """

    def __init__(
        self,
        name: str,
        on_picture: Callable[[av.VideoFrame, int, float], None],
        on_trouble: Callable[[str], None],
        on_end: Callable[[str], None],
    ) -> None:
        self._on_picture = on_picture
        self._on_trouble = on_trouble
        self._on_end = on_end
        self._ready = threading.Condition()
        self._waiting: deque[EncodedFrame] = deque()
        self._waiting_bytes = 0
        self._closed = False
        self._skipping = False
        self.decoded = 0
        self.dropped = 0
        self.errors = 0
        self._thread = threading.Thread(target=self._run, name=f"decode {name}", daemon=True)
        self._thread.start()

    def put(self, frame: EncodedFrame) -> None:
        """From the event loop."""
        with self._ready:
            if self._closed:
                return
            if (
                len(self._waiting) >= WAITING_MOST
                or self._waiting_bytes + len(frame.data) > WAITING_MOST_BYTES
            ):
                self.dropped += len(self._waiting)
                self._waiting.clear()
                self._waiting_bytes = 0
                self._skipping = True
            self._waiting.append(frame)
            self._waiting_bytes += len(frame.data)
            self._ready.notify()

    def close(self) -> None:
        """Ask the thread to end; does not wait for it."""
        with self._ready:
            self._closed = True
            self._waiting.clear()
            self._waiting_bytes = 0
            self._ready.notify()

    @property
    def waiting(self) -> int:
        """Encoded frames that wait for the thread."""
        return len(self._waiting)

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; not on the event loop. Has it ended?"""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _take(self) -> tuple[EncodedFrame, bool] | None:
        """The next frame, and whether frames before it are missing."""
        with self._ready:
            while not self._waiting and not self._closed:
                self._ready.wait()
            if self._closed:
                return None
            frame = self._waiting.popleft()
            self._waiting_bytes -= len(frame.data)
            skipping, self._skipping = self._skipping, False
            return frame, skipping

    def _run(self) -> None:
        codec = ""
        context: VideoCodecContext | None = None
        until_s = math.inf  # a key frame is waited for so long
        while (taken := self._take()) is not None:
            frame, missing = taken
            if frame.codec != codec or context is None:
                codec, context, until_s = frame.codec, _open(frame.codec), math.inf
            elif (frame.gap or missing) and until_s == -math.inf:
                until_s = frame.captured_s + KEY_WAIT_S
            if frame.is_key():
                until_s = -math.inf
            elif frame.captured_s < until_s:
                self.dropped += 1
                self._on_trouble("waiting for a key frame")
                continue
            why = self._decode(context, frame)
            if why is not None:
                self._on_end(why)
                return

    def _decode(self, context: VideoCodecContext, frame: EncodedFrame) -> str | None:
        """None, or why this stream must end."""
        packet = av.Packet(frame.data)
        packet.pts = frame.timestamp
        packet.time_base = TIME_BASE
        try:
            pictures = context.decode(packet)
        except av.FFmpegError as error:
            # The decoder is kept: it recovers at the next key frame.
            self.errors += 1
            self._on_trouble(f"a frame could not be decoded: {error}")
            return None
        for picture in pictures:
            if picture.width * picture.height > MOST_PIXELS:
                return f"a picture of {picture.width}x{picture.height} is too large"
            self.decoded += 1
            self._on_picture(picture, frame.timestamp, frame.captured_s)
        return None


def _open(codec: str) -> VideoCodecContext:
    context = cast(VideoCodecContext, av.CodecContext.create(DECODERS[codec], "r"))
    # One thread a stream: many streams share the machine, and a frame must not wait for others.
    context.thread_count = 1
    context.options = {"flags": "low_delay"}
    return context


def _has_idr(data: bytes) -> bool:
    """Does an H264 frame carry an IDR slice (or parameter sets that announce one)?"""
    at = data.find(b"\x00\x00\x01")
    while at >= 0 and at + 3 < len(data):
        kind = data[at + 3] & 0x1F
        if kind in (5, 7):
            return True
        if kind == 1:
            return False
        at = data.find(b"\x00\x00\x01", at + 3)
    return False
