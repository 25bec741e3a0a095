"""Proposals over HTTP: a whole play, its still, and what needs nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipeline.sight import Sighting
from server.books import Books
from server.clock import SystemClock
from server.gamelog.sql import SqlLog
from server.house import new_id
from server.referee import Referee
from tests.api.conftest import Game, problem
from tests.scorer.eyes import Eye, picture
from tests.server_process import ServerProcess

See = Callable[[Sighting], str]


@pytest.fixture
def see(server: ServerProcess, game: Game) -> Iterator[See]:
    """What a camera at another process of the same database would propose; its id."""
    log = SqlLog.open(f"sqlite:///{server.data}/courtside.sqlite")
    books = Books(log, SystemClock(), new_id, Referee())

    def propose(sighting: Sighting) -> str:
        books.proposals.propose(game.id, "main", sighting)
        return log.newest_proposals(game.id, 1)[0].proposal_id

    yield propose
    log.close()


def listed(game: Game, status: str = "waiting") -> list[dict[str, Any]]:
    answer = game.watch.get(f"{game.path}/proposals", params={"status": status})
    found: list[dict[str, Any]] = answer.json()["proposals"]
    return found


def test_a_play_is_accepted_in_one_call(game: Game, see: See) -> None:
    eye = Eye()
    shot = eye.sees(home=0.9)
    ids = [see(shot), see(eye.sees("assist", 11.0, of=shot, home=0.9))]
    assert [(p["type"], p["links"]) for p in listed(game)] == [
        ("field_goal", []),
        ("assist", [ids[0]]),
    ]
    alone = game.desk.post(f"{game.path}/proposals/{ids[1]}/accept")
    assert problem(alone, 409, "parent-waiting")["parent"] == ids[0]
    answer = game.desk.post(f"{game.path}/proposals/{ids[0]}/accept", json={"with": [ids[1]]})
    assert answer.status_code == 201
    assert [entry["type"] for entry in answer.json()["entries"]] == ["field_goal", "assist"]
    assert game.watch.get(game.path).json()["home"]["score"] == 2
    assert listed(game) == []
    answer = game.desk.post(f"{game.path}/calls", json={"call_id": "u", "type": "undo"})
    assert answer.status_code == 201
    assert [p["id"] for p in listed(game)] == ids


def test_a_still_is_for_the_desk(game: Game, see: See) -> None:
    see(Eye().sees(still=picture()))
    url = listed(game)[0]["still"]
    answer = game.desk.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.content.startswith(b"\xff\xd8")
    for client in (game.watch, game.camera):
        problem(client.get(url), 403, "token-refused")
    problem(game.nobody.get(url), 401, "token-missing")
    without = see(Eye().sees(at_s=60.0))
    problem(game.desk.get(f"{game.path}/proposals/{without}/still"), 404, "no-still")
    problem(game.desk.get(f"{game.path}/proposals/none/still"), 404, "unknown-proposal")
    game.desk.delete(f"{game.path}/players/home-4")
    problem(game.desk.get(url), 404, "no-still")


def test_a_desk_says_what_needs_nobody(game: Game, see: See) -> None:
    assert game.watch.get(game.path).json()["auto_accept"] is None
    answer = game.desk.patch(game.path, json={"auto_accept": 0.9})
    assert (answer.status_code, answer.json()["auto_accept"]) == (200, 0.9)
    problem(game.watch.patch(game.path, json={"auto_accept": 0.9}), 403, "token-refused")
    problem(game.desk.patch(game.path, json={"auto_accept": 0.1}), 422, "malformed")
    game.call(call_id="p", type="period_start")
    see(Eye().sees(score=1.0, made=1.0, home=1.0, three=0.0))
    plays = game.watch.get(f"{game.path}/plays").json()["plays"]
    assert (plays[-1]["by"], plays[-1]["team"]) == ("camera.main", "home")
    tap = {"type": "field_goal", "team": "home", "player": "home-4", "made": True, "value": 2}
    answer = game.call(call_id="t", **tap)
    assert (answer.status_code, answer.json()["merged"]) == (201, True)
    assert game.watch.get(game.path).json()["home"]["score"] == 2


def test_the_labels_are_counted(game: Game, see: See, server: ServerProcess) -> None:
    game.desk.post(f"{game.path}/proposals/{see(Eye().sees())}/reject")
    with server.client() as client:
        page = client.get("/metrics").text
    assert 'courtside_proposals_total{status="rejected",type="field_goal"}' in page
