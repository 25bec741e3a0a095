"""Everything that touches the private parts of aiortc and aioice.

Written against exactly the versions in PINS; tests/ingest/test_aiortc_hooks.py reads the
sources that this file relies on and fails when they change. Each piece says what would let us
delete it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any, cast

from aioice import Candidate
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import (
    Connection,
    StunProtocol,
    TransportPolicy,
    relayed_candidate,
    server_reflexive_candidate,
)
from aiortc import RTCCertificate, RTCPeerConnection, RTCRtpReceiver, RTCRtpSender
from OpenSSL import SSL

from server.clock import Clock
from server.ingest.decode import EncodedFrame
from server.ingest.floor import BitrateFloor, LossCounter
from server.ingest.ice import IceSettings, PortsExhaustedError, bind_udp, free_addresses
from server.ingest.jitter import JitterBuffer
from server.ingest.timeline import RtpUnwrapper

log = logging.getLogger(__name__)

PINS = {"aiortc": "1.16.0", "aioice": "0.13.0"}
CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    b"ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:"
    b"ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"
)
MEND_EVERY_S = 0.02
PROMISE_EVERY_S = 0.5
ABS_SEND_TIME_HZ = 1 << 18


def check_pins() -> None:
    """Raises RuntimeError when another aiortc or aioice is installed than we know."""
    for package, pinned in PINS.items():
        found = version(package)
        if found != pinned:
            raise RuntimeError(
                f"{package} {found} is installed; server/ingest/aiortc_hooks.py was written for "
                f"{pinned} exactly. Install {package}=={pinned}."
            )


# --- DTLS -----------------------------------------------------------------------------------


class AnyCertificate(RTCCertificate):
    """Ours, on a context that also takes a peer's RSA certificate.

    Delete once RTCCertificate._create_ssl_context offers ECDHE-RSA suites.
    """

    def _create_ssl_context(self, srtp_profiles: Any) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(CIPHERS)
        return context


def accept_rsa(pc: RTCPeerConnection) -> None:
    """Call before anything is negotiated."""
    pc._RTCPeerConnection__certificates = [  # type: ignore[attr-defined]
        AnyCertificate.generateCertificate()
    ]


# --- ICE ------------------------------------------------------------------------------------


def use_ice(pc: RTCPeerConnection, settings: IceSettings) -> None:
    """Gather as the settings say. Call between the remote and the local description.

    Delete once aioice takes a port range, a public address and a time limit.
    """
    transports = {t.receiver.transport.transport for t in pc.getTransceivers()}
    if pc.sctp is not None:
        transports.add(pc.sctp.transport.transport)
    for transport in transports:
        connection = transport._connection

        async def gather(
            component: int, addresses: list[str], connection: Connection = connection
        ) -> list[Candidate]:
            return await _gather(connection, settings, component, addresses)

        cast(Any, connection).get_component_candidates = gather


async def _gather(
    connection: Connection, settings: IceSettings, component: int, addresses: list[str]
) -> list[Candidate]:
    """In the place of Connection.get_component_candidates."""
    if connection._transport_policy == TransportPolicy.ALL:
        addresses = free_addresses(addresses)
    hosts = await _host_protocols(connection, settings, component, addresses)
    connection._protocols += hosts
    found = [protocol.local_candidate for protocol in hosts]
    tasks: list[asyncio.Task[tuple[Candidate, StunProtocol | None]]] = []
    if connection.stun_server:
        tasks += [
            asyncio.create_task(server_reflexive_candidate(p, connection.stun_server))
            for p in hosts
            if ":" not in p.local_candidate.host
        ]
    if connection.turn_server:
        relay = relayed_candidate(
            component=component,
            hide_related_address=False,
            protocol_factory=lambda: StunProtocol(connection),
            turn_server=connection.turn_server,
            turn_username=connection.turn_username,
            turn_password=connection.turn_password,
            turn_ssl=connection.turn_ssl,
            turn_transport=connection.turn_transport,
        )
        tasks.append(asyncio.create_task(relay))
    if tasks:
        found += await _within(connection, tasks, settings.gather_timeout_s)
    # First, because some publishers look at the first candidate only.
    return _public(hosts, settings.public_ip, component) + found


async def _host_protocols(
    connection: Connection, settings: IceSettings, component: int, addresses: Iterable[str]
) -> list[StunProtocol]:
    """A socket for each local address. Raises PortsExhaustedError when none could be had."""
    loop = asyncio.get_running_loop()
    protocols: list[StunProtocol] = []
    exhausted: PortsExhaustedError | None = None
    for address in addresses:
        try:
            sock = bind_udp(address, settings.udp_ports)
        except PortsExhaustedError as error:
            exhausted = error
            continue
        except OSError as error:
            log.info("UDP on %s is not possible: %s", address, error)
            continue
        _, protocol = await loop.create_datagram_endpoint(
            lambda: StunProtocol(connection), sock=sock
        )
        host, port = sock.getsockname()[:2]
        protocol.local_candidate = _candidate(component, "host", host, port)
        protocols.append(protocol)
    if not protocols and exhausted is not None:
        raise exhausted
    return protocols


async def _within(
    connection: Connection,
    tasks: list[asyncio.Task[tuple[Candidate, StunProtocol | None]]],
    timeout_s: float,
) -> list[Candidate]:
    """What the STUN and TURN servers answer in time."""
    found = []
    done, late = await asyncio.wait(tasks, timeout=timeout_s)
    for task in late:
        task.cancel()
    for task in done:
        error = task.exception()
        if error is not None:
            log.warning("an ICE server gave no address: %s", error)
            continue
        candidate, protocol = task.result()
        found.append(candidate)
        if protocol is not None:
            connection._protocols.append(protocol)
    if late:
        log.warning("%d ICE servers did not answer within %.1f s", len(late), timeout_s)
        await asyncio.wait(late)
    return found


def _public(hosts: list[StunProtocol], public_ip: str | None, component: int) -> list[Candidate]:
    """The public address with each port that we listen on."""
    if public_ip is None:
        return []
    ports = [
        p.local_candidate.port
        for p in hosts
        if (":" in p.local_candidate.host) == (":" in public_ip)
        and p.local_candidate.host != public_ip
    ]
    return [_candidate(component, "host", public_ip, port) for port in ports]


def _candidate(component: int, kind: str, host: str, port: int) -> Candidate:
    return Candidate(
        foundation=candidate_foundation(kind, "udp", host),
        component=component,
        transport="udp",
        priority=candidate_priority(component, kind),
        host=host,
        port=port,
        type=kind,
    )


# --- receiving ------------------------------------------------------------------------------


class Tap:
    """Takes a receiver's packets, puts them together to encoded frames and hands these on at once.

    aiortc's queues have no bound, its decoder thread is joined on the event loop, and its jitter
    buffer waits for 512 packets where one is lost. Ours stands in the place of buffer and request
    for what is missing; aiortc's own thread is told to end at its birth, so there is nothing left
    to join. Close it with the connection.
    Delete once RTCRtpReceiver has a bounded queue, a jitter buffer with a time limit and gives
    encoded frames.
    """

    def __init__(
        self,
        receiver: RTCRtpReceiver,
        clock: Clock,
        on_frame: Callable[[EncodedFrame], None],
        floor: BitrateFloor | None = None,
    ) -> None:
        self.last_packet_s: float | None = None
        self.packets = 0
        self._on_frame = on_frame
        self._clock = clock
        self._floor = floor
        self._receiver = cast(Any, receiver)
        self._unwrapper = RtpUnwrapper()
        self._losses = LossCounter()
        self._codec = ""
        self._ssrc = 0
        self._mending: asyncio.Task[None] | None = None
        self._handle = self._receiver._handle_rtp_packet
        self._receiver._handle_rtp_packet = self._on_packet
        self._receiver._RTCRtpReceiver__decoder_queue = self
        video = self._receiver._RTCRtpReceiver__nack_generator is not None
        # Nobody sends sound again, and a hole of a tenth of a second in it is better than a wait.
        self._jitter = JitterBuffer() if video else JitterBuffer(patience_s=0.1, asks=False)
        self._receiver._RTCRtpReceiver__nack_generator = None
        self._receiver._RTCRtpReceiver__jitter_buffer = self
        estimator = self._receiver._RTCRtpReceiver__remote_bitrate_estimator
        if floor is not None and estimator is not None:
            self._receiver._RTCRtpReceiver__remote_bitrate_estimator = FlooredEstimator(
                estimator, floor, clock, self.losses
            )

    def want_key_frame(self) -> None:
        """From any thread: ask the publisher for a key frame with its next packet."""
        self._receiver._RTCRtpReceiver__decoder_error.set()

    def losses(self) -> tuple[int, int]:
        """(lost, expected) packets so far."""
        return self._losses.lost, self._losses.expected

    @property
    def given_up(self) -> int:
        """Packets that did not come in time, also not when they were asked for again."""
        return self._jitter.lost

    def close(self) -> None:
        """Ask for nothing any more."""
        if self._mending is not None:
            self._mending.cancel()

    async def _on_packet(self, packet: Any, arrival_time_ms: int) -> None:
        now_s = self._clock.monotonic_s()
        self.last_packet_s = now_s
        self.packets += 1
        codec = self._receiver._RTCRtpReceiver__codecs.get(packet.payload_type)
        if codec is not None and codec.name == "rtx":
            self._losses.retransmitted_apart = True
        else:
            self._losses.add(packet.sequence_number)
        sent = packet.extensions.abs_send_time
        if self._floor is not None and sent is not None:
            self._floor.packet(now_s, sent / ABS_SEND_TIME_HZ)
        await self._handle(packet, arrival_time_ms=arrival_time_ms)
        if self._jitter.holes and (self._mending is None or self._mending.done()):
            self._mending = asyncio.create_task(self._mend(), name="mend")

    async def _mend(self) -> None:
        """While packets are missing: ask for them, and wait no longer than is good."""
        while self._jitter.holes:
            now_s = self._clock.monotonic_s()
            missing = self._jitter.to_ask(now_s)
            if missing:
                await self._receiver._send_rtcp_nack(self._ssrc, missing)
            if self._jitter.wants_key_frame(now_s):
                await self._receiver._send_rtcp_pli(self._ssrc)
            self._hand_on(now_s)
            await asyncio.sleep(MEND_EVERY_S)

    def _hand_on(self, now_s: float) -> None:
        for frame in self._jitter.take(now_s):
            timestamp = self._unwrapper.unwrap(frame.timestamp)
            self._on_frame(
                EncodedFrame(self._codec, frame.data, timestamp, frame.captured_s, frame.gap)
            )

    # What aiortc calls in the place of its JitterBuffer and queue.Queue.

    def add(self, packet: Any) -> tuple[bool, None]:
        """A packet that aiortc has taken out of RTX and its codec's header."""
        now_s = self._clock.monotonic_s()
        self._codec = self._receiver._RTCRtpReceiver__codecs[packet.payload_type].name
        self._ssrc = packet.ssrc
        self._jitter.add(
            packet.sequence_number, packet.timestamp, bool(packet.marker), packet._data, now_s
        )
        self._hand_on(now_s)
        return False, None

    def get(self) -> None:
        return None

    def put(self, task: Any) -> None:
        """Only aiortc's word that it stops."""


class FlooredEstimator:
    """aiortc's RemoteBitrateEstimator, which never promises less than the floor.

    Delete once aiortc speaks transport-cc, where the publisher estimates for itself.
    """

    def __init__(
        self,
        inner: Any,
        floor: BitrateFloor,
        clock: Clock,
        losses: Callable[[], tuple[int, int]],
    ) -> None:
        self._inner = inner
        self._floor = floor
        self._clock = clock
        self._losses = losses
        self._told_s: float | None = None

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        estimate = self._inner.add(
            arrival_time_ms=arrival_time_ms,
            abs_send_time=abs_send_time,
            payload_size=payload_size,
            ssrc=ssrc,
        )
        now_s = self._clock.monotonic_s()
        if (
            estimate is None
            and self._told_s is not None
            and (now_s - self._told_s < PROMISE_EVERY_S)
        ):
            return None
        self._told_s = now_s
        least_bps = self._floor.update(now_s, *self._losses())
        if estimate is None:
            return least_bps, list(self._inner.ssrcs)
        return max(estimate[0], least_bps), estimate[1]


# --- sending --------------------------------------------------------------------------------


def on_key_frame_wanted(sender: RTCRtpSender, call: Callable[[], None]) -> None:
    """Learn that the receiver asks for a key frame; aiortc drops it for ready-made packets.

    Delete once tracks that give packets are told.
    """
    sender._send_keyframe = call  # type: ignore[method-assign]
