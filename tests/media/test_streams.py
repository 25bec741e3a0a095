"""Who gets which samples of a camera."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from server.clock import ManualClock
from server.ingest.sample import Sample
from server.media import streams
from server.media.streams import Stream, Streams

ORIGIN = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)


@dataclass(eq=False)
class Taker:
    """Keeps what it is given."""

    samples: list[Sample] = field(default_factory=list)
    closed: int = 0

    def put(self, sample: Sample) -> None:
        self.samples.append(sample)

    def close(self) -> None:
        self.closed += 1


def picture(
    media_s: float, *, key: bool = False, data: bytes = b"p", codec: str = "H264"
) -> Sample:
    return Sample("video", codec, data, media_s, media_s, key, False, 1)  # type: ignore[arg-type]


def sound(media_s: float) -> Sample:
    return Sample("audio", "OPUS", b"s", media_s, media_s, True, False, 1)


def opened(keep: list[Taker] | None = None) -> tuple[Streams, Stream, list[float], ManualClock]:
    clock = ManualClock(ORIGIN)
    asked: list[float] = []
    room = Streams(clock, lambda stream: keep or [])
    stream = room.open("g1", "main", ORIGIN, lambda: asked.append(clock.monotonic_s()))
    return room, stream, asked, clock


def test_one_who_comes_later_begins_with_the_last_key_frame() -> None:
    _, stream, _, _ = opened()
    early, late = Taker(), Taker()
    stream.attach(early)
    line = [
        picture(0.0, key=True), sound(0.01), picture(0.03),
        picture(0.06, key=True), sound(0.07), picture(0.1),
    ]  # fmt: skip
    for sample in line:
        stream.put(sample)
    stream.attach(late)
    line.append(picture(0.13))
    stream.put(line[-1])
    assert early.samples == line
    assert late.samples == line[3:]
    assert (stream.video_codec, stream.audio, stream.newest_s) == ("H264", True, 0.13)


def test_nobody_begins_in_the_middle() -> None:
    _, stream, _, _ = opened()
    stream.put(sound(0.0))
    stream.put(picture(0.01))
    assert not stream.since_key


def test_what_is_kept_since_a_key_frame_has_a_bound() -> None:
    _, stream, asked, _ = opened()
    stream.put(picture(0.0, key=True))
    for n in range(30):
        stream.put(picture(n / 30 + 0.01, data=bytes(1 << 20)))
    assert not stream.since_key
    assert len(asked) == 1, "a publisher is asked for a new beginning"
    stream.put(picture(2.0, key=True))
    assert [sample.media_s for sample in stream.since_key] == [2.0]


def test_a_publisher_is_not_asked_more_often_than_it_can_follow() -> None:
    _, stream, asked, clock = opened()
    for _ in range(30):
        stream.want_key_frame()
        clock.advance(0.1)
    assert len(asked) == 3
    assert streams.KEY_FRAME_EVERY_S == 1.0


def test_keepers_take_every_camera_from_its_first_sample() -> None:
    taker = Taker()
    room, stream, _, _ = opened([taker])
    first = picture(0.0, key=True)
    stream.put(first)
    assert taker.samples == [first]
    stream.close()
    stream.close()
    assert taker.closed == 1
    assert room.find("g1", "main") is None
    assert room.all == ()


def test_one_that_left_gets_nothing_and_is_not_closed() -> None:
    _, stream, _, _ = opened()
    taker = Taker()
    stream.attach(taker)
    stream.detach(taker)
    stream.detach(taker)
    stream.put(picture(0.0, key=True))
    stream.close()
    assert (taker.samples, taker.closed) == ([], 0)


def test_one_that_comes_after_the_end_is_told_at_once() -> None:
    _, stream, _, _ = opened()
    stream.close()
    taker = Taker()
    stream.attach(taker)
    stream.put(picture(0.0, key=True))
    assert (taker.samples, taker.closed) == ([], 1)


def test_a_camera_that_is_opened_again_is_another_stream() -> None:
    room, first, _, _ = opened()
    taker = Taker()
    first.attach(taker)
    second = room.open("g1", "main", ORIGIN, lambda: None)
    assert taker.closed == 1
    assert room.find("g1", "main") is second
    first.close()
    assert room.find("g1", "main") is second


class Leaver(Taker):
    """Leaves within its first put."""

    stream: Stream | None = None

    def put(self, sample: Sample) -> None:
        super().put(sample)
        if self.stream is not None:
            self.stream.detach(self)


def test_one_may_leave_while_it_is_given_something() -> None:
    _, stream, _, _ = opened()
    leaver, other = Leaver(), Taker()
    stream.put(picture(0.0, key=True))
    stream.put(picture(0.03))
    leaver.stream = stream
    stream.attach(leaver)
    stream.attach(other)
    stream.put(picture(0.06))
    assert len(other.samples) == 3
    assert len(leaver.samples) == 1
