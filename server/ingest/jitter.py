"""Packets to whole frames, in order: what is missing is asked for again, but never waited for long.

In the place of aiortc's buffer, which gives a frame only when the next one begins, at most one
a packet, asks once for what is missing and waits for it as long as 512 packets take. Pure:
`now_s` is any monotonic time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ASK_TWICE_S = 0.02
"""A packet that is missing is asked for a second time so soon: the request or the answer may be
lost as well."""

ASK_EVERY_S = 0.05
"""And again after so long, or what answers take and a quarter: asking faster than they come only
fills a narrow network with copies."""

TRIP_GAIN = 0.25
ASK_AFTER_TRIPS = 1.25

ASKED_SHARE, ASKED_AT_ONCE = 0.25, 64
"""What is asked for in the long run, as a share of the packets that come, and in a burst. More is
congestion, which copies would keep up."""

PATIENCE_S = 0.3
"""A frame with a hole is given up after so long."""

DESPAIR_S, DESPAIR_TRIPS = 0.12, 2.5
"""A hole so old, or so many answers old, will hardly be filled: a key frame is wanted meanwhile."""

MOST_BYTES = 8 << 20
"""Of packets that wait; a 4K key frame has less than 1 MB."""

MOST_PACKETS = 8192
MOST_MISSING = 256
"""With more holes than that, asking for each would only add to the congestion."""

MOST_ASKED = 64
"""Sequence numbers in one request."""

JUMP = 3000
"""A packet so far from the last one begins a new stream: publisher or network was exchanged."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A whole frame. timestamp: RTP as received.

    began_s, captured_s: when its first and its last packet came.
    gap: something before it was lost since the last frame that was given.
    """

    data: bytes
    timestamp: int
    began_s: float
    captured_s: float
    gap: bool


@dataclass(slots=True, eq=False)
class _Piece:
    timestamp: int
    marker: bool
    data: bytes
    arrived_s: float


@dataclass(slots=True, eq=False)
class _Hole:
    """A packet that did not come. seen_s: when a later one showed that it is missing."""

    seen_s: float
    asked_s: float = float("-inf")
    asked: int = 0


@dataclass(slots=True, eq=False)
class JitterBuffer:
    """One stream's packets. After each `add`, and every now and then while `holes`, call `take`,
    `to_ask` and `wants_key_frame`.

    patience_s: how long a hole is waited for. asks: whether the publisher sends again what is
    asked for. parts: whether a frame can have several packets; otherwise each packet is one.
    """

    patience_s: float = PATIENCE_S
    asks: bool = True
    parts: bool = True
    lost: int = 0
    """Packets given up."""
    trip_s: float = 0.0
    """What an answer to a request takes, smoothed; 0 before the first."""

    _pieces: dict[int, _Piece] = field(default_factory=dict)
    _holes: dict[int, _Hole] = field(default_factory=dict)
    _bytes: int = 0
    _next: int | None = None
    """Sequence number, not wrapped, with which the next frame begins."""
    _newest: int = 0
    _gap: bool = False
    _ragged: bool = False
    """What stands at the head may be the rest of a frame whose beginning was lost."""
    _before: _Piece | None = None
    """The packet before the head, where the head is ragged."""
    _looked: tuple[int, int] = (0, 0)
    """(the head, up to where its frame was seen to be there and to go on)"""
    _despairs: bool = False
    _may_ask: float = ASKED_AT_ONCE

    @property
    def holes(self) -> int:
        """Packets that are missing and still waited for."""
        return len(self._holes)

    def add(self, sequence: int, timestamp: int, marker: bool, data: bytes, now_s: float) -> None:
        """Take a packet. sequence: 16 bits; data: its part of the frame, without RTP's headers."""
        at = self._unwrap(sequence)
        if self._next is None:
            self._next = self._newest = at
        elif abs(at - self._newest) > JUMP:
            self._begin_again(at, ragged=False)
        if at < self._next or at in self._pieces:
            return  # too late, or twice
        self._answered(self._holes.pop(at, None), now_s)
        for missing in range(max(self._newest + 1, self._next), at):
            self._holes[missing] = _Hole(now_s)
        self._newest = max(self._newest, at)
        self._may_ask = min(ASKED_AT_ONCE, self._may_ask + ASKED_SHARE)
        self._pieces[at] = _Piece(timestamp, marker, data, now_s)
        self._bytes += len(data)
        full = self._bytes > MOST_BYTES or len(self._pieces) > MOST_PACKETS
        if full or len(self._holes) > MOST_MISSING:
            self._begin_again(self._newest + 1, ragged=True)

    def take(self, now_s: float) -> list[Frame]:
        """All frames that are whole and whose turn it is, oldest first."""
        frames: list[Frame] = []
        while self._next is not None:
            self._trim()
            end = None if self._ragged else self._end_of_frame()
            if end is not None:
                frame = self._cut(self._next, end)
                if frame.data:  # a publisher tries the network with empty packets
                    frames.append(frame)
                    self._gap = False
            elif not self._give_up(now_s):
                break
        return frames

    def to_ask(self, now_s: float) -> list[int]:
        """Sequence numbers (16 bits) to ask the publisher for now."""
        if not self.asks:
            return []
        every_s = max(ASK_EVERY_S, ASK_AFTER_TRIPS * self.trip_s)
        due = [
            (at, hole)
            for at, hole in self._holes.items()
            if now_s - hole.asked_s >= (ASK_TWICE_S if hole.asked == 1 else every_s)
        ][: min(MOST_ASKED, int(self._may_ask))]
        self._may_ask -= len(due)
        for _, hole in due:
            hole.asked_s = now_s
            hole.asked += 1
        return sorted(at & 0xFFFF for at, _ in due)

    def wants_key_frame(self, now_s: float) -> bool:
        """Whether a hole is so old that a key frame should be on its way, once for each loss."""
        despair_s = max(DESPAIR_S, DESPAIR_TRIPS * self.trip_s)
        old = any(now_s - hole.seen_s >= despair_s for hole in self._holes.values())
        wanted = (old or self._gap) and not self._despairs
        self._despairs = old or self._gap
        return wanted

    def restart(self) -> None:
        """Another source follows: its numbers have nothing to do with those before."""
        self._begin_again(0, ragged=False)
        self._next = None

    # -- parts -------------------------------------------------------------------------------

    def _answered(self, hole: _Hole | None, now_s: float) -> None:
        """A packet came that was missing. What was asked for twice came for the first request."""
        if hole is None or not 1 <= hole.asked <= 2:
            return
        took_s = now_s - hole.asked_s + (ASK_TWICE_S if hole.asked == 2 else 0.0)
        gain = TRIP_GAIN if self.trip_s else 1.0
        self.trip_s += gain * (took_s - self.trip_s)

    def _unwrap(self, sequence: int) -> int:
        if self._next is None:
            return sequence
        ahead = (sequence - self._newest + 0x8000) % 0x10000 - 0x8000
        return self._newest + ahead

    def _begin_again(self, at: int, *, ragged: bool) -> None:
        """Forget what waits; the stream goes on at `at`, ragged: perhaps within a frame."""
        self.lost += len(self._holes)
        self._pieces.clear()
        self._holes.clear()
        self._bytes = 0
        self._gap = True
        self._ragged, self._before = ragged and self.parts, None
        self._next, self._newest = at, at - 1

    def _end_of_frame(self) -> int | None:
        """Sequence number of the last packet of the frame at the head, if all are there.

        The marker says it; where a sender sets none, the next frame's first packet does.
        """
        assert self._next is not None  # noqa: S101  (asked only of a stream that began)
        first = self._pieces.get(self._next)
        begin, at = self._looked
        if begin != self._next or first is None:
            at = self._next
        while (piece := self._pieces.get(at)) is not None and first is not None:
            if piece.timestamp != first.timestamp:
                return at - 1
            if piece.marker or not self.parts:
                return at
            at += 1
        self._looked = self._next, at
        return None

    def _cut(self, begin: int, end: int) -> Frame:
        pieces = [self._pieces.pop(at) for at in range(begin, end + 1)]
        self._next = end + 1
        self._bytes -= sum(len(piece.data) for piece in pieces)
        return Frame(
            b"".join(piece.data for piece in pieces),
            pieces[0].timestamp,
            min(piece.arrived_s for piece in pieces),
            max(piece.arrived_s for piece in pieces),
            self._gap,
        )

    def _give_up(self, now_s: float) -> bool:
        """Leave what is before the first hole, and the hole, if it is too old; whether it was."""
        assert self._next is not None  # noqa: S101
        first = min(self._holes, default=None)
        if first is None or now_s - self._holes[first].seen_s < self.patience_s:
            return False
        while self._next <= first or self._next in self._holes:
            piece = self._pieces.pop(self._next, None)
            if piece is not None:
                self._bytes -= len(piece.data)
            elif self._holes.pop(self._next, None) is not None:
                self.lost += 1
            self._next += 1
        self._gap, self._ragged, self._before = True, self.parts, None
        return True

    def _trim(self) -> None:
        """After a hole, go on with the first packet that surely begins a frame: the one after a
        marker, or whose neighbour has another timestamp."""
        while self._ragged and self._next is not None:
            piece, before = self._pieces.get(self._next), self._before
            if piece is None:
                return
            if before and (before.marker or before.timestamp != piece.timestamp):
                self._ragged, self._before = False, None
                return
            self._before = self._pieces.pop(self._next)
            self._bytes -= len(piece.data)
            self._next += 1
