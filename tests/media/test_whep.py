"""Watching by WHEP: real connections, nothing encoded or decoded in between."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Protocol

import httpx
import pytest

from server.ingest.aiortc_sending import PayloadSender
from server.ingest.sample import Codec, Sample
from server.media import line, viewer
from server.media.streams import Stream
from tests.ingest.clients import AiortcPublisher
from tests.ingest.conftest import until
from tests.media.filmed import film, playing, silence
from tests.media.watching import BEARER, SDP, Rooms, Watcher, rooms

FRAGMENT = {**BEARER, "Content-Type": "application/trickle-ice-sdpfrag"}


@pytest.fixture
async def place() -> AsyncIterator[Rooms]:
    async with rooms() as found:
        yield found


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return film(60)


@pytest.fixture
def asked() -> list[float]:
    """When somebody wanted a key frame."""
    return []


@pytest.fixture
async def stream(place: Rooms, samples: list[Sample], asked: list[float]) -> AsyncIterator[Stream]:
    async with playing(place.streams, samples, asked) as found:
        await until(lambda: found.video_codec, what="a picture")
        yield found


class Watch(Protocol):
    def __call__(self, elsewhere: Rooms | None = None, codec: str | None = None) -> Watcher: ...


@pytest.fixture
async def watch(place: Rooms) -> AsyncIterator[Watch]:
    """Makes viewers, which are closed after the test."""
    made: list[Watcher] = []

    def make(elsewhere: Rooms | None = None, codec: str | None = None) -> Watcher:
        made.append(Watcher(f"{(elsewhere or place).url}/whep/g1", codec))
        return made[-1]

    yield make
    for watcher in made:
        await watcher.close()


def sender(place: Rooms) -> PayloadSender:
    """Of the only viewer's picture."""
    (only,) = place.viewers._sessions
    return only._senders["video"]


@pytest.mark.parametrize("codec", ["H264", "VP8"])
async def test_a_viewer_sees_what_is_published(place: Rooms, watch: Watch, codec: str) -> None:
    publisher = await AiortcPublisher(f"{place.url}/whip/g1", codec).start()
    await until(lambda: place.streams.find("g1", "main"), what="a live camera")
    watcher = await watch().start()
    await until(lambda: len(watcher.frames) > 10, what="pictures")
    assert (watcher.frames[0].width, watcher.frames[0].height) == (320, 240)
    # A phone that comes back: its viewers stay, and their time goes on.
    again = await AiortcPublisher(f"{place.url}/whip/g1", codec).start()
    await until(lambda: len(place.cameras.sessions) == 1, what="the take-over")
    seen = len(watcher.frames)
    await until(lambda: len(watcher.frames) > seen + 20, what="pictures of the new publisher")
    times = [frame.pts or 0 for frame in watcher.frames]
    assert times == sorted(times)
    assert len(place.viewers) == 1
    await publisher.close()
    await again.close()


async def test_a_viewer_is_told_which_picture_is_of_which_moment(
    place: Rooms, watch: Watch, stream: Stream
) -> None:
    watcher = await watch().start()
    await until(lambda: len(watcher.messages) >= 2, what="the time, twice")
    zero = int(re.findall(r"a=x-media-zero:(\d+)", watcher.response_text)[0])
    for message in watcher.messages:
        ticks = (message["rtp"] - zero) % (1 << 32)
        assert ticks / 90_000 == pytest.approx(message["media_s"], abs=2 / 90_000)
    assert stream.newest_s is not None
    assert -0.001 < stream.newest_s - watcher.messages[-1]["media_s"] < 1.5


async def test_a_phone_that_is_turned_is_seen_turned(place: Rooms, watch: Watch) -> None:
    wide, high = film(20), film(20, size=(240, 320))
    lasts_s = wide[-1].media_s + 1 / 30
    turned = [*wide, *(replace(sample, media_s=sample.media_s + lasts_s) for sample in high)]
    async with playing(place.streams, turned) as stream:
        await until(lambda: stream.video_codec, what="a picture")
        watcher = await watch().start()
        sizes = [(320, 240), (240, 320)]
        await until(
            lambda: {(f.width, f.height) for f in watcher.frames} == set(sizes), what="both sizes"
        )
        assert len(place.viewers) == 1


async def test_sound_goes_out_as_it_came(place: Rooms, watch: Watch, stream: Stream) -> None:
    watcher = await watch().start()
    await until(lambda: watcher.frames, what="a picture")
    for n in range(30):
        assert stream.newest_s is not None
        at_s = stream.newest_s + 0.02 * n
        stream.put(Sample("audio", "OPUS", silence(), at_s, at_s, True, False, 1))
    await until(lambda: watcher.sounds > 10, what="sound")


async def test_who_comes_between_key_frames_sees_something_at_once(
    place: Rooms, watch: Watch, stream: Stream, asked: list[float]
) -> None:
    await until(lambda: len(stream.since_key) > 20, what="the middle between two key frames")
    watcher = await watch().start()
    await until(lambda: watcher.frames, 5, what="a picture")
    assert not asked, "nobody had to ask the publisher"
    # And it does not stay behind: what is shown is of now.
    await until(lambda: len(watcher.messages) > 1, what="the time")
    assert stream.newest_s is not None
    assert stream.newest_s - watcher.messages[-1]["media_s"] < 1.3


async def test_who_comes_long_after_a_key_frame_waits_for_a_new_one(
    place: Rooms, watch: Watch, stream: Stream, asked: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "BEGIN_MOST_BYTES", 10)
    watcher = await watch().start()
    await until(lambda: asked, what="the wish for a key frame")
    await until(lambda: watcher.frames, what="a picture")


async def test_what_was_lost_is_sent_again(place: Rooms, watch: Watch, stream: Stream) -> None:
    watcher = await watch().start()
    await until(lambda: watcher.frames, what="a picture")
    watcher.lose(0.1)
    await until(lambda: sender(place).resent > 3, what="packets that are sent again")
    seen = len(watcher.frames)
    await until(lambda: len(watcher.frames) > seen + 30, what="pictures in spite of it")


async def test_a_viewer_may_ask_for_a_key_frame(
    place: Rooms, watch: Watch, stream: Stream, asked: list[float]
) -> None:
    watcher = await watch().start()
    await until(lambda: watcher.frames, what="a picture")
    (receiver,) = (r for r in watcher.pc.getReceivers() if r.track.kind == "video")
    for _ in range(5):
        await receiver._send_rtcp_pli(sender(place)._sender._ssrc)
    await until(lambda: asked, what="the wish for a key frame")
    assert len(asked) == 1, "five wishes within a moment are one"


async def test_another_codec_ends_the_session_by_name(
    place: Rooms, watch: Watch, stream: Stream, samples: list[Sample]
) -> None:
    watcher = await watch().start()
    await until(lambda: watcher.messages, what="the time")
    other: Codec = "VP8"
    stream.put(replace(samples[0], codec=other, media_s=1e6))
    await until(lambda: watcher.messages[-1].get("type") == "ended", what="the end")
    assert watcher.messages[-1]["reason"] == "codec"
    async with httpx.AsyncClient() as http:
        answer = await http.get(watcher.session)
    assert (answer.status_code, answer.json()["type"]) == (410, "viewer-codec")
    assert place.ended("codec") == 1


async def test_when_the_camera_ends_its_viewers_are_told(
    place: Rooms, watch: Watch, stream: Stream
) -> None:
    watcher = await watch().start()
    await until(lambda: watcher.messages, what="the time")
    stream.close()
    await until(lambda: watcher.messages[-1].get("reason") == "ended", what="the end")
    assert len(place.viewers) == 0


async def test_one_that_never_reads_is_dropped_and_nobody_else_is_disturbed(
    place: Rooms, watch: Watch, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    # aiortc reports every 0.5 to 1.5 s: less than two of those would end the good one as well.
    monkeypatch.setattr(line, "SILENT_S", 2.5)
    good, dead = await watch().start(), await watch().start()
    await until(lambda: good.frames and dead.frames, what="pictures for both")
    dead.lose(1.0)
    dead.say_nothing()
    await until(lambda: place.ended("silent"), 15, what="one viewer less")
    assert len(place.viewers) == 1
    seen = len(good.frames)
    await until(lambda: len(good.frames) > seen + 20, what="pictures for the other one")
    async with httpx.AsyncClient() as http:
        assert (await http.get(dead.session)).json()["type"] == "viewer-silent"


async def test_one_on_a_line_that_is_too_thin_is_dropped(
    place: Rooms, watch: Watch, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "REPORTS", 1)
    monkeypatch.setattr(line, "SKIPS_MOST", 2)
    watcher = await watch().start()
    await until(lambda: watcher.frames, what="a picture")
    watcher.lose(0.6)
    await until(lambda: place.ended("too-slow"), 15, what="the end")


async def test_http(place: Rooms, watch: Watch, samples: list[Sample]) -> None:
    async with httpx.AsyncClient(base_url=place.url, headers=SDP) as http:
        plain, vp8 = watch(), watch(codec="VP8")
        offer = await plain.offer()

        async def post(body: str = offer, **headers: str) -> tuple[int, str]:
            answer = await http.post("/whep/g1", content=body, headers=headers)
            assert answer.headers["access-control-allow-origin"] == "*"
            return answer.status_code, answer.json()["type"]

        nothing = await http.post("/whep/g1", content=offer)
        assert (nothing.status_code, nothing.json()["type"]) == (409, "not-live")
        assert nothing.headers["retry-after"] == "2"
        async with playing(place.streams, samples) as stream:
            await until(lambda: stream.video_codec, what="a picture")
            assert await post(Authorization="") == (401, "token-missing")
            assert await post(**{"Content-Type": "text/plain"}) == (415, "unsupported-media-type")
            assert await post(Accept="application/json") == (406, "not-acceptable")
            assert await post("hello") == (400, "malformed-sdp")
            assert await post(offer.replace("a=recvonly", "a=sendonly")) == (422, "wrong-direction")
            assert await post(await vp8.offer()) == (422, "unsupported-codec")
            assert (await http.post("/whep/other", content=offer)).status_code == 409

            options = await http.options("/whep/g1")
            assert options.status_code == 204
            assert options.headers["accept-post"] == "application/sdp"
            assert (await http.get("/whep/g1")).status_code == 204

            made = await http.post("/whep/g1/main", content=offer)
            assert made.status_code == 201
            assert made.headers["content-type"] == "application/sdp"
            assert "a=sendonly" in made.text
            assert "a=recvonly" not in made.text
            where, etag = made.headers["location"], made.headers["etag"]
            assert where.startswith("/whep/g1/main/")
            ice = re.findall(r"a=ice-(?:ufrag|pwd):\S+", offer)[:2]
            trickled = "\r\n".join([*ice, "m=video 9 RTP/AVP 0", "a=mid:0", ""])
            patch = [
                ({}, trickled, 428),
                ({"If-Match": '"another"'}, trickled, 412),
                ({"If-Match": etag}, trickled, 204),
                ({"If-Match": "*"}, trickled.replace("ice-ufrag:", "ice-ufrag:new"), 422),
            ]
            for headers, body, status in patch:
                answer = await http.patch(where, content=body, headers={**FRAGMENT, **headers})
                assert answer.status_code == status, body
            assert (await http.get(where)).status_code == 204
            assert (await http.delete(where)).status_code == 200
            assert (await http.delete(where)).status_code == 404
            assert place.ended("left") == 1


async def test_there_is_a_limit(watch: Watch, samples: list[Sample]) -> None:
    async with rooms(most=1) as place, playing(place.streams, samples) as stream:
        await until(lambda: stream.video_codec, what="a picture")
        first = await watch(place).start()
        await until(lambda: first.frames, what="a picture")
        refused = await watch(place).post()
        assert (refused.status_code, refused.json()["type"]) == (503, "too-many-viewers")
        assert refused.headers["retry-after"] == "30"
        await first.close()
        await until(lambda: len(place.viewers) == 0, what="the first one's end")
        await watch(place).start()
