"""Calls and proposals over HTTP."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from tests.api.conftest import Game, problem


def test_a_call_is_answered_once(game: Game) -> None:
    call = {"call_id": "one", "type": "note", "text": "hello"}
    first = game.call(**call)
    assert first.status_code == 201
    entry = first.json()["entries"][0]
    assert (entry["seq"], entry["type"], entry["by"]) == (1, "note", "desk")
    assert entry["at"]
    again = game.call(**call)
    assert (again.status_code, again.json()) == (200, first.json())
    problem(game.call(**{**call, "text": "other"}), 409, "call-id-reused")


def test_a_refused_call_changes_nothing(game: Game) -> None:
    before = game.watch.get(game.path).json()
    for call in (
        {"type": "field_goal", "team": "home", "player": "home-99", "value": 2, "made": True},
        {"type": "field_goal", "team": "nobody", "value": 2, "made": True},
        {"type": "field_goal", "team": "home", "value": 4, "made": True},
        {"type": "void", "links": 77},
        {"type": "period_end"},
    ):
        answer = game.call(call_id="x", **call)
        assert answer.status_code in (409, 422), answer.text
        assert answer.json()["type"] not in ("", "about:blank")
    assert game.watch.get(game.path).json() == before


def test_a_list_of_calls_each_standing_alone(game: Game) -> None:
    calls = [
        {"call_id": "1", "type": "period_start"},
        {"call_id": "2", "type": "field_goal", "team": "home", "value": 9, "made": True},
        {"call_id": "3", "type": "field_goal", "team": "home", "value": 2, "made": True},
        "nonsense",
        {"call_id": "1", "type": "period_start"},
    ]
    answer = game.desk.post(f"{game.path}/calls", json=calls)
    assert answer.status_code == 200
    items = answer.json()
    assert [item["status"] // 100 for item in items] == [2, 4, 2, 4, 2]
    assert items[0]["entries"]
    assert items[1]["problem"]["type"]
    assert items[4]["status"] == 200
    assert game.watch.get(game.path).json()["home"]["score"] == 2


def test_many_desks_at_once_leave_no_gap_and_no_double(game: Game) -> None:
    def score(n: int) -> int:
        body = {"call_id": f"c{n % 20}", "type": "field_goal", "team": "home", "value": 2}
        return game.desk.post(f"{game.path}/calls", json={**body, "made": True}).status_code

    game.call(call_id="start", type="period_start")
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(score, range(60)))
    assert sorted(set(statuses)) == [200, 201]
    assert statuses.count(201) == 20
    state = game.watch.get(game.path).json()
    assert state["home"]["score"] == 40
    seqs = [e["seq"] for e in game.watch.get(f"{game.path}/log").json()["entries"]]
    assert seqs == list(range(1, 22))


def test_malformed_bodies_are_named(game: Game) -> None:
    path = f"{game.path}/calls"
    as_json = {"content-type": "application/json"}

    def send(content: bytes, headers: dict[str, str] = as_json) -> int:
        answer = game.desk.post(path, content=content, headers=headers)
        assert answer.headers["content-type"] == "application/problem+json", content[:40]
        return answer.status_code

    assert send(b"{") == 422
    assert send(b"") == 422
    assert send(b"\xff\xfe\x00") == 422
    assert send(b'{"call_id":"x","type":"clock_set","clock_ms":NaN}') == 422
    assert send(b'{"call_id":"x","type":"note","text":"\\ud800"}') == 422
    assert send(b"[" * 100_000) == 422
    assert send(b"9" * 10_000) == 422
    for number in (b"9" * 400, b"-" + b"9" * 400, b"1e999"):
        place = b'{"call_id":"x","type":"field_goal","team":"home","value":2,"made":true,"x_m":%b}'
        assert send(place % number) == 422
    assert send(b"3") == 422
    assert send(b"null") == 422
    assert send(b'{"call_id":"x","type":"note","text":"hi"}', {"content-type": "text/plain"}) == 415
    assert game.watch.get(f"{game.path}/log").json()["entries"] == []


def test_oversize_bodies_are_refused_unread(game: Game) -> None:
    path = f"{game.path}/calls"
    big = json.dumps({"call_id": "x", "type": "note", "text": "y" * 400_000})
    problem(game.desk.post(path, content=big), 413, "too-large")

    def chunks() -> list[bytes]:
        return [b" " * 10_000] * 60

    headers = {"content-type": "application/json"}
    problem(game.desk.post(path, content=iter(chunks()), headers=headers), 413, "too-large")
    # The connection, and the server, still work.
    assert game.call(call_id="ok", type="note", text="fine").status_code == 201


def test_proposals_that_do_not_exist(game: Game) -> None:
    assert game.watch.get(f"{game.path}/proposals").json()["proposals"] == []
    for verb in ("accept", "reject"):
        url = f"{game.path}/proposals/none/{verb}"
        problem(game.desk.post(url), 404, "unknown-proposal")
        problem(game.watch.post(url), 403, "token-refused")
        problem(game.desk.post(f"{game.path}/proposals/%00/{verb}"), 422, "malformed")


def test_names_in_any_script_and_sql_in_disguise(game: Game) -> None:
    text = "'; DROP TABLE entries; -- 日本語 العربية 🏀"
    assert game.call(call_id="n", type="note", text=text).status_code == 201
    log = game.watch.get(f"{game.path}/log").json()["entries"]
    assert log[-1]["text"] == text
