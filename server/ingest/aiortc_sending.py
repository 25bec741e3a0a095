"""What touches the private parts of aiortc's sending side. See aiortc_hooks.py for the rules."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Callable, Sequence
from typing import Any, cast

from aiortc import RTCRtpSender, clock
from aiortc.rtp import HeaderExtensions, RtcpRrPacket, RtcpSrPacket

HISTORY = 1024
"""Packets that can be sent again: more than two seconds of a 720p camera."""
RESENT_MOST = 400
"""Packets a second that are sent again to one receiver, however many it asks for."""
_HEADER = struct.Struct("!BBHLL")
_VERSION, _EXTENDED, _MARKER = 0x80, 0x10, 0x80
_EXTENSION = struct.Struct("!HH")


class PayloadSender:
    """Sends ready-made RTP payloads by one of aiortc's senders, in the place of its own loop.

    aiortc's loop would cut up each frame anew for each receiver, hide the timestamps that it
    gives, keep no more than 128 packets to send again, and say in its sender reports when a
    frame was sent where receivers need to know when it was taken, for picture and sound to
    belong together.
    Delete once RTCRtpSender takes payloads with their timestamps and times of capture.

    zero: the RTP timestamp of second 0 of the line on which `send` is told its times.
    on_report(lost) is told the share of packets that a receiver report says were lost since the
    one before, 0 to 1; on_key_frame_wanted() that the receiver asks for a key frame.
    """

    def __init__(
        self,
        sender: RTCRtpSender,
        hz: int,
        on_report: Callable[[float], None],
        on_key_frame_wanted: Callable[[], None],
    ) -> None:
        self.zero = random.getrandbits(32)
        self.hz = hz
        self.packets = 0
        self.resent = 0
        self._sender = cast(Any, sender)
        self._on_report = on_report
        self.opened = asyncio.Event()
        """There is a connection, and the receiver wants this kind."""
        self._payload_type = 0
        # In the lower half: SRTP takes the first wrap badly when early packets are lost.
        self._sequence = random.getrandbits(15)
        self._history: dict[int, bytes] = {}
        self._rtx_sequence = random.getrandbits(15)
        self._resent_left = float(RESENT_MOST)
        self._resent_at_s = 0.0
        self._mid = ""
        self._handle = self._sender._handle_rtcp_packet
        self._sender._handle_rtcp_packet = self._on_rtcp
        self._sender._run_rtp = self._run
        self._sender._retransmit = self._send_again
        self._sender._send_keyframe = on_key_frame_wanted

    def rtp(self, media_s: float) -> int:
        """The timestamp of a moment on the line."""
        return (self.zero + round(media_s * self.hz)) & 0xFFFFFFFF

    @property
    def waiting_bytes(self) -> int:
        """What the socket has not taken yet."""
        connection = self._sender.transport.transport._connection
        return sum(p.transport.get_write_buffer_size() for p in connection._protocols)

    async def send(
        self, payloads: Sequence[bytes], media_s: float, taken_s: float, *, last: bool = True
    ) -> None:
        """A frame, or some of its payloads in their order; last: with its last one.

        taken_s: its time of capture, seconds since 1970 (an error that is the same for picture and
        sound does not matter). Raises ConnectionError when there is no connection.
        """
        timestamp = self.rtp(media_s)
        extension = self._extension()
        own, send = self._sender, self._sender.transport._send_rtp
        marked = len(payloads) - 1 if last else -1
        for place, payload in enumerate(payloads):
            marker = _MARKER if place == marked else 0
            packet = (
                _HEADER.pack(
                    _VERSION | (_EXTENDED if extension else 0), marker | self._payload_type,
                    self._sequence, timestamp, own._ssrc,
                ) + extension + payload
            )  # fmt: skip
            self._history[self._sequence % HISTORY] = packet
            self._sequence = (self._sequence + 1) & 0xFFFF
            await send(packet)
        self.packets += len(payloads)
        # Read by aiortc for its sender reports.
        own._RTCRtpSender__packet_count += len(payloads)
        own._RTCRtpSender__octet_count += sum(map(len, payloads))
        own._RTCRtpSender__rtp_timestamp = timestamp
        own._RTCRtpSender__ntp_timestamp = _ntp(taken_s)

    def _extension(self) -> bytes:
        """The header extension of one frame's packets; they leave together."""
        values = HeaderExtensions(
            abs_send_time=clock.current_ntp_time() >> 14 & 0x00FFFFFF, mid=self._mid
        )
        profile, value = self._sender._RTCRtpSender__rtp_header_extensions_map.set(values)
        return bytes(_EXTENSION.pack(profile, len(value) >> 2) + value) if value else b""

    # --- what aiortc calls in the place of its own

    async def _run(self, codec: Any) -> None:
        own = self._sender
        self._payload_type, self._mid = codec.payloadType, own._RTCRtpSender__mid
        self.opened.set()
        own._RTCRtpSender__rtp_started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.opened.clear()
        own._RTCRtpSender__rtp_exited.set()

    async def _on_rtcp(self, packet: Any) -> None:
        await self._handle(packet)
        if isinstance(packet, (RtcpRrPacket, RtcpSrPacket)):
            for report in packet.reports:
                if report.ssrc == self._sender._ssrc:
                    self._on_report(report.fraction_lost / 256)

    async def _send_again(self, sequence: int) -> None:
        packet = self._history.get(sequence % HISTORY)
        if packet is None or int.from_bytes(packet[2:4], "big") != sequence or not self._may():
            return
        self.resent += 1
        payload_type = self._sender._RTCRtpSender__rtx_payload_type
        if payload_type is not None:
            packet = self._retransmission(packet, payload_type)
        await self._sender.transport._send_rtp(packet)

    def _retransmission(self, packet: bytes, payload_type: int) -> bytes:
        """RFC 4588: in a stream of its own, the old sequence number in front of the payload."""
        flags, kind, sequence, timestamp, _ = _HEADER.unpack_from(packet)
        begin = _HEADER.size
        if flags & _EXTENDED:
            begin += 4 + 4 * int.from_bytes(packet[begin + 2 : begin + 4], "big")
        header: bytes = _HEADER.pack(
            flags, kind & _MARKER | payload_type, self._rtx_sequence, timestamp,
            self._sender._rtx_ssrc,
        )  # fmt: skip
        self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        old: bytes = sequence.to_bytes(2, "big")
        return header + packet[_HEADER.size : begin] + old + packet[begin:]

    def _may(self) -> bool:
        now_s = asyncio.get_running_loop().time()
        left = self._resent_left + (now_s - self._resent_at_s) * RESENT_MOST
        self._resent_left, self._resent_at_s = min(left, RESENT_MOST), now_s
        if self._resent_left < 1:
            return False
        self._resent_left -= 1
        return True


def _ntp(unix_s: float) -> int:
    """64 bits: seconds since 1900, and their fraction."""
    whole = int(unix_s)
    return (whole + 2_208_988_800) << 32 | int((unix_s - whole) * (1 << 32))
