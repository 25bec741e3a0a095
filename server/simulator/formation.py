"""Where people should stand: attack, defence, rebound, free throw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.simulator.court import Court, Hoop

Array = NDArray[np.float64]

# (metres from the ring towards the middle of the court, metres aside)
_SPOTS = np.array(
    [
        (7.6, 0.0),
        (5.6, 5.2),
        (5.6, -5.2),
        (0.6, 6.4),
        (0.4, -6.4),
        (2.6, 2.4),
        (2.8, -2.4),
        (4.9, 0.4),
    ]
)


def spots(hoop: Hoop, rng: np.random.Generator) -> Array:
    """(5, 2) places for five attackers, the ball handler's first."""
    others = rng.permutation(np.arange(1, len(_SPOTS)))[:4]
    chosen = _SPOTS[np.concatenate([[0], others])] + rng.normal(0, 0.5, (5, 2))
    return on_floor(hoop, chosen)


def on_floor(hoop: Hoop, relative: Array) -> Array:
    """(..., 2) (out, aside) of a hoop to court metres."""
    return np.stack([hoop.x - hoop.side * relative[..., 0], relative[..., 1]], axis=-1)


def guard(men: Array, hoop: Hoop, ball: Array) -> Array:
    """(N, 2) where to stand against each man: between him and the ring, a step to the ball."""
    ring = hoop.centre[:2]
    way = ring - men
    far = np.linalg.norm(way, axis=1, keepdims=True)
    step = np.clip(0.22 * far, 0.75, 1.8) / np.maximum(far, 0.5)
    place = men + way * np.minimum(step, 0.7)
    return np.asarray(place + 0.06 * (ball[:2] - place))


def lane(hoop: Hoop, court: Court) -> Array:
    """(10, 2) free throw: the shooter, four of his team, five others."""
    s = court.size
    line = s.free_throw - s.rim_from_baseline
    k = s.key_width / 2 + 0.45
    relative = [(line + 0.05, 0), (1.5, k), (2.4, -k), (line + 2.6, 2.5), (line + 3.0, -2.0)]
    relative += [(0.6, k), (0.6, -k), (2.4, k), (1.5, -k), (line + 2.2, 0.4)]
    return on_floor(hoop, np.array(relative, np.float64))


def inside(court: Court, points: Array, margin: float = 1.2) -> Array:
    """The points, moved onto the floor or at most `margin` beyond its lines."""
    s = court.size
    low = (0.0 if court.half else -s.length / 2) - margin
    half = s.width / 2 + margin
    return np.clip(points, [low, -half], [s.length / 2 + margin, half])
