"""A file, or any source of pictures, as if it were a phone: published by WHIP."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError

from server.clock import Clock, SystemClock
from server.ingest import aiortc_hooks
from server.ingest.encode import BITRATE, EncoderThread, Outbox, Picture, VideoPacket, file_pictures
from server.ingest.ice import IceSettings

log = logging.getLogger(__name__)

CONNECT_WITHIN_S = 10.0
HTTP_TIMEOUT_S = 10.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0
DRAIN_S = 0.3
RETRY_STATUSES = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Published:
    """What went out: pictures encoded, seconds of the source played, connections made."""

    pictures: int
    played_s: float
    connections: int


class PublishError(Exception):
    """Publishing ended before the source did. `type` is the server's word for it, or ours."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.type = kind


class ReplacedError(PublishError):
    """Another publisher took over this camera; do not fight back."""


class _RetryError(Exception):
    """Worth another try after `pause_s`, or our own growing pause."""

    def __init__(self, why: str, pause_s: float | None = None) -> None:
        super().__init__(why)
        self.pause_s = pause_s


async def publish_file(
    path: Path | str,
    url: str,
    token: str | None = None,
    *,
    loop: bool = False,
    reconnect: bool = True,
    bitrate: int = BITRATE,
    verify: bool = True,
    stop: asyncio.Event | None = None,
    on_state: Callable[[str], None] | None = None,
) -> Published:
    """Play a video file in real time to a WHIP address.

    loop: for ever. The others as in publish_frames. Raises ValueError or av.FFmpegError for a
    file that cannot be played, and what publish_frames raises.
    """
    return await publish_frames(
        file_pictures(path, loop), url, token, reconnect=reconnect, bitrate=bitrate,
        verify=verify, stop=stop, on_state=on_state,
    )  # fmt: skip


async def publish_frames(
    pictures: Iterable[Picture],
    url: str,
    token: str | None = None,
    *,
    reconnect: bool = True,
    bitrate: int = BITRATE,
    verify: bool = True,
    stop: asyncio.Event | None = None,
    on_state: Callable[[str], None] | None = None,
    clock: Clock | None = None,
) -> Published:
    """Publish (picture, seconds) in real time until the source ends or `stop` is set.

    The source is read in a thread of its own, from the first connection on. While there is no
    connection its pictures are passed over, as a phone's are.
    reconnect: come back after a lost connection or a busy server. verify: check certificates.
    on_state: told `connecting`, `live`, `lost`, `ended`.
    Raises ReplacedError when another publisher took over, PublishError when the server refuses
    or is gone and `reconnect` is off; the source's own ValueError, OSError, RuntimeError or
    av.FFmpegError.
    """
    publisher = _Publisher(url, token, verify, on_state or (lambda state: None))
    outbox = Outbox()
    encoder = EncoderThread(pictures, outbox, clock or SystemClock(), bitrate)
    stopping = asyncio.create_task((stop or asyncio.Event()).wait())
    try:
        await publisher.run(encoder, outbox, stopping, reconnect)
    finally:
        stopping.cancel()
        await asyncio.to_thread(encoder.stop)
    if encoder.error is not None:
        raise encoder.error
    return Published(encoder.encoded, encoder.played_s, publisher.connections)


class _Track(VideoStreamTrack):
    """Packets that are already encoded."""

    def __init__(self, outbox: Outbox) -> None:
        super().__init__()
        self._outbox = outbox

    async def recv(self) -> VideoPacket:  # type: ignore[override]
        packet = await self._outbox.take()
        if packet is None:
            self.stop()
            raise MediaStreamError
        return packet


class _Publisher:
    def __init__(
        self, url: str, token: str | None, verify: bool, on_state: Callable[[str], None]
    ) -> None:
        self._url = url
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._verify = verify
        self._on_state = on_state
        self.connections = 0

    async def run(
        self,
        encoder: EncoderThread,
        outbox: Outbox,
        stopping: asyncio.Task[bool],
        reconnect: bool,
    ) -> None:
        pause_s = FIRST_PAUSE_S
        async with httpx.AsyncClient(
            headers=self._headers, verify=self._verify, timeout=HTTP_TIMEOUT_S
        ) as http:
            while not stopping.done() and not outbox.ended:
                self._on_state("connecting")
                before = self.connections
                try:
                    await self._once(http, encoder, outbox, stopping)
                except _RetryError as trouble:
                    if not reconnect:
                        raise PublishError("lost", str(trouble)) from trouble
                    if self.connections > before:
                        pause_s = FIRST_PAUSE_S
                    wait_s = trouble.pause_s or pause_s * random.uniform(0.7, 1.3)
                    self._on_state("lost")
                    log.info("%s; again in %.1f s", trouble, wait_s)
                    await asyncio.wait([stopping], timeout=wait_s)
                    pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
        self._on_state("ended")

    async def _once(
        self,
        http: httpx.AsyncClient,
        encoder: EncoderThread,
        outbox: Outbox,
        stopping: asyncio.Task[bool],
    ) -> None:
        """One connection, from the offer to the end of the source. Raises _RetryError."""
        async with AsyncExitStack() as stack:
            pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            stack.push_async_callback(pc.close)
            stack.callback(outbox.shut)
            changed = asyncio.Event()
            pc.on("connectionstatechange", changed.set)
            session = await self._negotiate(http, pc, outbox, stack)
            try:
                async with asyncio.timeout(CONNECT_WITHIN_S):
                    while pc.connectionState != "connected":
                        if pc.connectionState in ("failed", "closed"):
                            raise _RetryError("no way to the server was found")
                        changed.clear()
                        await changed.wait()
            except TimeoutError as error:
                raise _RetryError("no way to the server was found in time") from error
            self.connections += 1
            self._on_state("live")
            outbox.open()
            if self.connections == 1:
                encoder.start()
            await self._stay(http, pc, session, outbox, stopping, changed)

    async def _negotiate(
        self, http: httpx.AsyncClient, pc: RTCPeerConnection, outbox: Outbox, stack: AsyncExitStack
    ) -> str:
        """Returns the session's address, which is deleted when the stack closes."""
        transceiver = pc.addTransceiver(_Track(outbox), direction="sendonly")
        known = RTCRtpSender.getCapabilities("video")
        h264 = [c for c in known.codecs if c.mimeType == "video/H264"] if known else []
        rtx = [c for c in known.codecs if c.mimeType == "video/rtx"] if known else []
        transceiver.setCodecPreferences(h264 + rtx)
        aiortc_hooks.on_key_frame_wanted(transceiver.sender, outbox.want_key)
        aiortc_hooks.use_ice(pc, IceSettings())
        await pc.setLocalDescription(await pc.createOffer())
        try:
            response = await http.post(
                self._url,
                content=pc.localDescription.sdp,
                headers={"Content-Type": "application/sdp"},
                follow_redirects=True,
            )
        except httpx.TransportError as error:
            raise _RetryError(f"{self._url} does not answer: {error or type(error)}") from error
        if response.status_code != 201:
            raise _refusal(response)
        session = str(response.url.join(response.headers.get("Location", "")))
        stack.push_async_callback(self._delete, http, session)
        await pc.setRemoteDescription(RTCSessionDescription(response.text, "answer"))
        return session

    async def _stay(
        self,
        http: httpx.AsyncClient,
        pc: RTCPeerConnection,
        session: str,
        outbox: Outbox,
        stopping: asyncio.Task[bool],
        changed: asyncio.Event,
    ) -> None:
        """Until the source ends, somebody stops us, or the connection breaks."""
        while pc.connectionState == "connected":
            if stopping.done():
                return
            if outbox.ended and outbox.empty:
                await asyncio.sleep(DRAIN_S)
                return
            changed.clear()
            waiter = asyncio.create_task(changed.wait())
            await asyncio.wait([waiter, stopping], timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
            waiter.cancel()
        try:
            answer = await http.get(session)
        except httpx.TransportError as error:
            raise _RetryError(f"the connection broke: {error}") from error
        if answer.status_code == 410:
            raise ReplacedError("replaced", _detail(answer))
        raise _RetryError("the connection broke")

    async def _delete(self, http: httpx.AsyncClient, session: str) -> None:
        try:
            await http.delete(session)
        except httpx.TransportError as error:
            log.info("the session could not be deleted: %s", error)


def _refusal(response: httpx.Response) -> Exception:
    """What a status other than 201 means for us."""
    detail = _detail(response)
    if response.status_code in RETRY_STATUSES:
        after = response.headers.get("Retry-After", "")
        return _RetryError(detail, float(after) if after.isdigit() else None)
    return PublishError(_problem(response).get("type", f"http-{response.status_code}"), detail)


def _detail(response: httpx.Response) -> str:
    return _problem(response).get("detail") or f"the server answered {response.status_code}"


def _problem(response: httpx.Response) -> dict[str, str]:
    try:
        document = json.loads(response.text)
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    return {key: str(value) for key, value in document.items()}
