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
    RTCSessionDescription,
)

from server.clock import Clock, SystemClock
from server.ingest import aiortc_hooks
from server.ingest.encode import EncoderThread, Outbox, Picture, file_pictures
from server.ingest.ice import IceSettings
from server.ingest.outgoing import Outgoing
from server.ingest.phone import Phone, turned
from server.ingest.relay import Relay, nameless, through
from server.ingest.sound import Chunk, Player

log = logging.getLogger(__name__)

CONNECT_WITHIN_S = 10.0
HTTP_TIMEOUT_S = 10.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0
DRAIN_S = 0.3
RETRY_STATUSES = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Published:
    """What went out: pictures encoded, seconds of the source played, connections made, and
    packets that the bad network lost on their way to the server, if there was one."""

    pictures: int
    played_s: float
    connections: int
    lost_packets: int = 0


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
    verify: bool = True,
    stop: asyncio.Event | None = None,
    on_state: Callable[[str], None] | None = None,
) -> Published:
    """Play the pictures of a video file in real time to a WHIP address.

    loop: for ever. The others as in publish_frames. Raises ValueError or av.FFmpegError for a
    file that cannot be played, and what publish_frames raises.
    """
    return await publish_frames(
        file_pictures(path, loop), url, token, reconnect=reconnect, verify=verify, stop=stop,
        on_state=on_state,
    )  # fmt: skip


async def publish_frames(
    pictures: Iterable[Picture],
    url: str,
    token: str | None = None,
    *,
    sound: Iterable[Chunk] | None = None,
    phone: Phone | None = None,
    reconnect: bool = True,
    verify: bool = True,
    stop: asyncio.Event | None = None,
    on_state: Callable[[str], None] | None = None,
    clock: Clock | None = None,
) -> Published:
    """Publish (picture, seconds) in real time until the source ends or `stop` is set.

    The source is read in a thread of its own, from the first connection on. While there is no
    connection its pictures are passed over, as a phone's are.
    sound: chunks in the time of the pictures. phone: what befalls it.
    reconnect: come back after a lost connection or a busy server. verify: check certificates.
    on_state: told `connecting`, `live`, `lost`, `ended`.
    Raises ReplacedError when another publisher took over, PublishError when the server refuses
    or is gone and `reconnect` is off; the source's own ValueError, OSError, RuntimeError or
    av.FFmpegError.
    """
    phone, clock = phone or Phone(), clock or SystemClock()
    outbox = Outbox()
    encoder = EncoderThread(turned(pictures, phone.rotate_s), outbox, clock, phone.bitrate)
    player = None if sound is None else Player(sound, lambda: encoder.zero_s, clock)
    publisher = _Publisher(
        url, token, verify, on_state or (lambda state: None), phone, clock, encoder, outbox, player
    )
    stopping = asyncio.create_task((stop or asyncio.Event()).wait())
    try:
        await publisher.run(stopping, reconnect)
    finally:
        stopping.cancel()
        await asyncio.to_thread(encoder.stop)
    if encoder.error is not None:
        raise encoder.error
    return Published(
        encoder.encoded, encoder.played_s, publisher.connections, publisher.lost_packets
    )


class _Publisher:
    def __init__(
        self,
        url: str,
        token: str | None,
        verify: bool,
        on_state: Callable[[str], None],
        phone: Phone,
        clock: Clock,
        encoder: EncoderThread,
        outbox: Outbox,
        player: Player | None,
    ) -> None:
        self._url = url
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._verify = verify
        self._on_state = on_state
        self._phone = phone
        self._clock = clock
        self._encoder = encoder
        self._outbox = outbox
        self._player = player
        self._begun_s: float | None = None
        self.connections = 0
        self.lost_packets = 0

    @property
    def _elapsed_s(self) -> float:
        """Since the first connection; 0 before it."""
        return 0.0 if self._begun_s is None else self._clock.monotonic_s() - self._begun_s

    async def run(self, stopping: asyncio.Task[bool], reconnect: bool) -> None:
        pause_s = FIRST_PAUSE_S
        async with httpx.AsyncClient(
            headers=self._headers, verify=self._verify, timeout=HTTP_TIMEOUT_S
        ) as http:
            while not stopping.done() and not self._outbox.ended:
                self._on_state("connecting")
                before = self.connections
                try:
                    await self._once(http, stopping)
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

    async def _once(self, http: httpx.AsyncClient, stopping: asyncio.Task[bool]) -> None:
        """One connection, from the offer to the end of the source or of the network. Raises
        _RetryError."""
        async with AsyncExitStack() as stack:
            pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            stack.push_async_callback(pc.close)
            stack.callback(self._outbox.shut)
            relay = self._relay(stack)
            changed = asyncio.Event()
            pc.on("connectionstatechange", changed.set)
            outgoing = Outgoing(
                pc, self._outbox, self._player, lambda: self._encoder.zero_s, self._clock
            )
            session = await self._negotiate(http, pc, relay)
            sending = asyncio.create_task(outgoing.run(), name="publish")
            stack.callback(sending.cancel)
            speechless = False
            try:
                await self._connect(pc, changed)
                speechless = not await self._stay(http, pc, session, relay, stopping, changed)
                if sending.done():
                    sending.result()
            finally:
                if not speechless:
                    await self._delete(http, session)

    async def _connect(self, pc: RTCPeerConnection, changed: asyncio.Event) -> None:
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
        self._outbox.open()
        if self._begun_s is None:
            self._begun_s = self._clock.monotonic_s()
            self._encoder.start()

    def _relay(self, stack: AsyncExitStack) -> Relay | None:
        """The network of one connection, if it is to be a bad one. It is gone before the
        connection is closed, so that nobody hears a goodbye over a network that died."""
        if not self._phone.needs_relay:
            return None
        seed = self._phone.seed + self.connections
        relay = stack.enter_context(
            Relay(self._phone.weather, seed=seed, begun_s=self._begun_s, clock=self._clock)
        )
        stack.callback(self._count, relay)
        return relay

    def _count(self, relay: Relay) -> None:
        self.lost_packets += relay.there.lost + relay.there.crowded_out

    async def _negotiate(
        self, http: httpx.AsyncClient, pc: RTCPeerConnection, relay: Relay | None
    ) -> str:
        """Returns the session's address."""
        aiortc_hooks.use_ice(pc, IceSettings())
        await pc.setLocalDescription(await pc.createOffer())
        offer = pc.localDescription.sdp
        try:
            response = await http.post(
                self._url,
                content=offer if relay is None else nameless(offer),
                headers={"Content-Type": "application/sdp"},
                follow_redirects=True,
            )
        except httpx.TransportError as error:
            raise _RetryError(f"{self._url} does not answer: {error or type(error)}") from error
        if response.status_code != 201:
            raise _refusal(response)
        answer = response.text if relay is None else through(relay, response.text)
        await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return str(response.url.join(response.headers.get("Location", "")))

    async def _stay(
        self,
        http: httpx.AsyncClient,
        pc: RTCPeerConnection,
        session: str,
        relay: Relay | None,
        stopping: asyncio.Task[bool],
        changed: asyncio.Event,
    ) -> bool:
        """Until the source ends or somebody stops us: True; until the network changes: False.
        Raises _RetryError when the connection breaks."""
        change_s = self._phone.next_change_s(self._elapsed_s)
        locked = False
        while pc.connectionState == "connected":
            if stopping.done():
                return True
            if self._outbox.ended and self._outbox.empty:
                await asyncio.sleep(DRAIN_S)
                return True
            if change_s is not None and self._elapsed_s >= change_s:
                return False
            locked = self._lock(relay, locked)
            changed.clear()
            waiter = asyncio.create_task(changed.wait())
            await asyncio.wait([waiter, stopping], timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
            waiter.cancel()
        while locked and not stopping.done():
            locked = self._lock(relay, locked)
            await asyncio.wait([stopping], timeout=0.1)
        try:
            answer = await http.get(session)
        except httpx.TransportError as error:
            raise _RetryError(f"the connection broke: {error}") from error
        if answer.status_code == 410:
            raise ReplacedError("replaced", _detail(answer))
        raise _RetryError("the connection broke")

    def _lock(self, relay: Relay | None, locked: bool) -> bool:
        """Lock or unlock the screen if it is time; whether it is locked now."""
        before, locked = locked, self._phone.locked(self._elapsed_s)
        if locked != before and relay is not None:
            relay.mute(locked)
            if self._player is not None:
                self._player.held = locked
            if locked:
                self._outbox.shut()
            else:
                self._outbox.open()
        return locked

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
