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

from server.clock import ManualClock, SystemClock
from server.ingest import testcard
from server.media.segments import PART_S
from tests.bench.filming import filming
from tests.bench.shown import READER, p95, shown_on
from tests.browser import AUTOPLAY, chromium_page
from tests.media.playlists import parse
from tests.server_process import ServerProcess, running
from tests.support import ROOT

PLAYERS = 200
PAGE_OPTION = "picture=mse"
READ_ALL = """(() => {
  const seen = new WeakSet();
  setInterval(() => {
    for (const video of document.querySelectorAll("video")) {
      if (!seen.has(video)) readCard(video);
      seen.add(video);
    }
  }, 50);
})();"""


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
    camera = filming(f"{server.url}/whip/{name}/main", game["tokens"]["camera"])
    with camera:
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
            told = f"/api/v1/games/{name}/cameras/main/picture?token={token}"
            while (hls := (await client.get(told)).json()["hls_silent"]) is None:
                await asyncio.sleep(0.2)
            await asyncio.sleep(6)
            arrived = await _parts(client, hls, seconds)
        cost = await _reloads(server, f"{server.url}{hls}", seconds)
        shown, first_ms = await _chromium(game["links"]["watch"], seconds)
    return {
        "part target (ms)": 1000 * PART_S,
        "drawn to part in the player's hands p50 (ms)": statistics.median(arrived),
        "drawn to part in the player's hands p95 (ms)": p95(arrived),
        "pictures read on the watch page": len(shown),
        "glass to glass on the watch page p50 (ms)": statistics.median(shown),
        "glass to glass on the watch page p95 (ms)": p95(shown),
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


async def _chromium(link: str, seconds: float) -> tuple[list[float], float]:
    async with chromium_page(AUTOPLAY, bypass_csp=True) as page:
        await page.add_init_script(READER + READ_ALL)
        await page.goto(f"{link}&{PAGE_OPTION}")
        return await shown_on(page, seconds)
