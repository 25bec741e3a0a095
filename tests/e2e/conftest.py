"""A real browser, a real server, real clips."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import AUTOPLAY, chromium
from tests.server_process import ServerProcess, running
from tests.support import ROOT, need, shared

SHOTS = ROOT / "screenshots" / "e2e"


def filming(film: Path | None = None) -> AbstractContextManager[Browser]:
    """A browser whose camera is an MJPEG file (or Chromium's own test picture)."""
    camera = [] if film is None else [f"--use-file-for-fake-video-capture={film}"]
    return chromium(AUTOPLAY, *camera)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """`courtside serve` with its embedded defaults."""
    with running(tmp_path / "data") as process:
        yield process


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real clip as the MJPEG file that Chromium takes for a camera."""
    clip = shared("video/clips/school_game_sideline.mp4")
    out = tmp_path_factory.mktemp("film") / "clip.mjpeg"
    command = [need("ffmpeg"), "-v", "error", "-i", str(clip), "-c:v", "mjpeg", "-q:v", "3"]
    subprocess.run([*command, "-an", str(out)], check=True, timeout=120)
    return out


def picture(name: str) -> Path:
    """Where a screenshot of an e2e test is kept."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    return SHOTS / f"{name}.png"
