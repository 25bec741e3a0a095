"""The newest publisher has the camera, in whichever process."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import redis

from server.live.bus import Heard
from server.live.redis import RedisAway
from tests.live.conftest import GAME, Stage, until
from tests.redis_server import RedisServer

MAIN = "main"


class Losses(list[str]):
    """Why leases were lost."""


async def test_the_newest_claim_wins_and_the_loser_is_told(stage: Stage) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    lost_a, lost_b = Losses(), Losses()
    first = await a.leases.claim(GAME, MAIN, lost_a.append)
    second = await b.leases.claim(GAME, MAIN, lost_b.append)
    await until(lambda: lost_a)
    assert lost_a == ["another publisher took over this camera"]
    assert not first.held
    assert second.held
    third = await a.leases.claim(GAME, MAIN, lost_a.append)
    await until(lambda: lost_b)
    await asyncio.sleep(0.3)  # some renewals
    assert third.held
    assert (len(lost_a), len(lost_b)) == (1, 1)
    await second.release()  # of a lease that is lost: harmless
    assert holder(stage) is not None


async def test_other_cameras_and_games_are_not_touched(stage: Stage) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    lost = Losses()
    await a.leases.claim(GAME, MAIN, lost.append)
    await b.leases.claim(GAME, "second", lost.append)
    await b.leases.claim("game-2", MAIN, lost.append)
    await asyncio.sleep(0.3)
    assert not lost


async def test_within_one_process_too(stage: Stage) -> None:
    a = await stage.process("a")
    lost = Losses()
    first = await a.leases.claim(GAME, MAIN, lost.append)
    second = await a.leases.claim(GAME, MAIN, lost.append)
    assert len(lost) == 1
    assert (first.held, second.held) == (False, True)


async def test_of_two_claims_at_once_the_later_one_stays(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = await stage.process("a")
    lost_first, lost_second = Losses(), Losses()
    listen, pauses = a.bus.listen, [0.2, 0.0]

    async def slow(channel: str, heard: Heard) -> None:
        await listen(channel, heard)
        await asyncio.sleep(pauses.pop(0))

    monkeypatch.setattr(a.bus, "listen", slow)
    asked = asyncio.create_task(a.leases.claim(GAME, MAIN, lost_first.append))
    await asyncio.sleep(0.05)
    second = await a.leases.claim(GAME, MAIN, lost_second.append)
    first = await asked
    await asyncio.sleep(0.3)  # some renewals
    assert (first.held, second.held) == (False, True)
    assert (len(lost_first), len(lost_second)) == (1, 0)


async def test_the_time_line_goes_on_in_another_process(stage: Stage) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    first = await a.leases.claim(GAME, MAIN, Losses().append)
    await first.release()
    await asyncio.sleep(0.01)
    second = await b.leases.claim(GAME, MAIN, Losses().append)
    assert (
        second.origin == first.origin or abs((second.origin - first.origin).total_seconds()) < 0.001
    )
    assert await a.leases.origin(GAME, MAIN) == second.origin
    assert await a.leases.origin(GAME, "never") is None


async def test_a_process_that_dies_gives_way(stage: Stage) -> None:
    a = await stage.process("a")
    lease = await a.leases.claim(GAME, MAIN, Losses().append)
    assert lease.confirmed
    await a.leases.stop()
    assert holder(stage) is None
    dead = await stage.process("dead")
    await dead.leases.claim(GAME, MAIN, Losses().append)
    assert holder(stage) is not None
    await dead.die()
    await until(lambda: holder(stage) is None)


async def test_without_redis_it_is_ours_here_and_the_newest_wins_later(
    stage: Stage, redis_server: RedisServer
) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    lost_a, lost_b = Losses(), Losses()
    redis_server.kill()
    first = await a.leases.claim(GAME, MAIN, lost_a.append)
    await asyncio.sleep(0.05)
    second = await b.leases.claim(GAME, MAIN, lost_b.append)
    assert first.held
    assert second.held
    assert not first.confirmed
    redis_server.start()
    await until(lambda: lost_a)
    await until(lambda: second.confirmed)
    assert second.held
    assert not lost_b


async def test_redis_that_forgot_is_told_again(stage: Stage, redis_server: RedisServer) -> None:
    a = await stage.process("a")
    lost = Losses()
    lease = await a.leases.claim(GAME, MAIN, lost.append)
    redis_server.flush()
    await until(lambda: holder(stage) is not None)
    assert lease.held
    assert not lost
    assert await a.leases.origin(GAME, MAIN) is not None


async def test_a_claim_that_is_answered_too_late_is_not_taken_for_another_publisher(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = await stage.process("a")
    write, lost = a.store.write, Losses()

    async def late(send: Any) -> Any:
        monkeypatch.setattr(a.store, "write", write)
        await write(send)
        raise RedisAway

    monkeypatch.setattr(a.store, "write", late)
    lease = await a.leases.claim(GAME, MAIN, lost.append)
    assert not lease.confirmed
    await until(lambda: lease.confirmed or lost)
    assert lease.held
    assert not lost
    await lease.release()
    assert holder(stage) is None


def holder(stage: Stage) -> str | None:
    with redis.Redis.from_url(stage.url, decode_responses=True) as client:
        found = client.get(f"courtside:{{{GAME}}}:holder:{MAIN}")
    return None if found is None else str(found)
