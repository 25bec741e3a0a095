"""kill -9 and start again: the game is exactly as acknowledged."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.clock import SystemClock
from server.gamelog.sql import SqlLog
from server.scorer import Scorer
from server.updates import Json, Update
from tests.scorer.conftest import GAME

# Scores without end and prints each answer once it has it.
_SCORER = """
import asyncio, json, sys
from itertools import count
from server.clock import SystemClock
from server.gamelog.sql import SqlLog
from server.scorer import Scorer
from tests.scorer.conftest import GAME, sighting

async def ignore(game, message):
    pass

async def main():
    numbers = count()
    new_id = lambda: f"id-{next(numbers)}"
    scorer = Scorer(SqlLog.open(sys.argv[1]), SystemClock(), new_id, ignore, ignore)
    game = (await scorer.create_game({**GAME, "game_id": "g"})).game_id
    for n in count():
        body = {"call_id": f"c{n}", "type": "field_goal", "team": "home", "made": True}
        if n % 5 == 4:
            body = {"call_id": f"c{n}", "type": "undo"}
        if n % 7 == 3:
            await scorer.propose(game, "main", sighting(made=0.1, at_s=float(n)))
        answer = await scorer.call(game, body, "desk:1")
        print(json.dumps([body, answer.document()]), flush=True)

asyncio.run(main())
"""


async def ignore(game_id: str, message: Update | Json) -> None:
    """Nobody watches."""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres").new_database())
    return f"sqlite:///{tmp_path}/log.db"


async def test_what_was_acknowledged_before_a_kill_is_there_after_it(url: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", _SCORER, url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    acknowledged: list[tuple[Json, Json]] = []
    for line in process.stdout:
        acknowledged.append(json.loads(line))
        if len(acknowledged) == 40:
            process.kill()
    process.wait()
    process.stdout.close()

    log = SqlLog.open(url)
    new_id: Callable[[], str] = iter(f"n{n}" for n in range(99)).__next__
    scorer = Scorer(log, SystemClock(), new_id, ignore, ignore)
    kept: list[dict[str, Any]] = await scorer.log("g")
    by_call: dict[str, list[Json]] = {}
    for entry in kept:
        by_call.setdefault(entry["call_id"], []).append(entry)
    for body, answer in acknowledged:
        assert by_call.pop(body["call_id"]) == answer["entries"]
        # Sent again by a client that never heard the answer.
        again = await scorer.call("g", body, "desk:1")
        assert again.again
        assert again.document() == answer
    # At most the one call that was in flight when it was killed.
    assert len(by_call) <= 1
    assert [entry["seq"] for entry in kept] == list(range(1, len(kept) + 1))
    state = await scorer.state("g")
    baskets = sum(e["type"] == "field_goal" for e in kept)
    undone = sum(e["type"] == "void" for e in kept)
    assert state.document()["home"]["score"] == 2 * (baskets - undone)
    assert datetime.fromisoformat(kept[0]["at"]).tzinfo is not None
    assert datetime.fromisoformat(kept[0]["at"]) < datetime.now(UTC)
    assert GAME["rules"] == state.document()["rules"]
    await scorer.close()
    log.close()
