"""FFmpeg's libraries in another process, playing a file as if it were a phone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.listener import Message
from tests.server_process import ServerProcess
from tests.support import ROOT


@contextmanager
def publishing(
    server: ServerProcess, clip: Path, game: Message, *options: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`courtside publish` to camera `main` of a game, killed at the end if it still runs."""
    url = f"{server.url}/whip/{game['game_id']}/main"
    command = [sys.executable, "-m", "server.cli", "publish", str(clip), url, *options]
    process = subprocess.Popen([*command, "--token", game["tokens"]["camera"]], cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
