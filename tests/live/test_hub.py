"""Facts reach every viewer in every process, once and in order, whatever Redis does."""

from __future__ import annotations

import asyncio

import pytest

from server.live.mailbox import CAPACITY, Closed, Mailbox
from server.problems import Problem
from server.updates import Json
from tests.live.books import MemoryBooks
from tests.live.conftest import GAME, Stage, Viewer, until
from tests.redis_server import RedisServer


async def test_snapshot_then_updates_in_both_processes(stage: Stage) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    await a.call()
    here, there = await stage.viewer(a), await stage.viewer(b)
    await here.reaches(1)
    await there.reaches(1)
    for _ in range(5):
        await a.call()
        await b.call(2)
    await here.reaches(16)
    await there.reaches(16)
    assert here.types().count("snapshot") == there.types().count("snapshot") == 1


async def test_an_unknown_game_is_a_404(stage: Stage) -> None:
    a = await stage.process("a")
    with pytest.raises(Problem) as refused:
        await a.hub.join("nowhere")
    assert refused.value.status == 404


async def test_resume_gets_only_what_was_missed(
    stage: Stage, books: MemoryBooks, redis_server: RedisServer
) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    await a.call()
    await until_in_redis(redis_server, 1)
    for _ in range(4):
        await a.call()
    # `b` opens the room now: it knows the tail from Redis only.
    viewer = await stage.viewer(b, (books.epoch, 2))
    await viewer.reaches_seq(5)
    assert viewer.types() == ["update"] * 3
    current = await stage.viewer(b, (books.epoch, 5))
    await a.call()
    await current.reaches(6)
    assert current.types() == ["update"]


async def test_resume_works_from_the_log_when_redis_has_no_tail(
    stage: Stage, books: MemoryBooks, redis_server: RedisServer
) -> None:
    a = await stage.process("a")
    await a.call(3)  # one update: its middle is in no tail
    await a.call()
    redis_server.flush()
    viewer = await stage.viewer(a, (books.epoch, 2))
    await a.call()
    await viewer.reaches(5)
    assert [m["entries"][0]["seq"] for m in viewer.messages if m["type"] == "update"] == [3, 5]
    assert "snapshot" not in viewer.types()


async def test_who_resumes_just_when_a_room_is_given_up_hears_of_what_comes(
    stage: Stage, books: MemoryBooks, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = await stage.process("a")
    await a.call(3)
    redis_server.flush()
    (await a.hub.join(GAME)).close()
    read = books.log

    async def slow(game_id: str, after: int = 0) -> list[Json]:
        await until(lambda: a.hub.rooms == 0)
        monkeypatch.setattr(books, "log", read)
        return await read(game_id, after)

    monkeypatch.setattr(books, "log", slow)
    viewer = await stage.viewer(a, (books.epoch, 2))
    await a.call()
    await viewer.reaches(4)


@pytest.mark.parametrize("since", [("other", 2), ("log-1", 9)])
async def test_a_since_that_cannot_be_resumed_gets_a_snapshot(
    stage: Stage, since: tuple[str, int]
) -> None:
    a = await stage.process("a")
    await a.call(3)
    viewer = await stage.viewer(a, since)
    await viewer.reaches(3)
    assert viewer.types() == ["snapshot"]


async def test_a_slow_reader_gets_a_snapshot_in_place_of_a_queue(
    stage: Stage, books: MemoryBooks
) -> None:
    a = await stage.process("a")
    mailbox = await a.hub.join(GAME)
    await mailbox.get()
    async with asyncio.timeout(20):
        while a.hub.renewals == 0:  # on a busy machine several calls may come as one update
            await a.call()
            await asyncio.sleep(0)
    await a.call(5)
    viewer = Viewer(mailbox)
    await viewer.reaches(len(books.entries[GAME]))
    assert viewer.types()[0] == "snapshot"
    assert viewer.messages[0]["seq"] > CAPACITY
    await viewer.close()


async def test_redis_killed_and_back_between_steps(
    stage: Stage, redis_server: RedisServer, books: MemoryBooks
) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    here, there = await stage.viewer(a), await stage.viewer(b)
    await a.call()
    await there.reaches(1)
    redis_server.kill()
    await a.call()
    await b.call()
    await here.reaches(3)
    await there.reaches(3)
    assert a.hub.degraded
    assert b.hub.degraded
    late = await stage.viewer(b)
    await late.reaches(3)
    redis_server.start()
    await until(lambda: not a.hub.degraded and not b.hub.degraded)
    for _ in range(3):
        await a.call()
        await b.call()
    for viewer in (here, there, late):
        await viewer.reaches(9)
        assert viewer.types().count("snapshot") == 1
    await until_in_redis(redis_server, 9)


async def test_redis_that_forgot_everything_is_filled_again(
    stage: Stage, redis_server: RedisServer
) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    here, there = await stage.viewer(a), await stage.viewer(b)
    await a.call(2)
    await a.hub.announce(GAME, {"type": "camera", "camera": "main", "status": "live", "why": ""})
    await there.reaches(2)
    await until_in_redis(redis_server, 2)
    redis_server.flush()
    await until_in_redis(redis_server, 2)  # by the regular look, without any call
    await a.call()
    await here.reaches(3)
    await there.reaches(3)
    await until_in_redis(redis_server, 3)
    assert there.types().count("snapshot") == 1
    # The messages without a sequence are remembered again as well.
    c = await stage.process("c")
    fresh = await stage.viewer(c)
    await fresh.reaches(3)
    assert fresh.state["camera"]["main"]["status"] == "live"


async def test_a_process_that_dies_between_log_and_redis_loses_nothing(
    stage: Stage, books: MemoryBooks, redis_server: RedisServer
) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    there = await stage.viewer(b)
    await a.call()
    await there.reaches(1)
    books.append(GAME, 2)  # durable, but never published
    await there.reaches(3)
    await until_in_redis(redis_server, 3)
    await b.call()
    await there.reaches(4)
    assert there.types().count("snapshot") == 1


async def test_redis_that_stands_still_costs_a_call_50_ms_once(
    stage: Stage, redis_server: RedisServer
) -> None:
    a = await stage.process("a")
    viewer = await stage.viewer(a)
    await a.call()
    await viewer.reaches(1)
    loop = asyncio.get_running_loop()
    with redis_server.frozen():
        begin = loop.time()
        for _ in range(20):
            await a.call()
        # Twenty waits of 50 ms would be a second; the circuit opens after the first.
        assert loop.time() - begin < 0.6
        await viewer.reaches(21)
    await until_in_redis(redis_server, 21)


async def test_a_log_put_back_from_a_copy_wins_over_redis(
    stage: Stage, books: MemoryBooks, redis_server: RedisServer
) -> None:
    a = await stage.process("a")
    viewer = await stage.viewer(a)
    await a.call(5)
    await viewer.reaches(5)
    del books.entries[GAME][3:]
    await viewer.reaches(3)
    await until_in_redis(redis_server, 3)


async def test_out_of_order_publishing_is_put_in_order(
    stage: Stage, books: MemoryBooks, redis_server: RedisServer
) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    here, there = await stage.viewer(a), await stage.viewer(b)
    first, second, third = books.append(GAME), books.append(GAME), books.append(GAME)
    for update in (third, first, second, third):
        await a.hub.publish(GAME, update)
    await here.reaches(3)
    await there.reaches(3)
    await until_in_redis(redis_server, 3)


async def test_erased_games_send_viewers_away(
    stage: Stage, books: MemoryBooks, redis_server: RedisServer
) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    here, there = await a.hub.join(GAME), await b.hub.join(GAME)
    await a.call()
    del books.entries[GAME]
    await a.hub.forget(GAME)
    for mailbox in (here, there):
        with pytest.raises(Closed, match="gone"):
            await asyncio.wait_for(read_on(mailbox), 5)
    with redis_server.client() as client:
        assert client.keys("*snap*") == client.keys("*tail*") == []


async def test_while_the_log_is_away_viewers_keep_and_get_what_redis_has(
    stage: Stage, books: MemoryBooks, redis_server: RedisServer
) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    here = await stage.viewer(a, hide=False)
    await a.call(2)
    await here.reaches(2)
    await until_in_redis(redis_server, 2)
    books.away = True
    late = await stage.viewer(b, hide=False)
    await late.reaches(2)
    assert late.state["roster"] == {"home": [{"id": "home-7"}]}
    await asyncio.sleep(0.7)  # two looks at a log that does not answer
    books.away = False
    await a.call()
    for viewer in (here, late):
        await viewer.reaches(3)
    await until(lambda: late.state["roster"]["home"][0].get("name") == "Ann")


async def test_while_both_are_away_a_game_cannot_be_opened(
    stage: Stage, books: MemoryBooks, redis_server: RedisServer
) -> None:
    a = await stage.process("a")
    redis_server.kill()
    books.away = True
    with pytest.raises(Problem) as refused:
        await a.hub.join(GAME)
    assert refused.value.status == 503
    books.away = False
    await (await stage.viewer(a)).reaches(0)


async def test_an_idle_room_closes_and_opens_again(stage: Stage, books: MemoryBooks) -> None:
    a = await stage.process("a")
    viewer = await stage.viewer(a)
    await viewer.reaches(0)
    await viewer.close()
    await until(lambda: a.hub.rooms == 0)
    await a.call()
    again = await stage.viewer(a)
    await again.reaches(1)


async def read_on(mailbox: Mailbox) -> None:
    while True:
        await mailbox.get()


async def until_in_redis(server: RedisServer, seq: int) -> None:
    with server.client() as client:
        await until(lambda: client.hget(f"courtside:{{{GAME}}}:snap", "seq") == str(seq))
