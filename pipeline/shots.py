"""From a ball's way about the rim to a shot, made or missed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.ball import GRAVITY, Flight, Flights, Spot, best_next
from pipeline.signs import UNDER, logistic, made


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
    downwards. The last spot may be after a bounce and is not asked; fewer than three before it
    say nothing, and three fit any bend.

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
    pull = 2 * float(bend[2]) / GRAVITY
    return off < 0.3 and (0.25 if len(asked) > 3 else 0.0) < pull < 7


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
    return logistic(0.6 * (seen - 1.5) + 1.2 * (1.0 - near) + 0.8)
