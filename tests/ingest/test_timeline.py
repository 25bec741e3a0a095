"""A camera's time never goes back and goes on over publishers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ingest.timeline import VIDEO_HZ, WRAP, CameraLine, RtpUnwrapper

FRAME = VIDEO_HZ // 30


def test_rtp_time_wraps() -> None:
    unwrapper = RtpUnwrapper()
    first = unwrapper.unwrap(WRAP - FRAME)
    assert unwrapper.unwrap(0) - first == FRAME
    assert unwrapper.unwrap(WRAP - FRAME) == first
    assert unwrapper.unwrap(FRAME) - first == 2 * FRAME


@given(st.integers(0, WRAP - 1), st.lists(st.integers(-WRAP // 4, WRAP // 4)))
def test_unwrapping_undoes_wrapping(start: int, steps: list[int]) -> None:
    unwrapper = RtpUnwrapper()
    true = start
    first = unwrapper.unwrap(start)
    for step in steps:
        true += step
        assert unwrapper.unwrap(true % WRAP) - first == true - start


def test_network_jitter_is_not_in_the_media_time() -> None:
    clock = CameraLine().publisher()
    late = [0.0, 0.04, 0.01, 0.09, 0.0]
    times = [clock.media_s(n * FRAME, 100 + n / 30 + late[n]) for n in range(5)]
    assert times == pytest.approx([n / 30 for n in range(5)])


def test_a_second_publisher_goes_on() -> None:
    line = CameraLine()
    first, second = line.publisher(), line.publisher()
    assert first.media_s(5_000_000, 50.0) == 0.0
    assert first.media_s(5_000_000 + VIDEO_HZ, 51.0) == 1.0
    assert second.media_s(77, 60.0) == 10.0
    assert second.media_s(77 + FRAME, 60.1) == pytest.approx(10 + 1 / 30)


def test_a_line_that_began_elsewhere() -> None:
    assert CameraLine(zero_s=-3600.0).publisher().media_s(9, 10.0) == 3610.0


def test_a_clock_that_jumps_is_set_anew() -> None:
    clock = CameraLine().publisher()
    clock.media_s(0, 10.0)
    assert clock.media_s(VIDEO_HZ * 3600, 11.0) == 1.0
    assert clock.media_s(VIDEO_HZ * 3600 + FRAME, 11.04) == pytest.approx(1 + 1 / 30)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(-(10**9), 10**9), st.floats(0, 100)), max_size=30)
)
def test_it_never_goes_back(frames: list[tuple[bool, int, float]]) -> None:
    line = CameraLine()
    clocks = [line.publisher(), line.publisher()]
    now_s, last = 0.0, -1.0
    for which, timestamp, passed_s in frames:
        now_s += passed_s
        media_s = clocks[which].media_s(timestamp, now_s)
        assert media_s > last
        last = media_s
