"""Learning trees: they find what is there and nothing where nothing is."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pipeline.possession_trees import chance, shares, trees
from server.evaluation.boost import Plan, boost, one_of, yes_or_no


def test_a_rule_of_two_signs_is_learned_and_survives_json() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2000, 6))
    truth = (rows[:, 1] > 0) & (rows[:, 4] > -0.3)
    learned = boost(rows[:1500], yes_or_no(truth[:1500]), Plan(trees=60), rng, start=0.0)
    said = chance(learned.logit(rows[1500:]))
    assert ((said > 0.5) == truth[1500:]).mean() > 0.95
    again = trees(json.loads(json.dumps(learned.plain())))
    assert again.logit(rows) == pytest.approx(learned.logit(rows), abs=0.02)


def test_a_choice_among_rows_is_learned() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(800, 5, 4))
    truth = rows[:, :, 2].argmax(axis=1)
    learned = boost(
        rows[:600].reshape(-1, 4), one_of(truth[:600], 5), Plan(), rng, group=5, start=0.0
    )
    said = shares(learned.logit(rows[600:].reshape(-1, 4)).reshape(-1, 5))
    assert (said.argmax(axis=1) == truth[600:]).mean() > 0.85
    assert said.sum(axis=1) == pytest.approx(np.ones(200))


def test_noise_teaches_little() -> None:
    rng = np.random.default_rng(2)
    rows, truth = rng.normal(size=(3000, 5)), rng.random(3000) < 0.3
    start = float(np.log(0.3 / 0.7))
    learned = boost(rows, yes_or_no(truth), Plan(trees=20, depth=2), rng, start=start)
    fresh = chance(learned.logit(rng.normal(size=(500, 5))))
    assert np.abs(fresh - 0.3).max() < 0.2


def test_trees_refuse_rows_they_do_not_know() -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(100, 3))
    learned = boost(rows, yes_or_no(rows[:, 0] > 0), Plan(trees=3), rng, start=0.0)
    with pytest.raises(ValueError, match="signs"):
        learned.logit(np.zeros((2, 4)))
    plain = learned.plain()
    plain["sign"][0][0] = 9
    with pytest.raises(ValueError, match="not"):
        trees(plain)
