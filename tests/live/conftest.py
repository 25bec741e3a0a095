from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from server.clock import SystemClock
from server.live.bus import Bus
from server.live.hub import Hub
from server.live.lease import Leases
from server.live.mailbox import Mailbox
from server.live.redis import LiveStore, connect
from server.live.watch import Pace
from tests.live.books import MemoryBooks
from tests.redis_server import RedisServer

GAME = "game-1"


class Process:
    """What one server process has of the live room. Several in one test share a Redis."""

    def __init__(self, name: str, url: str, books: MemoryBooks) -> None:
        clock = SystemClock()
        self.books = books
        self.store = LiveStore(connect(url), clock, name)
        self.bus = Bus(connect(url), name)
        self.hub = Hub(self.store, self.bus, clock, pace=Pace(0.3, 0.1, 0.3))
        ids = itertools.count(1)
        self.leases = Leases(
            self.store, self.bus, clock, lambda: f"{name}-{next(ids)}", lease_s=1.0, renew_s=0.1
        )

    async def start(self) -> None:
        await self.bus.start()
        await self.hub.start(self.books)
        await self.leases.start()
        await until(lambda: self.bus.up)

    async def stop(self) -> None:
        await self.leases.stop()
        await self.hub.stop()
        await self.bus.stop()
        await self.store.client.aclose()

    async def die(self) -> None:
        """As kill -9 does: connections end, nothing is given back."""
        await self.bus.stop()
        await self.store.client.aclose()
        self.store.circuit.failed()
        self.leases.abandon()

    async def call(self, count: int = 1, game_id: str = GAME) -> None:
        """A call as the scorer makes it: append, then publish."""
        await self.hub.publish(game_id, self.books.append(game_id, count))


class Checker:
    """Takes messages and checks what every viewer may rely on: no hole, nothing twice."""

    def __init__(self) -> None:
        self.seq: int | None = None
        self.epoch = ""
        self.state: dict[str, Any] = {}
        self.messages: list[dict[str, Any]] = []

    def take(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if message["type"] == "snapshot":
            self.state = dict(message["state"])
        elif message["type"] == "update":
            seqs = [entry["seq"] for entry in message["entries"]]
            assert seqs == list(range(seqs[0], message["seq"] + 1))
            if self.seq is not None:
                assert seqs[0] == self.seq + 1, "a hole, or something twice"
                assert self.epoch in ("", message["epoch"])
            self.state.update(message["state"])
        else:
            return
        self.seq, self.epoch = message["seq"], message["epoch"]

    def types(self) -> list[str]:
        return [message["type"] for message in self.messages]


class Viewer(Checker):
    """Reads a mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__()
        self.mailbox = mailbox
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while True:
            self.take(json.loads((await self.mailbox.get()).text))

    async def reaches_seq(self, seq: int) -> None:
        await until(lambda: self.seq == seq or self._task.done())
        self.fail_early()

    async def reaches(self, seq: int) -> None:
        await self.reaches_seq(seq)
        assert self.state["scoreboard"] == {"score": seq}

    async def gets(self, kind: str, **fields: Any) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            for message in self.messages:
                if message["type"] == kind and fields.items() <= message.items():
                    return message
            return None

        await until(lambda: found() is not None or self._task.done())
        self.fail_early()
        message = found()
        assert message is not None
        return message

    def fail_early(self) -> None:
        if self._task.done():
            self._task.result()

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        self.mailbox.close()
        if not self._task.cancelled():
            self._task.result()


async def until(true: Callable[[], object], within_s: float = 8.0) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.005)


class Stage:
    """Makes processes and viewers and takes them down again."""

    def __init__(self, url: str, books: MemoryBooks, stack: AsyncExitStack) -> None:
        self.url = url
        self.books = books
        self._stack = stack

    async def process(self, name: str) -> Process:
        process = Process(name, self.url, self.books)
        self._stack.push_async_callback(process.stop)
        await process.start()
        return process

    async def viewer(
        self, process: Process, since: tuple[str, int] | None = None, *, hide: bool = True
    ) -> Viewer:
        viewer = Viewer(await process.hub.join(GAME, since, hide=hide))
        self._stack.push_async_callback(viewer.close)
        return viewer


@pytest.fixture(scope="session")
def _redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def redis_server(_redis: RedisServer) -> RedisServer:
    """An empty Redis; a test may kill it."""
    if not _redis.running:
        _redis.start()
    _redis.flush()
    return _redis


@pytest.fixture
def books() -> MemoryBooks:
    books = MemoryBooks()
    books.create(GAME)
    return books


@pytest.fixture
async def stage(redis_server: RedisServer, books: MemoryBooks) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield Stage(redis_server.url, books, stack)
