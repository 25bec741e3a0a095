"""From a ball's way about the rim to a shot, made or missed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ball import Flight, Flights, Spot, best_next
from pipeline.judge import Judge
from pipeline.signs import UNDER, Reach, Visit


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot at one rim, in media seconds. made, score: probabilities, 0 to 1."""

    start_s: float
    rim_s: float
    end_s: float
    made: float
    score: float


WAIT_S = 1.6
"""A ball on the rim is decided by then."""

GONE_S = 0.5
"""A ball unseen for that long is decided on what was seen."""

FALLEN_S = 0.5
"""A ball that fell under the rim's plane so long ago will not come out on top again."""

AGAIN_S = 0.6
"""After a decision the same ball falling about is no new shot; a tip-in takes longer."""

START_S = 2.0
"""A throw takes no longer from the hand to the rim."""

FAR = 0.95
"""Rim widths from the rim: a shot comes from farther away, or from the picture's edge."""

EDGE = 0.6
"""Share of the way to the picture's edge from which a spot counts as come from outside."""


class ShotWatch:
    """Watches one rim. Feed it every frame looked at, also those without a spot."""

    def __init__(self, judge: Judge | None) -> None:
        """judge: None for a watch that is only asked for visits."""
        self._judge = judge
        self._flights = Flights()
        self._visit: Visit | None = None
        self._flight = Flight(())
        self._quiet_until_s = -math.inf

    def update(
        self,
        t_s: float,
        spots: Sequence[Spot],
        net: float = 0.0,
        reach: Reach | None = None,
        *,
        width: float = 40.0,
        sure: float = 1.0,
    ) -> Shot | None:
        """The shot that is decided with this frame, if any; arguments as `visit`."""
        visit = self.visit(t_s, spots, net, reach, width=width, sure=sure)
        if visit is None or self._judge is None:
            return None
        score, made = self._judge.judge(visit)
        if score < self._judge.least:
            return None
        self.rest(t_s)
        return Shot(
            start_s=start(visit).t_s,
            rim_s=at_rim(visit).t_s,
            end_s=t_s,
            made=made,
            score=score,
        )

    def visit(
        self,
        t_s: float,
        spots: Sequence[Spot],
        net: float = 0.0,
        reach: Reach | None = None,
        *,
        width: float = 40.0,
        sure: float = 1.0,
    ) -> Visit | None:
        """The ball's visit to the rim that is over with this frame, if any.

        spots: where a ball may be now. net: share of the net that moves, 0 to 1. reach: how far
        the picture shows. width: of the rim, pixels; sure: of the rim, 0 to 1.
        """
        flights = self._flights.update(t_s, spots)
        if self._visit is not None:
            return self._follow(self._visit, t_s, spots, net)
        if t_s < self._quiet_until_s:
            return None
        reach = reach or Reach()
        for flight in flights:
            began = arrival(flight, reach)
            if began is not None:
                self._flight = flight
                looks = [(t_s, net, len(spots))]
                self._visit = Visit(list(flight.spots), began, looks, reach, width, sure)
                break
        return None

    def rest(self, t_s: float) -> None:
        """A shot was told: the same ball falling about is no new one."""
        self._quiet_until_s = t_s + AGAIN_S

    def _follow(self, visit: Visit, t_s: float, spots: Sequence[Spot], net: float) -> Visit | None:
        visit.net.append((t_s, net, len(spots)))
        best = best_next(self._flight, spots)
        if best is not None:
            self._flight = self._flight.with_spot(best)
            visit.way.append(best)
        last = visit.way[-1]
        gone = abs(last.x) > 1.8 or last.y > 1.6 or last.y < -3.0
        fallen = t_s - _fell_s(visit) > FALLEN_S
        waited = t_s - visit.way[visit.began].t_s >= WAIT_S or t_s - last.t_s >= GONE_S
        if not (gone or fallen or waited):
            return None
        self._visit = None
        return visit


def arrival(flight: Flight, reach: Reach) -> int | None:
    """Index of the spot with which a flight came to the rim as a shot may, or None.

    It came from away or into the picture, was above the rim, and was falling (or flat, off the
    board) at the rim. What is likelier than not to be no shot is left to the judge.
    """
    last = flight.last
    if len(flight.spots) < 2 or not _at_rim(flight.spots[-2], last):
        return None
    spots = [one for one in flight.spots if last.t_s - one.t_s <= 1.2]
    came = next((one for one in reversed(spots[:-1]) if _outside(one, reach)), None)
    if came is None:
        return None
    after = [one for one in spots if one.t_s >= came.t_s]
    highest = min(one.y for one in after)
    took = max(last.t_s - came.t_s, 1e-3)
    steps = itertools.pairwise(after)
    speed = sum(math.hypot(b.x - a.x, b.y - a.y) for a, b in steps) / took
    if highest > -0.25 or speed < 1.2 or last.y - highest < 0.1:
        return None
    return len(flight.spots) - 1


def _outside(spot: Spot, reach: Reach) -> bool:
    """Whether a spot is away from the rim, or as far away as the picture shows."""
    return spot.away >= min(FAR, EDGE * reach.towards(spot.x, spot.y))


def _at_rim(a: Spot, b: Spot) -> bool:
    """Whether the way from a to b leads through the neighbourhood of the rim."""
    for part in (1.0, 0.75, 0.5, 0.25):
        x, y = a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)
        if abs(x) <= 1.0 and -1.3 <= y <= 0.7:
            return True
    return False


def _fell_s(visit: Visit) -> float:
    """When the ball went under the rim's plane and stayed there; never is infinity."""
    fell_s = math.inf
    for spot in reversed(visit.after()):
        if spot.y < UNDER:
            break
        fell_s = spot.t_s
    return fell_s


def start(visit: Visit) -> Spot:
    """The first spot of the throw: back from the rim while the ball was in the air."""
    first = visit.way[visit.began]
    return next(one for one in visit.way if first.t_s - one.t_s <= START_S)


def at_rim(visit: Visit) -> Spot:
    """The spot nearest to the rim within the first moments there."""
    after = visit.after()
    soon = [one for one in after if one.t_s - after[0].t_s <= 0.35]
    return min(soon, key=lambda one: one.away)
