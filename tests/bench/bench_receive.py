"""CPU of a server that records one 720p30 publisher without looking at it, beside bare aiortc."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

import httpx

from tests.ingest.clients import ffmpeg
from tests.server_process import ServerProcess, running
from tests.support import ROOT

SETTLE_S = 6.0
TICKS = os.sysconf("SC_CLK_TCK")


def main(seconds: float) -> dict[str, object]:
    """Figures of `seconds`; both get a stream of FFmpeg's at the same time."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with running(data / "server", "--eyes", "off") as server:
            return asyncio.run(_measure(server, data, seconds))


async def _measure(server: ServerProcess, folder: Path, seconds: float) -> dict[str, object]:
    game = server.new_game()
    idle_s = -cpu_s(server.process.pid)
    await asyncio.sleep(SETTLE_S)
    idle_s = (idle_s + cpu_s(server.process.pid)) / SETTLE_S
    bare = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bare_whip", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert bare.stdout is not None
    try:
        bare_url = (await bare.stdout.readline()).decode().strip()
        url, token = f"{server.url}/whip/{game['game_id']}", game["tokens"]["camera"]
        for name in ("one", "two"):
            (folder / name).mkdir()
        async with (
            ffmpeg(url, folder / "one", seconds + 90, token=token),
            ffmpeg(bare_url, folder / "two", seconds + 90),
        ):
            async with httpx.AsyncClient(trust_env=False) as http:
                await _flowing(http, f"{server.url}/metrics", "courtside_cameras_live 1")
                packets = int((await http.get(bare_url)).text)
                while int((await http.get(bare_url)).text) < packets + 100:
                    await asyncio.sleep(0.5)
            await asyncio.sleep(SETTLE_S)
            ours_s, bare_s = -cpu_s(server.process.pid), -cpu_s(bare.pid)
            await asyncio.sleep(seconds)
            ours_s += cpu_s(server.process.pid)
            bare_s += cpu_s(bare.pid)
    finally:
        bare.kill()
        await bare.wait()
    return {
        "server_idle_core": idle_s,
        "server_core": ours_s / seconds,
        "bare_aiortc_core": bare_s / seconds,
        "ratio_to_bare_aiortc": ours_s / bare_s,
    }


async def _flowing(http: httpx.AsyncClient, url: str, words: str) -> None:
    """Until a page says so."""
    async with asyncio.timeout(60):
        while words not in (await http.get(url)).text:
            await asyncio.sleep(0.5)


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
