"""A real redis-server for tests: on a unix socket, killed and flushed at will."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from server.live.private_redis import RedisMissing, find_server
from tests.support import missing


class RedisServer:
    """Start, kill (as kill -9 does) and start again on the same address, without its data."""

    def __init__(self, *options: str) -> None:
        try:
            self._binary = find_server()
        except RedisMissing as error:
            missing(str(error))
        self._options = options
        self._home = Path(tempfile.mkdtemp(prefix="ctr-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._home / 'r.sock'}"

    @property
    def running(self) -> bool:
        return self._process is not None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Redis that is there but does not move, as under a full disk or a paused machine."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        socket = str(self._home / "r.sock")
        place = ["--port", "0", "--unixsocket", socket, "--dir", str(self._home)]
        self._process = subprocess.Popen(
            [self._binary, *place, "--save", "", *self._options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 10
        while True:
            try:
                with redis.Redis(unix_socket_path=socket) as client:
                    client.ping()
                return
            except redis.RedisError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    self.kill()
                    raise
                time.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def client(self) -> redis.Redis:
        """A blocking client, to look or to do harm from outside."""
        return redis.Redis(unix_socket_path=str(self._home / "r.sock"), decode_responses=True)

    def flush(self) -> None:
        with self.client() as client:
            client.flushall()

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self._home, ignore_errors=True)

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
