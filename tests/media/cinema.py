"""The addresses of media over a film in memory, without the rest of a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from server.access.roles import Access
from server.access.signed import SignedAddresses
from server.access.tokens import Tokens
from server.api import media
from server.api.problems import install_problem_handlers
from server.clock import ManualClock
from server.media.playback import Playback
from server.media.readers import Readers
from server.media.recordings import Recordings
from server.media.streams import Streams
from server.meters import Meters
from server.pictures import Pictures
from tests.media.films import ORIGIN, Film
from tests.support import free_port

KEY = b"k" * 32


@dataclass(slots=True)
class Cinema:
    """client: has a token of role watch. `final`: the game is over. said: about its camera."""

    film: Film
    clock: ManualClock
    playback: Playback
    recordings: Recordings
    client: httpx.AsyncClient
    nobody: httpx.AsyncClient
    app: FastAPI
    meters: Meters
    token: str
    facts: dict[str, Any]

    async def text(self, path: str, **query: str | int) -> str:
        url = await self.signed(path)
        answer = await self.nobody.get(url.copy_merge_params(query) if query else url)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def signed(self, path: str) -> httpx.URL:
        """A path below the camera's, with the signature that playlists give it."""
        index = await self.client.get("/media/g/main/index.m3u8")
        assert index.status_code == 200, index.text
        query = index.text.strip().rpartition("?")[2]
        return httpx.URL(f"http://cinema/media/g/main/{path}?{query}")


@asynccontextmanager
async def opened(film: Film, seconds: float = 60.0) -> AsyncIterator[Cinema]:
    """seconds: since the film's media second 0. The clock stands still unless told otherwise."""
    clock, meters = ManualClock(ORIGIN + timedelta(seconds=seconds)), Meters()
    facts: dict[str, Any] = {"final": False, "version": 1, "said": {}}

    async def version(game: str) -> int | None:
        return facts["version"] if game == film.game else None

    async def is_final(game: str) -> bool:
        return bool(facts["final"])

    async def latest(game: str) -> Mapping[str, Mapping[str, Any]]:
        said: Mapping[str, Mapping[str, Any]] = facts["said"]
        return said

    async def origin(game: str, camera: str) -> datetime | None:
        return None

    tokens = Tokens(KEY, clock)
    access = Access(tokens, version, lambda: "id")
    signed, readers = SignedAddresses(KEY, clock, version), Readers()
    recordings = Recordings(film, readers, clock, is_final)
    playback = Playback(film, recordings, readers, clock, signed.query)
    pictures = Pictures(recordings, Streams(clock), latest, origin, signed.query, clock)
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(media.router(playback, pictures, signed, access, meters))
    token = tokens.make("watch", film.game, 1, "id")
    transport = httpx.ASGITransport(app)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://cinema") as nobody,
        httpx.AsyncClient(
            transport=transport,
            base_url="http://cinema",
            headers={"Authorization": f"Bearer {token}"},
        ) as client,
    ):
        yield Cinema(film, clock, playback, recordings, client, nobody, app, meters, token, facts)
    await readers.close()


@asynccontextmanager
async def on_a_port(app: FastAPI) -> AsyncIterator[str]:
    """For programs that come by TCP. Yields the address."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off")
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
