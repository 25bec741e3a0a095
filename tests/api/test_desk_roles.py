"""Several desks on one game, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.api.conftest import Game, problem
from tests.server_process import ServerProcess

BASKET: dict[str, Any] = {"type": "field_goal", "value": 2, "made": True}


class Desks:
    """Clients of one game, each a desk of its own."""

    def __init__(self, server: ServerProcess, game: Game, stack: ExitStack) -> None:
        self._server = server
        self._game = game
        self._stack = stack

    def __getitem__(self, name: str) -> Desk:
        client = self._server.client(self._game.made["tokens"]["desk"])
        client.headers["Courtside-Desk"] = name
        return Desk(self._stack.enter_context(client), self._game.path)


class Desk:
    def __init__(self, client: httpx.Client, path: str) -> None:
        self._client = client
        self._path = path

    def roles(self) -> dict[str, Any]:
        answer = self._client.get(f"{self._path}/desk")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def claim(self, *roles: str, **more: Any) -> httpx.Response:
        return self._client.post(f"{self._path}/desk", json={"roles": [*roles], **more})

    def answer(self, *roles: str, give: bool) -> httpx.Response:
        body = {"roles": [*roles], "give": give}
        return self._client.post(f"{self._path}/desk/answer", json=body)

    def release(self, *roles: str) -> httpx.Response:
        return self._client.delete(f"{self._path}/desk", params={"role": [*roles]})

    def call(self, call_id: str, **body: Any) -> httpx.Response:
        return self._client.post(f"{self._path}/calls", json={"call_id": call_id, **body})

    def calls(self, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self._client.post(f"{self._path}/calls", json=[*bodies])
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found


@pytest.fixture
def desks(server: ServerProcess, game: Game) -> Iterator[Desks]:
    with ExitStack() as stack:
        yield Desks(server, game, stack)


def test_a_desk_that_says_its_name_is_named_in_its_entries(desks: Desks) -> None:
    answer = desks["ann"].call("1", type="note", text="hi")
    assert answer.json()["entries"][0]["by"] == "desk.ann"
    problem(desks["a b"].call("2", type="note", text="hi"), 422, "malformed")


def test_undo_is_each_desks_own(game: Game, desks: Desks) -> None:
    ann, bob = desks["ann"], desks["bob"]
    game.call(call_id="s", type="period_start")
    ann.call("a", team="home", **BASKET)
    bob.call("b", team="away", **BASKET)
    assert ann.call("u", type="undo").status_code == 201
    state = game.watch.get(game.path).json()
    assert (state["home"]["score"], state["away"]["score"]) == (0, 2)


def test_roles_are_taken_asked_for_given_and_given_up(desks: Desks) -> None:
    ann, bob = desks["ann"], desks["bob"]
    assert ann.roles()["roles"] == {"clock": None, "home": None, "away": None}
    first = ann.claim("clock", "home", "away")
    assert first.status_code == 200
    held = first.json()["roles"]["home"]
    assert (held["desk"], held["asked_by"], held["silent"]) == ("ann", None, False)
    assert first.json()["you"] == "ann"
    refused = problem(bob.claim("home", "away"), 409, "desk-held")
    assert refused["roles"]["home"]["desk"] == "ann"
    assert bob.claim("home", ask=True).status_code == 202
    assert ann.roles()["roles"]["home"]["asked_by"] == "bob"
    assert ann.answer("home", give=False).json()["roles"]["home"]["asked_by"] is None
    assert bob.claim("home", ask=True).status_code == 202
    assert ann.answer("home", give=True).json()["roles"]["home"]["desk"] == "bob"
    assert bob.claim("home").status_code == 200
    assert bob.claim().json()["roles"]["home"]["desk"] == "bob"  # a heartbeat
    ann.release("away")
    assert bob.claim("away").status_code == 200
    bob.release()
    assert [h and h["desk"] for h in ann.roles()["roles"].values()] == ["ann", None, None]


def test_whoever_keeps_a_side_makes_its_calls(game: Game, desks: Desks) -> None:
    ann, bob = desks["ann"], desks["bob"]
    game.call(call_id="s", type="period_start")
    # Nobody holds anything: everybody calls.
    assert bob.call("b0", team="home", **BASKET).status_code == 201
    seq = game.watch.get(game.path).json()["seq"]
    ann.claim("clock", "home")
    refused = problem(bob.call("b1", team="home", base=seq + 1, **BASKET), 409, "desk-held")
    assert (refused["role"], refused["desk"]) == ("home", "ann")
    problem(game.call(call_id="x1", team="home", **BASKET), 409, "desk-held")
    problem(bob.call("b2", type="period_end"), 409, "desk-held")
    problem(bob.call("b3", type="undo"), 409, "desk-held")
    assert bob.call("b4", team="away", **BASKET).status_code == 201
    assert bob.call("b5", type="note", text="loud").status_code == 201
    # What was answered before is answered again, whoever keeps the side now.
    assert bob.call("b0", team="home", **BASKET).status_code == 200
    assert ann.call("a1", team="home", **BASKET).status_code == 201
    items = bob.calls(
        {"call_id": "l1", "team": "home", **BASKET}, {"call_id": "l2", "team": "away", **BASKET}
    )
    assert [item["status"] for item in items] == [409, 201]
    ann.release()
    assert game.call(call_id="x1", team="home", **BASKET).status_code == 201
    assert game.watch.get(game.path).json()["home"]["score"] == 6


def test_a_late_double_is_decided_by_a_person(game: Game, desks: Desks) -> None:
    ann, bob = desks["ann"], desks["bob"]
    game.call(call_id="s", type="period_start")
    mine = {**BASKET, "team": "home", "player": "7", "base": 1}
    theirs = ann.call("a", **mine).json()["entries"]
    found = problem(bob.call("b", **mine), 409, "conflict")
    assert (found["why"], found["theirs"], found["choices"]) == ("double", theirs, ["keep", "drop"])
    assert found["mine"][0]["player"] == "home-7"
    items = bob.calls(
        {"call_id": "b", **mine}, {"call_id": "c", **mine, "team": "away", "player": "0"}
    )
    assert [item["status"] for item in items] == [409, 201]
    assert items[0]["problem"]["type"] == "conflict"
    problem(bob.call("b", **mine, resolve="perhaps"), 422, "malformed")
    assert bob.call("b", **mine, resolve="keep").status_code == 201
    assert bob.call("b", **mine, resolve="keep").status_code == 200
    assert game.watch.get(game.path).json()["home"]["score"] == 4


def test_a_period_that_two_desks_start_is_started_once(game: Game, desks: Desks) -> None:
    first = desks["ann"].call("a", type="period_start", base=0)
    second = desks["bob"].call("b", type="period_start", base=0)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == {"call_id": "b", "entries": first.json()["entries"], "merged": True}
    assert game.watch.get(game.path).json()["period"] == 1


def test_what_closes_says_what_is_open(game: Game) -> None:
    game.call(call_id="s", type="period_start")
    assert isinstance(game.call(call_id="c", type="confirm").json()["flags"], list)
    assert isinstance(game.call(call_id="f", type="finalize").json()["flags"], list)
    assert "flags" in game.call(call_id="f", type="finalize").json()


def test_calls_are_counted_by_what_became_of_them(game: Game, desks: Desks) -> None:
    def counted() -> dict[str, float]:
        page = game.nobody.get("/metrics").text
        pattern = r'courtside_calls_total\{outcome="(\w+)",problem="([\w-]*)"\} (\S+)'
        return {f"{o} {p}".strip(): float(v) for o, p, v in re.findall(pattern, page)}

    before = counted()
    start = {"type": "period_start", "base": 0}
    desks["ann"].call("a", **start)
    desks["ann"].call("a", **start)
    desks["bob"].call("b", **start)
    desks["ann"].call("x", type="void", links=99)
    desks["ann"].call("y", type="nonsense")
    desks["ann"].call("h", team="home", base=1, **BASKET)
    desks["bob"].call("h2", team="home", base=1, **BASKET)
    after = counted()
    grown = {name for name in after if after[name] == before.get(name, 0) + 1}
    assert {"again", "merged", "refused unknown-entry", "conflict conflict"} <= grown
    assert "refused unknown-type" in grown
    assert after["accepted"] == before.get("accepted", 0) + 2


def test_what_is_no_request_for_roles(game: Game, desks: Desks) -> None:
    ann = desks["ann"]
    problem(ann.claim("referee"), 422, "malformed")
    problem(ann.claim("home", ask=1), 422, "malformed")
    problem(ann.claim("home", force=True), 422, "unknown-field")
    problem(game.desk.post(f"{game.path}/desk", json={"roles": ["home"]}), 422, "desk-unnamed")
    problem(game.desk.post(f"{game.path}/desk", json=[]), 422, "desk-unnamed")
    problem(game.watch.get(f"{game.path}/desk"), 403, "token-refused")
    problem(game.nobody.post(f"{game.path}/desk"), 401, "token-missing")
    bodies: list[Any] = [{"roles": ["home"]}, {"give": True}, {"roles": "home", "give": True}, 3]
    for body in bodies:
        answer = ann._client.post(f"{game.path}/desk/answer", json=body)
        problem(answer, 422, "malformed")
    assert ann.claim().status_code == 200
