"""Fitting the chances that something happened: on drawn cases, and on a little of a game."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from pipeline.possession_chance import SIGNS, chances
from server.evaluation.fit_chances import fit, main, report


def test_a_fit_finds_the_logistic_that_cases_were_drawn_from() -> None:
    rng = np.random.default_rng(4)
    rows = rng.normal(0, [1.0, 5.0, 1.0], (4000, 3))
    came = rng.random(4000) < 1 / (1 + np.exp(-(1.5 * rows[:, 0] - 0.3 * rows[:, 2] - 1.0)))
    one = fit(rows, came)
    assert abs(one.weight[0] - 1.5) < 0.2
    assert abs(one.weight[1]) < 0.05
    assert one.weight[2] == 0.0  # it speaks against the event, so it says nothing
    said = report(one, rows, came)
    assert (said["cases"], said["true"]) == (4000, int(came.sum()))
    usual, rare = said["ece_if_exact"]
    assert 0 < usual < said["ece"] + 0.02 < 0.05
    assert usual < rare < 0.03
    assert said["ece"] < 0.03 < 0.8 < said["auc"]


def test_a_game_is_enough_to_write_what_is_read(tmp_path: Path) -> None:
    out = tmp_path / "chances.json"
    assert main(["--games", "1", "--check-games", "1", "--minutes", "1", "--out", str(out)]) == 0
    plain = json.loads(out.read_text(encoding="utf-8"))
    assert set(plain) == {"about", *SIGNS}
    assert chances(plain).rebound.cases == plain["about"]["fitted"]["rebound"]["cases"] > 0
