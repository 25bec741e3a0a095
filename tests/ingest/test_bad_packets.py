"""Whatever a publisher, or somebody who knows its port, puts into packets."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiortc.rtp import RtcpPacket
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.clock import SystemClock
from server.ingest.aiortc_hooks import MOST_RTCP_PER_S
from server.ingest.ice import IceSettings
from server.ingest.offer import read_offer
from server.ingest.peer import Peer
from server.ingest.sample import EncodedFrame
from server.ingest.session import Limits
from server.ingest.tap import MOST_SOURCES
from tests.ingest.clients import AiortcPublisher, Tone
from tests.ingest.conftest import TOKEN, House, Opener, until
from tests.support import ROOT


class Received:
    """A real peer that has answered a real offer; packets are given to it as after SRTP."""

    def __init__(self) -> None:
        self.frames: list[EncodedFrame] = []
        self.reports: list[tuple[str, float, int]] = []
        self.gone: list[str] = []

    async def open(self) -> None:
        publisher = AiortcPublisher("", audio=True)
        self.peer = Peer(
            "g1/main",
            SystemClock(),
            IceSettings(),
            on_frame=self.frames.append,
            on_report=lambda kind, ntp_s, timestamp: self.reports.append((kind, ntp_s, timestamp)),
            on_picture=None,
            on_gone=self.gone.append,
        )
        await self.peer.answer(read_offer((await publisher.offer()).encode()))
        self.dtls: Any = self.peer.connection.pc.getReceivers()[0].transport
        router = self.dtls._rtp_router
        for transceiver in self.peer.connection.pc.getTransceivers():
            # What aiortc does when it is connected.
            await transceiver.receiver.receive(
                self.peer.connection.pc._RTCPeerConnection__remoteRtp(transceiver)  # type: ignore[attr-defined]
            )
        self.types = sorted(router.payload_type_table)
        await publisher.close()

    async def rtp(self, data: bytes) -> None:
        await self.dtls._handle_rtp_data(data, arrival_time_ms=int(time.monotonic() * 1000))

    async def rtcp(self, data: bytes) -> None:
        await self.dtls._handle_rtcp_data(data)

    async def close(self) -> None:
        self.peer.close()
        await self.peer.wait_closed()


@contextmanager
def receiving() -> Iterator[tuple[asyncio.AbstractEventLoop, Received]]:
    """One peer for all examples of a property: what the last one did to it belongs to the next."""
    with asyncio.Runner() as runner:
        received = Received()
        runner.run(received.open())
        yield runner.get_loop(), received
        runner.run(received.close())


def rtp(
    payload: bytes, *, kind: int, sequence: int, timestamp: int, marker: int, ssrc: int
) -> bytes:
    head = struct.pack("!BBHLL", 0x80, marker << 7 | kind, sequence, timestamp, ssrc)
    return head + payload


# H264: a single unit, STAP-A, FU-A; a VP8 descriptor
FIRST = st.sampled_from([b"", b"\x65", b"\x78", b"\x7c\x85", b"\x7c\x05", b"\x90\x80"])
PAYLOADS = st.builds(bytes.__add__, FIRST, st.binary(max_size=40))


def test_any_rtp_is_taken() -> None:
    with receiving() as (loop, received):
        packets = st.builds(
            rtp,
            PAYLOADS,
            kind=st.sampled_from([*received.types, 13, 127]),
            sequence=st.integers(0, 0xFFFF),
            timestamp=st.one_of(st.integers(0, 0xFFFFFFFF), st.integers(0, 9000)),
            marker=st.integers(0, 1),
            ssrc=st.integers(1, 3),
        )
        mangled = st.builds(lambda data, cut, extra: data[:cut] + extra, packets,
                            st.integers(0, 60), st.binary(max_size=8))  # fmt: skip

        @settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
        @given(st.lists(st.one_of(packets, mangled), max_size=25))
        def take(found: list[bytes]) -> None:
            async def feed() -> None:
                for data in found:
                    await received.rtp(data)

            loop.run_until_complete(feed())
            assert received.gone == []

        take()
        assert received.frames


def test_any_rtcp_is_taken() -> None:
    with receiving() as (loop, received):
        report = struct.pack("!BBHLQLLL", 0x80, 200, 6, 7, 3_900_000_000 << 32, 90_000, 1, 1)
        mangled = st.builds(
            lambda data, at, put: data[:at] + put + data[at + len(put) :],
            st.sampled_from([report, report * 3, struct.pack("!BBHL", 0x81, 203, 1, 7)]),
            st.integers(0, 84),
            st.binary(max_size=6),
        )

        @settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
        @given(st.lists(st.one_of(mangled, st.binary(max_size=80)), max_size=25))
        def take(found: list[bytes]) -> None:
            received.peer.connection.guard._second = -1  # type: ignore[union-attr]

            async def feed() -> None:
                for data in found:
                    await received.rtcp(data)

            loop.run_until_complete(feed())

        take()
        assert RtcpPacket.parse(report)


async def test_only_reports_of_the_stream_that_comes_count() -> None:
    received = Received()
    await received.open()
    payload_type = next(
        t for t in received.types
        if received.peer._video._receiver._RTCRtpReceiver__codecs.get(t, None) is not None  # type: ignore[union-attr]
    )  # fmt: skip
    await received.rtp(
        rtp(b"\x65abc", kind=payload_type, sequence=1, timestamp=90_000, marker=1, ssrc=7)
    )

    def report(ssrc: int, ntp: int, timestamp: int) -> bytes:
        return struct.pack("!BBHLQLLL", 0x80, 200, 6, ssrc, ntp, timestamp, 1, 1)

    await received.rtcp(report(8, 5 << 32, 90_000))
    await received.rtcp(report(7, 0, 90_000))
    await received.rtcp(report(7, 5 << 32, 90_000 * 60))
    assert received.reports == []
    await received.rtcp(report(7, 5 << 32, 90_900))
    assert received.reports == [("video", 5.0, 90_900)]
    await received.close()


async def test_a_flood_of_rtcp_is_left_out() -> None:
    received = Received()
    await received.open()
    for _ in range(5 * MOST_RTCP_PER_S):
        await received.rtcp(struct.pack("!BBHL", 0x80, 201, 1, 7))
    assert received.peer.connection.guard is not None
    assert received.peer.connection.guard.dropped >= 3 * MOST_RTCP_PER_S
    assert received.peer.connection.guard.packets == 5 * MOST_RTCP_PER_S
    await received.close()


async def test_streams_without_number_end_their_publisher() -> None:
    received = Received()
    await received.open()
    for ssrc in range(1, 40):
        await received.rtp(
            rtp(b"\x65a", kind=received.types[-1], sequence=ssrc, timestamp=0, marker=1, ssrc=ssrc)
        )
    assert received.gone == [f"it sends more than {MOST_SOURCES} streams in a track"]
    await received.close()


async def test_datagrams_of_strangers_end_nothing(house: House) -> None:
    """Empty, short, longer than aiortc's buffer, and rubbish, to every socket we listen on."""
    publisher = await AiortcPublisher(f"{house.url}/whip/g1", audio=Tone()).start()
    await until(lambda: len(house.sink().media) > 10, what="pictures")
    connection = publisher.pc.getSenders()[0].transport.transport._connection
    targets = {(pair.remote_addr[0], pair.remote_addr[1]) for pair in connection._check_list}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for target in targets:
            for first in (
                b"",
                b"\x80",
                b"\x80\x60",
                b"\x80\xc8",
                b"\x16",
                b"\x16\xfe\xfd",
                b"\0\1",
            ):
                for length in (0, 1, 20, 1400, 2100, 9000):
                    try:
                        stranger.sendto((first + bytes(length)), target)
                    except OSError:  # an address of another machine's, or of IPv6
                        break
    seen = len(house.sink().media)
    await until(lambda: len(house.sink().media) > seen + 20, 5, "more pictures")
    assert house.statuses() == ["live"]
    guard = house.cameras.sessions[0].peer.connection.guard
    assert guard is not None
    assert guard.dropped > 0
    await publisher.close()


async def test_a_publisher_of_200_mbps_is_cut_off_by_name(
    opener: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    house = await opener(limits=Limits(most_mbps=10))
    good = await AiortcPublisher(f"{house.url}/whip/g2").start()
    await until(lambda: len(house.sink("g2").media) > 20, what="pictures")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.ingest.flood_whip", f"{house.url}/whip/g1", TOKEN, cwd=ROOT
    )
    try:
        await until(lambda: any(s.game == "g1" for s in house.cameras.sessions), 40, "the flood")
        await until(lambda: len(house.cameras.sessions) == 1, 30, "its end")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    assert "g1/main is cut off: it sends" in caplog.text
    assert "at most 10 are taken" in caplog.text
    assert b'courtside_ingest_lost_total{what="publishers"} 1.0' in house.meters.exposition()
    seen = len(house.sink("g2").media)
    await until(lambda: len(house.sink("g2").media) > seen + 20, 5, "pictures of the other")
    assert house.statuses("g2") == ["live"]
    await good.close()
