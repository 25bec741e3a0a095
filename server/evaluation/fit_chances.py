"""Fits what `pipeline/possession_chances.json` holds; anyone can run it again, without data.

    python -m server.evaluation.fit_chances

Simulated games are read off the floor plan with errors of place that take turns from none to a
phone's (`server.evaluation.watched`). Each event that was told is a case: it is true where
`happened` says so. Figures of games that nothing was fitted on go into `about`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.possession import Array
from pipeline.possession_chance import SIGNS, WEIGHTS, Chance
from pipeline.possession_flow import Happening
from pipeline.possession_reader import shipped
from pipeline.possession_trees import chance
from server.evaluation.sheetplays import Play, plays_of, rebounded
from server.evaluation.tables import brier, calibration_error, calibration_noise, wilson
from server.evaluation.watched import Eye, watch

TOGETHER_S = 2.0
"""A ball lost and the line of the sheet about it are at most so far apart."""

_EYES = (Eye(blur=0.0), Eye(blur=0.5), Eye(), Eye())
_RIDGE = 1.0
_STEPS = 3000
_RATE = 1.0

Cases = tuple[Array, NDArray[np.bool_]]
"""(M, F) signs and (M,) whether it happened."""


def happened(one: Happening, plays: Sequence[Play]) -> bool | None:
    """A rebound: of the shot that it was told of there was one. A ball lost: the sheet has it
    about then. A shot: it was a free throw; None where it was none at all, which the eye at the
    ring answers for."""
    if one.kind == "turnover":
        lost = [play.root.at_s for play in plays if play.root.type == "turnover"]
        return any(abs(at_s - one.media_s) <= TOGETHER_S for at_s in lost)
    if one.kind == "shot":
        shots = (p.root for p in plays if p.root.made is not None)
        return next((s.type == "free_throw" for s in shots if s.at_s == one.media_s), None)
    return rebounded(plays, one.after_s)


_KINDS = {"rebound": "rebound", "turnover": "lost", "shot": "free"}


def cases_of(seeds: Iterable[int], minutes: float) -> dict[str, Cases]:
    """What was told of games, by type; a steal is the turnover that it is told with."""
    rows: dict[str, list[Array]] = {name: [] for name in SIGNS}
    came: dict[str, list[bool]] = {name: [] for name in SIGNS}
    for seed in seeds:
        game = watch(seed, minutes, shipped(), _EYES[seed % len(_EYES)])
        plays = plays_of(game.truth)
        for one in game.read:
            true = happened(one, plays) if one.kind in _KINDS else None
            if true is not None and one.signs is not None:
                rows[_KINDS[one.kind]].append(one.signs)
                came[_KINDS[one.kind]].append(true)
    return {
        name: (np.array(rows[name]).reshape(-1, len(SIGNS[name])), np.array(came[name], np.bool_))
        for name in SIGNS
    }


def fit(rows: Array, came: NDArray[np.bool_]) -> Chance:
    """A logistic with weights of 0 or more, by projected gradient steps; a small ridge."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    signs, weight = (rows - middle) / spread, np.zeros(rows.shape[1])
    start = 0.0
    for _ in range(_STEPS):
        off = chance(start + signs @ weight) - came
        weight = np.maximum(weight - _RATE * (signs.T @ off + _RIDGE * weight) / len(came), 0.0)
        start -= _RATE * float(off.mean())
    weight = weight / spread
    return Chance(start - float(middle @ weight), weight, len(came))


def report(one: Chance, rows: Array, came: NDArray[np.bool_]) -> dict[str, Any]:
    """Figures of cases. ece_if_exact: the mean and the 95th percentile of what as many cases show
    where every chance is exact; above that there is something to mend."""
    said = np.array([one.of(row) for row in rows])
    low, high = wilson(int(came.sum()), len(came))
    return {
        "cases": len(came),
        "true": int(came.sum()),
        "true_low": round(low, 3),
        "true_high": round(high, 3),
        "ece": round(calibration_error(said, came), 3),
        "ece_if_exact": [round(error, 3) for error in calibration_noise(said)],
        "brier": round(brier(said, came), 3),
        "auc": None if came.all() or not came.any() else round(_auc(said, came), 3),
    }


def _auc(said: Array, came: NDArray[np.bool_]) -> float:
    """The share of pairs of a true and a false case in which the true one was said to be surer."""
    more = said[came][:, None] - said[~came][None]
    return float((more > 0).mean() + (more == 0).mean() / 2)


def _plain(one: Chance, names: Sequence[str]) -> dict[str, Any]:
    weights = {name: round(w, 4) for name, w in zip(names, one.weight.tolist(), strict=True)}
    return {"start": round(one.start, 4), "weights": weights, "cases": one.cases}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1001, help="of the first game fitted on")
    parser.add_argument("--games", type=int, default=40)
    parser.add_argument("--check-seed", type=int, default=2001, help="of the first game checked on")
    parser.add_argument("--check-games", type=int, default=24)
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    learned = cases_of(range(options.seed, options.seed + options.games), options.minutes)
    first = options.check_seed
    kept = cases_of(range(first, first + options.check_games), options.minutes)
    fits = {name: fit(*learned[name]) for name in SIGNS}
    about = {
        "made_by": "python -m server.evaluation.fit_chances",
        "fitted_on": {"seed": options.seed, "games": options.games, "minutes": options.minutes},
        "fitted": {name: report(fits[name], *learned[name]) for name in SIGNS},
        "checked_on": {"seed": first, "games": options.check_games},
        "checked": {name: report(fits[name], *kept[name]) for name in SIGNS},
    }
    plain = {"about": about, **{name: _plain(fits[name], SIGNS[name]) for name in SIGNS}}
    options.out.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(about) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
