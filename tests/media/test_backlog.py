"""What waits for a viewer, and at which time it is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.ingest.sample import Sample
from server.media.backlog import CAUGHT_UP_S, GAP_S, MOST_BYTES, Backlog, ShowTimes


def picture(at_s: float, *, key: bool = False, gap: bool = False, size: int = 1) -> Sample:
    return Sample("video", "H264", bytes(size), at_s, at_s, key, gap, 1)


def sound(at_s: float) -> Sample:
    return Sample("audio", "OPUS", b"s", at_s, at_s, True, False, 1)


def taken(backlog: Backlog) -> list[Sample]:
    return list(iter(backlog.take, None))


def test_it_begins_with_a_key_frame_and_its_pictures_only() -> None:
    backlog = Backlog()
    since_key = (picture(0, key=True), sound(0.01), picture(0.03))
    backlog.begin(since_key)
    backlog.put(sound(0.05))
    assert [s.media_s for s in taken(backlog)] == [0, 0.03, 0.05]


def test_without_one_it_waits_for_the_next() -> None:
    backlog = Backlog()
    backlog.begin(())
    for sample in (picture(0), sound(0.01), picture(0.03, gap=True), picture(0.06, key=True)):
        assert backlog.put(sample)
    backlog.put(picture(0.1))
    assert [s.media_s for s in taken(backlog)] == [0.01, 0.06, 0.1]


def test_what_builds_on_a_lost_frame_is_passed_over_for_a_moment() -> None:
    backlog = Backlog()
    backlog.begin((picture(0, key=True),))
    for n in range(1, 60):
        backlog.put(picture(n / 30, gap=n == 3))
    times = [s.media_s for s in taken(backlog)]
    assert times[:3] == [0, 1 / 30, 2 / 30]
    assert times[3] >= 0.1 + GAP_S, "but not for long, when no key frame comes"


def test_too_much_is_passed_over_up_to_a_key_frame_but_not_the_sound() -> None:
    backlog = Backlog()
    backlog.begin((picture(0, key=True),))
    backlog.put(sound(0.01))
    assert backlog.put(picture(0.03, size=MOST_BYTES // 2))
    assert not backlog.put(picture(0.06, size=MOST_BYTES))
    assert backlog.put(picture(0.1))
    assert backlog.put(picture(0.13, key=True))
    assert [s.media_s for s in taken(backlog)] == [0.01, 0.13]


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, MOST_BYTES)), max_size=60))
def test_it_never_holds_more_than_its_bound(frames: list[tuple[bool, bool, int]]) -> None:
    backlog = Backlog()
    backlog.begin(())
    for n, (key, gap, size) in enumerate(frames):
        backlog.put(picture(n / 30, key=key, gap=gap, size=size))
        assert sum(len(s.data) for s in backlog._waiting) <= MOST_BYTES


def test_pictures_since_the_key_frame_are_shown_as_of_now() -> None:
    # A frame every 33 ms since second 10; it is 12 now, and each takes 5 ms to send.
    times, now_s = ShowTimes(100.0), 112.0
    shown, at_s = [], 10.0
    while times.catching_up:
        shown.append(times.of(at_s, now_s))
        at_s, now_s = at_s + 1 / 30, now_s + 0.005
    assert abs(shown[0] - (12.0 - CAUGHT_UP_S)) < 1e-9
    assert shown == sorted(set(shown))
    # From now on each has its own time.
    assert times.of(at_s, now_s) == at_s


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=50))
def test_shown_times_only_grow(frames: list[tuple[float, float]]) -> None:
    times = ShowTimes(0.0)
    shown = [times.of(media_s, now_s) for media_s, now_s in frames]
    assert shown == sorted(set(shown))
