"""Players that others wrote, on our playlists over real HTTP: FFmpeg and Chromium's own HLS."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import av
import pytest

from tests.browser import AUTOPLAY, chromium_page
from tests.media.cinema import Cinema, on_a_port, opened
from tests.media.films import FPS, Film, pictures, sound
from tests.support import need

pytestmark = pytest.mark.alone

LARGE = (640, 360)


async def output(*command: str) -> str:
    """What a program says; it must end well and complain about nothing."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert not errors, errors.decode()
    return out.decode()


async def decoded(url: str, kind: str, *options: str) -> tuple[int, float, float]:
    """Frames of one kind that FFmpeg decodes, and the first one's and last one's time."""
    said = await output(
        need("ffprobe"), "-v", "error", *options, "-select_streams", f"{kind}:0", "-show_entries",
        "frame=pts_time", "-of", "json", url,
    )  # fmt: skip
    times = [float(frame["pts_time"]) for frame in json.loads(said)["frames"]]
    assert times == sorted(times)
    return len(times), times[0], times[-1]


def two_halves() -> Film:
    """Six seconds, nothing for ten, then six with larger pictures from another phone."""
    film = Film()
    film.put(*pictures(6.0), *sound(6.0))
    film.put(
        *pictures(6.0, LARGE, start_s=16.0, publisher=2), *sound(6.0, start_s=16.0, publisher=2)
    )
    return film


@asynccontextmanager
async def shown(film: Film) -> AsyncIterator[tuple[Cinema, str]]:
    """The address of the playlist that a player opens."""
    async with opened(film, seconds=24.0) as cinema, on_a_port(cinema.app) as url:
        yield cinema, url + (await cinema.signed("index.m3u8")).raw_path.decode()


async def test_ffmpeg_decodes_a_recording_to_the_end() -> None:
    film = two_halves()
    film.end()
    async with shown(film) as (cinema, index):
        cinema.facts["final"] = True
        cinema.clock.advance(90)
        count, first_s, last_s = await decoded(index, "v")
        assert count == 12 * FPS
        # The hole is left out of no player's time line: media time is in the segments.
        assert (round(first_s), round(last_s, 1)) == (0, 22.0)
        count, _, _ = await decoded(index, "a")
        assert abs(count - 12 * 50) <= 2
        single = index.replace("index.m3u8", "video.m3u8")
        assert (await decoded(single, "v"))[0] == 12 * FPS


async def test_ffmpeg_follows_a_recording_that_grows() -> None:
    film = Film()
    samples = sorted((*pictures(8.0), *sound(8.0)), key=lambda one: one.media_s)
    film.put(*(one for one in samples if one.media_s < 4.5))
    async with shown(film) as (cinema, index):
        # From the first segment on, as a late viewer who goes back.
        single = index.replace("index.m3u8", "video.m3u8")
        reads = asyncio.create_task(decoded(single, "v", "-live_start_index", "0"))
        await asyncio.sleep(1)
        film.put(*(one for one in samples if one.media_s >= 4.5))
        film.end()
        cinema.facts["final"] = True
        cinema.clock.advance(90)
        count, first_s, last_s = await reads
        assert count == 8 * FPS
        assert [first_s, last_s] == pytest.approx([0, 8 - 1 / FPS], abs=0.01)


async def test_every_segment_decodes_to_its_end_by_itself() -> None:
    film = two_halves()
    film.end()
    async with shown(film) as (cinema, _):
        for rendition, per_s in (("video", FPS), ("audio", 50)):
            for segment in film.segments("g", "main", "video" if rendition == "video" else "audio"):
                head = await cinema.nobody.get(
                    await cinema.signed(f"{rendition}/init-{segment.init_id}.mp4")
                )
                body = await cinema.nobody.get(
                    await cinema.signed(f"{rendition}/{segment.number}.m4s")
                )
                count = frames(head.content + body.content)
                assert count == pytest.approx(segment.duration_s * per_s, abs=0.6), segment


def frames(data: bytes) -> int:
    """Pictures, or packets of sound, that come out of a decoder."""
    with av.open(io.BytesIO(data), "r") as container:
        return len(list(container.decode(container.streams[0])))


WATCH = """async (src) => {
  const video = document.createElement("video");
  document.body.append(video);
  Object.assign(video, { src, muted: true });
  window.video = video;
  if (!video.canPlayType("application/vnd.apple.mpegurl")) return null;
  await Promise.race([
    video.play(),
    new Promise((_, fail) => { video.onerror = () => fail(video.error.message); }),
  ]);
  return true;
}"""


async def test_chromium_plays_a_recording_by_itself() -> None:
    film = two_halves()
    film.end()
    async with shown(film) as (cinema, index), chromium_page(AUTOPLAY) as page:
        cinema.facts["final"] = True
        cinema.clock.advance(90)
        assert await page.evaluate(WATCH, index)
        await page.wait_for_function("video.currentTime > 0.5")
        assert await page.evaluate("video.videoWidth") == 320
        assert await page.evaluate("video.webkitAudioDecodedByteCount") > 1000
        # It plays the two halves as one: what was not recorded takes no time.
        assert await page.evaluate("video.duration") == pytest.approx(12, abs=0.1)
        await page.evaluate("video.currentTime = 11")
        await page.wait_for_function("video.ended")
        assert await page.evaluate("[video.videoWidth, video.error]") == [LARGE[0], None]
