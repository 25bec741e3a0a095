"""Pictures to H264 packets at the pace of real time, in a thread of its own."""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from server.clock import Clock

log = logging.getLogger(__name__)

HZ = 90_000
TIME_BASE = Fraction(1, HZ)
KEY_EVERY = 60
BITRATE = 2_000_000
LEAST_BPS = 100_000
MOST_WIDTH, MOST_HEIGHT, MOST_FPS = 1280, 720, 30
ANEW = 1.6
"""By how much the rate may change before the encoder is opened anew: libx264 follows bit_rate,
but how large one frame may be is settled when it is opened."""
LATE_S = 0.1
HOPELESS_S = 1.0
SKIPS_MOST = 3
REORDERED_MOST = 32
WAITING_MOST = 60

# (picture, seconds since the source began); an array is (H, W, 3) uint8, BGR.
VideoPacket: TypeAlias = "av.Packet[av.VideoStream]"
Picture = tuple[NDArray[np.uint8] | av.VideoFrame, float]


class Outbox:
    """Packets on their way from the encoder's thread to the event loop; bounded.

    When the network does not take them they are dropped up to the next key frame.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[VideoPacket] = deque()
        self._ready = asyncio.Event()
        self._want_key = threading.Event()
        self._open = threading.Event()
        self.allowed_bps: int | None = None
        """What the receiver says may be sent (REMB); None before it has said so."""
        self.ended = False
        self.dropped = 0

    def open(self) -> None:
        """A connection takes packets from now on; it starts with a key frame."""
        self._waiting.clear()
        self.allowed_bps = None
        self._want_key.set()
        self._open.set()

    def shut(self) -> None:
        """There is no connection: nothing needs to be encoded."""
        self._open.clear()
        self._waiting.clear()

    def want_key(self) -> None:
        """The receiver asks for a key frame."""
        self._want_key.set()

    def allow(self, bps: int) -> None:
        """The receiver says how much may be sent."""
        self.allowed_bps = bps

    async def take(self) -> VideoPacket | None:
        """The next packet; None after the last one."""
        while not self._waiting:
            if self.ended:
                return None
            self._ready.clear()
            await self._ready.wait()
        return self._waiting.popleft()

    @property
    def empty(self) -> bool:
        return not self._waiting

    # In the encoder's thread.

    def wanted(self) -> bool:
        return self._open.is_set()

    def key_wanted(self) -> bool:
        wanted = self._want_key.is_set()
        self._want_key.clear()
        return wanted

    def put(self, packet: VideoPacket | None) -> None:
        """None: there will be no more."""
        try:
            self._loop.call_soon_threadsafe(self._put, packet)
        except RuntimeError:
            log.debug("the event loop has ended before the encoder")

    def _put(self, packet: VideoPacket | None) -> None:
        if packet is None:
            self.ended = True
        elif self._open.is_set():
            if len(self._waiting) >= WAITING_MOST:
                self.dropped += len(self._waiting)
                self._waiting.clear()
                self._want_key.set()
            self._waiting.append(packet)
        self._ready.set()


class Pacer:
    """When each picture is due. Pure but for the time passed in.

    A source that cannot keep up is played slower, not dropped altogether. live: one that leaves out
    by itself what is late; played slower it would be waited for at each picture.
    zero_s: when its second 0 was due, once its first picture was there.
    """

    def __init__(self, live: bool = False) -> None:
        self._live = live
        self.zero_s: float | None = None
        self._skipped = 0
        self.skipped = 0

    def wait_s(self, now_s: float, pts_s: float) -> float | None:
        """Seconds to wait before this picture goes out; None: leave it out."""
        if self.zero_s is None:
            self.zero_s = now_s - pts_s
        early_s = self.zero_s + pts_s - now_s
        if early_s < -HOPELESS_S and not self._live:
            self.zero_s -= early_s
            early_s = 0.0
        if early_s < -LATE_S and self._skipped < SKIPS_MOST:
            self._skipped += 1
            self.skipped += 1
            return None
        self._skipped = 0
        return max(0.0, early_s)


class EncoderThread:
    """Plays a source into an outbox until it ends or `stop` is called.

    most_bps: how much may be encoded at a second of the source; less where the receiver says so.
    live: as in Pacer.
    `error` is what the source or the encoder raised, once the thread has ended.
    """

    def __init__(
        self,
        source: Iterable[Picture],
        outbox: Outbox,
        clock: Clock,
        most_bps: Callable[[float], int],
        live: bool = False,
    ) -> None:
        self._clock = clock
        self._source = source
        self._outbox = outbox
        self._most_bps = most_bps
        self._stop = threading.Event()
        self._pacer = Pacer(live)
        self.encoded = 0
        self.played_s = 0.0
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="publish encoder", daemon=True)

    @property
    def skipped(self) -> int:
        """Pictures left out because the source or this machine was late."""
        return self._pacer.skipped

    @property
    def zero_s(self) -> float | None:
        """Monotonic time of the source's second 0; it moves when the source is played slower."""
        return self._pacer.zero_s

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Not on the event loop: waits for the thread."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            self._play()
        except (av.FFmpegError, OSError, ValueError, RuntimeError) as error:
            self.error = error
        finally:
            self._outbox.put(None)

    def _play(self) -> None:
        context: VideoCodecContext | None = None
        made = 0, 0, 0
        for picture, pts_s in self._source:
            wait_s = self._pacer.wait_s(self._clock.monotonic_s(), pts_s)
            if self._stop.wait(wait_s or 0.0):
                return
            self.played_s = pts_s
            if wait_s is None or not self._outbox.wanted():
                continue
            frame = _yuv(picture)
            bps = self._bitrate(pts_s)
            size = frame.width, frame.height
            if context is None or size != made[:2] or not 1 / ANEW < bps / made[2] < ANEW:
                context, made = _open(*size, bps), (*size, bps)
            context.bit_rate = bps
            frame.pts, frame.time_base = round(pts_s * HZ), TIME_BASE
            key = self._outbox.key_wanted()
            frame.pict_type = (
                av.video.frame.PictureType.I if key else av.video.frame.PictureType.NONE
            )
            for packet in context.encode(frame):
                self._outbox.put(packet)
            self.encoded += 1

    def _bitrate(self, pts_s: float) -> int:
        most, allowed = self._most_bps(pts_s), self._outbox.allowed_bps
        return most if allowed is None else max(LEAST_BPS, min(most, allowed))


def _yuv(picture: NDArray[np.uint8] | av.VideoFrame) -> av.VideoFrame:
    """yuv420p with even sides, not larger than a phone's 720p, upright or lying."""
    if isinstance(picture, av.VideoFrame):
        frame = picture
    else:
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
    long, short = max(frame.width, frame.height), min(frame.width, frame.height)
    scale = min(1.0, MOST_WIDTH / long, MOST_HEIGHT / short)
    width, height = (max(2, round(side * scale) & ~1) for side in (frame.width, frame.height))
    return frame.reformat(width=width, height=height, format="yuv420p")


def _open(width: int, height: int, bitrate: int) -> VideoCodecContext:
    """At most `bitrate`; libx264 follows when bit_rate is lowered later. The small buffer keeps
    key frames small, which a narrow network needs."""
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.bit_rate = bitrate
    context.time_base, context.framerate = TIME_BASE, Fraction(MOST_FPS, 1)
    context.gop_size = KEY_EVERY
    context.thread_count = 1
    context.options = {
        "preset": "ultrafast", "tune": "zerolatency", "level": "31", "forced-idr": "1",
        "maxrate": str(bitrate), "bufsize": str(bitrate // 8), "x264-params": "repeat-headers=1",
    }  # fmt: skip
    cast(Any, context).profile = "Constrained Baseline"
    return context


def file_pictures(path: Path | str, loop: bool = False) -> Iterator[Picture]:
    """The pictures of a video file with their times, at most 30 a second.

    loop: again from the beginning, for ever; time goes on. Raises av.FFmpegError or ValueError
    for a file without video.
    """
    cycle_s = length_s(path) if loop else 0.0
    for turn in itertools.count() if loop else range(1):
        for frame, pts_s in _once(path):
            yield frame, turn * cycle_s + pts_s


def first_picture_s(path: Path | str) -> float:
    """The time of a file's first picture, in the file's own time. Raises as file_pictures."""
    return min(itertools.islice(_picture_times(path), REORDERED_MOST))


def length_s(path: Path | str) -> float:
    """Seconds from a file's first picture to the end of its last. Raises as file_pictures."""
    times = list(_picture_times(path))
    return max(times) - min(times) + 1 / MOST_FPS


def _picture_times(path: Path | str) -> Iterator[float]:
    """Without decoding; not in their order."""
    with av.open(str(path)) as container:
        if not container.streams.video:
            raise ValueError(f"{path} has no video")
        nothing = True
        for packet in container.demux(container.streams.video[0]):
            if packet.pts is not None and packet.time_base is not None:
                nothing = False
                yield float(packet.pts * packet.time_base)
        if nothing:
            raise ValueError(f"{path} has no pictures")


def upright(frame: av.VideoFrame) -> av.VideoFrame | NDArray[np.uint8]:
    """A phone held upright writes pictures that lie on their side, and a note that says so."""
    quarters = round(frame.rotation / 90) % 4
    if quarters == 0:
        return frame
    return np.ascontiguousarray(np.rot90(frame.to_ndarray(format="bgr24"), quarters))


def _once(path: Path | str) -> Iterator[Picture]:
    with av.open(str(path)) as container:
        if not container.streams.video:
            raise ValueError(f"{path} has no video")
        stream = container.streams.video[0]
        first_s: float | None = None
        last_s = float("-inf")
        for frame in container.decode(stream):
            if frame.pts is None or frame.time_base is None:
                continue
            seconds = float(frame.pts * frame.time_base)
            first_s = seconds if first_s is None else first_s
            if seconds - first_s - last_s < 0.8 / MOST_FPS:
                continue
            last_s = seconds - first_s
            yield upright(frame), last_s
        if first_s is None:
            raise ValueError(f"{path} has no pictures")
