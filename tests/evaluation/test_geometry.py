"""`courtside eval geometry`: a few phones, one short film."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from server.cli import main
from server.evaluation.geometry import FLOOR, Spread, chance_of_three


def test_the_chance_of_three_follows_the_doubt() -> None:
    basket = FLOOR.baskets()[1]
    at = basket + np.array([-FLOOR.arc_m, 0.0])
    small, large = np.eye(2) * 0.01, np.eye(2)
    assert chance_of_three(FLOOR, at, small, basket) == pytest.approx(0.5, abs=0.01)
    aside_m = np.array([0.3, 0.0])
    out, back = at - aside_m, at + aside_m
    assert chance_of_three(FLOOR, out, small, basket) > 0.99
    assert chance_of_three(FLOOR, back, small, basket) < 0.01
    assert 0.55 < chance_of_three(FLOOR, out, large, basket) < 0.7
    # Doubt along the line is none about it.
    aside = np.diag([1e-6, 1.0])
    assert chance_of_three(FLOOR, out, aside, basket) > 0.99


def test_a_spread_of_nothing_is_no_number() -> None:
    assert "nan" in str(Spread.of("nothing", [], "m"))
    assert Spread.of("some", [1.0, 2.0, 3.0], "m").plain()["median"] == 2


def test_the_table_is_json() -> None:
    words = ["eval", "geometry", "--phones", "3", "--films", "1", "--seconds", "1", "--json"]
    done = CliRunner().invoke(main, [*words, "--seed", "5"])
    assert done.exit_code == 0, done.output
    rows = [json.loads(one) for one in done.stdout.splitlines()]
    assert {one["table"] for one in rows} == {"geometry_taps", "geometry_pan"}
    found = {one["what"]: one for one in rows}
    assert found["lines: place of feet"]["median"] < found["taps: place of feet"]["median"] < 1.5
    assert found["picture followed, lens known"]["p95"] < 6
