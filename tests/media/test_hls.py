"""Playlists of recordings: what is true of every one of them, and a few as they are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media import hls
from server.media.cutter import HOLE_S
from server.media.hls import Live, Playlist, Report
from server.media.segments import LONGEST_S, PART_S, Init, Part, Segment
from server.problems import Problem
from tests.media.playlists import attributes, check_rules, merge, parse

ORIGIN = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
QUERY = "sig=1772377200.abc"


def segment(
    number: int,
    start_s: float,
    part_s: tuple[float, ...] = (PART_S,) * 5,
    *,
    init_id: int = 1,
    discontinuity: bool = False,
    kept: bool = True,
) -> Segment:
    parts, at_s, offset = [], start_s, 0
    for index, length_s in enumerate(part_s):
        parts.append(Part(at_s, length_s, index == 0, offset, 1000))
        at_s, offset = at_s + length_s, offset + 1000
    wall_at = ORIGIN + timedelta(seconds=start_s)
    size = offset if kept else 0
    return Segment(
        "video", number, init_id, start_s, at_s - start_s, wall_at, tuple(parts),
        discontinuity, size,
    )  # fmt: skip


@st.composite
def recordings(draw: st.DrawFn) -> list[Segment]:
    """Segments as the recorder makes them: of any length it allows, with holes and new encoders."""
    found: list[Segment] = []
    number, at_s, init_id = draw(st.integers(0, 5)), draw(st.floats(0, 100)), 1
    for _ in range(draw(st.integers(0, 20))):
        whole = draw(st.integers(1, int(LONGEST_S / PART_S)))
        rest_s = draw(st.floats(0.04, PART_S if whole > 1 else HOLE_S["video"]))
        new = draw(st.integers(0, 9)) == 0
        hole_s = draw(st.sampled_from((0.0, 0.0, 0.0, 0.7, 40.0)))
        init_id += new
        found.append(
            segment(
                number, at_s + hole_s, (*[PART_S] * (whole - 1), rest_s), init_id=init_id,
                discontinuity=hole_s > 0 or new, kept=draw(st.integers(0, 15)) > 0,
            )
        )  # fmt: skip
        number, at_s = number + 1, found[-1].end_s
    return found


def playlist(segments: list[Segment]) -> Playlist:
    made = Playlist("video", QUERY)
    for one in segments:
        made.add(one)
    return made


def growing(segments: list[Segment], parts: int) -> Live:
    """The live end after `parts` parts of the segment that comes after these."""
    if not parts:
        return Live(None)
    last = segments[-1] if segments else None
    number, at_s = (last.number + 1, last.end_s) if last else (3, 7.0)
    return Live(segment(number, at_s, (PART_S,) * parts, init_id=last.init_id if last else 1))


@settings(max_examples=40)
@given(recordings(), st.integers(0, 4), st.booleans())
def test_every_playlist_keeps_the_rules(segments: list[Segment], parts: int, skip: bool) -> None:
    made = playlist(segments)
    live = parse(made.text(live=growing(segments, parts), skip=skip))
    plain = parse(made.text(skip=skip))
    over = parse(made.text(ended=True, skip=skip))
    for found in (live, plain, over):
        check_rules(found)
        assert [item.number for item in found.finished] == [
            one.number for one in segments[found.skipped :]
        ]
        for item, one in zip(found.finished, segments[found.skipped :], strict=True):
            assert item.uri == f"video/{one.number}.m4s?{QUERY}"
            assert item.map == f"video/init-{one.init_id}.mp4?{QUERY}"
            assert abs(item.duration_s - one.duration_s) < 1e-5
            assert item.at is not None
            assert abs((item.at - one.wall_at).total_seconds()) < 0.001
            assert item.gap == (not one.kept)
    assert over.ended
    assert not plain.ended
    assert plain.hint is None
    number = segments[-1].number + 1 if segments else 3 if parts else 0
    assert live.hint == f"video/{number}.{parts}.m4s?{QUERY}"


@settings(max_examples=40)
@given(recordings(), st.integers(0, 4))
def test_breaks_are_where_something_is_missing_or_the_encoder_is_another(
    segments: list[Segment], parts: int
) -> None:
    found = parse(playlist(segments).text(live=growing(segments, parts))).finished
    for index in range(1, len(found)):
        broken = found[index].discontinuities - found[index - 1].discontinuities
        before, after = segments[index - 1], segments[index]
        assert broken == (after.discontinuity or after.init_id != before.init_id)
        assert found[index].map_said == (after.init_id != before.init_id)
    assert not found or found[0].discontinuities == 0


@settings(max_examples=40)
@given(recordings(), st.integers(0, 3), st.integers(0, 6), st.integers(0, 4))
def test_a_delta_update_says_the_same_as_the_whole(
    segments: list[Segment], before_parts: int, more: int, parts: int
) -> None:
    """Of a player that has read the playlist within half of what may be skipped (6.3.7)."""
    made = playlist(segments[: max(0, len(segments) - more)])
    if not made.segments:
        return  # before the first segment nothing can be skipped
    before = parse(made.text(live=growing(made.segments, before_parts)))
    for one in segments[len(made.segments) :]:
        made.add(one)
    new_s = sum(one.duration_s for one in segments[max(0, len(segments) - more) :])
    if new_s > hls.SKIP_UNTIL_S / 2:
        return
    live = growing(segments, parts)
    whole, delta = parse(made.text(live=live)), parse(made.text(live=live, skip=True))
    merged = merge(before, delta)
    for item, same in zip(merged, whole.items, strict=True):
        assert (item.number, item.uri, item.map) == (same.number, same.uri, same.map)
        assert (item.at, item.gap, item.duration_s) == (same.at, same.gap, same.duration_s)
        assert item.discontinuities == same.discontinuities
    assert (delta.hint, delta.reports, delta.head) == (whole.hint, whole.reports, whole.head)


@settings(max_examples=40)
@given(recordings())
def test_what_was_said_of_finished_segments_stays(segments: list[Segment]) -> None:
    """Players at different times, caches between them: lines are only ever put at the end."""
    made = Playlist("video", QUERY)
    before = ""
    for one in segments:
        made.add(one)
        text = made.text()
        body = text[text.index("#EXT-X-PLAYLIST-TYPE") :]
        assert body.startswith(before)
        before = body


def test_as_it_is_written() -> None:
    two = (PART_S, PART_S / 2)
    made = playlist([segment(1, 0.0, two), segment(2, 30.0, two, init_id=2, discontinuity=True)])
    growing = segment(3, 30.6, (PART_S,), init_id=2)
    text = made.text(live=Live(growing, (Report("audio", 3, 1),)))
    assert text == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:9\n"
        "#EXT-X-TARGETDURATION:3\n"
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=18.0,HOLD-BACK=9.0,"
        "PART-HOLD-BACK=1.2\n"
        "#EXT-X-PART-INF:PART-TARGET=0.4\n"
        "#EXT-X-MEDIA-SEQUENCE:1\n"
        "#EXT-X-PLAYLIST-TYPE:EVENT\n"
        f'#EXT-X-MAP:URI="video/init-1.mp4?{QUERY}"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-03-01T14:00:00.000Z\n"
        f'#EXT-X-PART:DURATION=0.40000,URI="video/1.0.m4s?{QUERY}",INDEPENDENT=YES\n'
        f'#EXT-X-PART:DURATION=0.20000,URI="video/1.1.m4s?{QUERY}"\n'
        "#EXTINF:0.60000,\n"
        f"video/1.m4s?{QUERY}\n"
        "#EXT-X-DISCONTINUITY\n"
        f'#EXT-X-MAP:URI="video/init-2.mp4?{QUERY}"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-03-01T14:00:30.000Z\n"
        f'#EXT-X-PART:DURATION=0.40000,URI="video/2.0.m4s?{QUERY}",INDEPENDENT=YES\n'
        f'#EXT-X-PART:DURATION=0.20000,URI="video/2.1.m4s?{QUERY}"\n'
        "#EXTINF:0.60000,\n"
        f"video/2.m4s?{QUERY}\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-03-01T14:00:30.600Z\n"
        f'#EXT-X-PART:DURATION=0.40000,URI="video/3.0.m4s?{QUERY}",INDEPENDENT=YES\n'
        f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="video/3.1.m4s?{QUERY}"\n'
        f'#EXT-X-RENDITION-REPORT:URI="audio.m3u8?{QUERY}",LAST-MSN=3,LAST-PART=1\n'
    )


def test_a_whole_game_skips_nearly_everything() -> None:
    made = playlist([segment(n, 2.0 * n) for n in range(3600)])
    found = parse(made.text(live=growing(made.segments, 2), skip=True))
    check_rules(found)
    assert len(found.finished) == 9  # of 18 s
    assert found.finished[0].map_said
    assert len(made.text(skip=True)) < 2000


def test_segments_that_do_not_follow_or_are_too_long_are_refused() -> None:
    made = playlist([segment(1, 0.0)])
    with pytest.raises(ValueError, match="does not follow"):
        made.add(segment(3, 2.0))
    with pytest.raises(ValueError, match=r"has 3\.5"):
        made.add(replace(segment(2, 2.0), duration_s=3.5))


def init(rendition: str, codecs: str, size: tuple[int, int] = (0, 0), number: int = 1) -> Init:
    return Init(number, "audio" if rendition == "audio" else "video", codecs, *size, b"")


def test_the_playlist_that_a_player_opens() -> None:
    inits = [
        init("video", "avc1.42e01f", (640, 360)),
        init("audio", "opus"),
        init("video", "avc1.42e01f", (360, 640), 2),
        init("video", "avc1.42e028", (1280, 720), 3),
    ]
    lines = hls.multivariant(inits, 2_600_000, QUERY).splitlines()
    assert lines[:2] == ["#EXTM3U", "#EXT-X-VERSION:9"]
    media = attributes(lines[2].partition(":")[2])
    assert (media["TYPE"], media["GROUP-ID"]) == ("AUDIO", "sound")
    assert media["URI"] == f"audio.m3u8?{QUERY}"
    variant = attributes(lines[3].partition(":")[2])
    assert variant["CODECS"] == "avc1.42e01f,avc1.42e028,opus"
    assert variant["AUDIO"] == "sound"
    assert variant["BANDWIDTH"] == "2600000"
    assert variant["RESOLUTION"] == "1280x720"
    assert lines[4:] == [f"video.m3u8?{QUERY}"]


def test_without_sound_nothing_is_said_of_it() -> None:
    text = hls.multivariant([init("video", "vp08.00.10.08", (640, 360))], 0, QUERY)
    assert text.count("#EXT-X-STREAM-INF") == 1
    assert "AUDIO" not in text
    assert "BANDWIDTH=1," in text


@pytest.mark.parametrize(
    ("msn", "part"),
    [(None, "1"), ("x", None), ("-1", None), ("1", ""), ("٣", None), ("9" * 13, None)],
)
def test_directives_that_make_no_sense(msn: str | None, part: str | None) -> None:
    with pytest.raises(Problem) as refused:
        hls.read_directives(msn, part)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("number", "part", "fine"),
    [
        (4, None, True),  # past
        (4, 99, True),  # a part behind a finished segment's last is the next one's first
        (11, 2, True),
        (11, 8, True),
        (11, 9, False),
        (12, None, True),
        (12, 0, True),
        (13, None, False),
    ],
)
def test_what_is_too_far_ahead(number: int, part: int | None, fine: bool) -> None:
    last, live = segment(10, 20.0), segment(11, 22.0, (PART_S, PART_S))
    asked = hls.Asked(number, part)
    if fine:
        hls.check_distance(asked, last, live)
        return
    with pytest.raises(Problem) as refused:
        hls.check_distance(asked, last, live)
    assert refused.value.status == 400


@settings(max_examples=40)
@given(recordings())
def test_gaps_are_the_rest_of_what_was_kept(segments: list[Segment]) -> None:
    kept = [one for one in segments if one.kept]
    missing_s = sum(to_s - from_s for from_s, to_s in hls.gaps(segments))
    if kept:
        whole_s = kept[-1].end_s - kept[0].start_s
        small_s = 0.25 * len(segments)
        assert abs(whole_s - sum(one.duration_s for one in kept) - missing_s) <= small_s
