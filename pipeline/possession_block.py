"""What tells a block: an opponent close to the ball just after the release, and a bent flight."""

from __future__ import annotations

import numpy as np

from pipeline.possession import Array, Positions
from pipeline.possession_shot import Attempt, Release, sharpness
from pipeline.possession_touch import Touches, velocity

_UNTIL = 10  # looks after the release in which a shot is blocked


def block_signs(positions: Positions, touches: Touches, attempt: Attempt, let_go: Release) -> Array:
    """(N, F): one row a player, the shooter's mates too (their team is a sign)."""
    left, who = let_go.left, let_go.shooter
    after = slice(left, min(left + _UNTIL, len(positions)))
    gaps, ball, there = positions.gaps()[after], positions.ball[after], positions.there
    off = np.linalg.norm(ball - attempt.basket, axis=1)
    roll = velocity(ball) if len(ball) > 1 else np.zeros_like(ball)
    speed = np.linalg.norm(roll, axis=1)
    toward = np.where(np.arange(len(off)) > 0, np.diff(off, prepend=off[0]), 0.0)
    shared = [*sharpness(positions, left), off[0], off.min(), off[-1], speed.max(), speed.min()]
    shared += [float(toward.max()), float(attempt.rim - left), float(off.argmin())]
    rows = []
    for one in range(len(positions.team)):
        near = int(gaps[:, one].argmin())
        before, then = max(0, near - 2), min(len(ball) - 1, near + 2)
        turn = float(roll[before] @ roll[then]) / (speed[before] * speed[then] + 0.5)
        row = [float(positions.team[one] != positions.team[who])]
        row += [gaps[0, one], gaps[:, one].min(), float(near), off[near]]
        row += [float(np.linalg.norm(there[left, one] - there[left, who]))]
        row += [float(np.linalg.norm(there[left, one] - attempt.basket))]
        row += [turn, speed[then] - speed[before], off[then] - off[near]]
        row += [touches.held[after, one].max(), touches.last[after, one].max()]
        row += [float((gaps[:, one] > gaps.min(axis=1) + 1e-9).mean())]
        rows.append(row + shared)
    return np.clip(np.array(rows, np.float64), -60.0, 60.0)
