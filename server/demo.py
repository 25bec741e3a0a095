"""A game to look at: a server, a drawn game (or a clip) filmed by real WebRTC, and links."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.serve import Running

STOP_S = 5.0
_LIONS = (
    ("4", "Ada"), ("5", "Bea"), ("7", "Cleo"), ("8", "Dana"), ("10", "Edda"),
    ("11", "Fay"), ("23", "Gwen"),
)  # fmt: skip
_BEARS = (
    ("0", "Hana"), ("00", "Ines"), ("6", "Juno"), ("9", "Kim"), ("12", "Lou"),
    ("13", "Maya"), ("21", "Nora"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoGame:
    """What a person and the camera need. links: page -> address."""

    game_id: str
    links: Mapping[str, str]
    tokens: Mapping[str, str]


async def make_game(running: Running) -> DemoGame:
    """A game with rosters and line-ups that has just begun."""
    house = running.house
    body = {"rules": "fiba", "home": _team("Lions", _LIONS), "away": _team("Bears", _BEARS)}
    created = await house.scorer.create_game(body)
    calls: list[dict[str, Any]] = [
        {"type": "starters", "team": "home", "players": [f"home-{n}" for n, _ in _LIONS[:5]]},
        {"type": "starters", "team": "away", "players": [f"away-{n}" for n, _ in _BEARS[:5]]},
        {"type": "period_start"},
        {"type": "clock_start"},
    ]
    for number, call in enumerate(calls):
        await house.scorer.call(created.game_id, {"call_id": f"demo-{number}", **call}, "demo")
    tokens = await house.access.issue(created.game_id)
    links = running.links.of_game(running.listeners.url, created.game_id, tokens)
    return DemoGame(created.game_id, links, tokens)


def _team(name: str, players: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return {"name": name, "players": [{"number": n, "name": who} for n, who in players]}


@dataclass(slots=True)
class Filming:
    """The camera, in a process of its own: its CPU and its interpreter lock are apart."""

    process: asyncio.subprocess.Process

    async def stop(self) -> None:
        """Ask it to end, then make it."""
        if self.process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), STOP_S)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def film(running: Running, game: DemoGame, source: str) -> Filming:
    """Publish a file, or `simulator:SEED`, to the game's main camera; over and over."""
    url = f"{running.listeners.url}/whip/{game.game_id}/main"
    command = [sys.executable, "-m", "server.cli", "publish", source, url]
    command += ["--loop", "--until-eof", "--insecure"]
    process = await asyncio.create_subprocess_exec(
        *command,
        # Held open by us alone: however we end, the camera reads the end of it and stops.
        stdin=asyncio.subprocess.PIPE,
        env={**os.environ, "COURTSIDE_TOKEN": game.tokens["camera"]},
        # Ctrl-C is for us; we stop the camera.
        start_new_session=True,
    )
    with contextlib.suppress(OSError):
        # On a small machine a slower film is better than a slower server.
        os.setpriority(os.PRIO_PROCESS, process.pid, 5)
    return Filming(process)
