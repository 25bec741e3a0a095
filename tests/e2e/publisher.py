"""Files played as if by a phone, from another process: our own client, and FFmpeg's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.listener import Message
from tests.forked import Forked
from tests.ingest.clients import certificate
from tests.server_process import ServerProcess
from tests.support import ROOT


@contextmanager
def publishing(
    server: ServerProcess, clip: Path | str, game: Message, *options: str
) -> Iterator[Forked]:
    """`courtside publish` to camera `main` of a game, killed at the end if it still runs."""
    url = f"{server.url}/whip/{game['game_id']}/main"
    words = ["publish", str(clip), url, "--token", game["tokens"]["camera"], *options]
    process = Forked(words, server.data / "publish.log", os.environ)
    try:
        yield process
    finally:
        process.kill()
        process.wait(5)


@contextmanager
def ffmpeg_publishing(
    server: ServerProcess, clip: Path, game: Message, folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """FFmpeg's WHIP muxer (in PyAV) plays a file of 30 pictures a second once."""
    url = f"{server.url}/whip/{game['game_id']}/main"
    own = certificate(folder)
    command = [sys.executable, "-m", "tests.ingest.ffmpeg_whip", url, game["tokens"]["camera"]]
    with run([*command, str(own.cert), str(own.key), "600", str(clip)]) as process:
        yield process


@contextmanager
def run(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A child process, killed at the end if it still runs."""
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
