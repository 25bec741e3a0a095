"""What can be read off a ball's visit to a rim: was it a shot, and did it go in?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.ball import BALL, GRAVITY, Spot

UNDER = 0.2
"""Rim widths below the rim's centre: the plane whose crossing counts."""

OUT = 1.1
"""Rim widths below the rim's centre: the net's end."""

NONE = 3.0
"""Stands for a place (rim widths) that nobody saw: farther aside than any that counts."""

ASKED = 8
"""Spots before the rim that are asked for a thrown ball's way."""

RIM_S = 0.35
"""So soon after its first spot at the rim a ball is nearest to it, or has met it."""

NET_S = (0.1, 0.5)
"""A net that the ball moves swings so long after the ball fell through the rim's plane."""

FATE_S = 0.8
"""What moves in the net so long after the ball came may be its doing."""

FASTEST_KICK = 20.0
"""Rim widths a second: more says nothing more."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the picture shows what is about a rim, rim widths from its centre to each edge."""

    left: float = math.inf
    top: float = math.inf
    right: float = math.inf
    bottom: float = math.inf

    def shows(self, x: float, y: float) -> bool:
        """Whether (x, y) is in the picture."""
        return -self.left <= x <= self.right and -self.top <= y <= self.bottom

    def towards(self, x: float, y: float) -> float:
        """Rim widths from the centre to the picture's edge in the direction of (x, y)."""
        far = math.hypot(x, y)
        if far == 0.0:
            return math.inf
        across = self.right if x > 0 else self.left
        along = self.bottom if y > 0 else self.top
        return min(
            across * far / abs(x) if x else math.inf, along * far / abs(y) if y else math.inf
        )


@dataclass(slots=True, eq=False)
class Visit:
    """A ball that came to a rim, and what was seen until its fate was plain.

    way: the ball, oldest spot first; way[began] is the first spot at the rim.
    net: (media seconds, share of the net that moves, spots there were) of every look from then on.
    width: of the rim, pixels; sure: how sure the rim is, 0 to 1.
    """

    way: list[Spot]
    began: int
    net: list[tuple[float, float, int]] = field(default_factory=list)
    reach: Reach = field(default_factory=Reach)
    width: float = 40.0
    sure: float = 1.0

    def before(self) -> list[Spot]:
        """The way to the rim, the first spot there included; no longer than `ASKED` spots."""
        return self.way[max(0, self.began - ASKED) : self.began + 1]

    def after(self) -> list[Spot]:
        """The way from the first spot at the rim on."""
        return self.way[self.began :]


def approach_signs(visit: Visit) -> dict[str, float]:
    """How the ball came. Lengths in rim widths, speeds in rim widths a second."""
    spots = visit.before()
    first, last = spots[0], spots[-1]
    took = max(last.t_s - first.t_s, 1e-3)
    steps = sum(math.hypot(b.x - a.x, b.y - a.y) for a, b in itertools.pairwise(spots))
    sizes = np.log([max(one.size, 0.05) / BALL for one in spots])
    way = bend(spots)
    top = min(one.y for one in spots)
    a = spots[-2] if len(spots) > 1 else last
    dt = max(last.t_s - a.t_s, 1e-3)
    return {
        "spots": len(spots),
        "seen": sum(one.seen for one in spots),
        "sure": sum(one.sure for one in spots) / len(spots),
        "took_s": took,
        "speed": steps / took,
        "top": max(top, -4.0),
        "fell": last.y - top,
        "far": max(one.away for one in spots),
        "pull": way.pull if way else 1.0,
        "off": way.off if way else 0.15,
        "size": float(np.median(sizes)),
        "uneven": float(sizes.std()),
        "aside": abs(last.x - a.x) / dt,
        "falls": (last.y - a.y) / dt,
    }


def fate_signs(visit: Visit) -> dict[str, float]:
    """What became of the ball at the rim. Lengths in rim widths, times in seconds."""
    way, began, after = visit.way, visit.began, visit.after()
    came_s = after[0].t_s
    crossing, crossed_s = through(way, began, UNDER)
    if crossing is None and way[began].y >= UNDER:
        crossing, crossed_s = way[began].x, way[began].t_s
    leaves, left_s = through(way, began, OUT)
    later = [one for one in after if one.t_s >= crossed_s]
    in_net = [one for one in later if abs(one.x) <= 0.6 and UNDER <= one.y <= 1.2]
    clear = [one.sure for one in way[:began] if one.seen]
    dim = [one.sure for one in in_net if one.seen]
    under = [one for one in later if abs(one.x) <= 0.8 and one.y > OUT]
    beside = [one for one in after if abs(one.x) > 0.75 and -0.3 < one.y < 1.2]
    high = [one.y for one in after]
    rose = max((low - one for k, low in enumerate(high) for one in high[k + 1 :]), default=0.0)
    kick_x, kick_y = kick(visit)
    last = after[-1]
    fall = None
    if crossing is not None and leaves is not None and left_s > crossed_s:
        fall = (OUT - UNDER) / (left_s - crossed_s)
    ahead = _expected(visit)
    near = [one for one in after if abs(one.x) < 0.7 and -0.6 < one.y < OUT]
    return {
        "crossing": NONE if crossing is None else min(abs(crossing), NONE),
        "expected": min(abs(ahead), NONE) if ahead is not None else NONE,
        "leaves": NONE if leaves is None else min(abs(leaves), NONE),
        "fall": 10.0 if fall is None else min(fall, 25.0),
        "slowed": _slowed(way, fall, crossed_s),
        "in_net": len(in_net),
        "in_net_seen": sum(one.seen for one in in_net),
        "dimmed": _mean(dim) / _mean(clear) if dim and clear else 1.0,
        "nearer": _size(in_net) - _size(visit.before()) if in_net else 0.0,
        "under": len(under),
        "beside": len(beside),
        "rose": min(rose, NONE),
        "topmost": max(min(high), -NONE),
        "lowest": min(max(high), NONE),
        "widest": min(max(abs(one.x) for one in after), NONE),
        "last_x": min(abs(last.x), NONE),
        "last_y": min(max(last.y, -NONE), NONE),
        "near_s": near[-1].t_s - near[0].t_s if near else 0.0,
        "stay_s": last.t_s - came_s,
        "nearest": min(one.away for one in after),
        "after": len(after),
        "after_seen": sum(one.seen for one in after),
        "swing": swing(visit, came_s),
        "swing_late": swing(visit, min(crossed_s, last.t_s) + 0.12),
        "swing_mean": stirred(visit, came_s, came_s + FATE_S),
        "swing_soon": stirred(visit, crossed_s + NET_S[0], crossed_s + NET_S[1]),
        "kick_x": min(abs(kick_x), FASTEST_KICK),
        "kick_y": max(-FASTEST_KICK, min(kick_y, FASTEST_KICK)),
    }


def looks_signs(visit: Visit) -> dict[str, float]:
    """How well one could see at all."""
    times = [t_s for t_s, _, _ in visit.net]
    spread = times[-1] - times[0] if len(times) > 1 else 0.0
    return {
        "rate": (len(times) - 1) / spread if spread > 0 else 10.0,
        "clutter": sum(count for _, _, count in visit.net) / max(1, len(visit.net)),
        "floor": min(visit.reach.bottom, 4.0),
        "sides": min(visit.reach.left, visit.reach.right, 4.0),
        "width": math.log2(max(visit.width, 4.0)),
    }


def signs(visit: Visit) -> dict[str, float]:
    """Everything by name; `NAMES` is the order in which the weights know it."""
    return approach_signs(visit) | fate_signs(visit) | looks_signs(visit) | {"rim": visit.sure}


def row(visit: Visit) -> NDArray[np.float64]:
    """(len(NAMES),) the signs as the weights take them."""
    return np.array(list(signs(visit).values()), np.float64)


@dataclass(frozen=True, slots=True)
class Bend:
    """A parabola laid through spots: x = side[0] + side[1] t, y = fall[0] + fall[1] t + fall[2] t²,
    t in seconds from `from_s`. off: root mean square distance of the spots, rim widths.
    pull: its bend over that of free fall at the rim's distance."""

    from_s: float
    side: tuple[float, float]
    fall: tuple[float, float, float]
    off: float
    pull: float

    def falls_through(self, plane: float) -> float | None:
        """x at which it comes down through a height; None if it never does."""
        c, b, a = self.fall
        if a <= 1e-6 or b * b < 4 * a * (c - plane):
            return None
        t = (-b + math.sqrt(b * b - 4 * a * (c - plane))) / (2 * a)
        return self.side[0] + self.side[1] * t


def bend(spots: Sequence[Spot]) -> Bend | None:
    """The way of a thrown ball through spots that end at the rim. The last spot may be after a
    bounce and is not asked; fewer than four before it fit any bend and say nothing: None."""
    asked = spots[:-1][-ASKED:]
    if len(asked) < 4:
        return None
    t = np.array([one.t_s - asked[0].t_s for one in asked])
    side, off_x = _laid(t, np.array([one.x for one in asked]), 1)
    fall, off_y = _laid(t, np.array([one.y for one in asked]), 2)
    return Bend(
        asked[0].t_s,
        (float(side[0]), float(side[1])),
        (float(fall[0]), float(fall[1]), float(fall[2])),
        float(np.sqrt(np.mean(off_x**2 + off_y**2))),
        2 * float(fall[2]) / GRAVITY,
    )


def _laid(
    t: NDArray[np.float64], values: NDArray[np.float64], degree: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A polynomial of least squares, and how far each value is from it."""
    powers = np.vander(t, degree + 1, increasing=True)
    found = np.asarray(np.linalg.lstsq(powers, values, rcond=None)[0], np.float64)
    return found, values - powers @ found


def through(way: Sequence[Spot], began: int, plane: float) -> tuple[float | None, float]:
    """(x, time) at which the ball last fell through a height; (None, infinity) if it did not."""
    crossing, crossed_s = None, math.inf
    for a, b in itertools.pairwise(way[max(0, began - 1) :]):
        if a.y < plane <= b.y:
            part = (plane - a.y) / (b.y - a.y)
            crossing = a.x + part * (b.x - a.x)
            crossed_s = a.t_s + part * (b.t_s - a.t_s)
    return crossing, crossed_s


def at_rim(visit: Visit) -> int:
    """Index of the spot nearest to the rim within the first moments there."""
    way, began = visit.way, visit.began
    soon = [k for k in range(began, len(way)) if way[k].t_s - way[began].t_s <= RIM_S]
    return min(soon, key=lambda k: way[k].away)


def kick(visit: Visit) -> tuple[float, float]:
    """How the ball's velocity changed where it was nearest to the rim, to the right and down, rim
    widths a second: little through the net, much off the iron. (0, 0) if it was not seen again."""
    k = at_rim(visit)
    if not 0 < k < len(visit.way) - 1:
        return 0.0, 0.0
    a, b, c = visit.way[k - 1 : k + 2]
    came_s, left_s = max(b.t_s - a.t_s, 1e-3), max(c.t_s - b.t_s, 1e-3)
    return (
        (c.x - b.x) / left_s - (b.x - a.x) / came_s,
        (c.y - b.y) / left_s - (b.y - a.y) / came_s,
    )


def _mean(values: Sequence[float]) -> float:
    return max(sum(values) / len(values), 0.05)


def _size(spots: Sequence[Spot]) -> float:
    """Logarithm of the median diameter over a ball's at the rim."""
    return float(np.log(np.median([max(one.size, 0.05) for one in spots]) / BALL))


def _expected(visit: Visit) -> float | None:
    """Where the free flight before the rim would have fallen through its plane."""
    way = bend(visit.way[: visit.began + 1])
    return None if way is None else way.falls_through(UNDER)


def _slowed(way: Sequence[Spot], fall: float | None, crossed_s: float) -> float:
    """The fall in the net over that of the last two spots above it; more than 1 in free flight,
    1 where it cannot be told."""
    above = [one for one in way if one.t_s < crossed_s and one.y < UNDER]
    if fall is None or len(above) < 2:
        return 1.0
    a, b = above[-2], above[-1]
    before = (b.y - a.y) / max(b.t_s - a.t_s, 1e-3)
    return min(fall / before, NONE) if before > 2.0 else 1.0


def swing(visit: Visit, from_s: float) -> float:
    """The net's strongest motion from a moment on, beyond what the ball itself covers."""
    most = 0.0
    balls = {one.t_s: one for one in visit.way}
    for t_s, share, _ in visit.net:
        if t_s < from_s:
            continue
        own, ball = 0.0, balls.get(t_s)
        if ball is not None:
            own = 0.3 * max(0.0, 1 - abs(ball.x) / 0.7) * max(0.0, 1 - abs(ball.y - 0.55) / 0.8)
        most = max(most, share - own)
    return most


def stirred(visit: Visit, from_s: float, to_s: float) -> float:
    """Mean share of the net that moves between two moments; 0 if nobody looked."""
    shares = [share for t_s, share, _ in visit.net if from_s <= t_s <= to_s]
    return sum(shares) / len(shares) if shares else 0.0


NAMES = tuple(signs(Visit([Spot(0.0, 0.0, 0.0, BALL, 1.0)], 0)))
