"""A real clip at its own pace through the thread: shots are proposed, on this machine as it is."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from onnx_models.registry import load
from pipeline.sight import Sighting
from server.clock import SystemClock
from server.inference import Inference
from server.seen import Captured, Seen
from tests.inference.support import clip
from tests.support import missing, shared


@pytest.mark.slow
async def test_shots_of_a_clip_at_its_own_pace() -> None:
    path = shared("video/clips/three_score_two_miss.mp4")
    labels = json.loads(shared("video/clips/shots.json").read_text())[path.name]
    inference = await asyncio.to_thread(Inference.open, load().get(), "cpu", SystemClock())
    inference.start(asyncio.get_running_loop())
    found: list[Sighting] = []
    looks = 0

    def on_seen(seen: Seen) -> None:
        nonlocal looks
        looks += 1
        found.extend(seen.sightings)

    slot = inference.attach(("game", "main"), on_seen)
    began = time.monotonic()
    frames = clip(path)
    while (taken := await asyncio.to_thread(next, frames, None)) is not None:
        frame, media_s = taken
        await asyncio.sleep(max(0.0, began + media_s - time.monotonic()))
        slot.put(Captured(frame, media_s, time.monotonic()))
    await asyncio.sleep(0.5)
    await inference.stop()
    if looks < 5 * 12:
        missing(f"a machine fast enough ({looks} looks in 12 s)")
    seen = {
        label["t"] for label in labels if any(abs(one.at_s - label["t"]) <= 1.0 for one in found)
    }
    false = [one for one in found if all(abs(one.at_s - label["t"]) > 1.0 for label in labels)]
    assert len(seen) >= 3, (looks, found)
    assert len(false) <= 2, (looks, found)
