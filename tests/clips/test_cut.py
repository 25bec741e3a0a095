"""A clip decodes to its end, holds the moment and says what is missing."""

from __future__ import annotations

import io

import av
import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame

from server.clips.cut import BadSegments, NoPicture, cut
from tests.clips import film
from tests.clips.film import FPS


def test_a_clip_has_every_frame_from_a_key_frame_on() -> None:
    made = cut(film.video(3600, 16), [film.audio(3600, 16)], 3609, 3603, 3613)
    # Key frames are at 3600, 3602, ...: the clip begins before the second that was asked for.
    assert (made.start_s, round(made.end_s, 3)) == (3602, 3613)
    assert film.numbers(made.data) == list(range(3602 * FPS, 3613 * FPS))
    assert made.frames == 11 * FPS
    assert made.gaps == ()
    assert (made.suffix, made.codec, made.sound) == ("mp4", "h264", True)


def test_nothing_is_encoded_and_the_index_is_in_front() -> None:
    recorded = film.video(0, 8)
    made = cut(recorded, [], 4, 2, 6)
    with av.open(io.BytesIO(recorded), "r") as before, av.open(io.BytesIO(made.data), "r") as after:
        originals = {bytes(p) for p in before.demux(video=0) if p.size}
        copies = [bytes(p) for p in after.demux(video=0) if p.size]
    assert len(copies) == 4 * FPS
    assert originals.issuperset(copies)
    assert made.data.index(b"moov") < made.data.index(b"mdat")


def test_sound_stays_beside_the_picture() -> None:
    made = cut(film.video(100, 12), [film.audio(100, 12)], 106, 103, 109)
    with av.open(io.BytesIO(made.data), "r") as file:
        ends: dict[str, float] = {}
        for packet in file.demux():
            if packet.pts is not None and packet.duration is not None:
                ends[packet.stream.type] = float((packet.pts + packet.duration) * packet.time_base)
        assert file.streams.video[0].start_time == 0
    assert ends["video"] == pytest.approx(7, abs=0.01)
    assert ends["audio"] == pytest.approx(7, abs=0.03)


def test_the_thumbnail_is_the_frame_of_the_moment() -> None:
    made = cut(film.video(0, 12), [], 7.0, 2, 11)
    image = cv2.imdecode(np.frombuffer(made.thumbnail, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert film.number_of(VideoFrame.from_ndarray(image.astype(np.uint8), "bgr24")) == 7 * FPS


def test_what_vp8_sent_becomes_webm() -> None:
    made = cut(film.vp8(50, 4), [film.audio(50, 4)], 52, 50, 53)
    assert (made.suffix, made.sound) == ("webm", True)
    assert film.numbers(made.data) == list(range(50 * FPS, 53 * FPS))


def test_a_hole_in_the_picture_is_said() -> None:
    made = cut(film.video(0, 12, skip=(4, 6)), [], 7, 2, 10)
    [gap] = made.gaps
    assert gap == pytest.approx((4, 6), abs=0.11)
    expected = [n for n in range(2 * FPS, 10 * FPS) if not 4 <= n / FPS < 6]
    assert film.numbers(made.data) == expected


def test_what_begins_late_and_ends_early_is_said() -> None:
    made = cut(film.video(10, 4), [], 12, 6, 16)
    assert [list(gap) for gap in made.gaps] == [[6, 10], pytest.approx([14, 16], abs=0.11)]
    assert film.numbers(made.data) == list(range(10 * FPS, 14 * FPS))


def test_nothing_recorded_is_no_picture() -> None:
    with pytest.raises(NoPicture):
        cut(film.video(0, 4), [], 100, 94, 104)


@pytest.mark.parametrize("data", [b"", b"no film", film.video(0, 2)[:700]])
def test_damaged_segments_are_named(data: bytes) -> None:
    with pytest.raises((BadSegments, NoPicture)):
        cut(data, [], 1, 0, 2)


def test_damaged_sound_does_not_cost_the_picture() -> None:
    made = cut(film.video(0, 4), [b"noise", film.audio(0, 4)], 2, 0, 4)
    assert made.sound
