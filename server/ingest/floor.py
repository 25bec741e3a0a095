"""The bitrate that we tell a publisher it may use, at the least (REMB).

aiortc's own estimate starts low and climbs slowly: a 720p camera needs half a minute to reach
its size. We promise FULL_BPS from the start and take it back when packets are really lost or
queue up on the way.
"""

from __future__ import annotations

from statistics import median

FULL_BPS = 2_500_000
LEAST_BPS = 150_000
INTERVAL_S = 1.0
LOSS_BAD = 0.08
LOSS_CHANCE = 2
"""Packets that may be lost on top of that: of 50 a second, 3 % loss often takes five by chance."""
LOSS_GOOD = 0.02
EARLY_S, LOSS_TERRIBLE = 0.3, 0.2
"""So much is judged before the interval is over."""
QUEUE_BAD_S, QUEUE_GOOD_S = 0.04, 0.02
"""In half of the interval's moments, what all packets waited at least. A packet that is sent again
waits as long on top of its round trip, and 150 ms are a freeze."""
CUT = 0.7
"""Of what came through while it was too much; at most half of the promise is taken for what the
publisher did not use."""
CLIMB = 1.08
CLIMB_NEAR = 1.01
"""Near to what was too much the last time."""
FEW_PACKETS = 10


class BitrateFloor:
    """Pure; `now_s` is any monotonic time. `bps` is what may be promised at the least."""

    def __init__(self, full_bps: int = FULL_BPS) -> None:
        self.full_bps = full_bps
        self.bps = full_bps
        self._since_s: float | None = None
        self._lost = 0
        self._expected = 0
        self._bytes = 0
        self._narrow_bps = 0.0
        """What came through when it was last too much; 0 when it never was."""
        self._delay = _QueueDelay()

    def packet(self, now_s: float, sent_s: float, size: int) -> None:
        """A packet of `size` bytes came. sent_s: the sender's clock (abs-send-time), any zero."""
        self._delay.add(now_s, sent_s)
        self._bytes += size

    def update(self, now_s: float, lost: int, expected: int) -> int:
        """lost, expected: totals since the stream began. Returns `bps`."""
        if self._since_s is None:
            self._since_s, self._lost, self._expected = now_s, lost, expected
        elif self._is_time(now_s - self._since_s, lost - self._lost, expected - self._expected):
            came_bps = self._bytes * 8 / (now_s - self._since_s)
            self._judge(lost - self._lost, expected - self._expected, came_bps)
            self._bytes = 0
            self._since_s, self._lost, self._expected = now_s, lost, expected
        return self.bps

    def _is_time(self, passed_s: float, lost: int, expected: int) -> bool:
        terrible = expected >= FEW_PACKETS and lost > LOSS_TERRIBLE * expected
        return passed_s >= (EARLY_S if terrible else INTERVAL_S)

    def _judge(self, lost: int, expected: int, came_bps: float) -> None:
        queued_s = self._delay.take()
        loss = lost / expected if expected >= FEW_PACKETS else 0.0
        if lost > LOSS_BAD * expected + LOSS_CHANCE or queued_s > QUEUE_BAD_S:
            self._narrow_bps = came_bps
            self.bps = max(LEAST_BPS, int(CUT * min(self.bps, max(came_bps, self.bps / 2))))
        elif loss < LOSS_GOOD and queued_s < QUEUE_GOOD_S:
            near = 0.8 * self._narrow_bps < self.bps < 1.1 * self._narrow_bps
            self.bps = min(self.full_bps, int(self.bps * (CLIMB_NEAR if near else CLIMB)))


class LossCounter:
    """Packets that were lost on the way, whether or not they came again later.

    retransmitted_apart: retransmissions have a stream of their own (RTX), so that what comes
    late in this one was only reordered. Without that, what comes late came again.
    """

    def __init__(self) -> None:
        self.retransmitted_apart = False
        self.expected = 0
        self.lost = 0
        self._newest: int | None = None

    def add(self, sequence: int) -> None:
        """sequence: 16 bits of RTP."""
        if self._newest is None:
            self._newest = sequence
            self.expected = 1
            return
        ahead = (sequence - self._newest) & 0xFFFF
        if ahead == 0:
            return
        if ahead < 0x8000:
            self._newest = sequence
            self.expected += ahead
            self.lost += ahead - 1
        elif self.retransmitted_apart:
            self.lost = max(0, self.lost - 1)


class _QueueDelay:
    """How long packets wait on the way, beyond the fastest ones seen lately.

    Clocks differ and drift, so the fastest transit is forgotten slowly. What waits behind a key
    frame, or by jitter, is over in a moment: the fastest packet of each moment did not.
    """

    MOMENT_S = 0.2
    FORGET_S = 0.001  # per interval: more than clocks drift, less than a queue grows

    def __init__(self) -> None:
        self._base_s: float | None = None
        self._fastest_s: float | None = None
        self._begun_s = float("-inf")
        self._moments_s: list[float] = []
        """The fastest transit of each moment of the interval."""

    def add(self, now_s: float, sent_s: float) -> None:
        if self._base_s is None:
            self._base_s = now_s - sent_s
        # abs-send-time wraps every 64 s.
        transit_s = (now_s - sent_s - self._base_s + 32.0) % 64.0 - 32.0
        if not self._moments_s or now_s - self._begun_s >= self.MOMENT_S:
            self._begun_s = now_s
            self._moments_s.append(transit_s)
        else:
            self._moments_s[-1] = min(self._moments_s[-1], transit_s)

    def take(self) -> float:
        """The queueing of the interval's usual moment in seconds; 0 when nothing came."""
        moments_s, self._moments_s = self._moments_s, []
        if not moments_s:
            return 0.0
        if self._fastest_s is None or min(moments_s) < self._fastest_s:
            self._fastest_s = min(moments_s)
        else:
            self._fastest_s += self.FORGET_S
        return max(0.0, median(moments_s) - self._fastest_s)
