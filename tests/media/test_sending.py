"""The contract with the private parts of aiortc's sending side, and what goes over the wire."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtcpReceiverInfo, RtcpRrPacket, RtpPacket, unwrap_rtx

from server.ingest import aiortc_sending
from server.ingest.aiortc_sending import HISTORY, PayloadSender

# Sources that aiortc_sending.py was written against; see tests/ingest/test_aiortc_hooks.py.
SOURCES = {
    "_handle_rtcp_packet": "a4ee4c7355f8de7a",
    "_retransmit": "ae0b2491944b52dc",
    "_run_rtcp": "51e0a924eac4e39b",
    "_run_rtp": "ff597a1d554cb373",
    "_send_keyframe": "26c49629470d1928",
    "send": "3969482b77a2a65f",
    "stop": "38c1e92baf8e2997",
}
EXTENSIONS = [
    RTCRtpHeaderExtensionParameters(id=1, uri="urn:ietf:params:rtp-hdrext:sdes:mid"),
    RTCRtpHeaderExtensionParameters(
        id=3, uri="http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
    ),
]


@pytest.mark.parametrize("name", SOURCES)
def test_the_sources_are_those_we_know(name: str) -> None:
    text = inspect.getsource(getattr(RTCRtpSender, name))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == SOURCES[name]


class Wire:
    """In the place of the DTLS transport: keeps what is sent."""

    _stats_id = "wire"

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    async def _send_rtp(self, data: bytes) -> None:
        self.sent.append(data)


class Rig:
    """A sender of aiortc's, its transport replaced by a wire."""

    def __init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.sender = cast(Any, self.pc.addTransceiver("video", direction="sendonly").sender)
        self.lost: list[float] = []
        self.wishes = 0
        self.ours = PayloadSender(self.sender, 90_000, self.lost.append, self._wish)
        self.wire = Wire()
        self.sender.setTransport(self.wire)
        self.map = HeaderExtensionsMap()
        self.map.configure(RTCRtpParameters(headerExtensions=EXTENSIONS))
        self.sender._RTCRtpSender__rtp_header_extensions_map = self.map
        self.ours._payload_type, self.ours._mid = 97, "0"

    def _wish(self) -> None:
        self.wishes += 1

    def packets(self) -> list[RtpPacket]:
        return [RtpPacket.parse(data, self.map) for data in self.wire.sent]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    yield made
    await made.pc.close()


async def test_aiortc_reads_what_we_send(rig: Rig) -> None:
    await rig.ours.send([b"one", b"two"], 2.0, 1.8e9, last=False)
    await rig.ours.send([b"three"], 2.0, 1.8e9)
    found = rig.packets()
    assert [p.payload for p in found] == [b"one", b"two", b"three"]
    assert [p.marker for p in found] == [0, 0, 1]
    assert {p.timestamp for p in found} == {rig.ours.rtp(2.0)}
    assert (rig.ours.rtp(2.0) - rig.ours.zero) % (1 << 32) == 180_000
    assert [p.sequence_number - found[0].sequence_number for p in found] == [0, 1, 2]
    assert {(p.payload_type, p.ssrc, p.extensions.mid) for p in found} == {
        (97, rig.sender._ssrc, "0")
    }
    assert all(p.extensions.abs_send_time is not None for p in found)
    assert rig.sender._RTCRtpSender__packet_count == 3
    assert rig.sender._RTCRtpSender__ntp_timestamp >> 32 == 1_800_000_000 + 2_208_988_800


async def test_a_lost_packet_is_sent_again_as_it_was(rig: Rig) -> None:
    await rig.ours.send([b"one", b"two"], 0.0, 1.8e9)
    first, second = rig.packets()
    await rig.sender._retransmit(second.sequence_number)
    assert rig.wire.sent[2] == rig.wire.sent[1], "without a stream for it, the same packet"
    rig.sender._RTCRtpSender__rtx_payload_type = 98
    await rig.sender._retransmit(first.sequence_number)
    again = rig.packets()[3]
    assert (again.payload_type, again.ssrc) == (98, rig.sender._rtx_ssrc)
    plain = unwrap_rtx(again, 97, rig.sender._ssrc)
    assert (plain.payload, plain.sequence_number) == (b"one", first.sequence_number)
    assert plain.timestamp == first.timestamp
    await rig.sender._retransmit((second.sequence_number + 1) & 0xFFFF)
    assert len(rig.wire.sent) == 4, "what was never sent cannot be sent again"


async def test_what_is_kept_and_sent_again_has_bounds(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aiortc_sending, "RESENT_MOST", 10)
    await rig.ours.send([b"x"] * (HISTORY + 5), 0.0, 1.8e9)
    first = rig.packets()[0].sequence_number
    rig.wire.sent.clear()
    await rig.sender._retransmit(first)
    assert not rig.wire.sent, "too old"
    assert len(rig.ours._history) == HISTORY
    for ahead in range(100):
        await rig.sender._retransmit((first + 10 + ahead) & 0xFFFF)
    assert len(rig.wire.sent) <= 11


async def test_reports_are_told(rig: Rig) -> None:
    for ssrc in (rig.sender._ssrc, rig.sender._ssrc ^ 1):
        info = RtcpReceiverInfo(
            ssrc=ssrc, fraction_lost=64, packets_lost=3, highest_sequence=5, jitter=0, lsr=0, dlsr=0
        )
        await rig.sender._handle_rtcp_packet(RtcpRrPacket(ssrc=1, reports=[info]))
    assert rig.lost == [0.25]
    rig.sender._send_keyframe()
    assert rig.wishes == 1


async def test_it_runs_until_aiortc_stops_it(rig: Rig) -> None:
    codec = SimpleNamespace(payloadType=97)
    running = asyncio.create_task(rig.sender._run_rtp(codec))
    await asyncio.wait_for(rig.ours.opened.wait(), 1)
    running.cancel()
    await asyncio.wait([running])
    assert not rig.ours.opened.is_set()
    assert rig.sender._RTCRtpSender__rtp_exited.is_set()
