"""What tells a make from a miss, and how much each sign weighs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ball import Spot


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

    The weights come from a logistic fit to 900 throws through the simulator's physics, seen from
    all about the court at 8 to 20 frames a second with gaps and clutter. The fit itself told 89 %
    of 900 others right (Brier 0.08). Afterwards it was rounded, and the swing of the net, perfect
    there and left out of the fit, was given a weight by hand: those figures are the fit's, the
    formula below has not been measured apart.
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
    return logistic(logit)


def _between(value: float, full: float) -> float:
    """A sign's strength, -1 to 1; `full` counts wholly."""
    return max(-1.0, min(1.0, value / full))


def logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))
