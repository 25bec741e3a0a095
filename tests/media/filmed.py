"""Encoded samples as a phone sends them, and a camera that plays them, without a publisher."""

from __future__ import annotations

import asyncio
import functools
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

from server.ingest.sample import Codec, Sample
from server.media.streams import Stream, Streams

FPS = 30
ENCODERS: dict[Codec, tuple[str, dict[str, str]]] = {
    "H264": (
        "libx264",
        {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "repeat-headers=1"},
    ),
    "VP8": ("libvpx", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}),
}


def film(
    frames: int,
    *,
    codec: Codec = "H264",
    size: tuple[int, int] = (320, 240),
    bitrate: int = 500_000,
    key_every: int = 60,
) -> list[Sample]:
    """Moving noise, 30 a second from media second 0 on, as samples of publisher 1."""  # fmt: skip
    name, options = ENCODERS[codec]
    context = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.bit_rate, context.gop_size = bitrate, key_every
    context.time_base, context.framerate = Fraction(1, FPS), Fraction(FPS, 1)
    context.options = {
        **options, "maxrate": str(bitrate), "bufsize": str(bitrate // 2),
    }  # fmt: skip
    found: list[Sample] = []
    for count, frame in enumerate(_pictures(frames, size)):
        frame.pts = count
        for packet in context.encode(frame):
            at_s = len(found) / FPS
            found.append(
                Sample("video", codec, bytes(packet), at_s, at_s, packet.is_keyframe, False, 1)
            )
    return found


@functools.cache
def silence() -> bytes:
    """20 ms of it, as Opus."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
    frame.sample_rate = 48_000
    packets: list[bytes] = []
    while not packets:
        packets = [bytes(packet) for packet in encoder.encode(frame)]
    return packets[0]


def with_sound(samples: Sequence[Sample]) -> list[Sample]:
    """The same with a packet of silence beside each picture."""
    return [
        one
        for s in samples
        for one in (s, Sample("audio", "OPUS", silence(), s.media_s, s.media_s, True, False, 1))
    ]


def _pictures(count: int, size: tuple[int, int]) -> Iterator[av.VideoFrame]:
    rng = np.random.default_rng(1)
    width, height = size
    noise = rng.integers(0, 255, (height * 3 // 2, width * 2), np.uint8)
    for n in range(count):
        shift = n * 7 % width
        yield av.VideoFrame.from_ndarray(
            np.ascontiguousarray(noise[:, shift : shift + width]), "yuv420p"
        )


@asynccontextmanager
async def playing(
    streams: Streams, samples: Sequence[Sample], asked: list[float] | None = None
) -> AsyncIterator[Stream]:
    """Camera g1/main is live with these, again and again, in real time. asked: here it is noted
    when somebody wants a key frame."""
    wanted = asked if asked is not None else []
    stream = streams.open("g1", "main", datetime.now(UTC), lambda: wanted.append(time.monotonic()))

    async def play() -> None:
        begun_s, lasts_s = time.monotonic(), samples[-1].media_s + 1 / FPS
        for turn in itertools.count():
            for sample in samples:
                at_s = turn * lasts_s + sample.media_s
                await asyncio.sleep(max(0.0, begun_s + at_s - time.monotonic()))
                stream.put(replace(sample, media_s=at_s, captured_s=time.monotonic()))

    task = asyncio.create_task(play())
    try:
        yield stream
    finally:
        task.cancel()
        stream.close()
