"""Real publishers: aiortc, FFmpeg's WHIP muxer, a page for Chromium."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)

from server.certificates import CertificateFiles, self_signed
from server.clock import SystemClock
from tests.ingest.conftest import TOKEN
from tests.support import ROOT

BEARER = {"Authorization": f"Bearer {TOKEN}"}
SDP = {**BEARER, "Content-Type": "application/sdp"}


class Pattern(VideoStreamTrack):
    """Moving noise-free pictures at 30 fps."""

    def __init__(self, width: int = 320, height: int = 240) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.count = 0

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        image = np.full((self.height, self.width, 3), self.count % 200, np.uint8)
        image[:, (self.count * 4) % self.width :][:, :16] = 255
        self.count += 1
        frame = av.VideoFrame.from_ndarray(image, "bgr24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    """A tone in packets of 20 ms, from a sound card whose clock is `drift` too fast."""

    def __init__(self, drift: float = 0.0) -> None:
        super().__init__()
        self.drift = drift
        self.count = 0
        self.began_s = 0.0

    async def recv(self) -> av.AudioFrame:
        self.began_s = self.began_s or time.monotonic()
        due_s = self.began_s + self.count * 0.02 / (1 + self.drift)
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        at = np.arange(self.count * 960, (self.count + 1) * 960)
        wave = (8000 * np.sin(at * 2 * np.pi * 440 / 48000)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[None], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, self.count * 960, Fraction(1, 48000)
        self.count += 1
        return frame


class AiortcPublisher:
    """What a program with aiortc does. audio: a section without a track, or a track."""

    def __init__(
        self, url: str, codec: str = "H264", audio: bool | MediaStreamTrack = False
    ) -> None:
        self.url = url
        self.codec = codec
        self.audio = audio
        self.track = Pattern()
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.channel: RTCDataChannel | None = None
        self.messages: list[Any] = []
        self.response: httpx.Response | None = None
        self.session = ""
        self.etag = ""

    def use_channel(self) -> None:
        self.channel = self.pc.createDataChannel("control")
        self.channel.on("message", self.messages.append)

    async def offer(self, edit: dict[str, str] | None = None) -> str:
        sender = self.pc.addTrack(self.track)
        transceiver = next(t for t in self.pc.getTransceivers() if t.sender is sender)
        codecs = sender.getCapabilities("video").codecs
        wanted = [c for c in codecs if c.mimeType == f"video/{self.codec}"]
        transceiver.setCodecPreferences(wanted)
        transceiver.direction = "sendonly"
        if self.audio:
            track = "audio" if isinstance(self.audio, bool) else self.audio
            self.pc.addTransceiver(track, direction="sendonly")
        await self.pc.setLocalDescription(await self.pc.createOffer())
        sdp = self.pc.localDescription.sdp
        for old, new in (edit or {}).items():
            assert old in sdp
            sdp = sdp.replace(old, new)
        return sdp

    async def start(self, edit: dict[str, str] | None = None) -> AiortcPublisher:
        async with httpx.AsyncClient() as http:
            response = await http.post(self.url, content=await self.offer(edit), headers=SDP)
        self.response = response
        assert response.status_code == 201, response.text
        self.session = str(httpx.URL(self.url).join(response.headers["location"]))
        self.etag = response.headers["etag"]
        answer = response.text
        for old, new in (edit or {}).items():
            answer = answer.replace(new, old)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return self

    def lose(self, share: float) -> None:
        """From now on this share of what we send is lost on the way."""
        transport = self.pc.getSenders()[0].transport.transport
        connection = transport._connection
        rng = random.Random(1)

        async def send(data: bytes) -> None:
            if rng.random() >= share:
                await connection.send(data)

        transport._send = send

    async def vanish(self) -> None:
        """Stop sending without a word: what a phone without a network does."""
        for transceiver in self.pc.getTransceivers():
            connection = transceiver.sender.transport.transport._connection
            for protocol in connection._protocols:
                protocol.transport.sendto = lambda *args: None  # type: ignore[method-assign]

    async def close(self) -> None:
        await self.pc.close()


def certificate(folder: Path) -> CertificateFiles:
    """FFmpeg's automatic one fails the handshake."""
    return self_signed(folder, "127.0.0.1", SystemClock().now())


@asynccontextmanager
async def ffmpeg(
    url: str, folder: Path, seconds: float, size: tuple[int, int] = (1280, 720), token: str = TOKEN
) -> AsyncIterator[asyncio.subprocess.Process]:
    """FFmpeg's WHIP muxer in a process of its own: the muxer holds the interpreter's lock
    while it talks to the server. Prints the number of frames that it sent."""
    own = certificate(folder)
    arguments = [url, token, str(own.cert), str(own.key), str(seconds), f"{size[0]}x{size[1]}"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.ingest.ffmpeg_whip", *arguments,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
