"""The contract with the private parts of aiortc and aioice, and what we get from it."""

from __future__ import annotations

import hashlib
import importlib
import inspect
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

import pytest
from aiortc import RTCCertificate, RTCConfiguration, RTCPeerConnection, RTCRtpReceiver
from aiortc.rtcdtlstransport import SRTP_PROFILES
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from OpenSSL import SSL

from server.clock import ManualClock
from server.ingest import aiortc_hooks
from server.ingest.floor import BitrateFloor
from server.ingest.tap import FlooredEstimator
from tests.ingest.clients import AiortcPublisher
from tests.ingest.conftest import House, until

# Sources that aiortc_hooks.py was written against. When one of these fails after an upgrade:
# read the new source, correct the hook (or delete it, as its comment says), then the sum.
SOURCES = {
    "aiortc.rtcdtlstransport.RTCCertificate._create_ssl_context": "aac625bdc264f0a6",
    "aiortc.rtcrtpreceiver.decoder_worker": "d500d4e567d6846c",
    "aiortc.rtcrtpreceiver.RTCRtpReceiver": "9a485e6f515fc0cd",
    "aiortc.rtcrtpreceiver.StreamStatistics": "9cd41a1293758a29",
    "aiortc.rtcdtlstransport.RTCDtlsTransport._recv_next": "998076720c05aa13",
    "aiortc.rtcdtlstransport.RTCDtlsTransport._handle_rtp_data": "5def9061cc3da1f6",
    "aiortc.rtcdtlstransport.RTCDtlsTransport._handle_rtcp_data": "5469e786d77b37b2",
    "aiortc.rtcdtlstransport.RtpRouter.route_rtp": "e4bcc08d181438b7",
    "aioice.ice.Connection.data_received": "5631b17fab717d6b",
    "aiortc.rtcrtpsender.RTCRtpSender._handle_rtcp_packet": "a4ee4c7355f8de7a",
    "aiortc.rtcrtpsender.RTCRtpSender._send_keyframe": "26c49629470d1928",
    "aiortc.rtcpeerconnection.RTCPeerConnection.__init__": "f5388aea637f0f21",
    "aiortc.rtcpeerconnection.RTCPeerConnection.close": "7e2df1bb95ebce29",
    "aiortc.rtcpeerconnection.RTCPeerConnection."
    "_RTCPeerConnection__createDtlsTransport": "ad91de689a334df2",
    "aiortc.rate.RemoteBitrateEstimator.add": "f315f6c6d1995c1f",
    "aioice.ice.Connection.get_component_candidates": "118597a9fcb703f9",
    "aioice.ice.Connection.gather_candidates": "d33db28d4d1e49ff",
    "aioice.ice.StunProtocol": "a6e5692f3cf7578e",
    "aioice.ice.relayed_candidate": "271e25be8724ce38",
    "aioice.ice.server_reflexive_candidate": "76dd5558471714f7",
}


def found(path: str) -> Any:
    module, rest = ".".join(path.split(".")[:2]), path.split(".")[2:]
    value: Any = importlib.import_module(module)
    for name in rest:
        value = getattr(value, name)
    return value


@pytest.mark.parametrize("path", SOURCES)
def test_the_sources_are_those_we_know(path: str) -> None:
    text = inspect.getsource(found(path))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == SOURCES[path]


def test_the_pins_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    aiortc_hooks.check_pins()
    assert {p: version(p) for p in aiortc_hooks.PINS} == aiortc_hooks.PINS
    monkeypatch.setitem(aiortc_hooks.PINS, "aiortc", "1.15.0")
    with pytest.raises(RuntimeError, match=r"aiortc 1\.16\.0 is installed"):
        aiortc_hooks.check_pins()


async def test_the_names_that_we_replace_exist() -> None:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = pc.addTransceiver("video", direction="recvonly")
    receiver = transceiver.receiver
    for name in (
        "__decoder_queue", "__decoder_thread", "__codecs", "__remote_bitrate_estimator",
        "__remote_streams", "__rtx_ssrc", "__rtcp_ssrc",
    ):  # fmt: skip
        assert hasattr(receiver, f"_RTCRtpReceiver{name}"), name
    assert hasattr(pc, "_RTCPeerConnection__certificates")
    assert hasattr(transceiver.sender, "_send_keyframe")
    connection = receiver.transport.transport._connection
    assert callable(connection.get_component_candidates)
    for name in ("_protocols", "stun_server", "turn_server", "_transport_policy"):
        assert hasattr(connection, name), name
    assert inspect.iscoroutinefunction(RTCRtpReceiver._handle_rtp_packet)
    await pc.close()


async def test_close_never_joins_a_thread_on_the_loop(house: House) -> None:
    publisher = await AiortcPublisher(f"{house.url}/whip/g1", audio=True).start()
    await until(lambda: house.sink().media, what="pictures")
    for receiver in house.cameras.sessions[0].peer.connection.pc.getReceivers():
        thread = receiver._RTCRtpReceiver__decoder_thread  # type: ignore[attr-defined]
        assert thread is None or not thread.is_alive()
        assert receiver.track._queue.qsize() <= 1  # type: ignore[attr-defined]
    await publisher.close()


def rsa_certificate() -> RTCCertificate:
    key = rsa.generate_private_key(65537, 2048)
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "rsa")])
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=7))
        .sign(key, hashes.SHA256())
    )
    return RsaCertificate(key=key, cert=cert)  # type: ignore[arg-type]


class RsaCertificate(RTCCertificate):
    """A publisher that has an RSA key and nothing else, as GStreamer does."""

    def _create_ssl_context(self, srtp_profiles: Any) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256")
        return context


@pytest.mark.parametrize("setup", ["passive", "active"])
async def test_a_publisher_with_an_rsa_certificate(house: House, setup: str) -> None:
    publisher = AiortcPublisher(f"{house.url}/whip/g1")
    publisher.pc._RTCPeerConnection__certificates = [rsa_certificate()]  # type: ignore[attr-defined]
    await publisher.start({"a=setup:actpass": f"a=setup:{setup}"})
    await until(lambda: house.sink().media, what="pictures")
    await publisher.close()


def test_our_context_takes_both_kinds_of_certificate() -> None:
    context = aiortc_hooks.AnyCertificate.generateCertificate()._create_ssl_context(SRTP_PROFILES)
    ciphers = SSL.Connection(context).get_cipher_list()
    assert any(name.startswith("ECDHE-RSA") for name in ciphers)
    assert any(name.startswith("ECDHE-ECDSA") for name in ciphers)


class Estimator:
    """aiortc's, as it begins: nothing for three seconds, then little."""

    def __init__(self) -> None:
        self.ssrcs = {7: 0}
        self.answer: tuple[int, list[int]] | None = None

    def add(self, **kwargs: int) -> tuple[int, list[int]] | None:
        return self.answer


def test_the_promise_comes_at_once_and_not_with_every_packet() -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    inner = Estimator()
    floored = FlooredEstimator(inner, BitrateFloor(2_500_000), clock, lambda: (0, 0))

    def add() -> tuple[int, list[int]] | None:
        return floored.add(arrival_time_ms=0, abs_send_time=0, payload_size=1000, ssrc=7)

    assert add() == (2_500_000, [7])
    assert add() is None
    clock.advance(0.6)
    assert add() == (2_500_000, [7])
    inner.answer = (300_000, [7])
    assert add() == (2_500_000, [7])
    inner.answer = (4_000_000, [7])
    assert add() == (4_000_000, [7])
