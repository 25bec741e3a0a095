"""Watching by WHEP: real publishers, real viewers, nothing encoded or decoded in between."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.ingest.clients import AiortcPublisher
from tests.ingest.conftest import until
from tests.media.watching import Rooms, Watcher, rooms


@pytest.fixture
async def place() -> AsyncIterator[Rooms]:
    async with rooms() as found:
        yield found


async def live(place: Rooms, codec: str = "H264", *, audio: bool = True) -> AiortcPublisher:
    publisher = await AiortcPublisher(f"{place.url}/whip/g1", codec, audio=audio).start()
    await until(lambda: place.streams.find("g1", "main"), what="a live camera")
    return publisher


@pytest.mark.parametrize("codec", ["H264", "VP8"])
async def test_a_viewer_sees_and_hears_what_is_published(place: Rooms, codec: str) -> None:
    publisher = await live(place, codec)
    watcher = await Watcher(f"{place.url}/whep/g1").start()
    await until(lambda: len(watcher.frames) > 20, what="pictures")
    assert (watcher.frames[0].width, watcher.frames[0].height) == (320, 240)
    await until(lambda: watcher.messages, what="the time")
    print(watcher.messages, watcher.sounds)
    await watcher.close()
    await publisher.close()
