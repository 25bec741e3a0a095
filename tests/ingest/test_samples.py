"""What leaves the ingest room encoded, of real publishers through real connections."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import threading
import time
from datetime import UTC, datetime, timedelta

import av
import pytest
from av.video.codeccontext import VideoCodecContext

from server.ingest.decode import DECODERS
from server.ingest.sample import Kind, Sample
from tests.ingest.clients import AiortcPublisher, Pattern, Tone
from tests.ingest.conftest import House, Opener, until

KINDS: tuple[Kind, Kind] = ("audio", "video")


def sizes(samples: list[Sample]) -> list[tuple[int, int]]:
    """Of every picture, decoded from the samples alone."""
    found: list[tuple[int, int]] = []
    for codec, group in itertools.groupby(samples, lambda s: s.codec):
        context = av.CodecContext.create(DECODERS[codec], "r")
        assert isinstance(context, VideoCodecContext)
        context.thread_count = 1
        context.options = {"flags": "low_delay"}
        for sample in group:
            found += [(p.width, p.height) for p in context.decode(av.Packet(sample.data))]
    return found


async def test_a_frame_and_its_picture_have_one_time(house: House) -> None:
    publisher = await AiortcPublisher(f"{house.url}/whip/g1", audio=Tone()).start()
    await until(lambda: len(house.encoded().of("audio")) > 80, what="sound")
    media, sink = house.encoded(), house.sink()
    assert media.origin + timedelta(seconds=media.samples[-1].media_s) == pytest.approx(
        datetime.now(UTC), abs=timedelta(seconds=0.6)
    )
    video, audio = media.of("video"), media.of("audio")
    assert set(sink.media) <= {s.media_s for s in video}
    assert len(sink.media) >= len(video) - 5  # the first ones made it live; the last is on its way
    assert video[0].key
    assert not video[0].gap
    assert len(sizes(video)) == len(video)
    assert {s.publisher for s in media.samples} == {1}
    assert {s.codec for s in audio} == {"OPUS"}
    for kind in (video, audio):
        times = [s.media_s for s in kind]
        assert times == sorted(set(times))
        assert not any(s.gap for s in kind)
    opus = av.CodecContext.create("opus", "r")
    frames = [f for s in audio for f in opus.decode(av.Packet(s.data))]
    assert sum(f.samples for f in frames) == pytest.approx(960 * len(audio), abs=960)
    await publisher.close()
    await until(lambda: house.statuses()[-1] == "ended", what="the end")
    assert media.closed == 1


async def test_sound_of_a_card_that_drifts_stays_beside_the_picture(house: House) -> None:
    """Five seconds lost in a hundred: sender reports say it. What is left is their age."""
    tone = Tone(drift=-0.05)
    publisher = await AiortcPublisher(f"{house.url}/whip/g1", audio=tone).start()
    await until(lambda: len(house.encoded().of("audio")) > 220, 20, "sound")
    media = house.encoded()
    # Sent as it was taken, on one machine: what is in step arrives as late as the picture.
    lost_s = 0.05 * 220 * 0.02
    sound, picture = (
        statistics.median(s.captured_s - s.media_s for s in media.of(kind)[-20:]) for kind in KINDS
    )
    assert abs(sound - picture) < 0.6 * lost_s
    await publisher.close()


async def test_a_newcomer_hands_on_what_came_since_its_key_frame(house: House) -> None:
    url = f"{house.url}/whip/g1"
    first = await AiortcPublisher(url).start()
    await until(lambda: len(house.encoded().samples) > 30, what="frames of the first")
    second = await AiortcPublisher(url, codec="VP8").start()
    await until(lambda: len(house.encoded().of("video", 2)) > 30, what="frames of the second")
    media = house.encoded()
    newcomers = media.of("video", 2)
    assert newcomers[0].key
    assert not newcomers[0].gap  # the first one sent until then
    assert {s.codec for s in media.of("video", 1)} == {"H264"}
    assert {s.codec for s in newcomers} == {"VP8"}
    assert len(sizes(newcomers)) == len(newcomers)
    times = [s.media_s for s in media.samples]
    assert times == sorted(set(times))
    assert max(b - a for a, b in itertools.pairwise(times)) < 0.5
    assert set(house.sink().media) <= set(times)

    await second.vanish()
    await until(lambda: house.statuses()[-1] == "lost", what="the loss")
    third = await AiortcPublisher(url).start()
    await until(lambda: media.of("video", 3), what="the return")
    assert media.of("video", 3)[0].gap
    assert media.of("video", 3)[0].key
    assert len(house.media["g1", "main"]) == 1
    assert media.closed == 0
    for publisher in (first, second, third):
        await publisher.close()


async def test_a_phone_is_turned(house: House) -> None:
    publisher = await AiortcPublisher(f"{house.url}/whip/g1").start()
    await until(lambda: len(house.encoded().samples) > 20, what="frames")
    publisher.track.width, publisher.track.height = 240, 320
    await until(lambda: house.sink().sizes[-1:] == [(240, 320)], what="pictures that are upright")
    await asyncio.sleep(0.5)
    video = house.encoded().of("video")
    turned = sizes(video)
    at = turned.index((240, 320))
    assert len(turned) == len(video)
    assert video[at].key
    assert set(turned[:at]) == {(320, 240)}
    assert set(turned[at:]) == {(240, 320)}
    assert house.statuses() == ["live"]
    await publisher.close()


async def test_nothing_is_decoded_where_nobody_looks(opener: Opener) -> None:
    house = await opener(decode=False, pages={})
    publisher = await AiortcPublisher(f"{house.url}/whip/g1").start()
    await until(lambda: len(house.encoded().samples) > 60, what="frames")
    assert house.statuses() == ["live"]
    assert house.sinks == {}
    assert not [t for t in threading.enumerate() if t.name.startswith("decode ")]
    assert house.encoded().samples[0].key
    media = house.encoded()
    keys = sum(s.key for s in media.samples)
    media.want_key_frame()
    await until(lambda: sum(s.key for s in media.samples) > keys, 2, "a key frame that was asked")
    await publisher.vanish()
    began_s = time.monotonic()
    await until(lambda: house.statuses() == ["live", "lost"], what="the loss")
    assert time.monotonic() - began_s < 3
    await publisher.close()


async def test_a_picture_of_an_absurd_size_ends_its_publisher_only(house: House) -> None:
    good = await AiortcPublisher(f"{house.url}/whip/g2").start()
    bad = AiortcPublisher(f"{house.url}/whip/g1")
    bad.track = Pattern(4096, 2304)
    await bad.start()
    await until(
        lambda: not house.cameras.live("g1", "main") and len(house.cameras.sessions) == 1,
        20,
        "the end",
    )
    await until(lambda: len(house.sink("g2").media) > 20, what="pictures of the other")
    assert house.statuses("g1") == []
    await good.close()
    await bad.close()
