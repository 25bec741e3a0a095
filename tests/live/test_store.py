"""What Redis is asked to do, on a real one, also in cluster mode."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import redis

from server.clock import ManualClock, SystemClock
from server.live.redis import Circuit, LiveStore, RedisAway, connect
from tests.live.books import MemoryBooks
from tests.live.conftest import Process, Viewer, until
from tests.redis_server import RedisServer
from tests.support import free_port

GAME = "game-1"
EPOCH = "log-1"


@pytest.fixture
async def store(redis_server: RedisServer) -> AsyncIterator[LiveStore]:
    store = LiveStore(connect(redis_server.url), SystemClock(), "a", write_s=1.0, tail_length=50)
    yield store
    await store.client.aclose()


def message(seq: int, first: int | None = None, **state: Any) -> dict[str, Any]:
    entries = [{"seq": n} for n in range(first or seq, seq + 1)]
    state.setdefault("scoreboard", {"score": seq})
    return {"type": "update", "epoch": EPOCH, "seq": seq, "entries": entries, "state": state}


async def test_writes_are_conditional_on_seq(store: LiveStore) -> None:
    assert await store.publish(GAME, message(1), 1) == "empty"
    assert await store.reset(GAME, None, EPOCH, 0, {"roster": {}}) == "ok"
    assert await store.publish(GAME, message(1), 1) == "ok"
    assert await store.publish(GAME, message(1), 1) == "old"
    assert await store.publish(GAME, message(3), 3) == "gap"
    assert await store.publish(GAME, message(3, 1), 1) == "ok"  # overlaps, but has no hole
    assert await store.publish(GAME, message(2), 2) == "old"
    assert await store.publish(GAME, {**message(4), "epoch": "log-2"}, 4) == "epoch"
    stored = await store.load(GAME)
    assert stored.place == (EPOCH, 3)
    assert stored.sections == {"roster": {}, "scoreboard": {"score": 3}}
    assert [update["seq"] for update in stored.tail] == [1, 3]


async def test_a_reset_is_compare_and_set(store: LiveStore) -> None:
    assert await store.reset(GAME, None, EPOCH, 5, {"a": 1}) == "ok"
    assert await store.reset(GAME, None, EPOCH, 4, {"a": 2}) == "old"
    assert await store.reset(GAME, (EPOCH, 4), EPOCH, 4, {"a": 2}) == "old"
    assert await store.reset(GAME, (EPOCH, 5), "log-2", 2, {"b": 3}) == "ok"
    stored = await store.load(GAME)
    assert (stored.place, stored.sections, stored.tail) == (("log-2", 2), {"b": 3}, ())


async def test_twenty_writers_at_once_leave_one_line(store: LiveStore) -> None:
    await store.reset(GAME, None, EPOCH, 0, {})

    async def write() -> None:
        seq = 0
        while seq < 20:
            try:
                wrote = await store.publish(GAME, message(seq + 1), seq + 1)
            except RedisAway:  # twenty connections at once on a busy machine
                await asyncio.sleep(0.01)
            else:
                seq += wrote in ("ok", "old")

    await asyncio.gather(*(write() for _ in range(20)))
    stored = await store.load(GAME)
    assert [update["seq"] for update in stored.tail] == list(range(1, 21))


async def test_the_tail_is_bounded(store: LiveStore) -> None:
    await store.reset(GAME, None, EPOCH, 0, {})
    for seq in range(1, 400):
        await store.publish(GAME, message(seq), seq)
    stored = await store.load(GAME)
    assert len(stored.tail) == 50
    assert stored.tail[-1]["seq"] == 399
    assert int(await store.client.xlen(f"courtside:{{{GAME}}}:tail")) < 250


async def test_everything_expires(store: LiveStore, redis_server: RedisServer) -> None:
    await store.reset(GAME, None, EPOCH, 0, {"a": 1})
    await store.publish(GAME, message(1), 1)
    await store.say([(GAME, "flags", {"type": "flags", "flags": []})])
    await store.presence(GAME, 3)
    with redis_server.client() as client:
        names = list(client.scan_iter("courtside:*"))
        assert len(names) == 4
        for name in names:
            assert client.ttl(name) > 0


async def test_forgotten_games_leave_nothing(store: LiveStore, redis_server: RedisServer) -> None:
    await store.reset(GAME, None, EPOCH, 0, {"a": 1})
    await store.publish(GAME, message(1), 1)
    await store.say([(GAME, "flags", {"type": "flags", "flags": []})])
    await store.presence(GAME, 3)
    await store.forget(GAME)
    with redis_server.client() as client:
        assert list(client.scan_iter("courtside:*")) == []


async def test_presence_of_processes_that_stopped_reporting_is_dropped(
    store: LiveStore, redis_server: RedisServer
) -> None:
    with redis_server.client() as client:
        client.hset(f"courtside:{{{GAME}}}:seen", "long-dead", "7:1000")
    assert await store.presence(GAME, 2) == 2
    assert await store.presence(GAME, 0) == 0


async def test_redis_away_is_one_exception(store: LiveStore, redis_server: RedisServer) -> None:
    redis_server.kill()
    with pytest.raises(RedisAway):
        await store.ping()
    assert store.degraded
    with pytest.raises(RedisAway, match="not asked"):
        await store.ping()
    redis_server.start()
    async with asyncio.timeout(5):
        while store.degraded:
            with contextlib.suppress(RedisAway):
                await store.ping()
            await asyncio.sleep(0.02)


async def test_a_redis_that_refuses_writes_counts_as_away(
    store: LiveStore, redis_server: RedisServer
) -> None:
    await store.reset(GAME, None, EPOCH, 0, {"a": 1})
    with redis_server.client() as client:
        client.config_set("maxmemory", "1")
        try:
            with pytest.raises(RedisAway, match="memory"):
                await store.publish(GAME, message(1), 1)
        finally:
            client.config_set("maxmemory", "0")


def test_the_circuit_lets_one_question_through_each_pause() -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    circuit = Circuit(clock, first_s=0.1, longest_s=0.4)
    assert circuit.may_try()
    tried = []
    for _ in range(20):
        if circuit.may_try():
            tried.append(clock.elapsed_s)
            circuit.failed()
        clock.advance(0.05)
    pauses = [later - sooner for sooner, later in itertools.pairwise(tried)]
    # Doubled up to the longest one; the clock moves in steps of 50 ms.
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.4][: len(pauses)], abs=0.051)
    clock.advance(1)
    assert circuit.may_try()
    circuit.worked()
    assert not circuit.degraded
    assert circuit.may_try()


@pytest.fixture
def cluster() -> Iterator[RedisServer]:
    """A cluster of one node: it refuses scripts whose keys lie in different slots."""
    # The nodes talk to each other on a second port, 10000 higher.
    port = next(p for p in (free_port() for _ in range(100)) if p < 55_000)
    with RedisServer("--cluster-enabled", "yes", "--port", str(port)) as server:
        with server.client() as client:
            client.execute_command("CLUSTER ADDSLOTS", *range(16384))
        yield server


def writable(client: redis.Redis) -> bool:
    """A cluster answers no write until it has looked at itself for two seconds."""
    try:
        return bool(client.set("a", "1"))
    except redis.RedisError:
        return False


async def test_all_of_it_works_on_a_cluster(cluster: RedisServer) -> None:

    with cluster.client() as client:
        await until(lambda: writable(client))
    books = MemoryBooks()
    books.create(GAME)
    a, b = Process("a", cluster.url, books), Process("b", cluster.url, books)
    await a.start()
    await b.start()
    try:
        viewer = Viewer(await b.hub.join(GAME))
        await a.call()
        await viewer.reaches(1)
        await a.hub.announce(GAME, {"type": "camera", "camera": "main", "status": "live"})
        await viewer.gets("camera")
        assert await a.hub.viewers(GAME) == 1
        lost: list[str] = []
        await a.leases.claim(GAME, "main", lost.append)
        lease = await b.leases.claim(GAME, "main", lost.append)
        await until(lambda: lost)
        await lease.release()
        await until(lambda: not a.hub.degraded and not b.hub.degraded)
        await viewer.close()
    finally:
        await a.stop()
        await b.stop()
