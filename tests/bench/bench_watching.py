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
from pathlib import Path

from tests.bench.filming import filming
from tests.bench.shown import READER, SETTLE_S, p95, shown_on
from tests.browser import AUTOPLAY, chromium_page
from tests.ingest.conftest import until
from tests.media.filmed import film, playing
from tests.media.glass import Glass
from tests.media.watching import rooms
from tests.server_process import ServerProcess, running
from tests.support import ROOT

CROWD = 30

WATCH = """async function watch(url, token) {
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
  readCard(video, from);
}"""


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
    with filming(publish, game["tokens"]["camera"]):
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
        "drawn to decoded by a program p95 (ms)": p95(program),
        "pictures read by Chromium": len(shown),
        "glass to glass in Chromium p50 (ms)": statistics.median(shown),
        "glass to glass in Chromium p95 (ms)": p95(shown),
        "Chromium asks to its first picture (ms)": first_ms,
    }


async def _chromium(url: str, token: str, seconds: float) -> tuple[list[float], float]:
    async with chromium_page(AUTOPLAY, bypass_csp=True) as page:
        await page.goto(url.rsplit("/whep/", 1)[0] + "/healthz")
        await page.set_content(
            "<!doctype html><video autoplay muted playsinline></video>"
            f"<script>{READER}{WATCH}</script>"
        )
        await page.evaluate("([url, token]) => watch(url, token)", [url, token])
        return await shown_on(page, seconds)


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
