"""A real server that takes publishers and shows them to viewers, and a viewer as a program is."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import av
import httpx
import uvicorn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from server.clock import SystemClock
from server.ingest import whip
from server.ingest.cameras import Cameras
from server.ingest.ice import IceSettings
from server.ingest.session import Limits
from server.media import viewers
from server.media.streams import Streams
from server.media.viewers import Viewers
from server.meters import Meters
from server.problems import Problem
from tests.ingest.conftest import WATCH_TOKEN, authorize, on_problem

BEARER = {"Authorization": f"Bearer {WATCH_TOKEN}"}
SDP = {**BEARER, "Content-Type": "application/sdp"}


@dataclass(eq=False)
class Rooms:
    """Ingest and WHEP behind HTTP."""

    url: str
    cameras: Cameras
    streams: Streams
    viewers: Viewers
    meters: Meters

    def ended(self, why: str) -> float:
        """Viewers whose session ended so."""
        found = self.meters.registry.get_sample_value("courtside_viewers_ended_total", {"why": why})
        return found or 0.0


@asynccontextmanager
async def rooms(
    *, most: int = 20, limits: Limits | None = None, pages: dict[str, str] | None = None
) -> AsyncIterator[Rooms]:
    """On a port of its own, nothing decoded."""
    clock, meters = SystemClock(), Meters()
    streams = Streams(clock)
    cameras = Cameras(
        clock=clock, new_id=lambda: secrets.token_urlsafe(18), open_sink=_no_sink,
        on_state=lambda game, camera, status, why: None, open_media=streams.open, decode=False,
        limits=limits,
    )  # fmt: skip
    watching = Viewers(
        streams, clock, lambda: secrets.token_urlsafe(18), meters, IceSettings(), most
    )
    app = FastAPI()
    app.add_exception_handler(Problem, on_problem)
    app.include_router(whip.router(cameras, authorize))
    app.include_router(viewers.router(watching, authorize))
    for path, page in (pages or {}).items():
        app.add_api_route(path, lambda page=page: HTMLResponse(page))
    sock = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        yield Rooms(url, cameras, streams, watching, meters)
    finally:
        await watching.close()
        await cameras.close()
        server.should_exit = True
        await serving


def _no_sink(game: str, camera: str) -> Any:
    raise AssertionError("nothing is decoded here")


@dataclass(eq=False)
class Watcher:
    """A program with aiortc that watches."""

    url: str
    codec: str | None = None
    pc: RTCPeerConnection = field(init=False)
    frames: list[av.VideoFrame] = field(default_factory=list)
    sounds: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)
    response: httpx.Response | None = None
    session: str = ""
    etag: str = ""

    def __post_init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._tasks: list[asyncio.Task[None]] = []
        self.pc.on("track", self._track)
        self.pc.on("datachannel", self._channel)

    async def offer(self) -> str:
        transceiver = self.pc.addTransceiver("video", direction="recvonly")
        if self.codec is not None:
            known = RTCRtpReceiver.getCapabilities("video")
            assert known is not None
            wanted = (f"video/{self.codec}", "video/rtx")
            transceiver.setCodecPreferences([c for c in known.codecs if c.mimeType in wanted])
        self.pc.addTransceiver("audio", direction="recvonly")
        self.pc.createDataChannel("courtside")
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return str(self.pc.localDescription.sdp)

    async def post(self) -> httpx.Response:
        async with httpx.AsyncClient() as http:
            self.response = await http.post(self.url, content=await self.offer(), headers=SDP)
        return self.response

    async def start(self) -> Self:
        response = await self.post()
        assert response.status_code == 201, response.text
        self.session = str(httpx.URL(self.url).join(response.headers["location"]))
        self.etag = response.headers["etag"]
        await self.pc.setRemoteDescription(RTCSessionDescription(response.text, "answer"))
        return self

    def _track(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.create_task(self._read(track)))

    async def _read(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, av.VideoFrame):
                    self.frames.append(frame)
                else:
                    self.sounds += 1
        except MediaStreamError:
            pass

    def _channel(self, channel: Any) -> None:
        channel.on("message", lambda text: self.messages.append(json.loads(text)))

    @property
    def response_text(self) -> str:
        return "" if self.response is None else self.response.text

    def _connection(self) -> Any:
        return self.pc.getReceivers()[0].transport.transport._connection

    def lose(self, share: float) -> None:
        """From now on this share of what comes is lost on the way."""
        rng = random.Random(1)
        for protocol in self._connection()._protocols:
            received = protocol.datagram_received

            def some(data: bytes, addr: Any, received: Any = received) -> None:
                if rng.random() >= share:
                    received(data, addr)

            protocol.datagram_received = some

    def say_nothing(self) -> None:
        """From now on nothing leaves this viewer."""
        for protocol in self._connection()._protocols:
            protocol.transport.sendto = lambda *args: None

    async def close(self) -> None:
        await self.pc.close()
        for task in self._tasks:
            task.cancel()
