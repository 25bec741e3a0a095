"""Watching by WHEP: how old the picture is on the glass, and what a viewer costs the server.

Glass to glass: a camera's program draws the time of day into each picture, encodes and publishes
it; Chromium shows it and reads the time back, as does a program that only decodes. All of them run
on this one machine, so their work is part of the figure; the same camera's picture, read where it
leaves the encoder, is the baseline beside it.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser import QUIET
from tests.ingest.conftest import until
from tests.media.filmed import film, playing
from tests.media.glass import Glass
from tests.media.watching import rooms
from tests.server_process import ServerProcess, running
from tests.support import ROOT, need

CROWD = 10
SETTLE_S = 4.0

# Reads the code of server/ingest/testcard.py: 24 columns, 2 rows, in the upper fifth. The middle
# of each cell is enough where nothing is lost; a wrong reading is off by hours and left out.
PAGE = """<!doctype html><video autoplay muted playsinline></video><script>
async function watch(url, token) {
  const from = performance.now();
  const pc = new RTCPeerConnection();
  pc.addTransceiver("video", {direction: "recvonly"});
  const video = document.querySelector("video");
  pc.ontrack = event => { video.srcObject = event.streams[0] ?? new MediaStream([event.track]); };
  await pc.setLocalDescription(await pc.createOffer());
  const headers = {Authorization: "Bearer " + token, "Content-Type": "application/sdp"};
  const answer = await fetch(url, {method: "POST", headers, body: pc.localDescription.sdp});
  if (answer.status !== 201) throw new Error(await answer.text());
  await pc.setRemoteDescription({type: "answer", sdp: await answer.text()});
  const canvas = new OffscreenCanvas(240, 20);
  const drawing = canvas.getContext("2d", {willReadFrequently: true});
  window.ages = [];
  const each = () => {
    window.first ??= performance.now() - from;
    const now = performance.timeOrigin + performance.now();
    drawing.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 5, 0, 0, 240, 20);
    const {data} = drawing.getImageData(0, 0, 240, 20);
    let number = 0;
    for (let bit = 0; bit < 32; bit++) {
      const x = 10 * (bit % 24) + 5, y = 10 * Math.floor(bit / 24) + 5;
      number = number * 2 + (data[4 * (240 * y + x)] > 128 ? 1 : 0);
    }
    const age = (((now - number) % 2 ** 32) + 2 ** 32) % 2 ** 32;
    if (age < 60000) window.ages.push(age);
    video.requestVideoFrameCallback(each);
  };
  video.requestVideoFrameCallback(each);
}
</script>"""


def main(seconds: float) -> dict[str, object]:
    """Figures of `seconds` of each."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "server", "--eyes", "off") as server,
    ):
        found = asyncio.run(_glass(server, seconds))
    return {**found, **asyncio.run(_cost(seconds))}


async def _glass(server: ServerProcess, seconds: float) -> dict[str, object]:
    game = server.new_game()
    where = f"{{}}/{game['game_id']}/main"
    publish, whep = where.format(f"{server.url}/whip"), where.format(f"{server.url}/whep")
    async with _camera(publish, game["tokens"]["camera"]):
        with server.client() as client:
            while not any(camera["live"] for camera in client.get("/readyz").json()["cameras"]):
                await asyncio.sleep(0.2)
        await asyncio.sleep(SETTLE_S)
        glass = await Glass(whep, game["tokens"]["watch"]).open()
        await until(lambda: glass.cards.seen, 15, "a picture")
        await asyncio.sleep(1)
        from_s = time.monotonic()
        await asyncio.sleep(seconds)
        program = glass.cards.ages_ms(from_s)
        await glass.close()
        shown, first_ms = await _chromium(whep, game["tokens"]["watch"], seconds)
    return {
        "pictures read by a program": len(program),
        "drawn to decoded by a program p50 (ms)": statistics.median(program),
        "drawn to decoded by a program p95 (ms)": _p95(program),
        "pictures read by Chromium": len(shown),
        "glass to glass in Chromium p50 (ms)": statistics.median(shown),
        "glass to glass in Chromium p95 (ms)": _p95(shown),
        "Chromium asks to its first picture (ms)": first_ms,
    }


@asynccontextmanager
async def _camera(url: str, token: str) -> AsyncIterator[None]:
    camera = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.cli", "publish", "testcard", url, "--token", token, cwd=ROOT,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        camera.terminate()
        await camera.wait()


async def _chromium(url: str, token: str, seconds: float) -> tuple[list[float], float]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=need("chromium"),
            args=[*QUIET, "--autoplay-policy=no-user-gesture-required"],
        )
        page = await browser.new_page()
        await page.goto(url.rsplit("/whep/", 1)[0] + "/healthz")
        await page.set_content(PAGE)
        await page.evaluate("([url, token]) => watch(url, token)", [url, token])
        await page.wait_for_function("window.ages.length > 0")
        await asyncio.sleep(2)
        await page.evaluate("window.ages.length = 0")
        await asyncio.sleep(seconds)
        ages: list[float] = await page.evaluate("window.ages")
        first_ms: float = await page.evaluate("window.first")
        await browser.close()
    return ages, first_ms


async def _cost(seconds: float) -> dict[str, object]:
    """CPU time of this process, which has the server in it and nothing else."""
    samples = film(240, size=(1280, 720), bitrate=2_500_000)
    async with rooms(most=CROWD) as place, playing(place.streams, samples):
        alone = await _core(seconds / 2)
        crowd = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.media.crowd", f"{place.url}/whep/g1", str(CROWD),
            str(seconds + 2), cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert crowd.stdout is not None
        await crowd.stdout.readline()
        await asyncio.sleep(1)
        together = await _core(seconds)
        got: list[int] = json.loads(await crowd.stdout.readline())
        await crowd.wait()
    return {
        "viewers": CROWD,
        "stream (Mbps)": sum(len(s.data) for s in samples) * 8 * 30 / len(samples) / 1e6,
        "one viewer (% of a core)": 100 * (together - alone) / CROWD,
        "frames a second that the worst of them got": min(got) / (seconds + 2),
    }


async def _core(seconds: float) -> float:
    cpu_s, wall_s = time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    return (time.process_time() - cpu_s) / (time.monotonic() - wall_s)


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]
