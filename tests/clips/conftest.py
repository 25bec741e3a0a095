"""One process's clips: a real log, a real Redis, a folder, and a recording that grows."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from server.access.roles import Access
from server.access.shares import Shares
from server.access.signed import SignedAddresses
from server.access.tokens import Tokens
from server.api import clips
from server.api.problems import install_problem_handlers
from server.clips.clips import Clips
from server.clock import SystemClock
from server.gamelog.clips import Clip, ClipTable
from server.gamelog.sql import SqlLog
from server.media.library import MediaUnavailable
from server.media.segments import Init, Part, Rendition, Segment
from server.media.storage import Storage
from server.meters import Meters
from server.scorer import Scorer
from server.updates import Json, Update
from tests.clips import film
from tests.redis_server import RedisServer

SEGMENT_S = 2.0
LENGTH_S = 40
KEY = bytes(32)
ADMIN_TOKEN = "admin-token-of-the-tests"
ORIGIN = datetime(2026, 5, 1, 18, tzinfo=UTC)
GAME: Json = {
    "game_id": "g1",
    "rules": "fiba",
    "home": {"name": "Lions", "players": [{"number": "7", "name": "Ann"}, {"number": "8"}]},
    "away": {"name": "Bears", "players": [{"number": "4"}]},
}


class Recording:
    """A camera's segments of two seconds, as long as a test says; each init is another file.
    Where that is within a segment, this one still grows.

    upto_s: what has been recorded. sizes: media time from which on the picture has that size.
    broken: reading fails that many times. lost: segments of which nothing was kept.
    """

    def __init__(self) -> None:
        self.upto_s = float(LENGTH_S)
        self.turned_s = 1e9
        self.broken = 0
        self.lost: set[int] = set()

    def segments(
        self,
        game: str,
        camera: str,
        rendition: Rendition,
        from_s: float | None = None,
        to_s: float | None = None,
    ) -> list[Segment]:
        if camera != "main":
            return []
        return [
            self._segment(rendition, n)
            for n in range(int(self.upto_s / SEGMENT_S))
            if (n + 1) * SEGMENT_S > (from_s or 0) and (to_s is None or n * SEGMENT_S < to_s)
        ]

    def growing(self, game: str, camera: str, rendition: Rendition) -> Segment | None:
        n, there_s = divmod(self.upto_s, SEGMENT_S)
        if camera != "main" or not there_s:
            return None
        return replace(self._segment(rendition, int(n)), duration_s=there_s)

    def inits(self, game: str, camera: str) -> list[Init]:
        return [
            Init(1, "video", "avc1", *_size(1), _film("video", 1)[0]),
            Init(2, "video", "avc1", *_size(2), _film("video", 2)[0]),
            Init(1, "audio", "opus", 0, 0, _film("audio", 1)[0]),
        ]

    def read(self, game: str, camera: str, of: Segment) -> bytes:
        if self.broken > 0:
            self.broken -= 1
            raise MediaUnavailable("the disk is asleep")
        return _film(of.rendition, of.init_id)[1][of.number]

    def _segment(self, rendition: Rendition, n: int) -> Segment:
        start_s = n * SEGMENT_S
        turned = rendition == "video" and start_s >= self.turned_s
        part = Part(start_s, SEGMENT_S, True, 0, 1)
        wall_at = ORIGIN + timedelta(seconds=start_s)
        size = 0 if n in self.lost else 1
        init = 2 if turned else 1
        return Segment(rendition, n, init, start_s, SEGMENT_S, wall_at, (part,), False, size)


def _size(init: int) -> tuple[int, int]:
    return (film.WIDTH, film.HEIGHT) if init == 1 else (film.WIDTH, 2 * film.HEIGHT)


@functools.cache
def _film(rendition: Rendition, init: int) -> tuple[bytes, list[bytes]]:
    if rendition == "audio":
        return film.pieces(film.audio(0, LENGTH_S))
    return film.pieces(film.video(0, LENGTH_S, size=_size(init)))


class Process:
    """A scorer and the clips of its games."""

    def __init__(self, log: SqlLog, storage: Storage, recording: Recording, redis: str) -> None:
        clock, numbers = SystemClock(), count(1)
        self.table = ClipTable(log)
        self.storage = storage
        self.meters = Meters()
        self.scorer = Scorer(
            log, clock, lambda: f"id-{next(numbers)}", self._publish, self._announce
        )
        self.clips = Clips(log, self.scorer, recording, storage, redis, clock, self.meters)

    async def _publish(self, game: str, update: Update) -> None:
        self.clips.told(game)

    async def _announce(self, game: str, message: Json) -> None:
        self.clips.told(game)

    async def say(self, kind: str, /, at_s: float | None = None, **fields: Any) -> int:
        """Make a call; the seq of its last entry."""
        if at_s is not None:
            fields["media"] = {"camera": "main", "s": at_s}
        fields.setdefault("call_id", f"{kind}-{at_s}-{len(str(fields))}-{id(fields)}")
        answer = await self.scorer.call("g1", {"type": kind, **fields}, "desk")
        return int(answer.entries[-1]["seq"])

    async def until(self, done: Callable[[], bool], within_s: float = 10.0) -> None:
        async with asyncio.timeout(within_s):
            while not await asyncio.to_thread(done):
                await asyncio.sleep(0.03)

    async def settled(self, seq: int, status: str = "ready", within_s: float = 10.0) -> Clip:
        """Wait for the clip of an entry."""
        await self.until(
            lambda: (
                (c := self.table.get("g1", seq)) is not None
                and c.status == status
                and c.gone_at is None
            ),
            within_s,
        )
        found = self.table.get("g1", seq)
        assert found is not None
        return found


Open = Callable[[], Awaitable[Process]]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def recording() -> Recording:
    one = Recording()
    one.inits("g1", "main")  # the film is made once, before any test's time runs
    return one


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.clips.studio.STALLED_S", 1.5)
    monkeypatch.setattr("server.clips.studio.LOOK_S", 0.05)
    monkeypatch.setattr("server.clips.keeper.AGAIN_S", 1.0)


@pytest.fixture
async def open_process(
    tmp_path: Path, redis: RedisServer, recording: Recording
) -> AsyncIterator[Open]:
    """Opens further processes on the same log, folder and Redis."""
    redis.flush()
    opened: list[Process] = []

    async def open_one() -> Process:
        log = SqlLog.open(f"sqlite:///{tmp_path}/log.db")
        one = Process(log, Storage(tmp_path / "media"), recording, redis.url)
        one.clips.start()
        opened.append(one)
        logs.append(log)
        return one

    logs: list[SqlLog] = []
    yield open_one
    for one in opened:
        await one.clips.stop()
        await one.scorer.close()
    for log in logs:
        log.close()


@pytest.fixture
async def process(open_process: Open) -> Process:
    """A process with a game that has begun."""
    one = await open_process()
    await one.scorer.create_game(GAME)
    await one.say("period_start", period=1)
    return one


class Site:
    """Clients of each role. tokens: of the game."""

    def __init__(self, app: FastAPI, tokens: dict[str, str]) -> None:
        self.app = app
        self.tokens = tokens
        self.watch = self.client(tokens["watch"])
        self.desk = self.client(tokens["desk"])
        self.admin = self.client(ADMIN_TOKEN)
        self.nobody = self.client(None)

    def client(self, token: str | None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://court", headers=headers
        )


@pytest.fixture
async def site(process: Process) -> Site:
    app, clock, version = FastAPI(), SystemClock(), process.scorer.token_version
    install_problem_handlers(app)
    access = Access(Tokens(KEY, clock), version, lambda: "id", ADMIN_TOKEN)
    signed, shares = SignedAddresses(KEY, clock, version), Shares(KEY, clock, version)
    app.include_router(clips.router(process.clips, access, signed, shares))
    return Site(app, await access.issue("g1"))


@asynccontextmanager
async def without(redis: RedisServer) -> AsyncIterator[None]:
    """Redis is away meanwhile, and comes back empty."""
    redis.kill()
    try:
        yield
    finally:
        redis.start()
