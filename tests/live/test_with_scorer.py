"""The live room with the real books: what the scorer hands over is what viewers get."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from server.clock import SystemClock
from server.gamelog.sql import SqlLog
from server.live.bus import Bus
from server.live.hub import Hub
from server.live.redis import LiveStore, connect
from server.live.watch import Pace
from server.scorer import Scorer
from tests.live.conftest import Checker, Viewer, until
from tests.redis_server import RedisServer

BODY = {
    "rules": "fiba",
    "home": {"name": "Lions", "players": [{"number": "4", "name": "Ann Secret"}]},
    "away": {"name": "Bears", "players": [{"number": "7", "name": "Bea Hidden"}]},
}


class Server:
    """Scorer and hub as a server joins them."""

    def __init__(self, name: str, database: str, redis_url: str) -> None:
        clock = SystemClock()
        ids = itertools.count(1)
        self.log = SqlLog.open(database)
        self.store = LiveStore(connect(redis_url), clock, name)
        self.bus = Bus(connect(redis_url), name)
        self.hub = Hub(self.store, self.bus, clock, pace=Pace(0.1, 0.1, 1.0))
        self.scorer = Scorer(
            self.log, clock, lambda: f"{name}-{next(ids)}", self.hub.publish, self.hub.announce
        )

    async def start(self) -> None:
        await self.bus.start()
        await self.hub.start(self.scorer)
        await until(lambda: self.bus.up)

    async def stop(self) -> None:
        await self.scorer.close()
        await self.hub.stop()
        await self.bus.stop()
        await self.store.client.aclose()
        self.log.close()


@pytest.fixture
async def servers(
    tmp_path: Path, redis_server: RedisServer
) -> AsyncIterator[tuple[Server, Server]]:
    async with AsyncExitStack() as stack:
        made = []
        for name in ("a", "b"):
            server = Server(name, f"sqlite:///{tmp_path / 'log.sqlite'}", redis_server.url)
            stack.push_async_callback(server.stop)
            await server.start()
            made.append(server)
        yield made[0], made[1]


async def test_calls_in_two_processes_reach_viewers_in_both_and_no_name_reaches_redis(
    servers: tuple[Server, Server], redis_server: RedisServer
) -> None:
    a, b = servers
    game = (await a.scorer.create_game(BODY)).game_id
    here, there = Viewer(await a.hub.join(game)), Viewer(await b.hub.join(game))
    calls = itertools.count(1)

    async def score(server: Server, side: str, player: str) -> None:
        body = {"call_id": f"c{next(calls)}", "type": "field_goal", "team": side}
        await server.scorer.call(game, {**body, "player": player, "value": 2, "made": True}, "desk")

    await a.scorer.call(game, {"call_id": "start", "type": "period_start"}, "desk")
    for _ in range(5):
        await score(a, "home", "4")
        await score(b, "away", "7")

    def nameless(viewer: Checker) -> bool:
        return viewer.state["roster"]["home"]["players"][0]["name"] is None

    def reads(viewer: Checker, text: str) -> bool:
        return bool(viewer.state["plays"][0]["text"] == text)

    def shows(viewer: Checker, home: int, away: int) -> bool:
        board = viewer.state.get("scoreboard", {"home": {}, "away": {}})
        return (board["home"].get("score"), board["away"].get("score")) == (home, away)

    await a.scorer.call(game, {"call_id": "n", "type": "note", "text": "Ann was great"}, "desk")
    for viewer in (here, there):
        await until(partial(shows, viewer, 10, 10))
        await until(partial(reads, viewer, "Ann was great"))
    assert here.state["roster"]["home"]["players"][0]["name"] == "Ann Secret"
    # Looking at the log again and again finds nothing to correct.
    await asyncio.sleep(0.5)
    assert here.types().count("snapshot") == there.types().count("snapshot") == 1
    with redis_server.client() as client:
        everything = "".join(
            str(client.hgetall(name) if client.type(name) == "hash" else client.xrange(name))
            for name in client.scan_iter("*")
        )
    assert "home-4" in everything
    assert "Ann" not in everything
    assert "Hidden" not in everything
    # A name that is erased is gone from every screen at once.
    await b.scorer.erase_player(game, "home-4")
    for viewer in (here, there):
        await until(partial(nameless, viewer))
    await here.close()
    await there.close()
