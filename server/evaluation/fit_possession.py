"""Fits what `pipeline/possession_weights.json` holds; anyone with the data can run it again.

    python -m server.evaluation.fit_possession --data ../shared/trajectories

One fit a fold: fit k learns from the games of all folds but k. Live, all of them answer by their
mean; in an evaluation only the one that never saw the game does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import possession_shot as shot
from pipeline.possession import STEP_S, Array
from pipeline.possession_reader import WEIGHTS, Weights
from pipeline.possession_rebound import rebound_signs
from pipeline.possession_touch import read
from server.evaluation.boost import Plan, boost, one_of, yes_or_no
from server.evaluation.trajectories import FOLDS, NBA_FLOOR, Scene, scenes

RIM_BEFORE_END_S = 1.35
RIM_SPREAD_S = 1.0
"""A scene ends when the clock was stopped or written down, so long after the ball was at the
ring: what stands in for the shot detector here."""
RIM_AFTER_START_S = 1.2
"""A scene of a rebound begins when the shot is let go."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """The signs and labels of many baskets, one row each.

    shooter: (M, 10, F); three, assisted: (M, F) at the true shooter's release.
    """

    fold: NDArray[np.int64]
    shooter: Array
    who: NDArray[np.int64]
    value: Array
    three: NDArray[np.bool_]
    assist: Array
    assisted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Rebounds:
    """The signs and labels of many rebounds. rows: (M, 10, F)."""

    fold: NDArray[np.int64]
    rows: Array
    who: NDArray[np.int64]


def basket_of(scene: Scene) -> Array:
    """The ring that the ball is near at the scene's end (a score) or all along (a rebound)."""
    ball = scene.positions.ball[-20:] if scene.kind == "score" else scene.positions.ball[:20]
    baskets = NBA_FLOOR.baskets()
    near = np.linalg.norm(baskets - ball.mean(axis=0), axis=1).argmin()
    return np.asarray(baskets[near])


def lesson(data: Sequence[Scene]) -> Lesson:
    """Signs of every basket whose shooter is known."""
    fold, rows, who, value, three, assist, assisted = [], [], [], [], [], [], []
    for scene in data:
        if scene.kind != "score" or scene.shooter is None or scene.points is None:
            continue
        end_s = scene.end_s - RIM_BEFORE_END_S
        attempt = shot.find(scene.positions, basket_of(scene), end_s, RIM_SPREAD_S)
        part = scene.positions.part(0, attempt.rim + shot.AFTER + 1)
        touches = read(part)
        let_go = shot.release(part, touches, attempt, scene.shooter)
        fold.append(scene.fold)
        rows.append(shot.shooter_signs(part, touches, attempt))
        who.append(scene.shooter)
        value.append(shot.value_signs(part, touches, attempt, let_go, NBA_FLOOR))
        three.append(scene.points == 3)
        assist.append(shot.assist_signs(part, touches, attempt, let_go, NBA_FLOOR))
        assisted.append(scene.assister is not None)
    return Lesson(
        np.array(fold),
        np.array(rows),
        np.array(who),
        np.array(value),
        np.array(three),
        np.array(assist),
        np.array(assisted),
    )


def rebounds(data: Sequence[Scene]) -> Rebounds:
    """Signs of every rebound whose player is known."""
    fold, rows, who = [], [], []
    for scene in data:
        if scene.kind != "rebound" or scene.rebounder is None:
            continue
        attempt = shot.find(scene.positions, basket_of(scene), RIM_AFTER_START_S, RIM_SPREAD_S)
        fold.append(scene.fold)
        rows.append(rebound_signs(scene.positions, read(scene.positions), attempt))
        who.append(scene.rebounder)
    return Rebounds(np.array(fold), np.array(rows), np.array(who))


def fit(lesson: Lesson, missed: Rebounds, without: int, seed: int) -> Weights:
    """One fit from the games of all folds but `without`."""
    rng = np.random.default_rng(seed)
    use, also = lesson.fold != without, missed.fold != without
    people, signs = lesson.shooter.shape[1:]
    rows = lesson.shooter[use].reshape(-1, signs)
    shooter = boost(rows, one_of(lesson.who[use], people), SHOOTER, rng, group=people, start=0.0)
    three, assisted = lesson.three[use], lesson.assisted[use]
    return Weights(
        shooter,
        boost(lesson.value[use], yes_or_no(three), VALUE, rng, start=_odds(three)),
        boost(lesson.assist[use], yes_or_no(assisted), ASSIST, rng, start=_odds(assisted)),
        boost(
            missed.rows[also].reshape(-1, missed.rows.shape[2]),
            one_of(missed.who[also], people),
            REBOUND,
            rng,
            group=people,
            start=0.0,
        ),
    )


SHOOTER = Plan(trees=120, depth=4, rate=0.1, ridge=3.0)
VALUE = Plan(trees=90, depth=3, rate=0.08, ridge=3.0)
ASSIST = Plan(trees=120, depth=3, rate=0.06, ridge=5.0)
REBOUND = Plan(trees=80, depth=3, rate=0.1)


def _odds(truth: NDArray[np.bool_]) -> float:
    share = float(truth.mean())
    return float(np.log(share / (1 - share)))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    data = list(scenes(options.data))
    learned, missed = lesson(data), rebounds(data)
    folds = [fit(learned, missed, without=k, seed=k).plain() for k in range(FOLDS)]
    about = {
        "what": "who shot, two or three, assisted, rebound; read by pipeline/possession_reader.py",
        "made_by": "python -m server.evaluation.fit_possession",
        "baskets": len(learned.who),
        "rebounds": len(missed.who),
        "step_s": STEP_S,
    }
    options.out.write_text(json.dumps({"about": about, "folds": folds}, separators=(",", ":")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
