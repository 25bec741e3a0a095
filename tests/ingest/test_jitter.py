"""The jitter buffer: whole frames, in order, soon; whatever the network does to the packets."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.ingest.jitter import (
    ASK_EVERY_S,
    ASK_TWICE_S,
    ASKED_AT_ONCE,
    ASKED_SHARE,
    DESPAIR_S,
    JUMP,
    MOST_BYTES,
    MOST_MISSING,
    PATIENCE_S,
    Frame,
    JitterBuffer,
)


@dataclass(frozen=True)
class Packet:
    sequence: int
    timestamp: int
    marker: bool
    data: bytes


def film(sizes: list[int], *, first: int = 65_530, markers: bool = True) -> list[Packet]:
    """Frames of so many packets each; sequence numbers wrap soon."""
    packets: list[Packet] = []
    for index, size in enumerate(sizes):
        for part in range(size):
            sequence = (first + len(packets)) & 0xFFFF
            data = f"{index}.{part};".encode()
            last = markers and part == size - 1
            packets.append(Packet(sequence, 3000 * index, last, data))
    return packets


def whole(index: int, size: int) -> bytes:
    return b"".join(f"{index}.{part};".encode() for part in range(size))


def give(buffer: JitterBuffer, packet: Packet, now_s: float) -> list[Frame]:
    buffer.add(packet.sequence, packet.timestamp, packet.marker, packet.data, now_s)
    return buffer.take(now_s)


SIZES = st.lists(st.integers(1, 6), min_size=1, max_size=30)


@given(SIZES, st.booleans())
def test_every_frame_leaves_with_its_last_packet(sizes: list[int], markers: bool) -> None:
    buffer = JitterBuffer()
    out: list[tuple[int, Frame]] = []
    packets = film(sizes, markers=markers)
    for at, packet in enumerate(packets):
        out += [(at, frame) for frame in give(buffer, packet, at * 0.001)]
    told = len(sizes) if markers else len(sizes) - 1  # nothing shows the last one's end
    assert [one.data for _, one in out] == [whole(i, n) for i, n in enumerate(sizes[:told])]
    assert not any(one.gap for _, one in out)
    if markers:
        assert [packets[at].marker for at, _ in out] == [True] * len(out)
        assert [one.captured_s for _, one in out] == [at * 0.001 for at, _ in out]


@given(SIZES, st.randoms(use_true_random=False), st.floats(0, 0.1))
def test_reordered_and_doubled_packets_change_nothing(
    sizes: list[int], random: object, share: float
) -> None:
    packets = film(sizes)
    shuffled = sorted(
        [(at + random.uniform(0, 20) * (at > 0), one) for at, one in enumerate(packets)],  # type: ignore[attr-defined]
        key=lambda pair: pair[0],
    )
    buffer, out = JitterBuffer(), []
    for step, (_, packet) in enumerate(shuffled):
        out += give(buffer, packet, step * 0.001)
        if random.random() < share:  # type: ignore[attr-defined]
            out += give(buffer, packet, step * 0.001)
    assert [one.data for one in out] == [whole(i, n) for i, n in enumerate(sizes)]
    assert buffer.lost == 0


@settings(max_examples=300)
@given(SIZES, st.sets(st.integers(1, 180)))
def test_what_is_given_is_whole_and_what_is_lost_is_marked(
    sizes: list[int], lost: set[int]
) -> None:
    packets = film([*sizes, 1, 1, 1])
    lost = {at for at in lost if at < len(packets) - 3}
    buffer, out = JitterBuffer(), []
    for at, packet in enumerate(packets):
        if at not in lost:
            out += give(buffer, packet, at * 0.01)
    out += buffer.take(100.0)
    names = {whole(i, n): i for i, n in enumerate([*sizes, 1, 1, 1])}
    given_ = [names[one.data] for one in out]  # KeyError: not a whole frame
    assert given_ == sorted(set(given_))
    for before, after, frame in zip(given_, given_[1:], out[1:], strict=False):
        assert frame.gap == (after != before + 1)
    assert given_[-1] == len(sizes) + 2
    # A frame that lost nothing is missing only next to a hole.
    owner = [i for i, n in enumerate([*sizes, 1, 1, 1]) for _ in range(n)]
    hurt = {owner[at] for at in lost}
    for index in set(range(len(sizes) + 3)) - set(given_) - hurt:
        assert index - 1 in hurt or index == 0, (index, given_, hurt)


@given(st.integers(1, 60), st.integers(0, 59))
def test_a_hole_delays_no_longer_than_patience_and_then_nothing_lags(
    frames: int, hole: int
) -> None:
    """30 frames a second of four packets, one packet never comes."""
    sizes = [4] * (frames + hole + 30)
    packets = film(sizes)
    missing = 4 * hole + 1
    buffer = JitterBuffer()
    worst = 0.0
    for at, packet in enumerate(packets):
        sent_s = at // 4 / 30
        if at == missing:
            continue
        for frame in give(buffer, packet, sent_s):
            worst = max(worst, sent_s - frame.timestamp / 90_000)
    assert worst <= PATIENCE_S + 1 / 30
    assert buffer.lost == 1
    assert not buffer.take(1e9)


def test_a_packet_sent_again_completes_its_frame_and_all_behind_it_at_once() -> None:
    packets = film([3, 3, 3, 3])
    buffer, out = JitterBuffer(), []
    for at, packet in enumerate(packets):
        if at != 1:
            out += give(buffer, packet, 0.1)
    assert out == []
    again_s = 0.1 + ASK_TWICE_S
    assert buffer.to_ask(0.1) == [packets[1].sequence]
    assert buffer.to_ask(again_s - 0.001) == []
    assert buffer.to_ask(again_s) == [packets[1].sequence]
    assert buffer.to_ask(again_s + ASK_EVERY_S - 0.001) == []
    assert buffer.to_ask(again_s + ASK_EVERY_S) == [packets[1].sequence]
    assert len(give(buffer, packets[1], 0.2)) == 4
    assert buffer.to_ask(1.0) == []
    assert buffer.lost == 0


def test_where_answers_are_slow_it_is_asked_less_often() -> None:
    packets = film([3, 3, 3, 3])
    buffer = JitterBuffer()
    for at in (0, 2):
        give(buffer, packets[at], 0.0)
    assert buffer.to_ask(0.0)
    give(buffer, packets[1], 0.2)
    assert buffer.trip_s == pytest.approx(0.2)
    give(buffer, packets[4], 0.2)
    asked = [n / 100 for n in range(20, 50) if buffer.to_ask(n / 100)]
    assert asked == pytest.approx([0.2, 0.22, 0.47], abs=0.025)


def test_in_congestion_no_more_is_asked_for_than_a_share_of_what_comes() -> None:
    buffer = JitterBuffer(patience_s=0.1)
    asked = 0
    for count, packet in enumerate(film([4] * 1000)):  # every other one is lost, for ever
        if count % 2 == 0:
            give(buffer, packet, count / 200)
        asked += len(buffer.to_ask(count / 200))
    assert asked <= ASKED_AT_ONCE + ASKED_SHARE * 2000


def test_a_hole_that_stays_wants_one_key_frame() -> None:
    packets = film([3, 3, 3])
    buffer = JitterBuffer()
    for at, packet in enumerate(packets[:6]):
        if at != 1:
            give(buffer, packet, 0.0)
    assert not buffer.wants_key_frame(DESPAIR_S / 2)
    assert buffer.wants_key_frame(DESPAIR_S)
    assert not buffer.wants_key_frame(DESPAIR_S + 0.01)


def test_a_flood_is_bounded() -> None:
    buffer = JitterBuffer()
    give(buffer, Packet(0, 0, False, b""), 0.0)
    part = bytes(1200)
    for at in range(2, 20_000):
        give(buffer, Packet(at & 0xFFFF, 0, False, part), 0.0)
        assert buffer._bytes <= MOST_BYTES + len(part)
        assert buffer.holes <= MOST_MISSING + 1
    for at in range(20_000, 20_000 + 60_000, 7):
        give(buffer, Packet(at & 0xFFFF, at, True, part), 0.0)
        assert buffer.holes <= MOST_MISSING + 7


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF), st.booleans(), st.binary(max_size=9)
        ),
        max_size=120,
    )
)
def test_any_packets_are_taken(packets: list[tuple[int, int, bool, bytes]]) -> None:
    """Whatever comes, nothing raises, nothing grows, and a new stream is given again."""
    buffer = JitterBuffer()
    for at, stray in enumerate(packets):
        buffer.add(*stray, at * 0.01)
        buffer.take(at * 0.01)
        buffer.to_ask(at * 0.01)
        buffer.wants_key_frame(at * 0.01)
    for packet in film([2] * 10, first=buffer._newest + 2 * JUMP):
        buffer.add(packet.sequence, packet.timestamp, packet.marker, packet.data, 10.0)
    assert [one.data for one in buffer.take(20.0)] == [whole(i, 2) for i in range(10)]
