"""Fits what `pipeline/possession_weights.json` holds; anyone with the data can run it again.

    python -m server.evaluation.fit_possession --data ../shared/trajectories

Every scene is learned from twice: as it is, and as a phone might have tracked it (`filmed`).
One fit a fold: fit k learns from the games of all folds but k. Live, all of them answer by their
mean; in an evaluation only the one that never saw the game does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.possession import STEP_S, Array
from pipeline.possession_assist import assist_signs
from pipeline.possession_block import block_signs
from pipeline.possession_reader import WEIGHTS, Weights
from pipeline.possession_rebound import rebound_signs
from pipeline.possession_shot import AFTER, find, release, shooter_signs, value_signs
from pipeline.possession_touch import read
from pipeline.possession_trees import Trees
from server.evaluation.boost import Plan, boost, one_of, yes_or_no
from server.evaluation.filmed import filmed
from server.evaluation.trajectories import FOLDS, NBA_FLOOR, Case, case_of, scenes


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


def lesson(cases: Iterable[Case]) -> Lesson:
    """Signs of every basket whose shooter is known."""
    fold, rows, who, value, three, assist, assisted = [], [], [], [], [], [], []
    for case in cases:
        scene = case.scene
        if scene.kind != "score" or scene.shooter is None or scene.points is None:
            continue
        attempt = find(scene.positions, case.basket, case.rim_s, case.spread_s)
        part = scene.positions.part(0, attempt.rim + AFTER + 1)
        touches = read(part)
        let_go = release(part, touches, attempt, scene.shooter)
        fold.append(scene.fold)
        rows.append(shooter_signs(part, touches, attempt))
        who.append(scene.shooter)
        value.append(value_signs(part, touches, attempt, let_go, NBA_FLOOR))
        three.append(scene.points == 3)
        assist.append(assist_signs(part, touches, attempt, let_go, NBA_FLOOR))
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


def rebounds(cases: Iterable[Case]) -> Rebounds:
    """Signs of every rebound whose player is known."""
    fold, rows, who = [], [], []
    for case in cases:
        scene = case.scene
        if scene.kind != "rebound" or scene.rebounder is None:
            continue
        attempt = find(scene.positions, case.basket, case.rim_s, case.spread_s)
        fold.append(scene.fold)
        rows.append(rebound_signs(scene.positions, read(scene.positions), attempt))
        who.append(scene.rebounder)
    return Rebounds(np.array(fold), np.array(rows), np.array(who))


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """The signs of every opponent at many missed shots, and whether he blocked it."""

    fold: NDArray[np.int64]
    rows: Array
    did: NDArray[np.bool_]


def blocks(cases: Iterable[Case]) -> Blocks:
    """Signs of every opponent of a shooter who missed."""
    fold, rows, did = [], [], []
    for case in cases:
        scene = case.scene
        if scene.kind != "rebound" or scene.shooter is None:
            continue
        attempt = find(scene.positions, case.basket, case.rim_s, case.spread_s)
        part = scene.positions.part(0, attempt.rim + AFTER + 1)
        touches = read(part)
        let_go = release(part, touches, attempt, scene.shooter)
        opponents = np.flatnonzero(part.team != part.team[scene.shooter])
        rows.append(block_signs(part, touches, attempt, let_go)[opponents])
        did.append(opponents == (-1 if scene.blocker is None else scene.blocker))
        fold.append(np.full(len(opponents), scene.fold))
    return Blocks(np.concatenate(fold), np.concatenate(rows), np.concatenate(did))


def fit(lesson: Lesson, missed: Rebounds, blocked: Blocks, without: int, seed: int) -> Weights:
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
        fit_blocker(blocked, without, seed),
    )


def fit_blocker(blocked: Blocks, without: int, seed: int) -> Trees:
    """Draws of its own: blocks are rare, and may be fitted again without the rest."""
    use = blocked.fold != without
    rng, did = np.random.default_rng([seed, 1]), blocked.did[use]
    return boost(blocked.rows[use], yes_or_no(did), BLOCK, rng, start=_odds(did))


SHOOTER = Plan(trees=120, depth=4, rate=0.1, ridge=3.0, columns=0.25)
VALUE = Plan(trees=100, depth=3, rate=0.08, ridge=3.0)
ASSIST = Plan(trees=160, depth=3, rate=0.06, ridge=6.0, columns=0.25)
REBOUND = Plan(trees=100, depth=3, rate=0.1)
BLOCK = Plan(trees=60, depth=2, ridge=3.0)


def _odds(truth: NDArray[np.bool_]) -> float:
    share = float(truth.mean())
    return float(np.log(share / (1 - share)))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    real = [case_of(scene) for scene in scenes(options.data)]
    cases = [*real, *(filmed(case) for case in real)]
    learned, missed, blocked = lesson(cases), rebounds(cases), blocks(cases)
    folds = [fit(learned, missed, blocked, without=k, seed=k).plain() for k in range(FOLDS)]
    about = {
        "what": "shooter, two or three, assist, rebound, block: pipeline/possession_reader.py",
        "made_by": "python -m server.evaluation.fit_possession",
        "baskets": len(learned.who) // 2,
        "rebounds": len(missed.who) // 2,
        "blocks": int(blocked.did.sum()) // 2,
        "step_s": STEP_S,
    }
    options.out.write_text(json.dumps({"about": about, "folds": folds}, separators=(",", ":")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
