"""Many cameras on one device: age of a frame at hand-over and looks a second of each, with 1, 4,
16 and 50 sources of decoded 1080p30 pictures.

No WebRTC and no decoding, which alone would take some 17 cores for 50. The pictures are made once
and shared. `python -m tests.bench.bench_sources --device cuda` (or tensorrt) measures a GPU; by
default it takes what is there and says what that was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from dataclasses import dataclass, field

import av
import numpy as np

from onnx_models.registry import load
from pipeline.session import Asked
from server.clock import SystemClock
from server.inference import Inference
from server.meters import Meters
from server.seen import Captured, Seen
from tests.inference.support import two_seconds

RATE = 30
WIDE = (1920, 1080)
SOURCES = (1, 4, 16, 50)
SETTLE_S = 10.0
"""The governor needs a few of its windows to find the plan that fits."""

PUBLISHED = "NVIDIA, published: 50 streams at p95 901 ms, 11 at p95 69 ms"


@dataclass
class Counted:
    """What one source got."""

    ages_s: list[float] = field(default_factory=list)

    def __call__(self, seen: Seen) -> None:
        self.ages_s.append(time.monotonic() - seen.captured_s)


def main(seconds: float) -> dict[str, object]:
    """Figures of `seconds` for each number of sources, on whatever device there is."""
    return measure(seconds, "auto", SOURCES)


def measure(seconds: float, device: Asked, sources: tuple[int, ...]) -> dict[str, object]:
    """Each number of sources for so long, after it has settled."""
    frames = two_seconds(*WIDE)
    figures: dict[str, object] = {"published": PUBLISHED}
    for count in sources:
        inference = Inference.open(load().get(), device, SystemClock(), Meters())
        figures["device"] = f"{inference.device.provider} ({inference.device.why})"
        figures.update(asyncio.run(_run(inference, frames, count, seconds)))
    return figures


async def _run(
    inference: Inference, frames: list[av.VideoFrame], count: int, seconds: float
) -> dict[str, object]:
    inference.start(asyncio.get_running_loop())
    counted = [Counted() for _ in range(count)]
    slots = [inference.attach((f"game{i}", "main"), one) for i, one in enumerate(counted)]
    began = time.monotonic()
    measured_from = dropped = 0
    for step in range(int((SETTLE_S + seconds) * RATE)):
        due = began + step / RATE
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        if step == int(SETTLE_S * RATE):
            for one in counted:
                one.ages_s.clear()
            measured_from, dropped = step, sum(slot.dropped for slot in slots)
        for at, slot in enumerate(slots):
            # No two cameras show the same picture at a time.
            image = frames[(step + 7 * at) % len(frames)]
            slot.put(Captured(image, step / RATE, time.monotonic()))
    going = inference.going
    dropped = sum(slot.dropped for slot in slots) - dropped
    await inference.stop()
    took_s = (int((SETTLE_S + seconds) * RATE) - measured_from) / RATE
    ages = np.array([age for one in counted for age in one.ages_s] or [np.nan])
    looks = sorted(len(one.ages_s) / took_s for one in counted)
    name = f"{count} source{'s' * (count > 1)}: "
    return {
        name + "age p50 ms": 1000 * float(np.percentile(ages, 50)),
        name + "age p95 ms": 1000 * float(np.percentile(ages, 95)),
        name + "looks a second each, median": looks[len(looks) // 2],
        name + "looks a second each, least": looks[0],
        name + "frames passed over a second each": dropped / took_s / count,
        name + "input pixels, whole every": f"{going.plan.area}, {going.plan.whole_every}",
        name + "load (above 1: too slow)": going.load,
        name + "an operator is told": going.trouble or "nothing",
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_sources")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda", "tensorrt"], default="auto")
    parser.add_argument("--sources", type=int, nargs="+", default=list(SOURCES))
    args = parser.parse_args()
    found = measure(args.seconds, args.device, tuple(args.sources))
    print(json.dumps({"load average": os.getloadavg()[0], **found}, indent=1))
