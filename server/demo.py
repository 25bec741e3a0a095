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

import numpy as np

from pipeline.court import landmarks
from server.floors import floor_of
from server.game.court import FIBA_COURT
from server.serve import Running
from server.simulator.game import demo_game
from server.simulator.look import html

STOP_S = 5.0
_LIONS = ("Ada", "Bea", "Cleo", "Dana", "Edda", "Fay", "Gwen")
_BEARS = ("Hana", "Ines", "Juno", "Kim", "Lou", "Maya", "Nora")
_NUMBERS = (("4", "5", "7", "8", "10", "11", "23"), ("0", "00", "6", "9", "12", "13", "21"))


@dataclass(frozen=True, slots=True)
class DemoGame:
    """What a person and the camera need. links: page -> address."""

    game_id: str
    links: Mapping[str, str]
    tokens: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What people tell about a drawn game before it begins.

    numbers: of home and away. setup: of its camera, as the desk would mark it.
    """

    numbers: tuple[tuple[str, ...], tuple[str, ...]]
    setup: Mapping[str, Any]


def drawn(seed: int) -> Drawn:
    """The ten who play in `simulator:SEED`, their shirts, and the named points of the court in
    its first picture."""
    game = demo_game(seed)
    players, camera = game.begins()
    named = landmarks(floor_of(FIBA_COURT))
    pixels, inside = camera.on_floor(np.array(list(named.values())))
    points = [
        {"px": px.round(1).tolist(), "mark": name}
        for name, px, seen in zip(named, pixels, inside, strict=True)
        if seen
    ]
    home, away = (
        tuple(one.number for one in players if one.team == team and one.number)
        for team in ("home", "away")
    )
    shirts = dict(zip(("home", "away"), map(html, game.look.jersey), strict=True))
    court = {"size": list(camera.size), "points": points, "media_s": 0.0}
    return Drawn((home, away), {"court": court, "shirts": shirts})


async def make_game(running: Running, played: Drawn | None = None) -> DemoGame:
    """A game with rosters and line-ups that has just begun; played: by whom."""
    house = running.house
    home, away = (
        _roster(names, usual, () if played is None else played.numbers[side])
        for side, (names, usual) in enumerate(zip((_LIONS, _BEARS), _NUMBERS, strict=True))
    )
    body = {
        "rules": "fiba",
        "home": {"name": "Lions", "players": home},
        "away": {"name": "Bears", "players": away},
    }
    created = await house.scorer.create_game(body)
    calls: list[dict[str, Any]] = [
        {"type": "starters", "team": team, "players": [one["number"] for one in players[:5]]}
        for team, players in (("home", home), ("away", away))
    ]
    calls += [{"type": "period_start"}, {"type": "clock_start"}]
    for number, call in enumerate(calls):
        await house.scorer.call(created.game_id, {"call_id": f"demo-{number}", **call}, "demo")
    if played is not None:
        await house.setups.write(created.game_id, "main", dict(played.setup))
    tokens = await house.access.issue(created.game_id)
    links = running.links.of_game(running.listeners.url, created.game_id, tokens)
    return DemoGame(created.game_id, links, tokens)


def _roster(
    names: tuple[str, ...], usual: tuple[str, ...], playing: tuple[str, ...]
) -> list[dict[str, str]]:
    """Those who play, then others of the usual numbers as a bench."""
    numbers = [*playing, *(number for number in usual if number not in playing)]
    return [{"number": number, "name": name} for number, name in zip(numbers, names, strict=False)]


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
