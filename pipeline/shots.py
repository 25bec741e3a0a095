"""From a ball's way about the rim to a shot, made or missed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.ball import GRAVITY, Flight, Flights, Spot, best_next


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot at one rim, in media seconds. made, score: probabilities, 0 to 1."""

    start_s: float
    rim_s: float
    end_s: float
    made: float
    score: float


@dataclass(slots=True, eq=False)
class _Attempt:
    """A ball that has come to the rim and whose fate is open."""

    flight: Flight
    start_s: float
    came_s: float
    began: int
    """Index into `way` of the first spot at the rim."""
    way: list[Spot] = field(default_factory=list)
    net: list[tuple[float, float]] = field(default_factory=list)


WAIT_S = 1.6
"""A ball on the rim is decided by then."""

GONE_S = 0.5
"""A ball unseen for that long is decided on what was seen."""

FALLEN_S = 0.5
"""A ball that fell under the rim's plane so long ago will not come out on top again."""

AGAIN_S = 0.6
"""After a decision the same ball falling about is no new shot; a tip-in takes longer."""


LEAST = 0.35
"""Attempts less sure than this are not reported."""


class ShotWatch:
    """Watches one rim. Feed it every frame looked at, also those without a spot."""

    def __init__(self) -> None:
        self._flights = Flights()
        self._attempt: _Attempt | None = None
        self._quiet_until_s = -math.inf

    def update(self, t_s: float, spots: Sequence[Spot], net: float = 0.0) -> Shot | None:
        """The shot that is decided with this frame, if any.

        spots: where a ball may be now. net: share of the net that moves, 0 to 1.
        """
        flights = self._flights.update(t_s, spots)
        if self._attempt is not None:
            return self._follow(self._attempt, t_s, spots, net)
        if t_s < self._quiet_until_s:
            return None
        for flight in flights:
            began = arrival(flight)
            if began is not None:
                first = flight.spots[began]
                self._attempt = _Attempt(
                    flight,
                    start_s=_start(flight, began).t_s,
                    came_s=first.t_s,
                    began=began,
                    way=list(flight.spots),
                    net=[(t_s, net)],
                )
                break
        return None

    def _follow(
        self, attempt: _Attempt, t_s: float, spots: Sequence[Spot], net: float
    ) -> Shot | None:
        attempt.net.append((t_s, net))
        best = best_next(attempt.flight, spots)
        if best is not None:
            attempt.flight = attempt.flight.with_spot(best)
            attempt.way.append(best)
        last = attempt.way[-1]
        gone = abs(last.x) > 1.8 or last.y > 1.6 or last.y < -3.0
        fallen = t_s - _fell_s(attempt.way, attempt.began) > FALLEN_S
        waited = t_s - attempt.came_s >= WAIT_S or t_s - last.t_s >= GONE_S
        if not (gone or fallen or waited):
            return None
        self._attempt = None
        way, began = attempt.way, attempt.began
        score = sureness(way, began)
        if score < LEAST:
            return None
        self._quiet_until_s = t_s + AGAIN_S
        return Shot(
            start_s=attempt.start_s,
            rim_s=_nearest(way[began:]).t_s,
            end_s=t_s,
            made=made(way, began, attempt.net),
            score=score,
        )


def arrival(flight: Flight) -> int | None:
    """Index of the spot with which a flight came to the rim as a shot does, or None.

    It came from away, was above the rim, and was falling (or flat, off the board) at the rim.
    """
    last = flight.last
    if len(flight.spots) < 3 or not _at_rim(flight.spots[-2], last):
        return None
    spots = [one for one in flight.spots if last.t_s - one.t_s <= 1.2]
    far = [one for one in spots[:-1] if one.away >= 1.5]
    if len(spots) < 3 or not far:
        return None
    came = far[-1]
    after = [one for one in spots if one.t_s >= came.t_s]
    highest = min(one.y for one in after)
    took = max(last.t_s - came.t_s, 1e-3)
    steps = itertools.pairwise(after)
    speed = sum(math.hypot(b.x - a.x, b.y - a.y) for a, b in steps) / took
    fell = last.y - highest
    if highest > -0.35 or speed < 2.0 or fell < 0.12 or not thrown(after):
        return None
    return len(flight.spots) - 1


def thrown(spots: Sequence[Spot]) -> bool:
    """Whether spots that end at the rim lie on the way of a thrown ball: steady to the side, bent
    downwards. The last spot may be after a bounce and is not asked; three say too little.

    How strong the bend is depends on the camera and on the clip's speed: from a quarter of
    gravity to a clip at more than double speed.
    """
    asked = spots[:-1][-8:]
    if len(asked) < 4:
        return True
    t = np.array([one.t_s - asked[0].t_s for one in asked])
    x = np.array([one.x for one in asked])
    y = np.array([one.y for one in asked])
    side = np.polynomial.polynomial.polyfit(t, x, 1)
    bend = np.polynomial.polynomial.polyfit(t, y, 2)
    off_x = x - np.polynomial.polynomial.polyval(t, side)
    off_y = y - np.polynomial.polynomial.polyval(t, bend)
    off = float(np.sqrt(np.mean(off_x**2 + off_y**2)))
    return off < 0.3 and 0.25 * GRAVITY < 2 * float(bend[2]) < 7 * GRAVITY


def _at_rim(a: Spot, b: Spot) -> bool:
    """Whether the way from a to b leads through the neighbourhood of the rim."""
    for part in (1.0, 0.75, 0.5, 0.25):
        x, y = a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)
        if abs(x) <= 1.0 and -1.3 <= y <= 0.7:
            return True
    return False


def _fell_s(way: Sequence[Spot], began: int) -> float:
    """When the ball went under the rim's plane and stayed there; never is infinity."""
    fell_s = math.inf
    for spot in reversed(way[began:]):
        if spot.y < UNDER:
            break
        fell_s = spot.t_s
    return fell_s


def _start(flight: Flight, began: int) -> Spot:
    """The first spot of the throw: back from the rim while the ball was in the air."""
    first = flight.spots[began]
    return next(one for one in flight.spots if first.t_s - one.t_s <= 2.0)


def _nearest(spots: Sequence[Spot]) -> Spot:
    """The spot nearest to the rim within the first moments there."""
    soon = [one for one in spots if one.t_s - spots[0].t_s <= 0.35]
    return min(soon, key=lambda one: math.hypot(one.x, one.y))


def sureness(way: Sequence[Spot], began: int) -> float:
    """Probability that there was a shot: a longer, better seen way to the rim is surer."""
    before = way[: began + 1]
    seen = sum(one.sure for one in before[-8:])
    near = _nearest(way[began:]).away
    return _logistic(0.6 * (seen - 1.5) + 1.2 * (1.0 - near) + 0.8)


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells a make from a miss, each in rim widths, seconds or a share.

    crossing: x at which the ball last fell through the plane just under the rim, or None.
    outside: it was seen beside the net, or gone from the rim without falling through.
    in_net: spots seen inside the net.
    slowed: the fall from the rim to the net's end over the fall just before, or None; more than 1
    in free flight.
    swing: the strongest motion of the net beyond what the ball itself covers.
    bounced: it rose again from the rim. leaves: |x| at the height of the net's end, or None.
    """

    crossing: float | None
    outside: bool
    in_net: int
    slowed: float | None
    swing: float
    bounced: bool
    leaves: float | None


UNDER = 0.2
"""Rim widths below the rim's centre: the plane whose crossing counts."""

OUT = 1.1
"""Rim widths below the rim's centre: the net's end."""


def signs(way: Sequence[Spot], began: int, net: Sequence[tuple[float, float]]) -> Signs:
    """Read the signs off the way of the ball. way[began] is the first spot at the rim."""
    crossing, crossed_s = _through(way, began, UNDER)
    if crossing is None and way[began].y >= UNDER:
        crossing, crossed_s = way[began].x, way[began].t_s
    leaves, left_s = _through(way, began, OUT)
    after = [one for one in way[began:] if one.t_s >= crossed_s]
    in_net = [one for one in after if abs(one.x) <= 0.6 and UNDER <= one.y <= 1.2]
    beside = [one for one in after if abs(one.x) > 0.75 and one.y < 0.9]
    left = crossing is None and (abs(way[-1].x) > 1.0 or way[-1].y < -0.8)
    high = [one.y for one in way[began:]]
    bounced = any(
        later < -0.6 and later < earlier - 0.35
        for index, earlier in enumerate(high)
        for later in high[index + 1 :]
    )
    fall = None
    if crossing is not None and leaves is not None and left_s > crossed_s:
        fall = (OUT - UNDER) / (left_s - crossed_s)
    return Signs(
        crossing=crossing,
        outside=bool(beside) or left,
        in_net=len(in_net),
        slowed=_slowed(way, fall, crossed_s),
        swing=_swing(way, net, crossed_s),
        bounced=bounced,
        leaves=None if leaves is None else abs(leaves),
    )


def _through(way: Sequence[Spot], began: int, plane: float) -> tuple[float | None, float]:
    """(x, time) at which the ball last fell through a height; (None, infinity) if it did not."""
    crossing, crossed_s = None, math.inf
    for a, b in itertools.pairwise(way[max(0, began - 1) :]):
        if a.y < plane <= b.y:
            part = (plane - a.y) / (b.y - a.y)
            crossing = a.x + part * (b.x - a.x)
            crossed_s = a.t_s + part * (b.t_s - a.t_s)
    return crossing, crossed_s


def _slowed(way: Sequence[Spot], fall: float | None, crossed_s: float) -> float | None:
    """The fall in the net over the fall of the last two spots above it."""
    above = [one for one in way if one.t_s < crossed_s and one.y < UNDER]
    if fall is None or len(above) < 2:
        return None
    a, b = above[-2], above[-1]
    before = (b.y - a.y) / max(b.t_s - a.t_s, 1e-3)
    return fall / before if before > 2.0 else None


def _swing(way: Sequence[Spot], net: Sequence[tuple[float, float]], crossed_s: float) -> float:
    """The net's strongest motion once the ball is out of it, or beyond the ball's own share."""
    most = 0.0
    for t_s, share in net:
        if t_s < crossed_s:
            continue
        ball = next((one for one in way if one.t_s == t_s), None)
        own = 0.0
        if ball is not None:
            own = 0.3 * max(0.0, 1 - abs(ball.x) / 0.7) * max(0.0, 1 - abs(ball.y - 0.55) / 0.8)
        most = max(most, share - own)
    return most


def made(way: Sequence[Spot], began: int, net: Sequence[tuple[float, float]]) -> float:
    """Probability that the ball went in."""
    return weigh(signs(way, began, net))


def weigh(seen: Signs) -> float:
    """The signs as one probability.

    The weights are a logistic fit to 900 throws through the simulator's physics, seen from all
    about the court at 8 to 20 frames a second with gaps and clutter (on 900 others: 89 % right,
    Brier 0.08, calibrated within 0.05 but for the middle). The swing of the net, perfect there,
    was left out of the fit and given about half the weight that it would have got.
    """
    logit = -1.2
    if seen.crossing is not None:
        logit += 1.3 * _between(0.62 - abs(seen.crossing), 0.25)
    if seen.leaves is not None:
        logit += 1.35 * _between(0.6 - seen.leaves, 0.3)
    if seen.slowed is not None:
        logit += 1.25 * _between(1.0 - seen.slowed, 0.5)
    logit += 0.7 * min(seen.in_net, 3) / 3
    logit += 2.0 * max(0.0, _between(seen.swing - 0.05, 0.15))
    logit -= 1.65 * seen.outside + 1.1 * seen.bounced
    return _logistic(logit)


def _between(value: float, full: float) -> float:
    """A sign's strength, -1 to 1; `full` counts wholly."""
    return max(-1.0, min(1.0, value / full))


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))
