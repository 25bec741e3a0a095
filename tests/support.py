"""What tests share: where the real data and the real tools are, and what happens without them."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def missing(what: str) -> None:
    """Skip loudly; where everything is required (CI), fail instead."""
    if os.environ.get("COURTSIDE_REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is required here and was not found")
    pytest.skip(f"{what} was not found")


def need(tool: str) -> str:
    """The path of a program, or the test is skipped."""
    found = shutil.which(tool)
    if found is None:
        missing(f"the program {tool}")
    return str(found)


def shared_root() -> Path:
    """Where the real test data would be; it need not be there."""
    return Path(os.environ.get("COURTSIDE_SHARED", ROOT.parent / "shared"))


def shared(relative: str) -> Path:
    """A file or folder of the real test data, or the test is skipped."""
    path = shared_root() / relative
    if not path.exists():
        missing(f"test data {relative} (set COURTSIDE_SHARED)")
    return path


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of the loopback address that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
