"""Real clients publish; pictures come out."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.ingest.clients import BEARER, AiortcPublisher, ffmpeg
from tests.ingest.conftest import House, until


@pytest.mark.parametrize("codec", ["H264", "VP8"])
async def test_aiortc_publishes(house: House, codec: str) -> None:
    publisher = await AiortcPublisher(f"{house.url}/whip/g1/main", codec, audio=True).start()
    await until(lambda: len(house.sink().media) > 30, what="a second of pictures")
    sink = house.sink()
    assert set(sink.sizes) == {(320, 240)}
    assert sorted(sink.media) == sink.media
    # The line begins with the first encoded frame; the sink may open with the next picture.
    assert 0.0 <= sink.media[0] < 0.5
    assert house.statuses() == ["live"]
    assert publisher.response is not None
    assert "a=recvonly" in publisher.response.text
    assert "x-google-start-bitrate=2500" in publisher.response.text
    async with httpx.AsyncClient(headers=BEARER) as http:
        assert (await http.delete(publisher.session)).status_code == 200
        assert (await http.delete(publisher.session)).status_code == 404
    assert house.statuses() == ["live", "ended"]
    assert sink.closed == 1
    await publisher.close()


async def test_ffmpeg_publishes(house: House, tmp_path: Path) -> None:
    async with ffmpeg(f"{house.url}/whip/g1", tmp_path, 3.0) as process:
        output, _ = await process.communicate()
    assert process.returncode == 0
    await until(lambda: house.statuses()[-1:] == ["ended"], what="the end")
    sink = house.sink()
    assert set(sink.sizes) == {(1280, 720)}
    # Its DELETE may overtake the last pictures on a busy machine.
    assert len(sink.media) > int(output) / 2
    assert house.statuses() == ["live", "ended"]
