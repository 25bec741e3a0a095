"""Fits what `pipeline/shot_weights.json` holds; anyone can run it again, nothing real goes in.

    python -m server.evaluation.fit_shots --processes 2

Throws are told, or drawn and looked at (`server.evaluation.throws`); each is learned from three
times, twice `varied`. One batch in five is kept out: on it the probabilities are calibrated, and
the figures of the model card taken.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.judge import WEIGHTS, Judge, asks
from pipeline.possession import Array
from pipeline.possession_trees import Trees, chance
from pipeline.shots import ShotWatch
from pipeline.signs import NAMES, Visit, at_rim, row
from server.evaluation.boost import Plan, boost, yes_or_no
from server.evaluation.tables import brier, calibration_error
from server.evaluation.throws import Seen, Throw, throws

SHOT = Plan(trees=120, depth=3, rate=0.08, columns=0.4, ridge=4.0)
MADE = Plan(trees=140, depth=3, rate=0.08, columns=0.4, ridge=4.0)

LEAST = 0.5
"""A visit that is less surely a shot is not told."""

_BATCH = 60
_KEPT = 5  # one batch in so many is kept out of the fit
_SAME_S = 0.6
_TOLD_FROM = 10  # seeds of told throws begin so much later than those of drawn ones


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Visits to a rim. rows: (M, signs); shot, made: (M,) what they were; batch: (M,) whose."""

    rows: Array
    shot: NDArray[np.bool_]
    made: NDArray[np.bool_]
    batch: NDArray[np.int64]

    def part(self, use: NDArray[np.bool_]) -> Lesson:
        return Lesson(self.rows[use], self.shot[use], self.made[use], self.batch[use])


def visits(throw: Throw) -> list[tuple[Visit, bool]]:
    """The visits that a watch sees of a throw, and whether each is the shot."""
    watch, found = ShotWatch(None), list[tuple[Visit, bool]]()
    for look in throw.looks:
        for visit in watch.visits(
            look.t_s, look.spots, look.net, throw.reach, width=throw.width, sure=throw.sure
        ):
            is_it = throw.shot and abs(visit.way[at_rim(visit)].t_s - throw.rim_s) <= _SAME_S
            found.append((visit, is_it and not any(was for _, was in found)))
        if found and found[-1][1]:
            watch.rest(look.t_s)
    return found


def varied(throw: Throw, rng: np.random.Generator) -> Throw:
    """The same throw as another film may show it: slowed down or at double speed, the rim found a
    little elsewhere, motion that says little or nothing (leaves behind the hoop, a stiff net), or
    motion in the net that no ball makes (people behind it, a shaken board)."""
    gain = float(rng.choice([0.0, 0.2, 0.6, 1.0], p=[0.35, 0.2, 0.2, 0.25]))
    blind = rng.random() < 0.3
    pace = float(np.exp(rng.uniform(np.log(0.45), np.log(1.9)))) if rng.random() < 0.6 else 1.0
    grown = float(np.exp(rng.normal(0, 0.1)))
    dx, dy = rng.normal(0, 0.07, 2).tolist()
    strays = stray(throw, rng)
    looks = tuple(
        Seen(
            one.t_s * pace,
            tuple(
                replace(
                    spot,
                    t_s=one.t_s * pace,
                    x=spot.x * grown + dx,
                    y=spot.y * grown + dy,
                    size=spot.size * grown,
                )
                for spot in one.spots
                if spot.seen or not blind
            ),
            max(one.net * gain, other),
        )
        for one, other in zip(throw.looks, strays, strict=True)
    )
    sure = float(np.clip(throw.sure + rng.normal(-0.05, 0.15), 0.08, 0.97))
    return replace(throw, looks=looks, rim_s=throw.rim_s * pace, sure=sure)


def stray(throw: Throw, rng: np.random.Generator) -> list[float]:
    """Look by look the share of the net that something else than the ball moves."""
    often = float(rng.choice([0.0, 0.5, 1.5]))  # a second
    shares, last_s, until_s = [], throw.looks[0].t_s, -math.inf
    for look in throw.looks:
        if rng.random() < often * (look.t_s - last_s):
            until_s = look.t_s + float(rng.uniform(0.05, 0.5))
        shares.append(float(rng.uniform(0.0, 0.3)) if look.t_s < until_s else 0.0)
        last_s = look.t_s
    return shares


def lesson(batches: Iterable[tuple[int, Sequence[Throw]]]) -> Lesson:
    """The signs of all visits of (seed, throws)."""
    rows, shot, made, batch = [], [], [], []
    for seed, thrown in batches:
        rng = np.random.default_rng([seed, 5])
        for throw in (*thrown, *(varied(one, rng) for one in (*thrown, *thrown))):
            for visit, is_it in visits(throw):
                rows.append(row(visit))
                shot.append(is_it)
                made.append(is_it and throw.made)
                batch.append(seed)
    return Lesson(
        np.array(rows).reshape(-1, len(NAMES)), np.array(shot), np.array(made), np.array(batch)
    )


def fit(learned: Lesson, kept: Lesson, seed: int) -> Judge:
    """Trees from `learned`, their logits straightened on `kept` (J. Platt, 1999)."""
    rng = np.random.default_rng(seed)
    shot = boost(learned.rows, yes_or_no(learned.shot), SHOT, rng, start=_odds(learned.shot))
    use, also = learned.shot, kept.shot
    made = boost(
        learned.rows[use], yes_or_no(learned.made[use]), MADE, rng, start=_odds(learned.made[use])
    )
    return Judge(
        straightened(shot, kept.rows, kept.shot),
        straightened(made, kept.rows[also], kept.made[also]),
        LEAST,
    )


def straightened(trees: Trees, rows: Array, truth: NDArray[np.bool_]) -> Trees:
    """The same trees, their logits scaled and moved so that they fit `truth` best."""
    logit = trees.logit(rows)
    yes, no = truth.sum(), (~truth).sum()
    goal = np.where(truth, (yes + 1) / (yes + 2), 1 / (no + 2))  # nobody is ever quite sure
    a, b = 1.0, 0.0
    for _ in range(50):
        p = chance(a * logit + b)
        slope = np.array([((p - goal) * logit).sum(), (p - goal).sum()])
        w = p * (1 - p) + 1e-9
        bend = np.array([[(w * logit**2).sum(), (w * logit).sum()], [(w * logit).sum(), w.sum()]])
        step = np.linalg.solve(bend + 1e-6 * np.eye(2), slope)
        a, b = a - float(step[0]), b - float(step[1])
    return Trees(a * trees.start + b, trees.sign, trees.over, a * trees.leaf, trees.signs)


def _odds(truth: NDArray[np.bool_]) -> float:
    share = float(truth.mean())
    return float(np.log(share / (1 - share)))


def report(judge: Judge, kept: Lesson) -> dict[str, float]:
    """Figures on throws that were not learned from (but calibrated on)."""
    shot = chance(judge.shot.logit(kept.rows))
    use = kept.shot
    made = chance(judge.made.logit(kept.rows[use]))
    sure = np.array([not asks(float(p)) for p in made])
    right = (made > 0.5) == kept.made[use]
    return {
        "visits": len(shot),
        "shots": int(use.sum()),
        "shots_told": round(float((shot[use] >= judge.least).mean()), 4),
        "others_told": round(float((shot[~use] >= judge.least).mean()), 4),
        "shot_brier": round(brier(shot, kept.shot), 4),
        "shot_ece": round(calibration_error(shot, kept.shot), 4),
        "made_right": round(float(right.mean()), 4),
        "made_right_when_sure": round(float(right[sure].mean()), 4),
        "asked": round(float((~sure).mean()), 4),
        "made_brier": round(brier(made, kept.made[use]), 4),
        "made_ece": round(calibration_error(made, kept.made[use]), 4),
    }


def batch(seed: int, *, drawn: bool) -> tuple[int, list[Throw]]:
    """One seed's throws."""
    return seed, list(throws(seed, _BATCH, drawn=drawn))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--throws", type=int, default=0, help="drawn and looked at, 600 at most")
    parser.add_argument("--told", type=int, default=2040, help="not drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    seeds = range(options.seed * 10_000, options.seed * 10_000 + options.throws // _BATCH)
    first = seeds.start + _TOLD_FROM
    more = range(first, first + options.told // _BATCH)
    with ProcessPoolExecutor(options.processes) as pool:
        batches = [
            *pool.map(partial(batch, drawn=True), seeds),
            *pool.map(partial(batch, drawn=False), more),
        ]
    learned = lesson(batches)
    kept = learned.batch % _KEPT == 0
    judge = fit(learned.part(~kept), learned.part(kept), options.seed)
    about = {
        "made_by": "python -m server.evaluation.fit_shots",
        "throws": options.throws,
        "told": options.told,
        "kept_out": report(judge, learned.part(kept)),
    }
    plain = {"about": about, "signs": list(NAMES), **judge.plain()}
    options.out.write_text(json.dumps(plain, separators=(",", ":")), encoding="utf-8")
    sys.stdout.write(json.dumps(about) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
