"""A real server on a real port, in the test's own event loop."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import av
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.requests import HTTPConnection

from server.clock import SystemClock
from server.ingest import whip
from server.ingest.cameras import Cameras
from server.ingest.ice import IceSettings
from server.ingest.sample import Kind, Sample
from server.ingest.session import Claim, Limits, Status
from server.meters import Meters
from server.problems import Problem

TOKEN = "camera-token"
WATCH_TOKEN = "watch-token"


@dataclass(eq=False)
class Sink:
    """Counts and measures; `delay_s` makes it a slow one."""

    delay_s: float = 0.0
    sizes: list[tuple[int, int]] = field(default_factory=list)
    media: list[float] = field(default_factory=list)
    age_s: list[float] = field(default_factory=list)
    closed: int = 0
    last: av.VideoFrame | None = None

    def put(self, frame: av.VideoFrame, media_s: float, captured_s: float) -> None:
        self.sizes.append((frame.width, frame.height))
        self.media.append(media_s)
        self.age_s.append(time.monotonic() - captured_s)
        self.last = frame
        if self.delay_s:
            time.sleep(self.delay_s)

    def close(self) -> None:
        self.closed += 1


@dataclass(eq=False)
class Media:
    """Keeps what came encoded."""

    origin: datetime
    want_key_frame: Callable[[], None]
    samples: list[Sample] = field(default_factory=list)
    closed: int = 0

    def put(self, sample: Sample) -> None:
        assert not self.closed
        self.samples.append(sample)

    def close(self) -> None:
        self.closed += 1

    def of(self, kind: Kind, publisher: int | None = None) -> list[Sample]:
        return [s for s in self.samples if s.kind == kind and publisher in (None, s.publisher)]


@dataclass(eq=False)
class House:
    """The ingest room behind HTTP, and what came out of it."""

    url: str
    cameras: Cameras
    meters: Meters
    sinks: dict[tuple[str, str], list[Sink]] = field(default_factory=dict)
    media: dict[tuple[str, str], list[Media]] = field(default_factory=dict)
    states: list[tuple[str, str, Status, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    sink_delay_s: float = 0.0

    def sink(self, game: str = "g1", camera: str = "main") -> Sink:
        """The newest sink of a camera; an empty one before its first picture."""
        found = self.sinks.get((game, camera))
        return found[-1] if found else Sink()

    def encoded(self, game: str = "g1", camera: str = "main") -> Media:
        """The newest sink of a camera for encoded frames; an empty one before its first."""
        found = self.media.get((game, camera))
        return found[-1] if found else Media(datetime.max.replace(tzinfo=UTC), lambda: None)

    def statuses(self, game: str = "g1", camera: str = "main") -> list[Status]:
        return [status for g, c, status, _ in self.states if (g, c) == (game, camera)]


async def until(condition: Callable[[], object], timeout_s: float = 10.0, what: str = "it") -> None:
    """Wait for a condition, or fail with its name."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"{what} did not happen within {timeout_s} s")
        await asyncio.sleep(0.02)


async def authorize(connection: HTTPConnection, game: str, role: str) -> str:
    """A small real thing: one token a role, `?token=` or the header."""
    header = connection.headers.get("authorization", "")
    token = header.removeprefix("Bearer ").strip() or connection.query_params.get("token", "")
    if not token:
        raise Problem(401, "token-missing", "A token, please.", {"WWW-Authenticate": "Bearer"})
    if token not in (TOKEN, WATCH_TOKEN):
        raise Problem(
            401, "token-refused", "This token is not ours.",
            {"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )  # fmt: skip
    if token == WATCH_TOKEN and role == "camera":
        raise Problem(403, "wrong-role", "A watcher cannot publish.")
    return role


async def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return JSONResponse(
        error.document(), error.status, dict(error.headers), "application/problem+json"
    )


Opener = Callable[..., Awaitable[House]]


@asynccontextmanager
async def serve(
    ice: IceSettings | None = None,
    limits: Limits | None = None,
    claim: Claim | None = None,
    pages: dict[str, str] | None = None,
    sink_delay_s: float = 0.0,
    decode: bool = True,
) -> AsyncIterator[House]:
    house: House

    def open_sink(game: str, camera: str) -> Sink:
        sink = Sink(house.sink_delay_s)
        house.sinks.setdefault((game, camera), []).append(sink)
        return sink

    def open_media(
        game: str, camera: str, origin: datetime, want_key_frame: Callable[[], None]
    ) -> Media:
        media = Media(origin, want_key_frame)
        house.media.setdefault((game, camera), []).append(media)
        return media

    def on_state(game: str, camera: str, status: Status, why: str) -> None:
        house.states.append((game, camera, status, why))
        house.times.append(time.monotonic())

    meters = Meters()
    cameras = Cameras(
        clock=SystemClock(),
        new_id=lambda: secrets.token_urlsafe(18),
        open_sink=open_sink,
        on_state=on_state,
        open_media=open_media,
        decode=decode,
        meters=meters,
        ice=ice,
        limits=limits,
        claim=claim,
    )
    app = FastAPI()
    app.add_exception_handler(Problem, on_problem)
    app.include_router(whip.router(cameras, authorize))
    for path, html in (pages or {}).items():
        app.add_api_route(path, lambda html=html: HTMLResponse(html), response_class=HTMLResponse)
    sock = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    house = House(url, cameras, meters, sink_delay_s=sink_delay_s)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", lifespan="off", ws="none", access_log=False)
    )
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        await until(lambda: server.started, what="the server's start")
        yield house
    finally:
        await cameras.close()
        server.should_exit = True
        await task
        sock.close()
        assert not [t for t in threading.enumerate() if t.name.startswith("decode ")]


@pytest.fixture
async def opener() -> AsyncIterator[Opener]:
    """Opens a house with the arguments of `serve`; closed after the test."""
    async with AsyncExitStack() as stack:

        async def open_house(**kwargs: object) -> House:
            return await stack.enter_async_context(serve(**kwargs))  # type: ignore[arg-type]

        yield open_house


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with serve() as opened:
        yield opened
