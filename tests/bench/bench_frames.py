"""Age of a frame when what it showed is handed to the event loop, and the loop's own delay.

720p frames of a real clip (or plain ones without it) at 30 a second into the inference thread with
the network that ships, once as it is and once made ten times as slow.
"""

from __future__ import annotations

import asyncio
import time

import av
import numpy as np
import psutil

from onnx_models.registry import load
from pipeline.detect import Detector, Finds
from server.clock import SystemClock
from server.inference import Inference
from server.seen import Captured, Seen
from tests.inference.support import Slowed, two_seconds

RATE = 30
WIDE = (1280, 720)


def main(seconds: float) -> dict[str, object]:
    """Figures of `seconds` at each speed."""
    model = load().get()
    model.verify()
    detector = Detector.open(model.path, model.labels, "cpu", size=model.size)
    frames = two_seconds(*WIDE)
    plain = asyncio.run(_run(detector, frames, seconds))
    slow = asyncio.run(_run(Slowed(detector, 10.0), frames, seconds))
    figures: dict[str, object] = {}
    for name, part in (("", plain), ("slowed tenfold: ", slow)):
        figures.update({name + key: value for key, value in part.items()})
    return figures


async def _run(detector: Finds, frames: list[av.VideoFrame], seconds: float) -> dict[str, object]:
    seen: list[tuple[float, float]] = []
    delays: list[float] = []
    memory: list[int] = []
    process = psutil.Process()

    def on_seen(one: Seen) -> None:
        seen.append((time.monotonic() - one.captured_s, one.looked_s))

    inference = Inference(detector, SystemClock())
    inference.start(asyncio.get_running_loop())
    slot = inference.attach(("bench", "main"), on_seen)
    began = time.monotonic()
    for step in range(int(seconds * RATE)):
        due = began + step / RATE
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        delays.append(max(0.0, time.monotonic() - due))
        slot.put(Captured(frames[step % len(frames)], step / RATE, time.monotonic()))
        if step % RATE == 0:
            memory.append(process.memory_info().rss)
    await inference.stop()
    return _figures(seen, delays, memory, slot.dropped, seconds)


def _figures(
    seen: list[tuple[float, float]],
    delays: list[float],
    memory: list[int],
    dropped: int,
    seconds: float,
) -> dict[str, object]:
    ages = np.array([age for age, _ in seen] or [np.nan])
    looks = np.array([look for _, look in seen] or [np.nan])
    age, look = float(np.percentile(ages, 95)), float(np.percentile(looks, 95))
    settled = memory[len(memory) // 4 :]
    return {
        "looks a second": len(seen) / seconds,
        "frames passed over": dropped,
        "inference p50 ms": 1000 * float(np.percentile(looks, 50)),
        "inference p95 ms": 1000 * look,
        "age p50 ms": 1000 * float(np.percentile(ages, 50)),
        "age p95 ms": 1000 * age,
        "age p95 over (1.5 x inference p95 + 100 ms)": age / (1.5 * look + 0.1),
        "event loop delay p99 ms": 1000 * float(np.percentile(delays, 99)),
        "memory grown MiB": (settled[-1] - settled[0]) / 2**20,
    }
