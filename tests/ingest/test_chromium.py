"""Headless Chromium publishes its fake camera."""

from __future__ import annotations

import time

import pytest

from server.ingest.floor import FULL_BPS
from tests.browser import chromium_page
from tests.ingest.conftest import TOKEN, Opener, until
from tests.ingest.page import PAGE

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(("codec", "audio"), [("H264", False), ("VP8", True)])
async def test_chromium_publishes_at_full_size_within_seconds(
    opener: Opener, codec: str, audio: bool
) -> None:
    house = await opener(pages={"/page": PAGE})
    async with chromium_page() as page:
        await page.goto(f"{house.url}/page")
        began = time.monotonic()
        await page.evaluate(
            "([url, token, codec, audio]) => publish(url, token, codec, {audio})",
            [f"{house.url}/whip/g1/main", TOKEN, codec, audio],
        )
        # With sound it takes ten, unless the page asks for the size at first (web_client/whip.js).
        within_s = 25.0 if audio else 5.0
        await until(lambda: (1280, 720) in house.sink().sizes, within_s, "a picture of 1280x720")
        print(f"{codec}: 1280x720 after {time.monotonic() - began:.1f} s")
        assert house.cameras.sessions[0].peer.floor.bps == FULL_BPS
        await until(lambda: len(house.sink().sizes) > 60, what="two seconds of pictures")
        assert await page.evaluate("window.errors") == []
        media = house.sink().media
        assert media == sorted(media)
        await page.evaluate("pc.close()")
        await until(lambda: house.statuses() == ["live", "ended"], what="the end")
    assert house.states[-1][3] == "the publisher closed the connection"
