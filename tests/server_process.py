"""A real `courtside serve` in a process of its own, for tests that look at it from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.forked import Forked
from tests.support import free_port

GAME: dict[str, Any] = {
    "rules": "fiba",
    "home": {
        "name": "Lions",
        "players": [{"number": str(n), "name": f"Lion {n}"} for n in (4, 5, 6, 7, 8, 9)],
    },
    "away": {
        "name": "Bears",
        "players": [{"number": n, "name": None} for n in ("0", "00", "10", "11", "12")],
    },
}
START_S = 120.0
STOP_S = 20.0


@dataclass(slots=True)
class ServerProcess:
    """A running server. url: of its main listener. log: what it wrote to standard error."""

    url: str
    data: Path
    log: Path
    process: Forked | subprocess.Popen[bytes]

    def client(self, token: str | None = None) -> httpx.Client:
        """An HTTP client for this server; close it, or use it in a `with`."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=10, trust_env=False)

    def new_game(self, body: Mapping[str, Any] = GAME) -> dict[str, Any]:
        """Make a game; what the server answered."""
        with self.client() as client:
            answer = client.post("/api/v1/games", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end and wait; its exit code."""
        self.process.send_signal(how)
        return self.process.wait(STOP_S)

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(STOP_S)

    def words(self) -> str:
        """What it wrote so far."""
        return self.log.read_text(errors="replace")


@contextmanager
def running(
    data: Path, *options: str, port: int | None = None, env: Mapping[str, str] | None = None
) -> Iterator[ServerProcess]:
    """`courtside serve` on a free port, stopped at the end however the test ends."""
    port = port or free_port()
    data.mkdir(parents=True, exist_ok=True)
    log = data / "serve.log"
    command = ["serve", "--port", str(port), "--data", str(data), *options]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("COURTSIDE_")}
    process = Forked(command, log, {**clean, **(env or {})})
    server = ServerProcess(f"http://127.0.0.1:{port}", data, log, process)
    try:
        wait_until_ready(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_S)
            except TimeoutError:
                process.kill()
                process.wait(STOP_S)


def wait_until_ready(server: ServerProcess) -> None:
    """Until it answers; fails with its own words when it ends or takes too long."""
    deadline = time.monotonic() + START_S
    with server.client() as client:
        while time.monotonic() < deadline:
            if server.process.poll() is not None:
                break
            try:
                if client.get("/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{server.words()}")
