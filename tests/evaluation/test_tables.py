"""The figures beside the figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.evaluation.tables import brier, calibration_error, calibration_noise, wilson
from server.evaluation.tally import Answer, choice, line, yes_or_no


def test_wilson_against_a_worked_case() -> None:
    # Wilson's interval of 81 of 263, as in Newcombe (1998), table I.
    low, high = wilson(81, 263)
    assert low == pytest.approx(0.2553, abs=5e-5)
    assert high == pytest.approx(0.3662, abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


@given(of=st.integers(1, 5000), data=st.data())
def test_wilson_holds_the_share(of: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, of))
    low, high = wilson(right, of)
    assert 0.0 <= low <= right / of + 1e-12
    assert right / of - 1e-12 <= high <= 1.0


def test_calibration_of_those_who_know_and_those_who_boast() -> None:
    rng = np.random.default_rng(1)
    said = rng.random(20_000)
    came = rng.random(20_000) < said
    assert calibration_error(said, came) < 0.02
    assert calibration_error(np.full(1000, 0.9), np.arange(1000) % 2 == 0) == pytest.approx(0.4)
    assert calibration_error(np.array([]), np.array([], np.bool_)) == 0.0
    assert brier(np.array([1.0, 0.0]), np.array([True, True])) == pytest.approx(0.5)


def test_the_exact_err_by_their_few_cases() -> None:
    # One case of 0.5 is always off by 0.5; of n, the mean is near sqrt(2 p (1 - p) / (pi n)).
    assert calibration_noise(np.array([0.5])) == (0.5, 0.5)
    mean, high = calibration_noise(np.full(400, 0.35))
    assert mean == pytest.approx(np.sqrt(2 * 0.35 * 0.65 / (np.pi * 400)), abs=0.002)
    assert high == pytest.approx(1.96 * np.sqrt(0.35 * 0.65 / 400), abs=0.004)
    few, many = (calibration_noise(np.linspace(0.01, 0.99, n))[0] for n in (50, 5000))
    assert few > 3 * many
    assert calibration_noise(np.array([0.0, 1.0])) == (0.0, 0.0)
    assert calibration_noise(np.array([])) == (0.0, 0.0)


def test_a_line_counts_and_speaks() -> None:
    answers = [yes_or_no(0.9, True), yes_or_no(0.2, False), yes_or_no(0.7, False)]
    answers.append(choice(np.array([0.1, 0.8, 0.1]), 1))
    one = line("points", answers, "2 or 3")
    assert (one.right, one.of) == (3, 4)
    assert one.low < 0.75 < one.high
    assert "75.0 %" in str(one)
    assert "3 of 4" in str(one)
    assert one.plain()["ece"] is not None
    assert line("x", [Answer(True, 1.0, True)], said=False).ece is None


def test_none_of_them_is_never_right() -> None:
    assert not choice(np.array([0.6, 0.4]), None).right
