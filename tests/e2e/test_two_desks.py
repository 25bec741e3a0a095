"""Two desks at two servers over one log: whatever comes at once counts once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.e2e.listener import Message
from tests.e2e.test_two_servers import SECRET, Pair, wait_until
from tests.postgres import postgres_server
from tests.redis_server import RedisServer
from tests.server_process import ServerProcess, running

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

BASKET = {"type": "field_goal", "team": "home", "player": "7", "value": 2, "made": True}


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, redis: RedisServer
) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    with postgres_server() as postgres:
        options = ["--redis", redis.url, "--database", postgres.new_database()]
        env = {"COURTSIDE_SECRET": SECRET}
        home: Path = tmp_path_factory.mktemp("desks")
        with (
            running(home / "a", *options, env=env) as a,
            running(home / "b", *options, env=env) as b,
        ):
            yield a, b


@pytest.fixture
def pair(servers: tuple[ServerProcess, ServerProcess]) -> Pair:
    a, b = servers
    return Pair(a, b, a.new_game())


@pytest.fixture
def ann(pair: Pair) -> Iterator[httpx.Client]:
    with desk(pair, pair.a, "ann") as client:
        yield client


@pytest.fixture
def bob(pair: Pair) -> Iterator[httpx.Client]:
    with desk(pair, pair.b, "bob") as client:
        yield client


def desk(pair: Pair, server: ServerProcess, name: str) -> httpx.Client:
    client = server.client(pair.game["tokens"]["desk"])
    client.headers["Courtside-Desk"] = name
    client.base_url = httpx.URL(f"{server.url}{pair.path}/")
    return client


def both(*requests: tuple[httpx.Client, Message]) -> list[httpx.Response]:
    """Calls at the same time."""
    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(lambda one: one[0].post("calls", json=one[1]), requests))


def test_what_both_say_at_once_counts_once(
    pair: Pair, ann: httpx.Client, bob: httpx.Client
) -> None:
    start = {"type": "period_start", "base": 0}
    answers = both((ann, {**start, "call_id": "sa"}), (bob, {**start, "call_id": "sb"}))
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert answers[0].json()["entries"] == answers[1].json()["entries"]
    for n in range(1, 21):
        base = len(pair.log())
        a = {**BASKET, "call_id": f"a{n}", "base": base}
        b = {**BASKET, "call_id": f"b{n}", "base": base}
        answers = both((ann, a), (bob, b))
        assert sorted(answer.status_code for answer in answers) == [201, 409], n
        (refused,) = (answer for answer in answers if answer.status_code == 409)
        assert refused.json()["type"] == "conflict"
        assert refused.json()["theirs"][0]["seq"] == base + 1
    with pair.b.client(pair.game["tokens"]["watch"]) as client:
        assert client.get(pair.path).json()["home"]["score"] == 40
    assert len(pair.log()) == 21


def test_two_offline_queues_come_in_at_once(
    pair: Pair, ann: httpx.Client, bob: httpx.Client
) -> None:
    """Each in its own order, each call once, also where one is sent again and again."""

    def queue(name: str, team: str) -> list[Message]:
        place = {"team": team, "player": None, "base": 1, "period": 1}
        return [
            {**BASKET, **place, "call_id": f"{name}{n}", "clock_ms": 600_000 - 1000 * n}
            for n in range(200)
        ]

    ann.post("calls", json={"call_id": "s", "type": "period_start"})
    queues = {"ann": (ann, queue("a", "home")), "bob": (bob, queue("b", "away"))}

    def send(name: str) -> None:
        client, calls = queues[name]
        for start in range(0, 200, 40):
            for _ in range(2):  # the first answer was lost
                answer = client.post("calls", json=calls[start : start + 40])
                assert {item["status"] for item in answer.json()} <= {200, 201}, answer.text

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(send, queues))
    log = pair.log()
    assert [entry["seq"] for entry in log] == list(range(1, 402))
    for name, (_, calls) in queues.items():
        ids = [entry["call_id"] for entry in log if entry["by"] == f"desk.{name}"]
        assert [i for i in ids if i != "s"] == [call["call_id"] for call in calls]
    with pair.a.client(pair.game["tokens"]["watch"]) as client:
        state = client.get(pair.path).json()
    assert (state["home"]["score"], state["away"]["score"]) == (400, 400)


def test_a_role_that_was_taken_at_one_server_is_kept_at_the_other(
    pair: Pair, ann: httpx.Client, bob: httpx.Client
) -> None:
    assert ann.post("desk", json={"roles": ["home"]}).status_code == 200
    assert bob.post("desk", json={"roles": ["home"]}).status_code == 409
    refused = bob.post("calls", json={**BASKET, "call_id": "b"})
    assert (refused.status_code, refused.json()["type"]) == (409, "desk-held")
    assert bob.post("desk", json={"roles": ["home"], "ask": True}).status_code == 202
    ann.post("desk/answer", json={"roles": ["home"], "give": True})
    assert bob.post("calls", json={**BASKET, "call_id": "b"}).status_code == 201
    assert ann.post("calls", json={**BASKET, "call_id": "a"}).status_code == 409


def test_without_redis_a_role_is_held_within_its_server(
    pair: Pair, ann: httpx.Client, bob: httpx.Client, redis: RedisServer
) -> None:
    ann.post("desk", json={"roles": ["home"]})
    assert bob.get("desk").json()["shared"] is True
    redis.kill()
    try:
        held = ann.post("desk", json={"roles": ["clock"]}).json()
        assert held["shared"] is False
        assert (held["roles"]["home"]["desk"], held["roles"]["clock"]["desk"]) == ("ann", "ann")
        # Bob's server knows what it saw last; nothing that is counted waits for Redis.
        assert bob.post("calls", json={**BASKET, "call_id": "b1"}).status_code == 409
        away = {**BASKET, "team": "away", "player": None, "call_id": "b2"}
        assert bob.post("calls", json=away).status_code == 201
        with pair.a.client() as client:
            ready = client.get("/readyz")
        assert ready.status_code == 200
        assert "within each process" in ready.json()["degraded"]["redis"]
    finally:
        redis.start()

    def told() -> bool:
        heard = ann.post("desk").json()
        return bool(heard["shared"]) and bob.get("desk").json()["roles"]["clock"] is not None

    wait_until("Redis hears of the roles again", told)
