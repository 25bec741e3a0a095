"""A file, or any source of pictures, as if it were a phone: published by WHIP."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from server.clock import Clock, SystemClock
from server.ingest import aiortc_hooks
from server.ingest.encode import EncoderThread, Outbox, Picture
from server.ingest.ice import IceSettings
from server.ingest.outgoing import Outgoing
from server.ingest.phone import Phone, turned
from server.ingest.relay import Relay, nameless, through
from server.ingest.sound import Chunk, Player
from server.ingest.whipclient import PublishError, RetryError, Session, WhipClient

log = logging.getLogger(__name__)

CONNECT_WITHIN_S = 10.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 8.0
DRAIN_S = 0.3


@dataclass(frozen=True, slots=True)
class Published:
    """What went out: pictures encoded, seconds of the source played, connections made, and
    packets that the bad network lost on their way to the server, if there was one."""

    pictures: int
    played_s: float
    connections: int
    lost_packets: int = 0


class ReplacedError(PublishError):
    """Another publisher took over this camera; do not fight back."""


async def publish_frames(
    pictures: Iterable[Picture],
    url: str,
    token: str | None = None,
    *,
    live: bool = False,
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
    live: the source keeps real time itself, as a camera does, and leaves out what is late.
    sound: chunks in the time of the pictures. phone: what befalls it.
    reconnect: come back after a lost connection or a busy server. verify: check certificates.
    on_state: told `connecting`, `live`, `lost`, `ended`.
    Raises ReplacedError when another publisher took over, PublishError when the server refuses
    or is gone and `reconnect` is off; the source's own ValueError, OSError, RuntimeError or
    av.FFmpegError.
    """
    phone, clock = phone or Phone(), clock or SystemClock()
    outbox = Outbox()
    encoder = EncoderThread(turned(pictures, phone.rotate_s), outbox, clock, phone.bitrate, live)
    player = None if sound is None else Player(sound, lambda: encoder.zero_s, clock)
    whip = WhipClient(url, token, verify)
    publisher = _Publisher(
        whip, on_state or (lambda state: None), phone, clock, encoder, outbox, player
    )
    stopping = asyncio.create_task((stop or asyncio.Event()).wait())
    try:
        async with whip:
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
        whip: WhipClient,
        on_state: Callable[[str], None],
        phone: Phone,
        clock: Clock,
        encoder: EncoderThread,
        outbox: Outbox,
        player: Player | None,
    ) -> None:
        self._whip = whip
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
        while not stopping.done() and not self._outbox.ended:
            self._on_state("connecting")
            before = self.connections
            try:
                await self._once(stopping)
            except RetryError as trouble:
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

    async def _once(self, stopping: asyncio.Task[bool]) -> None:
        """One connection, from the offer to the end of the source or of the network. Raises
        RetryError."""
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
            session = await self._negotiate(pc, relay)
            sending = asyncio.create_task(outgoing.run(), name="publish")
            stack.callback(sending.cancel)
            speechless = False
            try:
                await self._connect(pc, changed)
                speechless = not await self._stay(pc, session, relay, stopping, changed)
                if sending.done():
                    sending.result()
            finally:
                if not speechless:
                    await self._whip.end(session)

    async def _connect(self, pc: RTCPeerConnection, changed: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                while pc.connectionState != "connected":
                    if pc.connectionState in ("failed", "closed"):
                        raise RetryError("no way to the server was found")
                    changed.clear()
                    await changed.wait()
        except TimeoutError as error:
            raise RetryError("no way to the server was found in time") from error
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

    async def _negotiate(self, pc: RTCPeerConnection, relay: Relay | None) -> Session:
        aiortc_hooks.use_ice(pc, IceSettings())
        await pc.setLocalDescription(await pc.createOffer())
        offer = pc.localDescription.sdp
        session = await self._whip.offer(offer if relay is None else nameless(offer))
        answer = session.answer if relay is None else through(relay, session.answer)
        await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return session

    async def _stay(
        self,
        pc: RTCPeerConnection,
        session: Session,
        relay: Relay | None,
        stopping: asyncio.Task[bool],
        changed: asyncio.Event,
    ) -> bool:
        """Until the source ends or somebody stops us: True; until the network changes: False.
        Raises RetryError when the connection breaks."""
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
        if (why := await self._whip.replaced(session)) is not None:
            raise ReplacedError("replaced", why)
        raise RetryError("the connection broke")

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
