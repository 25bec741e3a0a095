"""What we promise a publisher: at once, and taken back when the way is bad."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.ingest.floor import FULL_BPS, LEAST_BPS, BitrateFloor, LossCounter

BYTES = FULL_BPS // 8 // 25
"""Of a packet, when 25 of them a second are all that was promised."""


def play(
    floor: BitrateFloor, seconds: int, loss: float, delay_s: float = 0.0, zero: int = 0
) -> int:
    """`seconds` of 250 packets a second."""
    for second in range(zero, zero + seconds):
        for packet in range(25):
            sent_s = second + packet / 25
            floor.packet(sent_s + 0.05 + delay_s, sent_s % 64, BYTES)
        expected = (second + 1) * 250
        floor.update(second + 1.0, int(expected * loss), expected)
    return floor.bps


def test_a_good_way_keeps_the_promise() -> None:
    assert play(BitrateFloor(), 120, loss=0.01) == FULL_BPS


def test_real_loss_lowers_it_and_it_comes_back() -> None:
    floor = BitrateFloor()
    assert play(floor, 6, loss=0.2) < FULL_BPS / 3
    assert play(floor, 20, loss=0.2) == LEAST_BPS
    lost = int(26 * 250 * 0.2)
    for second in range(26, 80):
        floor.update(second + 1.0, lost, (second + 1) * 250)
    assert floor.bps == FULL_BPS


def test_packets_that_queue_up_on_the_way_lower_it() -> None:
    floor = BitrateFloor()
    play(floor, 5, loss=0.0)
    assert play(floor, 5, loss=0.0, delay_s=0.8, zero=5) < FULL_BPS / 2


def test_a_narrow_way_is_found_at_once_and_kept() -> None:
    """A way for 1.5 Mbps: what does not fit is lost. The promise is soon below and stays near."""
    floor, told = BitrateFloor(), []
    lost = expected = 0.0
    for tick in range(400):  # of 0.1 s
        wanted = floor.bps / 80
        passed = min(wanted, 1_500_000 / 80)
        expected += wanted / 1200
        lost += (wanted - passed) / 1200
        floor.packet(tick / 10, tick / 10 % 64, int(passed))
        told.append(floor.update(tick / 10, int(lost), int(expected)))
    assert max(told[12:]) < 1_700_000
    assert min(told) > 700_000
    assert told[-1] > 1_000_000


def test_a_thin_stream_may_lose_a_few_by_chance() -> None:
    """50 packets a second of which 3 % are lost: now and then five of them in one second."""
    floor = BitrateFloor()
    floor.update(0.0, 0, 0)
    assert floor.update(1.0, 5, 50) == FULL_BPS
    assert floor.update(2.0, 5 + 9, 100) < FULL_BPS


def test_a_large_frame_that_passes_is_no_queue() -> None:
    """Two fifths of a second wait behind key frames, then nothing waits."""
    floor = BitrateFloor()
    floor.update(0.0, 0, 0)
    for packet in range(500):
        sent_s = packet / 50
        waits_s = 0.2 if sent_s % 1 < 0.4 else 0.0
        floor.packet(sent_s + 0.05 + waits_s, sent_s, BYTES)
        floor.update(sent_s + 0.05 + waits_s, 0, packet)
    assert floor.bps == FULL_BPS


def test_clocks_that_differ_do_not_matter() -> None:
    floor = BitrateFloor()
    for second in range(200):
        for packet in range(25):
            now_s = second + packet / 25
            # Another zero, wrapping every 64 s, and 200 ppm too slow.
            floor.packet(now_s, (now_s * 0.9998 + 40.0) % 64, BYTES)
        floor.update(second + 1.0, 0, second * 250)
    assert floor.bps == FULL_BPS


@given(
    st.lists(
        st.tuples(st.integers(0, 1000), st.integers(0, 1000), st.floats(0, 3), st.floats(0, 64))
    )
)
def test_it_stays_between_its_bounds(steps: list[tuple[int, int, float, float]]) -> None:
    floor = BitrateFloor()
    now_s, lost, expected = 0.0, 0, 0
    for more_lost, more_expected, passed_s, sent_s in steps:
        now_s += passed_s
        lost, expected = lost + more_lost, expected + more_expected
        floor.packet(now_s, sent_s, BYTES)
        assert LEAST_BPS <= floor.update(now_s, lost, expected) <= FULL_BPS


def count(sequence: list[int], apart: bool) -> tuple[int, int]:
    counter = LossCounter()
    counter.retransmitted_apart = apart
    for number in sequence:
        counter.add(number)
    return counter.lost, counter.expected


def test_losses_are_counted_over_the_wrap() -> None:
    assert count([65534, 65535, 1, 2, 2], apart=True) == (1, 5)


def test_a_packet_that_came_again_was_lost_all_the_same() -> None:
    assert count([1, 2, 4, 3, 5], apart=False) == (1, 5)
    assert count([1, 2, 4, 3, 5], apart=True) == (0, 5)


@given(st.integers(0, 65535), st.lists(st.integers(1, 300)))
def test_every_gap_is_a_loss(start: int, steps: list[int]) -> None:
    numbers = [start]
    for step in steps:
        numbers.append(numbers[-1] + step)
    expected = numbers[-1] - start + 1
    found = count([number % 65536 for number in numbers], apart=True)
    assert found == (expected - len(numbers), expected)
