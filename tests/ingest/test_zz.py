"""Offers that we take, and what happens to those that we do not."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import av
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.clock import SystemClock
from server.ingest.cameras import Cameras
from server.ingest.offer import read_offer, usable_candidate, with_start_bitrate
from server.ingest.sdpfrag import read_fragment
from server.problems import Problem
from tests.ingest.clients import BEARER, AiortcPublisher
from tests.ingest.conftest import House, Sink, until

# As Chromium 140 writes it, shortened: mids with words, candidates of all kinds, data channel.
CHROMIUM = """v=0
o=- 4611686018427387904 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE video0 audio0 data0
a=extmap-allow-mixed
a=msid-semantic: WMS stream
m=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104 109 114
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2113937151 0f0f0f0f-1111-2222-3333-444455556666.local 51111 typ host
a=candidate:2 1 udp 2113937151 192.0.2.33 51112 typ host generation 0 network-cost 999
a=candidate:3 1 tcp 1518280447 192.0.2.33 9 typ host tcptype active generation 0
a=candidate:4 2 udp 2113937150 192.0.2.33 51113 typ host
a=ice-ufrag:abcd
a=ice-pwd:0123456789abcdefghijklmn
a=ice-options:trickle
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=mid:video0
a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:13 urn:3gpp:video-orientation
a=sendonly
a=msid:stream track
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:103 H264/90000
a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:104 rtx/90000
a=fmtp:104 apt=103
a=rtpmap:109 H264/90000
a=fmtp:109 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:114 H264/90000
a=fmtp:114 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f
a=ssrc:1001 cname:x
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:0123456789abcdefghijklmn
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=mid:audio0
a=sendonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:0123456789abcdefghijklmn
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=mid:data0
a=sctp-port:5000
a=max-message-size:262144
""".replace("\n", "\r\n")  # noqa: E501

Answerer = Callable[[bytes], Awaitable[str]]


def room() -> Cameras:
    return Cameras(
        clock=SystemClock(),
        new_id=lambda: f"{random.getrandbits(64):x}",
        open_sink=lambda game, camera: Sink(),
        on_state=lambda *args: None,
    )


def order(answer: str) -> list[str]:
    """Codecs of the answer's video section, in the order of preference."""
    video = answer[answer.index("m=video") :].splitlines()
    names = {
        line.split()[0].partition(":")[2]: line.split()[1].partition("/")[0]
        for line in video
        if line.startswith("a=rtpmap:")
    }
    return [f"{pt} {names[pt]}" for pt in video[0].split()[3:] if pt in names]


async def test_a_browsers_offer_is_answered() -> None:
    cameras = room()
    answer = (await cameras.publish("g", "c", CHROMIUM.encode())).sdp
    # H264 first (baseline, constrained before plain), VP8 next, nothing else.
    codecs = [codec for codec in order(answer) if "rtx" not in codec]
    assert codecs == ["109 H264", "103 H264", "96 VP8"]
    assert "a=group:BUNDLE video0 audio0 data0" in answer
    assert [x for x in answer.splitlines() if x.startswith("a=mid:")] == [
        "a=mid:video0", "a=mid:audio0", "a=mid:data0",
    ]  # fmt: skip
    assert answer.count("a=recvonly") == 2
    assert answer.count("a=setup:active") == 3
    for pt in ("96", "103", "109"):
        lines = [x for x in answer.splitlines() if x.startswith(f"a=fmtp:{pt} ")]
        assert len(lines) == 1
        assert "x-google-start-bitrate=2500" in lines[0]
    assert "opus" in answer
    await cameras.close()


@pytest.mark.parametrize(
    ("setup", "reply"), [("active", "passive"), ("passive", "active"), ("actpass", "active")]
)
async def test_both_dtls_roles(setup: str, reply: str) -> None:
    cameras = room()
    offer = CHROMIUM.replace("a=setup:actpass", f"a=setup:{setup}")
    answer = (await cameras.publish("g", "c", offer.encode())).sdp
    assert answer.count(f"a=setup:{reply}") == 3
    await cameras.close()


async def test_sendrecv_and_no_direction_are_answered_recvonly() -> None:
    cameras = room()
    for change in ("a=sendrecv\r\n", ""):
        offer = CHROMIUM.replace("a=sendonly\r\n", change)
        answer = (await cameras.publish("g", "c", offer.encode())).sdp
        assert answer.count("a=recvonly") == 2
    await cameras.close()


async def test_a_publisher_with_mids_that_are_words(house: House) -> None:
    publisher = AiortcPublisher(f"{house.url}/whip/g1", audio=True)
    # The answer is translated back by the client helper.
    await publisher.start({"a=mid:0": "a=mid:vid", "BUNDLE 0 1": "BUNDLE vid 1"})
    await until(lambda: house.sink().media, what="pictures")
    await publisher.close()


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("BUNDLE video0 audio0 data0", "BUNDLE video0 audio0", 422),
        ("a=group:BUNDLE video0 audio0 data0\r\n", "", 422),
        ("a=mid:audio0", "a=mid:video0", 400),
        ("a=mid:audio0\r\n", "", 400),
        ("sha-256 00", "sha-1 00", 422),
        ("a=setup:actpass", "a=setup:holdconn", 400),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:a", 400),
        ("UDP/TLS/RTP/SAVPF 96", "RTP/AVP 96", 422),
        ("a=sctp-port:5000\r\n", "", 422),
        ("UDP/DTLS/SCTP", "RTP/AVP", 422),
        ("m=video 9", "m=video x", 400),
        ("H264", "AV1", 0),
    ],
)
async def test_refusals(old: str, new: str, status: int) -> None:
    cameras = room()
    assert old in CHROMIUM
    offer = CHROMIUM.replace(old, new).encode()
    if status:
        with pytest.raises(Problem) as caught:
            await cameras.publish("g", "c", offer)
        assert caught.value.status == status
    else:
        await cameras.publish("g", "c", offer)
    assert len(cameras.sessions) == (0 if status else 1)
    await cameras.close()


def test_useless_candidates_are_left_out() -> None:
    offer = read_offer(CHROMIUM.encode())
    kept = [line for line in offer.sdp.splitlines() if line.startswith("a=candidate")]
    assert [line.split()[0] for line in kept] == ["a=candidate:2"]
    assert (offer.mid, offer.ufrag) == ("video0", "abcd")


def test_a_start_bitrate_touches_video_only() -> None:
    changed = with_start_bitrate(CHROMIUM, 1000)
    assert "a=fmtp:111 minptime=10;useinbandfec=1\r\n" in changed
    assert "a=fmtp:97 apt=96\r\n" in changed
    assert "a=rtpmap:96 VP8/90000\r\na=fmtp:96 x-google-start-bitrate=1000\r\n" in changed


@given(st.text(max_size=200))
def test_any_text_is_a_candidate_or_not(text: str) -> None:
    assert usable_candidate(text) in (True, False)


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_body_is_a_fragment_or_a_named_error(body: bytes) -> None:
    refused: Problem | None = None
    try:
        read_fragment(body)
    except Problem as problem:
        refused = problem
    assert refused is None or (refused.status, refused.type) == (400, "malformed-fragment")


def mutations() -> st.SearchStrategy[bytes]:
    """A browser's offer with lines dropped, doubled, swapped and damaged; or anything at all."""
    lines = CHROMIUM.split("\r\n")
    spot = st.integers(0, len(lines) - 1)
    piece = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)
    change = st.one_of(
        st.tuples(st.just("drop"), spot, spot, piece),
        st.tuples(st.just("double"), spot, spot, piece),
        st.tuples(st.just("swap"), spot, spot, piece),
        st.tuples(st.just("cut"), spot, spot, piece),
        st.tuples(st.just("insert"), spot, spot, piece),
        st.tuples(st.just("number"), spot, spot, st.sampled_from(["-1", "99999999999", "x", ""])),
    )

    def apply(changes: list[tuple[str, int, int, str]]) -> bytes:
        found = list(lines)
        for kind, one, other, text in changes:
            at, by = one % len(found), other % len(found)
            line = found[at]
            middle = len(line) // 2
            if kind == "drop" and len(found) > 1:
                del found[at]
            elif kind == "double":
                found.insert(by, line)
            elif kind == "swap":
                found[at], found[by] = found[by], found[at]
            elif kind == "cut":
                found[at] = line[:middle]
            elif kind == "insert":
                found[at] = line[:middle] + text + line[middle:]
            else:
                digits = [word for word in line.replace(":", " ").split() if word.isdigit()]
                found[at] = line.replace(digits[0], text) if digits else line
        return "\r\n".join(found).encode()

    return st.lists(change, min_size=1, max_size=4).map(apply) | st.binary(max_size=300)


@settings(
    max_examples=6000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=mutations())
def test_a_damaged_offer_is_answered_or_refused_and_leaves_nothing(body: bytes) -> None:
    asyncio.run(_damaged(body))


async def _damaged(body: bytes) -> None:
    cameras = room()
    refused: Problem | None = None
    try:
        answer = await cameras.publish("g", "c", body)
        assert answer.sdp.startswith("v=0")
        assert len(cameras.sessions) == 1
    except Problem as problem:
        refused = problem
        assert not cameras.sessions
    finally:
        await cameras.close()
    assert refused is None or (refused.status in (400, 422) and refused.detail)
    assert cameras.sessions == ()


async def test_an_empty_if_match_and_a_lone_bundle(house: House) -> None:
    publisher = await AiortcPublisher(f"{house.url}/whip/g1").start()
    async with httpx.AsyncClient(headers=BEARER) as http:
        reply = await http.patch(
            publisher.session,
            content="a=end-of-candidates\r\n",
            headers={"If-Match": "", "Content-Type": "application/trickle-ice-sdpfrag"},
        )
    assert reply.status_code == 412
    await publisher.close()


def test_pyav_decodes_what_we_need() -> None:
    assert {"h264", "vp8"} <= set(av.codecs_available)
