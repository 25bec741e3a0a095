"""Counters, and the monitor of the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import time

from prometheus_client.parser import text_string_to_metric_families

from server.clock import SystemClock
from server.meters import Meters, watch_loop


def sample(meters: Meters, name: str) -> float:
    for family in text_string_to_metric_families(meters.exposition().decode()):
        for found in family.samples:
            if found.name == name:
                return float(found.value)
    raise AssertionError(f"no {name}")


def test_two_servers_in_one_process_count_apart() -> None:
    one, other = Meters(), Meters()
    one.frame_seen(("g", "main"), 0.05, 0.03)
    one.frames_dropped(("g", "main"), 3)
    one.batch_looked(2, 0.03)
    one.request("GET", 200)
    assert sample(one, "courtside_frames_dropped_total") == 3
    assert sample(one, "courtside_frame_age_seconds_sum") == 0.05
    assert sample(one, "courtside_pictures_looked_total") == 2
    assert sample(other, "courtside_frames_seen_total") == 0


def test_gauges_are_read_when_asked() -> None:
    meters, viewers = Meters(), [1.0]
    meters.gauges(lambda: {"viewers": ("Viewers", viewers[0], {"where": "here"})})
    assert sample(meters, "courtside_viewers") == 1
    viewers[0] = 5
    assert sample(meters, "courtside_viewers") == 5


async def test_a_blocked_loop_is_noticed() -> None:
    meters = Meters()
    assert meters.loop_delay_ms() == {}
    watching = asyncio.create_task(watch_loop(meters, SystemClock(), every_s=0.01))
    await asyncio.sleep(0.05)
    time.sleep(0.2)  # what nobody may do
    await asyncio.sleep(0.05)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    assert meters.loop_delay_ms()["max"] >= 150
