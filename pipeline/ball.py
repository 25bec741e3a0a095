"""Where a ball may be, seen from a rim, and which of those places make one flight."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

BALL = 0.53
"""Diameter of a ball in rim widths (24 cm against 45 cm), when both are equally far away."""

GRAVITY = 22.0
"""Rim widths a second squared: 9.81 m/s2 with a rim of 0.45 m. Slow or fast replay differs."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a ball may be.

    t_s: media seconds. x, y: rim widths from the rim's centre, x to the right, y down.
    size: diameter in rim widths. sure: 0 to 1. seen: the network called it a ball; otherwise
    something of that size moves there.
    """

    t_s: float
    x: float
    y: float
    size: float
    sure: float
    seen: bool = False

    @property
    def away(self) -> float:
        """Distance from the rim's centre, rim widths."""
        return math.hypot(self.x, self.y)


@dataclass(frozen=True, slots=True)
class Flight:
    """Spots that one ball may have made, oldest first."""

    spots: tuple[Spot, ...]

    @property
    def last(self) -> Spot:
        return self.spots[-1]

    def speed(self) -> tuple[float, float]:
        """Velocity at the end, rim widths a second; nothing is known from one spot."""
        if len(self.spots) < 2:
            return 0.0, 0.0
        a, b = self.spots[-2], self.spots[-1]
        dt = max(b.t_s - a.t_s, 1e-3)
        return (b.x - a.x) / dt, (b.y - a.y) / dt

    def miss(self, spot: Spot) -> float | None:
        """How badly a spot continues this flight, rim widths; None if it cannot be the same ball.

        A ball may bounce, so the gate is what it can reach; the prediction only ranks.
        """
        dt = spot.t_s - self.last.t_s
        if dt <= 0 or dt > REACH_S:
            return None
        gone = math.hypot(spot.x - self.last.x, spot.y - self.last.y)
        if not 0.4 < spot.size / self.last.size < 2.5:
            return None
        vx, vy = self.speed()
        if len(self.spots) == 1:
            return gone if gone <= 0.4 + FASTEST * dt else None
        reach = 0.5 + 1.3 * math.hypot(vx, vy) * dt + 2 * GRAVITY * dt * dt
        if self.last.seen and not spot.seen:
            # The network saw a ball; what only moves must be where that ball can well be.
            reach *= 0.5
        if gone > min(reach, 0.4 + FASTEST * dt):
            return None
        ahead_x = self.last.x + vx * dt
        ahead_y = self.last.y + vy * dt + 0.5 * GRAVITY * dt * dt
        return math.hypot(spot.x - ahead_x, spot.y - ahead_y) * (1.5 - 0.5 * spot.sure)

    def with_spot(self, spot: Spot) -> Flight:
        """This flight one spot longer; what is older than `MEMORY_S` is forgotten."""
        kept = tuple(one for one in self.spots if spot.t_s - one.t_s <= MEMORY_S)
        return replace(self, spots=(*kept, spot))


REACH_S = 0.4
"""A ball unseen for longer is a new flight."""

FASTEST = 26.0
"""Rim widths a second: a hard pass, or a clip played at double speed."""

MEMORY_S = 2.5

MOST = 24
"""Flights kept at once; clutter must not grow."""


class Flights:
    """Links spots to flights, frame by frame."""

    def __init__(self) -> None:
        self._flights: list[Flight] = []

    def update(self, t_s: float, spots: Sequence[Spot]) -> list[Flight]:
        """The flights that these spots continued or began, longest first."""
        alive = [one for one in self._flights if t_s - one.last.t_s <= REACH_S]
        grown: list[Flight] = []
        waiting: list[Flight] = []
        used: set[Spot] = set()
        for flight in alive:
            best = best_next(flight, spots)
            if best is None:
                waiting.append(flight)
                continue
            used.add(best)
            grown.append(flight.with_spot(best))
        grown = _longest_of_each(grown)
        grown += [Flight((spot,)) for spot in spots if spot not in used]
        self._flights = (grown + waiting)[:MOST]
        return grown


def best_next(flight: Flight, spots: Iterable[Spot]) -> Spot | None:
    """The spot that continues a flight best, if any can."""
    scored = [(miss, spot) for spot in spots if (miss := flight.miss(spot)) is not None]
    return min(scored, key=lambda pair: pair[0])[1] if scored else None


def _longest_of_each(flights: list[Flight]) -> list[Flight]:
    """Flights that meet in one spot are one ball: the longest tells its story."""
    best: dict[Spot, Flight] = {}
    for flight in sorted(flights, key=lambda one: -len(one.spots)):
        best.setdefault(flight.last, flight)
    return list(best.values())


def merge(spots: Iterable[Spot], within: float = 0.35) -> list[Spot]:
    """One spot for each place: of those closer than `within` rim widths one that the network saw
    stays before one that only moves (a blob is pulled aside by the net), then the surest."""
    kept: list[Spot] = []
    for spot in sorted(spots, key=lambda one: (not one.seen, -one.sure)):
        if all(math.hypot(spot.x - one.x, spot.y - one.y) > within for one in kept):
            kept.append(spot)
    return kept
