"""Real games played into a real server: at speed, in parallel, across a restart."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.feeds import remote
from server.feeds.feeds import read
from server.feeds.renumber import renumbered
from tests.feeds.replaying import compared
from tests.server_process import ServerProcess, running
from tests.support import ROOT, free_port, shared

LIVE = "games/nba_live/0022000001"
FAST = "1000000"


def replay(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server.cli", "replay", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def found(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def first_minutes(tmp_path: Path) -> Path:
    """The beginning of a real game of the live feed: enough calls, and soon over."""
    folder = Path(shutil.copytree(shared(LIVE), tmp_path / "game"))
    plays = folder / "playbyplay.json"
    document = json.loads(plays.read_text())
    del document["game"]["actions"][130:]
    plays.write_text(json.dumps(document))
    return folder


def as_here(game: dict[str, Any], folder: Path) -> bool:
    """Whether a server made of a game what it is when it is played in memory."""
    here = compared(read("nba_live", folder))
    same = ("players", "teams", "equal", "minutes", "plus_minus", "invariants")
    return all(game[part] == here[part] for part in same)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running(tmp_path_factory.mktemp("replay") / "data") as running_server:
        yield running_server


def test_games_at_a_time_each_for_itself(server: ServerProcess) -> None:
    """Players without shirt numbers get some; the server's own box is compared."""
    feed, folder = "nba_stats_v2", shared("games/nba_stats_v2/0021600270")
    where = ("--server", server.url, "--speed", FAST, "--parallel", "2", "--repeat", "2")
    done = replay(feed, str(folder), "--json", *where)
    games = found(done)
    assert len({game["server"]["game_id"] for game in games}) == 2
    for here in games:
        assert here["equal"] == here["cells"] == 315
        assert here["minutes"]["equal"] == here["minutes"]["cells"] == 19
        assert here["plus_minus"]["equal"] == here["plus_minus"]["cells"]
        assert here["invariants"] == here["differences"] == []
        assert here["server"]["calls"] == len(read(feed, folder).steps)
        assert f"{server.url}/watch/{here['server']['game_id']}" in done.stderr


def test_a_game_that_is_there_is_joined_and_said_once(
    server: ServerProcess, tmp_path: Path
) -> None:
    folder = first_minutes(tmp_path)
    made = server.new_game({"rules": "nba", "home": {}, "away": {}})
    game = ("--game", made["game_id"], "--token", made["tokens"]["desk"])
    where = ("--server", server.url, "--speed", FAST, *game)
    first, again = (found(replay("nba_live", str(folder), "--json", *where))[0] for _ in range(2))
    assert as_here(first, folder)
    assert as_here(again, folder)
    with server.client(made["tokens"]["desk"]) as client:
        log = client.get(f"/api/v1/games/{made['game_id']}/log").json()["entries"]
    ids = [entry["call_id"] for entry in log if entry["call_id"].startswith("nba_live")]
    assert len(ids) == len(set(ids)) == first["server"]["calls"] > 100
    wrong = replay("nba_live", str(folder), *where[:-1], "nonsense")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "--token" in wrong.stderr


def test_a_restart_in_the_middle_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """The server is killed while the game is being played, and started again."""
    port, data = free_port(), tmp_path / "data"
    where = ("--server", f"http://127.0.0.1:{port}", "--speed", "300")
    folder = first_minutes(tmp_path)
    done: list[subprocess.CompletedProcess[str]] = []

    def play() -> None:
        done.append(replay("nba_live", str(folder), "--json", *where))

    player = threading.Thread(target=play)
    with running(data, port=port, env={"COURTSIDE_ADMIN_TOKEN": "boss"}) as server:
        player.start()
        _until_seq(server, 60)
        server.kill()
    with running(data, port=port):
        player.join()
    (game,) = found(done[0])
    assert as_here(game, folder)
    assert game["server"]["retries"] > 0


def _until_seq(server: ServerProcess, seq: int) -> None:
    """Until the only game has so many entries."""
    deadline = time.monotonic() + 60
    with server.client("boss") as client:
        while time.monotonic() < deadline:
            games = client.get("/api/v1/games").json()["games"]
            if games:
                state = client.get(f"/api/v1/games/{games[0]['game_id']}").json()
                if state["seq"] >= seq:
                    return
            time.sleep(0.05)
    raise AssertionError("nothing was played")


def test_no_server() -> None:
    told = renumbered(read("nba_live", shared(LIVE)))
    nobody = httpx.MockTransport(_refuse)

    async def go() -> None:
        async with httpx.AsyncClient(base_url="http://nowhere", transport=nobody) as client:
            await remote.Remote(client, time.monotonic, patience_s=0.1).create(told, None)

    with pytest.raises(remote.RemoteError, match="no server answers") as caught:
        asyncio.run(go())
    assert caught.value.missing


def _refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)
