"""The sound of a file, or a beep a second, to Opus at the pace of the pictures beside it."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from server.clock import Clock
from server.ingest.encode import first_picture_s, length_s

HZ = 48_000
CHUNK = 960
CHUNK_S = CHUNK / HZ
READ_AHEAD = 25
LATE_S = 0.2
BITRATE = 48_000
BEEP_HZ = 1000
BEEP_S = 0.1

# (samples, seconds since the source began); samples (CHUNK,) int16, one channel at HZ.
Chunk = tuple[NDArray[np.int16], float]


def has_sound(path: Path | str) -> bool:
    """Raises av.FFmpegError for a file that cannot be read."""
    with av.open(str(path)) as container:
        return bool(container.streams.audio)


def file_sound(path: Path | str, loop: bool = False) -> Iterator[Chunk]:
    """The sound of a video file, in the time of its pictures (encode.file_pictures)."""
    zero_s = first_picture_s(path)
    cycle_s = length_s(path) if loop else 0.0
    for turn in itertools.count() if loop else range(1):
        for samples, at_s in _once(path):
            seconds = at_s - zero_s
            if seconds >= 0 and (not loop or seconds < cycle_s):
                yield samples, turn * cycle_s + seconds


def beeps(every_s: float = 1.0) -> Iterator[Chunk]:
    """For ever: BEEP_S of a tone at each whole multiple of `every_s` but the first."""
    offsets = np.arange(CHUNK) / HZ
    for number in itertools.count():
        at_s = number * CHUNK / HZ
        seconds = at_s + offsets
        sounding = (seconds % every_s < BEEP_S) & (seconds >= every_s)
        wave = 12_000 * np.sin(2 * np.pi * BEEP_HZ * seconds) * sounding
        yield wave.astype(np.int16), at_s


def _once(path: Path | str) -> Iterator[Chunk]:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=HZ, frame_size=CHUNK)
        for frame in itertools.chain(container.decode(audio=0), (None,)):
            for chunk in resampler.resample(frame):
                if chunk.pts is not None and chunk.time_base is not None and chunk.samples == CHUNK:
                    yield chunk.to_ndarray()[0], float(chunk.pts * chunk.time_base)


class Player:
    """Encodes a source and gives each packet when it is due. Use from the event loop; one reader
    at a time.

    zero_s: the monotonic time of the source's second 0 once it is known, as the pictures have it.
    What is long due, because nobody took it or `held` was set, is passed over.
    """

    def __init__(
        self, source: Iterable[Chunk], zero_s: Callable[[], float | None], clock: Clock
    ) -> None:
        self._source = iter(source)
        self._zero_s = zero_s
        self._clock = clock
        self._encoder = _encoder()
        self._ahead: deque[tuple[bytes, float]] = deque()
        self.held = False

    async def take(self) -> tuple[bytes, float] | None:
        """(an Opus packet of CHUNK_S, seconds of the source) when it is due; None after the last.

        Raises what the source raises.
        """
        while True:
            zero_s = self._zero_s()
            if zero_s is None or self.held:
                await asyncio.sleep(CHUNK_S)
                continue
            if not self._ahead:
                self._ahead.extend(await asyncio.to_thread(self._read))
                if not self._ahead:
                    return None
            early_s = zero_s + self._ahead[0][1] - self._clock.monotonic_s()
            if early_s > 0:
                await asyncio.sleep(min(early_s, LATE_S))
                continue
            packet = self._ahead.popleft()
            if early_s > -LATE_S:
                return packet

    def _read(self) -> list[tuple[bytes, float]]:
        found = []
        for samples, at_s in itertools.islice(self._source, READ_AHEAD):
            frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
            frame.sample_rate = HZ
            found += [(bytes(packet), at_s) for packet in self._encoder.encode(frame)]
        return found


def _encoder() -> AudioCodecContext:
    context = av.CodecContext.create("libopus", "w")
    context.format, context.layout, context.sample_rate = "s16", "mono", HZ
    context.bit_rate = BITRATE
    return context
