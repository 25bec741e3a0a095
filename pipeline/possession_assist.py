"""What tells an assist: the shooter's hold, his way, who was close, and the pass before it."""

from __future__ import annotations

import numpy as np

from pipeline.court import Floor
from pipeline.possession import Array, Positions
from pipeline.possession_shot import Attempt, Release, since, value_signs
from pipeline.possession_touch import Touches, velocity


def assist_signs(
    positions: Positions, touches: Touches, attempt: Attempt, let_go: Release, floor: Floor
) -> Array:
    """(F,): did the pass make the basket? The hold, its way, and the likeliest passer's pass."""
    who, left = let_go.shooter, let_go.left
    people = len(positions.team)
    mine = positions.team == positions.team[who]
    mates = np.flatnonzero(mine & (np.arange(people) != who))
    before = touches.passers(left, who)
    row = value_signs(positions, touches, attempt, let_go, floor).tolist()
    row += _hold_signs(positions, touches, attempt, let_go, floor)
    row += _way_signs(positions, attempt, let_go)
    row += _pressure(positions, let_go)
    row += [before[people], before[:people][~mine].sum()]
    if len(mates) == 0:
        return np.clip(np.array(row + [0.0] * 14, np.float64), -60.0, 60.0)
    row += _pass_signs(positions, touches, attempt, let_go, mates[int(before[mates].argmax())])
    others = touches.held[: left + 1][:, ~mine]
    row += [since(others.max(axis=1, initial=0.0) > 0.5, 99)]
    row += [since(touches.held[: left + 1][:, mates].max(axis=1) > 0.5, 99)]
    return np.clip(np.array(row, np.float64), -60.0, 60.0)


def _hold_signs(
    positions: Positions, touches: Touches, attempt: Attempt, let_go: Release, floor: Floor
) -> list[float]:
    who, caught, left = let_go.shooter, let_go.caught, let_go.left
    feet, ball = positions.there[:, who], positions.ball
    off = np.linalg.norm(feet - attempt.basket, axis=1)
    pace = np.linalg.norm(velocity(feet), axis=1)
    way = np.linalg.norm(np.diff(feet[caught : left + 1], axis=0), axis=1).sum()
    straight = float(np.linalg.norm(feet[left] - feet[caught]))
    gaps = positions.gaps()[caught : left + 1, who]
    speed = np.linalg.norm(velocity(ball), axis=1)
    rolled = np.linalg.norm(np.diff(ball[caught : left + 1], axis=0), axis=1).sum()
    lose = (gaps[1:-1] > gaps[:-2]) & (gaps[1:-1] >= gaps[2:]) & (gaps[1:-1] > 0.55)
    row = [attempt.rim - left, left - caught, left, straight, way, way - straight, rolled]
    row += [off[left], off[caught], off[caught] - off[left]]
    row += [pace[caught], pace[max(0, left - 2)], pace[max(0, left - 5)]]
    row += [pace[min(caught + 4, len(pace) - 1)], speed[max(0, caught - 2)], speed[caught]]
    row += [gaps.mean(), gaps.max(), (gaps > 0.7).sum(), lose.sum(), gaps[-1]]
    row += [float(floor.beyond_line(feet[max(0, left - k)], attempt.basket)) for k in (0, 3)]
    row += [touches.last[max(0, left - k), who] for k in (6, 9, 12, 15, 18, 21, 24, 30, 40)]
    return [float(x) for x in row]


def _way_signs(positions: Positions, attempt: Attempt, let_go: Release) -> list[float]:
    """Dribble, drive or stand: how the shooter and the ball moved between catch and release."""
    hold = slice(let_go.caught, let_go.left + 1)
    feet, ball = positions.there[hold, let_go.shooter], positions.ball[hold]
    if len(feet) < 3:
        return [0.0] * 14
    way, roll = velocity(feet), velocity(ball)
    pace = np.linalg.norm(way, axis=1)
    to_ring = attempt.basket - feet
    to_ring /= np.linalg.norm(to_ring, axis=1, keepdims=True) + 0.1
    drive = (way * to_ring).sum(axis=1)
    heading = np.unwrap(np.arctan2(way[:, 1], way[:, 0]))
    drift = np.linalg.norm(roll - way, axis=1)
    push = np.linalg.norm(velocity(way), axis=1)
    bounce = np.linalg.norm(velocity(roll), axis=1)
    gaps = np.linalg.norm(ball - feet, axis=1)
    row = [np.abs(np.diff(heading)).sum(), (pace < 1.0).sum(), pace.max(), (pace > 3.0).sum()]
    row += [drive.max(), drive.min(), drive.clip(0.0).sum(), (drive > 2.0).sum()]
    row += [drift.mean(), (drift > 2.0).sum(), bounce.mean(), push.max(), push.mean()]
    row += [(gaps < 0.4).sum()]
    return [float(x) for x in row]


def _pressure(positions: Positions, let_go: Release) -> list[float]:
    """The nearest opponent at the catch and at the release."""
    others = positions.team != positions.team[let_go.shooter]
    if not others.any():
        return [60.0, 60.0]
    there = positions.there
    gaps = np.linalg.norm(there[:, others] - there[:, let_go.shooter, None], axis=2).min(axis=1)
    return [float(gaps[let_go.caught]), float(gaps[let_go.left])]


def _pass_signs(
    positions: Positions, touches: Touches, attempt: Attempt, let_go: Release, passer: int
) -> list[float]:
    who, caught, left = let_go.shooter, let_go.caught, let_go.left
    held, gaps = touches.held[: left + 1, passer], positions.gaps()[: left + 1, passer]
    ago = since(held > 0.5, 99)
    then = max(left - ago, 0)
    there = positions.there
    off = np.linalg.norm(there[:, passer] - attempt.basket, axis=1)
    before = touches.passers(left, who)[passer]
    row = [before, ago, ago - (left - caught), since(gaps < 0.9, 60), held[-40:].sum()]
    row += [touches.last[max(0, caught - k), passer] for k in (2, 5, 9)]
    row += [np.linalg.norm(there[then, passer] - there[caught, who])]
    row += [off[then], off[left], gaps[max(0, caught - 10) : caught + 1].min()]
    return [float(x) for x in row]
