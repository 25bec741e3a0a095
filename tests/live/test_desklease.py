"""The roles of a desk in a real Redis, seen by several processes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from server.clock import ManualClock, SystemClock
from server.live.desklease import Change, DeskLeases
from server.live.deskroles import ROLES, SILENCE_MS, DeskRoles
from server.live.redis import LiveStore, connect, key
from tests.live.conftest import GAME, Stage, until
from tests.redis_server import RedisServer


class Said(list[Mapping[str, Any]]):
    """What was announced."""

    async def announce(self, game_id: str, message: Mapping[str, Any]) -> None:
        assert game_id == GAME
        self.append(message)


def claim(desk: str, *roles: str, ask: bool = False, seq: int = 0) -> Change:
    return lambda now, now_ms: now.heard(desk, now_ms).claim(desk, roles, now_ms, seq, ask=ask)


def answer(desk: str, *roles: str, give: bool) -> Change:
    return lambda now, now_ms: now.answer(desk, roles, now_ms, 0, give=give)


def holders(roles: DeskRoles) -> dict[str, str]:
    return {role: held.desk for role, held in roles.held.items()}


async def test_all_processes_see_one_holder(stage: Stage) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    said_a, said_b = Said(), Said()
    ours = DeskLeases(a.store, SystemClock(), said_a.announce)
    theirs = DeskLeases(b.store, SystemClock(), said_b.announce)
    assert (await ours.of(GAME)).roles == DeskRoles()
    await ours.change(GAME, claim("ann", *ROLES))
    assert holders((await theirs.of(GAME)).roles) == dict.fromkeys(ROLES, "ann")
    await theirs.change(GAME, claim("bob", "home", ask=True))
    await ours.change(GAME, answer("ann", "home", give=True))
    after = await theirs.of(GAME)
    assert holders(after.roles) == {"clock": "ann", "home": "bob", "away": "ann"}
    assert after.shared
    assert after.keeps_out("ann", frozenset({"home"})) == "home"
    assert [m["desk"]["home"] for m in said_a] == [
        {"desk": "ann", "asked_by": None},
        {"desk": "bob", "asked_by": None},
    ]
    assert [m["desk"]["home"] for m in said_b] == [{"desk": "ann", "asked_by": "bob"}]


async def test_a_heartbeat_is_no_news(stage: Stage) -> None:
    process, said = await stage.process("a"), Said()
    leases = DeskLeases(process.store, SystemClock(), said.announce)
    await leases.change(GAME, claim("ann", "home"))
    first = (await leases.of(GAME)).roles.held["home"]
    await asyncio.sleep(0.01)
    await leases.change(GAME, claim("ann"))
    second = (await leases.of(GAME)).roles.held["home"]
    assert second.heard_ms > first.heard_ms
    assert len(said) == 1


async def test_many_who_take_at_once_leave_one_holder(stage: Stage) -> None:
    processes = [await stage.process(name) for name in "abcd"]
    said = Said()
    leases = [DeskLeases(p.store, SystemClock(), said.announce) for p in processes]
    desks = [f"d{n}" for n in range(12)]
    answers = await asyncio.gather(
        *(leases[n % 4].change(GAME, claim(desk, "home")) for n, desk in enumerate(desks))
    )
    holder = holders((await leases[0].of(GAME)).roles)["home"]
    assert {answer.roles.held["home"].desk for answer in answers} == {holder}
    assert len(said) == 1


async def test_viewers_and_other_processes_are_told(stage: Stage) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    leases = DeskLeases(a.store, SystemClock(), a.hub.announce)
    here, there = await stage.viewer(a), await stage.viewer(b)
    await leases.change(GAME, claim("ann", "clock"))
    for viewer in (here, there):
        message = await viewer.gets("desk")
        assert message["desk"]["clock"] == {"desk": "ann", "asked_by": None}
    late = await stage.viewer(b)
    await until(lambda: late.seq is not None)
    assert late.state["desk"]["clock"]["desk"] == "ann"


async def test_without_redis_roles_are_held_here_and_redis_hears_of_them_later(
    stage: Stage, redis_server: RedisServer
) -> None:
    process, other = await stage.process("a"), await stage.process("b")
    said = Said()
    leases = DeskLeases(process.store, SystemClock(), said.announce)
    elsewhere = DeskLeases(other.store, SystemClock(), said.announce)
    await leases.change(GAME, claim("ann", "clock"))
    redis_server.kill()
    held = await leases.change(GAME, claim("ann", "home"))
    assert not held.shared
    assert holders(held.roles) == {"clock": "ann", "home": "ann"}
    assert (await leases.of(GAME)).keeps_out("bob", frozenset({"home"})) == "home"
    redis_server.start()

    async def shared() -> bool:
        return (await leases.change(GAME, claim("ann"))).shared

    async with asyncio.timeout(8):
        while not await shared():
            await asyncio.sleep(0.05)
        while holders((await elsewhere.of(GAME)).roles) != {"clock": "ann", "home": "ann"}:
            await asyncio.sleep(0.05)


async def test_redis_that_forgot_is_told_by_the_next_heartbeat(
    stage: Stage, redis_server: RedisServer
) -> None:
    process, said = await stage.process("a"), Said()
    leases = DeskLeases(process.store, SystemClock(), said.announce)
    await leases.change(GAME, claim("ann", "home"))
    redis_server.flush()
    await leases.change(GAME, claim("ann"))
    with redis_server.client() as client:
        assert client.exists(key(GAME, "desk"))
    assert holders((await leases.of(GAME)).roles) == {"home": "ann"}


async def test_roles_that_nobody_understands_are_free(
    stage: Stage, redis_server: RedisServer
) -> None:
    process, said = await stage.process("a"), Said()
    leases = DeskLeases(process.store, SystemClock(), said.announce)
    for nonsense in ("{", "[]", '{"home":{"desk":"x"}}', '{"home":3}'):
        with redis_server.client() as client:
            client.set(key(GAME, "desk"), nonsense)
        assert (await leases.of(GAME)).roles == DeskRoles()
        await leases.change(GAME, claim("ann", "home"))
        assert holders((await leases.of(GAME)).roles) == {"home": "ann"}


async def test_the_time_of_redis_counts_not_that_of_a_machine(stage: Stage) -> None:
    """A process whose clock is a day ahead does not find everybody silent."""
    process, said = await stage.process("a"), Said()
    ahead = ManualClock(SystemClock().now(), elapsed_s=86_400)
    await DeskLeases(process.store, SystemClock(), said.announce).change(GAME, claim("ann", "home"))
    leases = DeskLeases(process.store, ahead, said.announce)
    after = await leases.change(GAME, claim("bob", "home"))
    assert holders(after.roles) == {"home": "ann"}


@pytest.fixture
def short_lived(redis_server: RedisServer) -> LiveStore:
    return LiveStore(connect(redis_server.url), SystemClock(), "late")


async def test_a_desk_that_is_silent_loses_its_role_to_who_takes_it(
    short_lived: LiveStore,
) -> None:
    said = Said()
    leases = DeskLeases(short_lived, SystemClock(), said.announce)
    long_ago = SILENCE_MS + 1_000
    await leases.change(
        GAME, lambda now, now_ms: now.claim("ann", ["home"], now_ms - long_ago, 0, ask=False)
    )
    assert (await leases.of(GAME)).keeps_out("bob", frozenset({"home"})) is None
    after = await leases.change(GAME, claim("bob", "home", seq=7))
    assert after.roles.held["home"].former == ("ann",)
    await short_lived.client.aclose()
