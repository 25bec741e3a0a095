"""A camera's time never goes back and goes on over publishers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ingest.sample import Kind
from server.ingest.timeline import HZ, WRAP, CameraLine, PublisherClock, RtpUnwrapper

VIDEO_HZ = HZ["video"]
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


def shown(clock: PublisherClock, timestamp: int, began_s: float) -> float:
    media_s = clock.media_s("video", timestamp, began_s)
    assert media_s is not None
    return media_s


def test_network_jitter_is_not_in_the_media_time() -> None:
    clock = CameraLine().publisher()
    late = [0.0, 0.04, 0.01, 0.09, 0.0]
    times = [shown(clock, n * FRAME, 100 + n / 30 + late[n]) for n in range(5)]
    assert times == pytest.approx([n / 30 for n in range(5)])


def test_a_second_publisher_goes_on() -> None:
    line = CameraLine()
    first, second = line.publisher(), line.publisher()
    assert shown(first, 5_000_000, 50.0) == 0.0
    assert shown(first, 5_000_000 + VIDEO_HZ, 51.0) == 1.0
    assert shown(second, 77, 60.0) == 10.0
    assert shown(second, 77 + FRAME, 60.1) == pytest.approx(10 + 1 / 30)


def test_a_newcomer_that_stands_before_the_line_keeps_its_pace_and_turns_back() -> None:
    """Its key frame came while the one before was still live."""
    line = CameraLine()
    first, second = line.publisher(), line.publisher()
    shown(first, 0, 50.0)
    shown(first, VIDEO_HZ, 51.0)
    begun = shown(second, 0, 50.9)
    assert 1.0 < begun < 1.05
    assert shown(second, FRAME, 50.9 + 1 / 30) == pytest.approx(begun + 1 / 30, abs=0.001)
    last, ahead = begun, []
    for n in range(2, 900):
        media_s = shown(second, n * FRAME, 50.9 + n / 30)
        assert media_s - last > 0.89 / 30
        last = media_s
        ahead.append(media_s - (0.9 + n / 30))
    assert ahead[0] > 0.1
    assert ahead[-1] == pytest.approx(0, abs=0.002)


def test_a_line_that_began_elsewhere() -> None:
    assert shown(CameraLine(zero_s=-3600.0).publisher(), 9, 10.0) == 3610.0


def test_no_time_is_before_zero() -> None:
    """The camera was claimed, which says where zero is, after the key frame had come."""
    assert shown(CameraLine(zero_s=10.0).publisher(), 9, 9.95) == 0.0


def test_a_clock_that_jumps_is_set_anew() -> None:
    clock = CameraLine().publisher()
    shown(clock, 0, 10.0)
    assert shown(clock, VIDEO_HZ * 3600, 11.0) == 1.0
    assert shown(clock, VIDEO_HZ * 3600 + FRAME, 11.04) == pytest.approx(1 + 1 / 30)
    assert shown(clock, 5, 12.0) == 2.0


def test_a_clock_that_drifts_is_followed() -> None:
    """Two hours of a publisher whose clock is 200 millionths slow."""
    clock = CameraLine().publisher()
    step_s = 10 / 30
    for n in range(int(7200 / step_s)):
        sent_s = n * step_s * (1 - 200e-6)
        media_s = shown(clock, round(sent_s * VIDEO_HZ), 5.0 + n * step_s)
        assert media_s == pytest.approx(n * step_s, abs=0.01)


class Sender:
    """Picture and sound of one phone: clocks of its own, drifting, and its sender reports."""

    def __init__(self, clock: PublisherClock, sound_drift: float = 0.0, late_s: float = 0.0):
        self.clock = clock
        self.rate: dict[Kind, float] = {"video": 1.0, "audio": 1.0 + sound_drift}
        self.zero: dict[Kind, int] = {"video": 123_456, "audio": 987_654}
        # What the network or the microphone's buffer adds to the way of sound.
        self.late: dict[Kind, float] = {"video": 0.0, "audio": late_s}

    def rtp(self, kind: Kind, true_s: float) -> int:
        return self.zero[kind] + round(true_s * self.rate[kind] * HZ[kind])

    def send(self, kind: Kind, true_s: float) -> float | None:
        return self.clock.media_s(kind, self.rtp(kind, true_s), 50 + true_s + self.late[kind])

    def report(self, kind: Kind, true_s: float, set_s: float = 0.0) -> None:
        self.clock.report(kind, 3.9e9 + set_s + true_s, self.rtp(kind, true_s))


@pytest.mark.parametrize("late_s", [0.3, -0.3])
def test_reports_put_sound_beside_the_picture(late_s: float) -> None:
    sender = Sender(CameraLine(zero_s=0.0).publisher(), late_s=late_s)
    sender.send("video", 0.0)
    assert sender.send("audio", 0.0) == pytest.approx(50 + late_s)  # so far by its arrival
    sender.report("video", 1.0)
    sender.report("audio", 1.0)
    given_, left_out = [], 0
    for n in range(50, 100):
        media_s = sender.send("audio", n * 0.02)
        if media_s is None:
            left_out += 1
        else:
            assert media_s == pytest.approx(50 + n * 0.02, abs=0.001)
            given_.append(media_s)
    assert given_ == sorted(set(given_))
    assert left_out <= 15


def test_sound_that_drifts_stays_beside_the_picture_for_two_hours() -> None:
    sender = Sender(CameraLine().publisher(), sound_drift=150e-6, late_s=0.05)
    worst = 0.0
    for n in range(int(7200 / 0.5)):
        at = n * 0.5
        picture = sender.send("video", at)
        sound = sender.send("audio", at)
        if n % 10 == 0:
            sender.report("video", at)
            sender.report("audio", at)
        if n > 20 and sound is not None and picture is not None:
            worst = max(worst, abs(sound - picture))
    assert worst < 0.01


def test_a_phone_whose_wall_clock_is_set_stays_in_step() -> None:
    sender = Sender(CameraLine().publisher())
    for n in range(600):
        at, set_s = n * 0.1, 0.0 if n < 300 else 3600.0
        picture = sender.send("video", at)
        sound = sender.send("audio", at)
        if n % 10 == 0:
            sender.report("video", at, set_s)
        if n % 10 == 5:
            sender.report("audio", at, set_s)
        if sound is not None and picture is not None:
            assert abs(sound - picture) < 0.001


def test_reports_that_are_nonsense_change_nothing() -> None:
    sender = Sender(CameraLine().publisher())
    for n in range(100):
        picture, sound = sender.send("video", n * 0.1), sender.send("audio", n * 0.1)
        assert picture is not None
        assert sound is not None
        assert abs(sound - picture) < 0.001
        sender.clock.report("video", 3.9e9, 0)
        sender.clock.report("audio", 17.0, 1 << 40)


KINDS: st.SearchStrategy[Kind] = st.sampled_from(["video", "audio"])


@given(
    st.lists(
        st.tuples(
            st.booleans(), KINDS, st.integers(-(10**9), 10**9), st.floats(0, 100), st.booleans()
        ),
        max_size=40,
    )
)
def test_it_never_goes_back(frames: list[tuple[bool, Kind, int, float, bool]]) -> None:
    line = CameraLine()
    clocks = [line.publisher(), line.publisher()]
    now_s = 0.0
    last: dict[Kind, float] = {"video": -1.0, "audio": -1.0}
    for which, kind, timestamp, passed_s, report in frames:
        now_s += passed_s
        if report:
            clocks[which].report(kind, 3.9e9 + now_s, timestamp)
        media_s = clocks[which].media_s(kind, timestamp, now_s)
        assert media_s is not None or kind == "audio"
        if media_s is not None:
            assert media_s > last[kind]
            last[kind] = media_s
