"""`courtside publish testcard` in a process of its own, as long as a bench looks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support import ROOT


@contextmanager
def filming(url: str, token: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Publishes to `url`; stopped at the end."""
    command = [sys.executable, "-m", "server.cli", "publish", "testcard", url, "--token", token]
    process = subprocess.Popen([*command, *options], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
