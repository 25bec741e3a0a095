"""Two processes share a database and a Redis; one after the other dies in mid-sentence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.e2e.listener import Listener, Message
from tests.e2e.publisher import publishing
from tests.postgres import PostgresServer, postgres_server
from tests.redis_server import RedisServer
from tests.server_process import ServerProcess, running
from tests.support import shared

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SECRET = "two servers share one signing key"
PATIENCE_S = 60.0


@dataclass
class Pair:
    """Servers A and B over one PostgreSQL and one Redis."""

    a: ServerProcess
    b: ServerProcess
    game: Message

    @property
    def path(self) -> str:
        return f"/api/v1/games/{self.game['game_id']}"

    def listen(self, server: ServerProcess, since: str | None = None) -> Listener:
        return Listener(server.url, self.game["game_id"], self.game["tokens"]["watch"], since)

    def log(self) -> list[Message]:
        """The whole log, as B tells it."""
        with self.b.client(self.game["tokens"]["desk"]) as client:
            answer = client.get(f"{self.path}/log", params={"after": 0})
        answer.raise_for_status()
        entries: list[Message] = answer.json()["entries"]
        return entries


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def pair(tmp_path: Path, postgres: PostgresServer, redis: RedisServer) -> Iterator[Pair]:
    options = ["--redis", redis.url, "--database", postgres.new_database()]
    env = {"COURTSIDE_SECRET": SECRET}
    with (
        running(tmp_path / "a", *options, env=env) as a,
        running(tmp_path / "b", *options, env=env) as b,
    ):
        game = a.new_game()
        with b.client(game["tokens"]["desk"]) as client:
            start = {"call_id": "start", "type": "period_start", "period": 1}
            answer = client.post(f"/api/v1/games/{game['game_id']}/calls", json=start)
        assert answer.status_code == 201, answer.text
        yield Pair(a, b, game)


@dataclass
class Scorekeeper:
    """Makes baskets until told to stop; asks again, with the same id, until it has an answer.

    servers: tried in turn, as a load balancer would. acknowledged: call id to entries.
    """

    pair: Pair
    name: str
    servers: list[ServerProcess]
    acknowledged: dict[str, list[Message]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._work, name=self.name)

    def __enter__(self) -> Scorekeeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(PATIENCE_S)

    def _work(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            call_id = f"{self.name}-{number}"
            call = {"call_id": call_id, "type": "field_goal", "team": "home", "player": "7"}
            answer = self._insist({**call, "value": 2, "made": True}, number)
            if answer is not None:
                self.acknowledged[call_id] = answer.json()["entries"]
            time.sleep(0.01)

    def _insist(self, call: Message, number: int) -> httpx.Response | None:
        deadline = time.monotonic() + PATIENCE_S
        attempt = number
        while time.monotonic() < deadline:
            server = self.servers[attempt % len(self.servers)]
            attempt += 1
            try:
                with server.client(self.pair.game["tokens"]["desk"]) as client:
                    answer = client.post(f"{self.pair.path}/calls", json=call)
            except httpx.TransportError:
                time.sleep(0.02)  # that server is dead, or died with our call in its hands
                continue
            if answer.status_code == 201:
                return answer
            self.troubles.append(f"{call['call_id']}: {answer.status_code} {answer.text}")
            return None
        self.troubles.append(f"{call['call_id']}: no answer")
        return None


def wait_until(what: str, true: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
        time.sleep(0.05)


def reached(listener: Listener, seq: int) -> Callable[[], bool]:
    """Whether a viewer has the state of an entry, by updates or by a snapshot."""
    kinds = ("update", "snapshot")
    return lambda: any(m["seq"] >= seq for kind in kinds for m in listener.of(kind))


def assert_told_once(listener: Listener) -> None:
    """Contiguous from the snapshot on: nothing twice, nothing left out."""
    seq: int | None = None
    for message in list(listener.messages):
        if message["type"] == "snapshot":
            assert seq is None or message["seq"] >= seq
            seq = message["seq"]
        elif message["type"] == "update":
            for entry in message["entries"]:
                assert seq is None or entry["seq"] == seq + 1, f"{entry['seq']} after {seq}"
                seq = entry["seq"]


def test_nothing_is_lost_or_doubled_when_a_server_and_redis_die(
    pair: Pair, redis: RedisServer
) -> None:
    """Camera on A, calls to both, viewers on both; A is killed, then Redis, then it returns."""
    clip = shared("video/clips/three_score_two_miss.mp4")
    with publishing(pair.a, clip, pair.game, "--loop"), pair.listen(pair.b) as at_b:
        with pair.listen(pair.a) as at_a:
            at_b.wait("camera", 30, status="live")  # A's camera is news for B's viewers
            at_b.wait("tracks", 30)
            with (
                Scorekeeper(pair, "ann", [pair.b, pair.a]) as ann,
                Scorekeeper(pair, "bob", [pair.a, pair.b]) as bob,
            ):
                wait_until("calls flow", lambda: len(ann.acknowledged) >= 10)
                pair.a.kill()
                done = len(ann.acknowledged) + len(bob.acknowledged)
                wait_until(
                    "calls flow without A",
                    lambda: len(ann.acknowledged) + len(bob.acknowledged) >= done + 10,
                )
                redis.kill()
                done = len(ann.acknowledged)
                wait_until("calls flow without Redis", lambda: len(ann.acknowledged) >= done + 10)
                with pair.b.client() as client:
                    ready = client.get("/readyz")
                    assert ready.status_code == 200
                    assert "degraded" in ready.text
                redis.start()
                done = len(ann.acknowledged)
                wait_until("calls flow again", lambda: len(ann.acknowledged) >= done + 10)
        assert ann.troubles + bob.troubles == []

        log = pair.log()
        assert [e["seq"] for e in log] == list(range(1, len(log) + 1))
        baskets = [e for e in log if e["type"] == "field_goal"]
        ids = [e["call_id"] for e in baskets]
        assert len(ids) == len(set(ids)), "a call was counted twice"
        for keeper in (ann, bob):
            for call_id, entries in keeper.acknowledged.items():
                kept = [e for e in log if e["call_id"] == call_id]
                assert kept == entries, f"{call_id} is not what was acknowledged"
        with pair.b.client(pair.game["tokens"]["watch"]) as client:
            assert client.get(pair.path).json()["home"]["score"] == 2 * len(baskets)

        wait_until("B's viewer has everything", reached(at_b, len(log)))
        assert_told_once(at_b)
        assert_told_once(at_a)
        last = [m for m in at_a.messages if "seq" in m][-1]
        with pair.listen(pair.b, since=f"{last['epoch']}:{last['seq']}") as moved:
            wait_until("A's viewer is taken up by B", reached(moved, len(log)))
            assert_told_once(moved)


def test_a_camera_that_moves_to_another_server_replaces_the_first(pair: Pair) -> None:
    clip = shared("video/clips/three_score_two_miss.mp4")
    with pair.listen(pair.b) as at_b, publishing(pair.a, clip, pair.game, "--loop") as first:
        at_b.wait("camera", 30, status="live")
        with publishing(pair.b, clip, pair.game, "--loop") as second:
            at_b.wait("camera", 30, status="replaced")
            assert first.wait(20) != 0, "the first publisher did not stop"
            assert second.poll() is None, "the second publisher stopped"


def test_a_killed_server_comes_back_exactly_as_acknowledged(tmp_path: Path) -> None:
    """SQLite and the private Redis: kill -9 between calls, the same folder again."""
    with running(tmp_path / "data") as server:
        game = server.new_game()
        pair = Pair(server, server, game)
        with Scorekeeper(pair, "ann", [server]) as ann:
            wait_until("calls flow", lambda: len(ann.acknowledged) >= 30)
            server.kill()
            ann.stop.set()
            kept = dict(ann.acknowledged)
            with running(tmp_path / "data", port=int(server.url.rsplit(":", 1)[1])) as again:
                pair.b = again
                with again.client(game["tokens"]["watch"]) as client:
                    state = client.get(pair.path).json()
                # A call that was under way may come in between the two.
                log = [entry for entry in pair.log() if entry["seq"] <= state["seq"]]
                with again.client() as client:
                    assert client.get("/readyz").status_code == 200
    assert [e["seq"] for e in log] == list(range(1, len(log) + 1))
    for call_id, entries in kept.items():
        assert [e for e in log if e["call_id"] == call_id] == entries
    assert state["home"]["score"] == 2 * sum(e["type"] == "field_goal" for e in log)
