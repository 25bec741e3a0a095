"""CPU of receiving and decoding one 720p30 stream, beside a bare libavcodec decode of it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

import av

from server.ingest.sample import EncodedFrame
from tests.ingest.clients import ffmpeg
from tests.ingest.conftest import serve, until


def main(seconds: float) -> dict[str, object]:
    """Figures of `seconds` of a stream that FFmpeg sends from another process."""
    return asyncio.run(_measure(seconds))


async def _measure(seconds: float) -> dict[str, object]:
    kept: list[EncodedFrame] = []
    ages: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with (
            serve() as house,
            ffmpeg(f"{house.url}/whip/bench", Path(folder), seconds + 20) as process,
        ):
            await until(lambda: len(house.sink("bench").media) > 60, 20, "two seconds")
            sink = house.sink("bench")
            decoder = house.cameras.sessions[0].peer.decoder
            assert decoder is not None
            cpu_s, wall_s, first = time.process_time(), time.monotonic(), len(sink.media)
            await asyncio.sleep(seconds)
            cpu_s, wall_s = time.process_time() - cpu_s, time.monotonic() - wall_s
            pictures = len(sink.media) - first
            ages = sorted(sink.age_s[first:])

            delays = await _loop_delays(min(5.0, seconds))

            # The same stream again, kept as it comes, for the bare decode below.
            peer = house.cameras.sessions[0].peer
            hand_on = peer._on_frame

            def keep(frame: EncodedFrame) -> None:
                kept.append(frame)
                hand_on(frame)

            peer._on_frame = keep
            await asyncio.sleep(6)
            process.kill()
    bare_s, bare_pictures = _bare(kept)
    ours = cpu_s / pictures
    bare = bare_s / bare_pictures
    delays.sort()
    return {
        "stream_pictures_per_s": pictures / wall_s,
        "stream_mbps": sum(len(f.data) for f in kept) * 8 * 30 / len(kept) / 1e6,
        "receive_and_decode_core": cpu_s / wall_s,
        "receive_and_decode_ms_a_picture": ours * 1000,
        "bare_decode_ms_a_picture": bare * 1000,
        "ratio_to_bare_decode": ours / bare,
        "picture_age_p50_ms": ages[len(ages) // 2] * 1000,
        "picture_age_p95_ms": ages[int(len(ages) * 0.95)] * 1000,
        "loop_delay_p99_ms": delays[int(len(delays) * 0.99)] * 1000,
    }


async def _loop_delays(seconds: float) -> list[float]:
    """How late the event loop woke us, in seconds, for `seconds`."""
    delays = []
    end = time.monotonic() + seconds
    while (began := time.monotonic()) < end:
        await asyncio.sleep(0.01)
        delays.append(time.monotonic() - began - 0.01)
    return delays


def _bare(frames: list[EncodedFrame]) -> tuple[float, int]:
    """(CPU seconds, pictures) of libavcodec alone, from the first key frame on."""
    start = next(n for n, frame in enumerate(frames) if frame.key)
    context = av.CodecContext.create("h264", "r")
    context.thread_count = 1
    pictures = 0
    began = time.process_time()
    for frame in frames[start:]:
        pictures += len(context.decode(av.Packet(frame.data)))
    return time.process_time() - began, pictures
