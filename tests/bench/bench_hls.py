"""Watching by HLS: how old the picture is on the glass, and what reloading playlists costs.

Glass to glass as in bench_watching, but through the recorder: Chromium opens the watch page and is
held to our player over segments and parts; a program fetches each part the moment it is hinted,
and reads the time that is drawn in its last picture.
"""

from __future__ import annotations

import asyncio
import io
import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import av
import httpx
import numpy as np
import psutil
from playwright.async_api import async_playwright

from server.clock import ManualClock, SystemClock
from server.ingest import testcard
from server.media.segments import PART_S
from tests.bench.bench_watching import _camera, _p95
from tests.browser import QUIET
from tests.media.playlists import parse
from tests.server_process import ServerProcess, running
from tests.support import ROOT, need

PLAYERS = 200
PAGE_OPTION = "picture=mse"
READER = """() => {
  const canvas = new OffscreenCanvas(240, 20);
  const drawing = canvas.getContext("2d", {willReadFrequently: true});
  const seen = new WeakSet();
  window.ages = [];
  setInterval(() => {
    for (const video of document.querySelectorAll("video")) {
      if (seen.has(video)) continue;
      seen.add(video);
      const each = () => {
        window.first ??= performance.now();
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
  }, 50);
}"""


def main(seconds: float) -> dict[str, object]:
    """Figures of `seconds` of each."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "server", "--eyes", "off") as server,
    ):
        return asyncio.run(_all(server, seconds))


async def _all(server: ServerProcess, seconds: float) -> dict[str, object]:
    game = server.new_game()
    name, token = game["game_id"], game["tokens"]["watch"]
    camera = _camera(f"{server.url}/whip/{name}/main", game["tokens"]["camera"])
    async with camera, httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        told = f"/api/v1/games/{name}/cameras/main/picture?token={token}"
        while (hls := (await client.get(told)).json()["hls_silent"]) is None:
            await asyncio.sleep(0.2)
        await asyncio.sleep(6)
        arrived = await _parts(client, hls, seconds)
        cost = await _reloads(server, f"{server.url}{hls}", seconds)
        shown, first_ms = await _chromium(server, game["links"]["watch"], seconds)
    return {
        "part target (ms)": 1000 * PART_S,
        "drawn to part in the player's hands p50 (ms)": statistics.median(arrived),
        "drawn to part in the player's hands p95 (ms)": _p95(arrived),
        "pictures read on the watch page": len(shown),
        "glass to glass on the watch page p50 (ms)": statistics.median(shown),
        "glass to glass on the watch page p95 (ms)": _p95(shown),
        "watch page opened to first picture (ms)": first_ms,
        **cost,
    }


async def _parts(client: httpx.AsyncClient, playlist: str, seconds: float) -> list[float]:
    """Of each part, how old its last picture is when it is there."""
    came: list[tuple[bytes, float]] = []
    heads: dict[str, bytes] = {}
    base, query, so_far = httpx.URL(playlist), "", b""
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        found = parse((await client.get(f"{playlist}{query}")).text)
        item = found.items[-1]
        assert found.hint is not None
        part = await client.get(base.join(found.hint))
        at = SystemClock().now().timestamp()
        number, index = found.hint.partition("/")[2].split(".")[:2]
        query = f"&_HLS_msn={number}&_HLS_part={index}"
        if part.status_code != 200 or item.map is None:
            continue  # the segment was finished without it
        if item.map not in heads:
            heads[item.map] = (await client.get(base.join(item.map))).content
        if index == "0":
            so_far = heads[item.map]
        if so_far:
            so_far += part.content
            came.append((so_far, at))
    ages = [await asyncio.to_thread(_age_ms, data, at) for data, at in came]
    return [age for age in ages if age is not None]


def _age_ms(data: bytes, at: float) -> float | None:
    """Of the last picture in it, at that wall time."""
    with av.open(io.BytesIO(data), "r") as container:
        last = list(container.decode(container.streams.video[0]))[-1]
    luma = np.asarray(last.to_ndarray()[: last.height, : last.width], np.uint8)
    return testcard.age_ms(luma, ManualClock(datetime.fromtimestamp(at, UTC)))


async def _reloads(server: ServerProcess, playlist: str, seconds: float) -> dict[str, object]:
    process = psutil.Process(server.process.pid)

    def cpu_s() -> float:
        times = process.cpu_times()
        return times.user + times.system

    before_s = cpu_s()
    await asyncio.sleep(seconds / 2)
    alone = (cpu_s() - before_s) / (seconds / 2)
    before_s = cpu_s()
    crowd = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.media.reloads", playlist, str(PLAYERS), str(seconds),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await crowd.communicate()
    answers, size, refused = json.loads(out)
    each_ms = 1000 * (cpu_s() - before_s - alone * seconds) / answers
    return {
        "players that reload": PLAYERS,
        "reloads a second": answers / seconds,
        "reloads refused": refused,
        "bytes of a reload": size / answers,
        "server CPU for one reload (ms)": each_ms,
        "1000 reloads a second (cores)": each_ms,
    }


async def _chromium(server: ServerProcess, link: str, seconds: float) -> tuple[list[float], float]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=need("chromium"),
            args=[*QUIET, "--autoplay-policy=no-user-gesture-required"],
        )
        # Our pages run no script but their own; the reader comes on top.
        page = await browser.new_page(bypass_csp=True)
        await page.add_init_script(f"({READER})()")
        await page.goto(f"{link}&{PAGE_OPTION}")
        await page.wait_for_function("window.ages?.length > 0", timeout=60_000)
        await asyncio.sleep(4)
        await page.evaluate("window.ages.length = 0")
        await asyncio.sleep(seconds)
        ages: list[float] = await page.evaluate("window.ages")
        first_ms: float = await page.evaluate("window.first")
        await browser.close()
    return ages, first_ms
