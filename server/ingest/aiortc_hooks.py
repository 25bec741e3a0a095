"""Everything that touches the private parts of aiortc and aioice, but for receiving (tap.py).

Written against exactly the versions in PINS; tests/ingest/test_aiortc_hooks.py reads the
sources that this file relies on and fails when they change. Each piece says what would let us
delete it.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import socket
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any, cast

import pylibsrtp
from aioice import Candidate
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import (
    Connection,
    StunProtocol,
    TransportPolicy,
    relayed_candidate,
    server_reflexive_candidate,
)
from aiortc import RTCCertificate, RTCPeerConnection, RTCRtpSender
from aiortc.rtp import (
    RTCP_PSFB_APP,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtpPacket,
    is_rtcp,
    unpack_remb_fci,
)
from OpenSSL import SSL

from server.clock import Clock
from server.ingest.ice import IceSettings, PortsExhaustedError, bind_udp, free_addresses

log = logging.getLogger(__name__)

PINS = {"aiortc": "1.16.0", "aioice": "0.13.0"}
CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    b"ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:"
    b"ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"
)

LEAST_DATAGRAM = 8
MOST_DATAGRAM = 2000
MOST_AT_ONCE = 15
"""Datagrams of one socket before the others have their turn."""

MOST_RTCP_PER_S = 100
"""A browser sends a few."""


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
            functools.partial(Datagrams, connection, sock), sock=sock
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


class Guard:
    """Stands before a connection's parsers, and counts what comes. For after `use_ice`.

    on_rtp(receiver, packet): takes RTP at once, where it came. aiortc hands each packet to a task
    through a queue, which costs as much as all the rest of it; without on_rtp that stays so.
    aiortc ends a connection when anybody, also without its keys, sends an empty datagram or one
    longer than its SRTP buffer; and an RTCP packet may hold hundreds of reports.
    Delete once RTCDtlsTransport drops what it cannot take, and hands on without a queue.
    """

    def __init__(
        self,
        pc: RTCPeerConnection,
        clock: Clock,
        on_rtp: Callable[[Any, RtpPacket], None] | None = None,
    ) -> None:
        self.bytes = 0
        """With `packets`: of RTP and RTCP that were the publisher's own."""
        self.packets = 0
        self.dropped = 0
        """Datagrams that are no packet, and RTCP beyond what is taken."""
        self._clock = clock
        self._on_rtp = on_rtp
        self._second = 0
        self._rtcp = 0
        for dtls in {t.receiver.transport for t in pc.getTransceivers()}:
            self._guard(dtls)

    def _guard(self, dtls: Any) -> None:
        connection = dtls.transport._connection
        handle_rtcp, receive = dtls._handle_rtcp_data, connection.data_received

        def data_received(data: bytes, component: int) -> None:
            if not LEAST_DATAGRAM <= len(data) <= MOST_DATAGRAM:
                self.dropped += 1
            elif self._on_rtp and dtls._rx_srtp and 127 < data[0] < 192 and not is_rtcp(data):
                self._rtp(dtls, data)
            else:
                receive(data, component)

        async def handle_rtcp_data(data: bytes) -> None:
            self.bytes += len(data)
            self.packets += 1
            second = int(self._clock.monotonic_s())
            if second != self._second:
                self._second, self._rtcp = second, 0
            self._rtcp += 1
            if self._rtcp > MOST_RTCP_PER_S:
                self.dropped += 1
            else:
                await handle_rtcp(data)

        connection.data_received = data_received
        dtls._handle_rtcp_data = handle_rtcp_data

    def _rtp(self, dtls: Any, data: bytes) -> None:
        try:
            data = dtls._rx_srtp.unprotect(data)
            packet = RtpPacket.parse(data, dtls._rtp_header_extensions_map)
        except (pylibsrtp.Error, ValueError):
            self.dropped += 1
            return
        self.bytes += len(data)
        self.packets += 1
        receiver = dtls._rtp_router.route_rtp(packet)
        if receiver is not None and self._on_rtp is not None:
            self._on_rtp(receiver, packet)


class Datagrams(StunProtocol):
    """Reads all that has come at once: a frame's packets come together, and a turn of the event
    loop costs more than a packet."""

    def __init__(self, receiver: Connection, sock: socket.socket) -> None:
        super().__init__(receiver)
        self._sock = sock

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        super().datagram_received(data, addr)
        for _ in range(MOST_AT_ONCE):
            try:
                data, addr = self._sock.recvfrom(MOST_DATAGRAM + 1)
            except OSError:  # nothing more, or closed meanwhile
                return
            super().datagram_received(data, addr)


# --- sending --------------------------------------------------------------------------------


def on_bitrate_allowed(sender: RTCRtpSender, call: Callable[[int], None]) -> None:
    """Learn how many bits a second the receiver says that it can take (REMB).

    Delete once tracks that give packets are told.
    """
    handle = sender._handle_rtcp_packet

    async def on_packet(packet: AnyRtcpPacket) -> None:
        await handle(packet)
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            try:
                bps, ssrcs = unpack_remb_fci(packet.fci)
            except ValueError:
                return
            if sender._ssrc in ssrcs:
                call(bps)

    sender._handle_rtcp_packet = on_packet  # type: ignore[method-assign]
