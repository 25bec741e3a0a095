"""A game at real pace through a real server: three networks, a locked screen, a turned phone.

`python -m tests.bench soak --minutes 120` plays a whole one.
"""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import psutil

from tests.media import avsync
from tests.media.playlists import Item, parse
from tests.server_process import ServerProcess, running
from tests.support import ROOT

CHANGES = (0.25, 0.5, 0.8)
LOCK_AT, LOCK_S = 0.35, 3.0
TURNED, TURNED_BACK = 0.6, 0.7
LOOK_S = 1.0
KINDS = ("video", "audio")
LISTEN_S = 60.0
"""A/V offset is measured in so much of the beginning and of the end."""


@dataclass(frozen=True, slots=True)
class Soak:
    """What came of it. Shares are of the time in which the phone filmed: the locked screen is
    left out. recorded_share: of the pictures; sound_share: of the sound. gaps_s: from where to
    where no picture is recorded, media seconds."""

    filmed_s: float
    recorded_share: float
    sound_share: float
    gaps_s: tuple[tuple[float, float], ...]
    sound_late_begin_s: tuple[float, ...]
    sound_late_end_s: tuple[float, ...]
    memory_settled_mib: float
    memory_grown_mib: float
    connections: int

    @property
    def short_gaps_s(self) -> tuple[float, ...]:
        """How long each gap is but the longest, which is the locked screen's."""
        return tuple(sorted(ends - begins for begins, ends in self.gaps_s)[:-1])


def soak(folder: Path, seconds: float, *options: str) -> Soak:
    """Play a game of so many seconds. options: more for `courtside publish`."""
    with running(folder, "--eyes", "off") as server:
        game = server.new_game()
        process = psutil.Process(server.process.pid)
        memory: list[float] = []
        picture = f"/api/v1/games/{game['game_id']}/cameras/main/picture"
        with (
            server.client(game["tokens"]["watch"]) as http,
            _filming(server, game, seconds, *options) as phone,
        ):
            _until(http, picture, "live")
            until_s = time.monotonic() + seconds
            while time.monotonic() < until_s and phone.poll() is None:
                time.sleep(LOOK_S)
                memory.append(process.memory_info().rss / 2**20)
            phone.send_signal(signal.SIGTERM)
            said, _ = phone.communicate(timeout=20)
            assert phone.returncode == 0, server.words()
            _until(http, picture, "ended")
            time.sleep(0.5)  # what is under way to the disk
            return _judge(http, http.get(picture).json(), json.loads(said), memory)


@contextmanager
def _filming(
    server: ServerProcess, game: dict[str, Any], seconds: float, *options: str
) -> Iterator[subprocess.Popen[bytes]]:
    url = f"{server.url}/whip/{game['game_id']}/main"
    command = [sys.executable, "-m", "server.cli", "publish", "testcard", url, "--json", "--audio"]
    command += ["--token", game["tokens"]["camera"], "--lock", f"{seconds * LOCK_AT}:{LOCK_S}"]
    for share in CHANGES:
        command += ["--network-change", str(seconds * share)]
    for share, quarters in ((TURNED, 1), (TURNED_BACK, 3)):
        command += ["--rotate", str(seconds * share)] * quarters
    process = subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _until(http: httpx.Client, picture: str, status: str) -> None:
    until_s = time.monotonic() + 60
    while http.get(picture).json()["status"] != status:
        assert time.monotonic() < until_s, f"the camera is not {status}"
        time.sleep(0.1)


def _judge(
    http: httpx.Client, picture: dict[str, Any], said: dict[str, float], memory: list[float]
) -> Soak:
    missing = [(begins, ends) for begins, ends in picture["gaps"]]
    filmed_s = picture["to_s"] - picture["from_s"] - LOCK_S
    lost_s = sum(ends - begins for begins, ends in missing) - LOCK_S
    begin, end = (
        avsync.of_files(*(_files(http, picture["hls"], kind, last) for kind in KINDS))
        for last in (False, True)
    )
    settled = memory[len(memory) // 4 :]
    return Soak(
        filmed_s=filmed_s,
        recorded_share=1 - lost_s / filmed_s,
        sound_share=_length_s(http, picture["hls"], "audio") / filmed_s,
        gaps_s=tuple(missing),
        sound_late_begin_s=tuple(begin),
        sound_late_end_s=tuple(end),
        memory_settled_mib=settled[0],
        memory_grown_mib=settled[-1] - settled[0],
        connections=int(said["connections"]),
    )


def _kept(http: httpx.Client, index: str, kind: str) -> tuple[str, list[Item]]:
    """A rendition's playlist, and what of it was recorded."""
    playlist = urljoin(index, f"{kind}.m3u8?{index.partition('?')[2]}")
    return playlist, [item for item in parse(http.get(playlist).text).finished if not item.gap]


def _length_s(http: httpx.Client, index: str, kind: str) -> float:
    return sum(item.duration_s for item in _kept(http, index, kind)[1])


def _files(http: httpx.Client, index: str, kind: str, last: bool) -> Iterator[bytes]:
    """The first (or last) LISTEN_S of one rendition, as files that begin with their
    initialisation segment."""
    playlist, items = _kept(http, index, kind)
    listened = itertools.accumulate(item.duration_s for item in (items[::-1] if last else items))
    count = sum(so_far_s <= LISTEN_S for so_far_s in listened) or 1
    chosen = items[-count:] if last else items[:count]
    for init, group in itertools.groupby(chosen, key=lambda item: item.map):
        addresses = [str(init), *(str(item.uri) for item in group)]
        answers = [http.get(urljoin(playlist, address)) for address in addresses]
        assert all(answer.status_code == 200 for answer in answers)
        yield b"".join(answer.content for answer in answers)
