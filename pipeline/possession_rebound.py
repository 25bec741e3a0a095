"""What tells the rebounder: signs read off the looks between the ring and the catch."""

from __future__ import annotations

import numpy as np

from pipeline.possession import Array, Positions
from pipeline.possession_shot import Attempt, sharpness
from pipeline.possession_touch import Touches, velocity


def rebound_signs(positions: Positions, touches: Touches, attempt: Attempt) -> Array:
    """(N, F): one row a player; the stretch ends when the ball is thought to be caught."""
    end, rim = len(positions) - 1, min(attempt.rim, len(positions) - 1)
    gaps, held, last = positions.gaps(), touches.held, touches.last
    ball, speed = positions.ball, velocity(positions.ball)
    off = np.linalg.norm(ball - attempt.basket, axis=1)
    theirs = np.linalg.norm(positions.there[end] - attempt.basket, axis=1)
    drift = np.linalg.norm(speed[:, None] - velocity(positions.players), axis=2)
    shared = [
        *sharpness(positions, end),
        end - rim,
        off[end],
        off[max(0, end - 3)],
        gaps[end].min(),
    ]
    shared += [float(np.linalg.norm(speed[max(0, end - k)])) for k in (1, 3, 6)]
    rows = []
    for who in range(len(positions.team)):
        since = gaps[rim:, who]
        row = [float(attempt.attacking[who]), gaps[end].min() - gaps[end, who]]
        row += [gaps[max(0, end - k), who] for k in (0, 1, 2, 3, 4, 6, 8)]
        row += [held[max(0, end - k), who] for k in (0, 1, 2, 3, 5)]
        row += [last[max(0, end - k), who] for k in (0, 2, 5)]
        row += [drift[max(0, end - k), who] for k in (1, 2, 3)]
        row += [since.min(), len(since) - 1 - since.argmin(), theirs[who]]
        row += [held[rim:, who].sum(), (gaps[end] < gaps[end, who]).sum()]
        rows.append(row + shared)
    return np.minimum(np.array(rows, np.float64), 60.0)
