"""From a ball's way about the rim to a shot, made or missed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ball import Flight, Flights, Spot, best_next
from pipeline.judge import Judge
from pipeline.signs import UNDER, Reach, Visit, at_rim


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

GONE_S = 0.7
"""A ball unseen for that long is decided on what was seen: cords hide it while it falls."""

FROM_NET = 1.2
"""Rim widths from where it went out of sight at the rim to where the same ball may come out."""

FALLEN_S = 0.5
"""A ball that fell under the rim's plane so long ago will not come out on top again."""

AGAIN_S = 0.6
"""After a decision the same ball falling about is no new shot; a tip-in takes longer."""

START_S = 2.0
"""A throw takes no longer from the hand to the rim."""

MOST = 3
"""Visits open at once: what only flickers near the rim must not hide a ball that comes."""

FAR = 0.95
"""Rim widths from the rim: a shot comes from farther away, or from the picture's edge."""

BENEATH = 2.5
"""A rim fewer rim widths from a side of the picture is seen from near, and from below."""

EDGE = 0.6
"""Share of the way to the picture's edge from which a spot counts as come from outside."""


@dataclass(slots=True, eq=False)
class _Open:
    """A visit whose end is open, and the flight that it goes on with."""

    visit: Visit
    flight: Flight


class ShotWatch:
    """Watches one rim. Feed it every frame looked at, also those without a spot."""

    def __init__(self, judge: Judge | None) -> None:
        """judge: None for a watch that is only asked for visits."""
        self._judge = judge
        self._flights = Flights()
        self._open: list[_Open] = []
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
        """The shot that is decided with this frame, if any; arguments as `visits`."""
        told: Shot | None = None
        for visit in self.visits(t_s, spots, net, reach, width=width, sure=sure):
            if self._judge is None:
                continue
            score, made = self._judge.judge(visit)
            if score >= self._judge.least and (told is None or score > told.score):
                told = Shot(start(visit).t_s, visit.way[at_rim(visit)].t_s, t_s, made, score)
        if told is not None:
            self.rest(t_s)
        return told

    def visits(
        self,
        t_s: float,
        spots: Sequence[Spot],
        net: float = 0.0,
        reach: Reach | None = None,
        *,
        width: float = 40.0,
        sure: float = 1.0,
    ) -> list[Visit]:
        """A ball's visits to the rim that are over with this frame.

        spots: where a ball may be now. net: share of the net that moves, 0 to 1. reach: how far
        the picture shows. width: of the rim, pixels; sure: of the rim, 0 to 1.
        """
        reach = reach or Reach()
        # Beyond its edge the picture is only continued; nothing moves there.
        spots = [one for one in spots if reach.shows(one.x, one.y)]
        flights = self._flights.update(t_s, spots)
        over = [one.visit for one in self._open if _followed(one, t_s, spots, net)]
        self._open = [one for one in self._open if one.visit not in over]
        if t_s < self._quiet_until_s:
            return over
        taken = {one.visit.way[-1] for one in self._open}
        taken.update(visit.way[-1] for visit in over)
        for flight in flights:
            if len(self._open) == MOST or flight.last in taken:
                continue
            began = arrival(flight, reach)
            if began is not None:
                looks = [(t_s, net, len(spots))]
                visit = Visit(list(flight.spots), began, looks, reach, width, sure)
                self._open.append(_Open(visit, flight))
        return over

    def rest(self, t_s: float) -> None:
        """A shot was told: the same ball falling about is no new one."""
        self._open.clear()
        self._quiet_until_s = t_s + AGAIN_S


def _followed(one: _Open, t_s: float, spots: Sequence[Spot], net: float) -> bool:
    """Take this frame into an open visit; whether it is over."""
    visit = one.visit
    visit.net.append((t_s, net, len(spots)))
    best = best_next(one.flight, spots) or _out_of_the_net(visit.way[-1], spots)
    if best is not None:
        one.flight = one.flight.with_spot(best)
        visit.way.append(best)
    last = visit.way[-1]
    gone = abs(last.x) > 1.8 or last.y > 1.6 or last.y < -3.0
    fallen = t_s - _fell_s(visit) > FALLEN_S
    waited = t_s - visit.way[visit.began].t_s >= WAIT_S or t_s - last.t_s >= GONE_S
    return gone or fallen or waited


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
    if highest > _high_enough(reach) or speed < 1.2 or last.y - highest < 0.1:
        return None
    return len(flight.spots) - 1


def _high_enough(reach: Reach) -> float:
    """y that a ball must have been above before it falls at the rim. From right under the ring
    even a ball above it is seen below its middle."""
    return 0.3 if min(reach.left, reach.right) < BENEATH else -0.25


def _out_of_the_net(last: Spot, spots: Sequence[Spot]) -> Spot | None:
    """The ball that the network sees again after it was unseen at the rim, if any."""
    if last.away > FROM_NET:
        return None
    again = [
        one
        for one in spots
        if one.seen and one.y > last.y and math.hypot(one.x - last.x, one.y - last.y) < FROM_NET
    ]
    return max(again, key=lambda one: one.sure, default=None)


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
