"""Real packets, really lost, between a publisher, the server and a viewer.

Minutes and many seeds: test_simulated.py. Longer, with figures: `python -m tests.bench network`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from server.clock import SystemClock
from server.ingest import testcard
from server.ingest.network import Network, Weather
from server.ingest.phone import Phone
from server.ingest.publish import Published, publish_frames
from server.ingest.relay import Relay
from server.ingest.sample import Sample
from server.ingest.sound import beeps
from tests.browser import chromium_page
from tests.ingest.clients import ffmpeg
from tests.ingest.conftest import TOKEN, until
from tests.ingest.page import PAGE
from tests.media import avsync
from tests.media.glass import Cards, Glass
from tests.media.watching import Rooms, rooms
from tests.relay import relay_page, relayed

SIZE = (640, 384)
LTE = Network(delay_s=0.03)


@dataclass(eq=False)
class Kept:
    """Everything that left the ingest room, as a recorder gets it."""

    samples: list[Sample] = field(default_factory=list)

    def put(self, sample: Sample) -> None:
        self.samples.append(sample)

    def close(self) -> None:
        """The camera has ended."""


async def kept_of(place: Rooms) -> Kept:
    """What leaves the room from now on, once a camera is live."""
    await until(lambda: place.streams.find("g1", "main"), 20, "a live camera")
    stream, kept = place.streams.find("g1", "main"), Kept()
    assert stream is not None
    stream.attach(kept)
    return kept


@dataclass(eq=False)
class Scene:
    """A phone that films the test card, and a viewer."""

    place: Rooms
    cards: Cards
    kept: Kept
    task: asyncio.Task[Published]


@asynccontextmanager
async def filmed(phone: Phone) -> AsyncIterator[Scene]:
    """From the viewer's first picture on."""
    stop = asyncio.Event()
    async with rooms() as place:
        publishing = publish_frames(
            testcard.film(SystemClock(), SIZE), f"{place.url}/whip/g1", TOKEN, live=True,
            sound=beeps(), phone=phone, stop=stop,
        )  # fmt: skip
        task = asyncio.create_task(publishing)
        kept = await kept_of(place)
        glass = await Glass(f"{place.url}/whep/g1").open()
        await until(lambda: glass.cards.seen, what="pictures")
        yield Scene(place, glass.cards, kept, task)
        stop.set()
        await task
        await glass.close()


async def test_what_befalls_a_phone_is_seen_and_gone() -> None:
    """Turned, 5 % lost for two seconds, another network: pictures and sound go on, in step."""
    weather = Weather(((2.0, {"loss": 0.05}), (4.0, {"loss": 0.0})), LTE)
    phone = Phone(weather, rotate_s=(4.2, 5.4, 5.4, 5.4), change_s=(7.0,))
    async with filmed(phone) as scene:
        begun_s = time.monotonic()
        await asyncio.sleep(10)
    cards, published = scene.cards, scene.task.result()
    assert {one.size for one in cards.seen} == {SIZE, (SIZE[1], SIZE[0])}
    assert published.lost_packets > 5
    well = [
        one.age_ms
        for one in cards.seen
        if begun_s + 6 < one.at_s < begun_s + 6.8 and one.age_ms is not None
    ]
    assert float(np.median(well)) < 200
    assert published.connections == 2
    assert max(cards.gaps_s()) < 3.0
    videos = [s for s in scene.kept.samples if s.kind == "video"]
    assert [s.media_s for s in videos] == sorted({s.media_s for s in videos})
    assert {s.publisher for s in videos} == {1, 2}
    assert abs(float(np.median(avsync.of_samples(scene.kept.samples)))) < 0.04


@pytest.mark.e2e
async def test_chromium_films_over_a_bad_network() -> None:
    async with rooms(pages={"/page": PAGE}) as place, chromium_page() as page:
        with Relay(Network(loss=0.03, delay_s=0.03)) as relay:
            await relay_page(page, relay)
            await page.goto(f"{place.url}/page")
            await page.evaluate(
                "([url, token]) => publish(url, token, 'H264', {})",
                [f"{place.url}/whip/g1/main", TOKEN],
            )
            kept = await kept_of(place)
            await until(lambda: len(kept.samples) > 60, 20, "two seconds of pictures")
            assert relay.there.lost
            assert await page.evaluate("window.errors") == []


async def test_ffmpeg_films_over_a_bad_network(tmp_path: Path) -> None:
    with Relay(Network(loss=0.01, delay_s=0.02, jitter_s=0.01, reorder=0.02)) as relay:
        async with (
            rooms() as place,
            relayed(place.url, relay) as url,
            ffmpeg(f"{url}/whip/g1", tmp_path, 8.0, SIZE),
        ):
            kept = await kept_of(place)
            await until(lambda: len(kept.samples) > 45, 20, "pictures")
            assert relay.there.lost
