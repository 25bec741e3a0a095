"""Cutting encoded frames: what is always true of parts and segments, and what decodes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.ingest.sample import Codec, Sample
from server.media import fmp4
from server.media.cutter import HEADS_MOST, HOLE_S, KEY_WAIT_S, Cut, Cutter, Finished, Grown
from server.media.segments import LONGEST_S, PART_S, VIDEO_HZ, Init, Rendition, Segment
from tests.media.filmed import film
from tests.media.films import sound

ORIGIN = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
KEY, OTHER = film(2)


class Cuts:
    """What came out of a cutter, as files."""

    def __init__(self, samples: Iterable[Sample], rendition: Rendition = "video") -> None:
        self.cutter = Cutter(rendition, ORIGIN, 7, 3)
        self.inits: dict[int, Init] = {}
        self.segments: list[Segment] = []
        self.files: list[bytes] = []
        data = b""
        for cut in self._all(samples):
            if isinstance(cut, Init):
                self.inits[cut.id] = cut
            elif isinstance(cut, Grown):
                assert cut.segment.parts[-1].offset == len(data)
                data += cut.data
                assert cut.segment.size_bytes == len(data)
            elif isinstance(cut, Finished):
                assert cut.segment.size_bytes == len(data)
                self.segments.append(cut.segment)
                self.files.append(data)
                data = b""
        assert data == b""

    def _all(self, samples: Iterable[Sample]) -> Iterator[Cut]:
        for sample in samples:
            yield from self.cutter.put(sample)
        yield from self.cutter.end()

    def times(self) -> list[float]:
        """Media seconds of all frames, as the files say them."""
        found = []
        for file in self.files:
            for fragment in fmp4.fragments(file):
                found += [fragment.start / VIDEO_HZ] * fragment.frames
        return found

    def decoded(self) -> list[float]:
        """Media seconds of what a decoder gives, each segment read alone."""
        found: list[float] = []
        for segment, file in zip(self.segments, self.files, strict=True):
            with av.open(io.BytesIO(self.inits[segment.init_id].data + file), "r") as source:
                frames = list(source.decode(video=0))
            found += [float(frame.time) for frame in frames if frame.time is not None]
        return found


steps = st.lists(
    st.tuples(
        st.one_of(st.floats(0.001, 0.1), st.floats(0.0, 0.5), st.floats(0.3, 8.0)),
        st.sampled_from([False] * 12 + [True]),
        st.sampled_from([False] * 40 + [True]),
        st.sampled_from([0] * 40 + [1]),
    ),
    min_size=1,
    max_size=200,
)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_whatever_comes_in_parts_and_segments_keep_their_promises(
    found: list[tuple[float, bool, bool, int]],
) -> None:
    at_s, publisher = 3.0, 1
    samples = [replace(KEY, media_s=at_s)]
    for step_s, key, gap, newer in found:
        at_s, publisher = at_s + step_s, publisher + newer
        sample = KEY if key else OTHER
        samples.append(replace(sample, media_s=at_s, gap=gap, publisher=publisher))
    cuts = Cuts(samples)
    assert [s.number for s in cuts.segments] == list(range(7, 7 + len(cuts.segments)))
    for segment, file in zip(cuts.segments, cuts.files, strict=True):
        assert 0 < segment.duration_s <= LONGEST_S + 1e-9
        assert segment.wall_at == ORIGIN + timedelta(seconds=segment.start_s)
        assert segment.parts[0].start_s == segment.start_s
        assert segment.init_id in cuts.inits
        fragments = fmp4.fragments(file)
        assert [(p.offset, p.length) for p in segment.parts] == [
            (f.offset, f.length) for f in fragments
        ]
        assert segment.in_parts or (len(fragments), fragments[0].frames) == (1, 1)
        for part, fragment in zip(segment.parts, fragments, strict=True):
            assert part.duration_s <= (PART_S if segment.in_parts else HOLE_S["video"]) + 1e-9
            assert part.start_s == fragment.start / VIDEO_HZ
            assert part.independent == fragment.independent
        for one, after in pairwise(segment.parts):
            assert after.start_s == pytest.approx(one.start_s + one.duration_s, abs=1e-9)
    for segment, following in pairwise(cuts.segments):
        hole_s = following.start_s - segment.end_s
        assert hole_s > -1e-9
        assert following.discontinuity or hole_s < 1e-9, "a hole is said"
    assert len(cuts.times()) + cuts.cutter.left_out == len(samples), "each frame counts once"


def test_segments_end_at_key_frames_about_every_two_seconds() -> None:
    cuts = Cuts(film(300, key_every=57))
    assert [round(s.duration_s, 2) for s in cuts.segments] == [1.9] * 5 + [0.5]
    assert all(s.parts[0].independent for s in cuts.segments)
    assert not any(s.discontinuity for s in cuts.segments[1:])


def test_key_frames_that_others_asked_for_make_no_short_segments() -> None:
    durations = [s.duration_s for s in Cuts(film(300, key_every=10)).segments]
    assert min(durations) >= 1.0


@pytest.mark.parametrize("each_s", [0.39, 0.41, 0.7, 1.0, 1.9])
def test_a_slow_picture_is_whole(each_s: float) -> None:
    samples = [replace(one, media_s=n * each_s) for n, one in enumerate(film(20, key_every=1000))]
    cuts = Cuts([*samples, replace(KEY, media_s=20 * each_s)])
    assert cuts.cutter.left_out == 0
    assert len(cuts.times()) == 21
    assert not any(one.discontinuity for one in cuts.segments[1:])
    for one, after in pairwise(cuts.segments):
        assert one.end_s == pytest.approx(after.start_s, abs=1e-9)


def test_a_pause_with_another_publisher_behind_it_is_a_hole() -> None:
    later = [replace(s, media_s=s.media_s + 2.0, publisher=s.publisher + 1) for s in film(30)]
    cuts = Cuts([*film(30), *later])
    before, after = cuts.segments
    assert after.discontinuity
    assert after.start_s - before.end_s == pytest.approx(1.0, abs=1e-4)


def test_a_publisher_without_key_frames_still_gets_segments() -> None:
    cuts = Cuts(film(300, key_every=1000))
    assert len(cuts.segments) >= 3
    assert [s.parts[0].independent for s in cuts.segments] == [True] + [False] * (
        len(cuts.segments) - 1
    )


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_every_segment_decodes_alone_to_its_end(codec: Codec) -> None:
    samples = film(75, codec=codec, size=(160, 120), key_every=30)
    cuts = Cuts(samples)
    assert len(cuts.segments) == 3
    assert cuts.decoded() == pytest.approx([s.media_s for s in samples], abs=1 / VIDEO_HZ)
    (init,) = cuts.inits.values()
    assert (init.width, init.height) == (160, 120)
    assert init.codecs.startswith({"H264": "avc1.42C0", "VP8": "vp08."}[codec])


def test_sound_decodes_to_its_end_at_its_media_time() -> None:
    samples = sound(5.0, start_s=12.0)
    cuts = Cuts(samples, "audio")
    assert [round(s.duration_s, 3) for s in cuts.segments] == [2.0, 2.0, 1.0]
    whole = next(iter(cuts.inits.values())).data + b"".join(cuts.files)
    with av.open(io.BytesIO(whole), "r") as source:
        frames = list(source.decode(audio=0))
    # The decoder leaves out what it looks ahead: 312 samples of the very first packet.
    assert sum(f.samples for f in frames) == len(samples) * 960 - fmp4.OPUS_PRE_SKIP
    assert frames[0].time == pytest.approx(12.0 + fmp4.OPUS_PRE_SKIP / 48_000, abs=1e-3)


def test_another_size_is_another_head_and_the_same_one_is_used_again() -> None:
    wide, tall = film(60), film(60, size=(240, 320))
    later = [replace(s, media_s=s.media_s + 2.0) for s in tall]
    last = [replace(s, media_s=s.media_s + 4.0) for s in wide]
    cuts = Cuts([*wide, *later, *last])
    assert [s.init_id for s in cuts.segments] == [3, 4, 3]
    assert [s.discontinuity for s in cuts.segments][1:] == [True, True]
    assert [(i.width, i.height) for i in cuts.inits.values()] == [(320, 240), (240, 320)]
    assert len(cuts.decoded()) == 180


def test_the_codec_may_change_in_the_middle() -> None:
    later = [replace(s, media_s=s.media_s + 2.0) for s in film(15, codec="VP8")]
    cuts = Cuts([*film(60), *later])
    assert [cuts.inits[s.init_id].codecs[:4] for s in cuts.segments] == ["avc1", "vp08"]
    assert len(cuts.decoded()) == 75


def test_after_a_loss_nothing_is_kept_up_to_the_next_key_frame() -> None:
    samples = film(90, key_every=30)
    lost = [s for i, s in enumerate(samples) if i != 40]
    lost[40] = replace(lost[40], gap=True)
    cuts = Cuts(lost)
    assert cuts.cutter.left_out == 60 - 41
    assert len(cuts.decoded()) == 40 + 30
    assert not any(s.discontinuity for s in cuts.segments[1:]) or len(cuts.segments) > 1


def test_a_publisher_that_never_sends_a_key_frame_is_recorded_with_rubbish_after_a_loss() -> None:
    samples = film(240, key_every=1000)
    samples[60] = replace(samples[60], gap=True)
    cuts = Cuts(samples)
    assert cuts.cutter.left_out == pytest.approx(KEY_WAIT_S * 30, abs=1)


def test_a_key_frame_that_makes_no_sense_is_left_out() -> None:
    bad = replace(KEY, data=b"\0\0\0\1\x67\xff\xff\xff\0\0\0\1\x68\xce\0\0\0\1\x65\x88")
    cuts = Cuts([bad, *film(60)])
    assert cuts.cutter.left_out == 1
    assert len(cuts.decoded()) == 60


@given(st.binary(min_size=1, max_size=80), st.sampled_from(["H264", "VP8"]), st.booleans())
def test_whatever_a_stranger_calls_a_key_frame_does_no_harm(
    noise: bytes, codec: Codec, framed: bool
) -> None:
    front = b"\0\0\0\1\x68\xce\0\0\0\1\x67" if framed else b"\x10\0\0\x9d\x01\x2a"
    bad = replace(KEY, codec=codec, data=front + noise)
    cuts = Cuts([KEY, replace(bad, media_s=0.1), replace(OTHER, media_s=0.2)])
    assert cuts.segments
    huge = b"\0\0\0\1\x68\xce" + b"\0\0\0\1\x67" + b"\xff" * 70_000
    assert Cuts([replace(KEY, data=huge)]).cutter.left_out == 1


def test_endless_new_heads_are_not_kept() -> None:
    picture_parameters = [bytes((0x68, 0xCE, n // 256 + 1, n % 256, 0x80)) for n in range(300)]
    samples = [
        replace(KEY, data=KEY.data + b"\0\0\0\1" + pps, media_s=n / 30)
        for n, pps in enumerate(picture_parameters)
    ]
    cuts = Cuts(samples)
    assert len(cuts.inits) == HEADS_MOST
    assert cuts.cutter.left_out == 300 - HEADS_MOST


def test_sound_breaks_where_the_picture_does() -> None:
    cutter = Cutter("audio", ORIGIN, 7, 1)
    finished = []
    for number, sample in enumerate(sound(3.0)):
        if number == 60:
            cutter.break_here()
        finished += [c.segment for c in cutter.put(sample) if isinstance(c, Finished)]
    finished += [c.segment for c in cutter.end() if isinstance(c, Finished)]
    assert [(round(s.duration_s, 2), s.discontinuity) for s in finished] == [
        (1.2, True), (1.8, True),
    ]  # fmt: skip
