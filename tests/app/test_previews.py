"""What a camera sees, shown to whoever asks, in this process or another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import av
import cv2
import numpy as np
import pytest

from pipeline.frame import Image
from server.clock import SystemClock
from server.live.bus import Bus
from server.live.redis import LiveStore, connect
from server.previews import OLDEST_S, WIDEST_PX, Previews
from tests.redis_server import RedisServer


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


class Kept:
    """A sink that counts."""

    def __init__(self) -> None:
        self.got = 0
        self.closed = False

    def put(self, frame: av.VideoFrame, media_s: float, captured_s: float) -> None:
        self.got += 1

    def close(self) -> None:
        self.closed = True


class Hands(SystemClock):
    """A clock that can be moved on."""

    def __init__(self) -> None:
        self.later_s = 0.0

    def monotonic_s(self) -> float:
        return super().monotonic_s() + self.later_s


@asynccontextmanager
async def process(url: str, name: str, clock: SystemClock) -> AsyncIterator[Previews]:
    store, bus = LiveStore(connect(url), clock, name), Bus(connect(url), name)
    await bus.start()
    async with asyncio.timeout(5):
        while not bus.up:
            await asyncio.sleep(0.01)
    previews = Previews(store, bus, clock)
    try:
        yield previews
    finally:
        await previews.close()
        await bus.stop()
        await store.client.aclose()


def picture(width: int = 1280, height: int = 720, grey: int = 200) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(np.full((height, width, 3), grey, np.uint8), format="bgr24")


def opened(jpeg: bytes) -> Image:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


async def test_the_newest_picture_is_shown_small(redis_server: RedisServer) -> None:
    clock = Hands()
    async with process(redis_server.url, "a", clock) as previews:
        onward = Kept()
        assert await previews.of("g", "main") is None
        sink = previews.through("g", "main", onward)
        assert await previews.of("g", "main") is None  # nothing came yet
        for n, grey in enumerate((10, 100, 200)):
            sink.put(picture(grey=grey), n / 10, clock.monotonic_s())
        assert onward.got == 3
        still = await previews.of("g", "main")
        assert still is not None
        assert still.media_s == pytest.approx(0.2)
        image = opened(still.jpeg)
        assert image.shape == (540, WIDEST_PX, 3)
        assert abs(float(image.mean()) - 200) < 4
        # Whoever asks at the same time gets the same one; a second later there is a newer one.
        sink.put(picture(320, 240, grey=50), 0.3, clock.monotonic_s())
        assert await previews.of("g", "main") is still
        clock.later_s += 2
        newer = await previews.of("g", "main")
        assert newer is not None
        assert opened(newer.jpeg).shape == (240, 320, 3)
        clock.later_s += OLDEST_S
        assert await previews.of("g", "main") is None
        sink.close()
        assert onward.closed


async def test_another_process_asks_the_one_that_has_the_camera(redis_server: RedisServer) -> None:
    clock = Hands()
    url = redis_server.url
    async with process(url, "a", clock) as here, process(url, "b", clock) as there:
        sink = here.through("g", "main", Kept())
        other = here.through("g", "end", Kept())
        sink.put(picture(), 7.5, clock.monotonic_s())
        async with asyncio.timeout(10):
            while (still := await there.of("g", "main")) is None:
                pass
        assert still.media_s == 7.5
        assert opened(still.jpeg).shape == (540, WIDEST_PX, 3)
        assert await there.of("g", "end") is None
        sink.close()
        other.close()
        assert await there.of("g", "main") is None
        # Nothing was written into Redis.
        client = connect(url)
        assert await client.keys("*still*") == []
        await client.aclose()


async def test_a_camera_that_ends_while_it_is_asked_shows_nothing(
    redis_server: RedisServer,
) -> None:
    clock = Hands()
    async with process(redis_server.url, "a", clock) as previews:
        sink = previews.through("g", "main", Kept())
        sink.put(picture(), 1.0, clock.monotonic_s())
        asked = asyncio.create_task(previews.of("g", "main"))
        await asyncio.sleep(0)
        sink.close()
        assert await asked is None
