"""Encoded frames to pictures, in a thread of its own, with bounds everywhere."""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import cast

import av
from av.video.codeccontext import VideoCodecContext

from server.ingest.bitstream import MOST_PIXELS
from server.ingest.sample import EncodedFrame

log = logging.getLogger(__name__)

WAITING_MOST = 60  # encoded frames, two seconds at 30 fps
WAITING_MOST_BYTES = 16 << 20
KEY_WAIT_S = 1.0
"""After a loss pictures stand still so long at most: what builds on a lost frame shows rubbish, but
a publisher that never sends the key frame it is asked for is better seen so than not at all."""

TIME_BASE = Fraction(1, 90_000)
DECODERS = {"H264": "h264", "VP8": "vp8"}


# picture, media_s (None: the camera is not live yet), captured_s
OnPicture = Callable[[av.VideoFrame, float | None, float], None]


class Decoder:
    """Takes encoded frames from the event loop, gives pictures from its own thread.

    on_picture(picture, media_s, captured_s) and on_trouble(why) run in that thread: media_s is
    what the picture's encoded frame was put with; trouble means that a key frame is needed.
    `put` never blocks; when the thread falls behind, what waits is dropped up to the next key
    frame.
    """

    def __init__(
        self,
        name: str,
        on_picture: OnPicture,
        on_trouble: Callable[[str], None],
    ) -> None:
        self._on_picture = on_picture
        self._on_trouble = on_trouble
        self._ready = threading.Condition()
        self._waiting: deque[tuple[EncodedFrame, float | None]] = deque()
        self._waiting_bytes = 0
        self._closed = False
        self._skipping = False
        self.decoded = 0
        self.dropped = 0
        self.errors = 0
        self._thread = threading.Thread(target=self._run, name=f"decode {name}", daemon=True)
        self._thread.start()

    def put(self, frame: EncodedFrame, media_s: float | None = None) -> None:
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
            self._waiting.append((frame, media_s))
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

    def _take(self) -> tuple[EncodedFrame, float | None, bool] | None:
        """The next frame, its media time, and whether frames before it are missing."""
        with self._ready:
            while not self._waiting and not self._closed:
                self._ready.wait()
            if self._closed:
                return None
            frame, media_s = self._waiting.popleft()
            self._waiting_bytes -= len(frame.data)
            skipping, self._skipping = self._skipping, False
            return frame, media_s, skipping

    def _run(self) -> None:
        codec = ""
        context: VideoCodecContext | None = None
        until_s = math.inf  # a key frame is waited for so long
        while (taken := self._take()) is not None:
            frame, media_s, missing = taken
            if frame.codec != codec or context is None:
                codec, context, until_s = frame.codec, _open(frame.codec), math.inf
            elif (frame.gap or missing) and until_s == -math.inf:
                until_s = frame.captured_s + KEY_WAIT_S
            if frame.key:
                until_s = -math.inf
            elif frame.captured_s < until_s:
                self.dropped += 1
                self._on_trouble("waiting for a key frame")
                continue
            self._decode(context, frame, media_s)

    def _decode(
        self, context: VideoCodecContext, frame: EncodedFrame, media_s: float | None
    ) -> None:
        packet = av.Packet(frame.data)
        packet.pts = frame.timestamp
        packet.time_base = TIME_BASE
        try:
            pictures = context.decode(packet)
        except av.FFmpegError as error:
            # The decoder is kept: it recovers at the next key frame.
            self.errors += 1
            self._on_trouble(f"a frame could not be decoded: {error}")
            return
        for picture in pictures:
            self.decoded += 1
            self._on_picture(picture, media_s, frame.captured_s)


def _open(codec: str) -> VideoCodecContext:
    context = cast(VideoCodecContext, av.CodecContext.create(DECODERS[codec], "r"))
    # One thread a stream: many streams share the machine, and a frame must not wait for others.
    context.thread_count = 1
    # A header may claim any size: refused before there is memory for it.
    context.options = {"flags": "low_delay", "max_pixels": str(MOST_PIXELS)}
    return context
