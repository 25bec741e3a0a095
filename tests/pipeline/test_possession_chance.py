"""Chances that something happened: never certain, and more of a sign never makes it less likely."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.possession import STEP_S
from pipeline.possession_chance import (
    SIGNS,
    WEIGHTS,
    chances,
    free_signs,
    lost_signs,
    rebound_signs,
    shipped,
)
from tests.pipeline.plays import BASKET, Leg, film

NAMES = sorted(SIGNS)


@given(
    st.sampled_from(NAMES),
    st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4),
    st.integers(0, 3),
    st.floats(0, 1e3),
)
def test_a_chance_is_never_certain_and_grows_with_every_sign(
    name: str, row: list[float], which: int, more: float
) -> None:
    one = getattr(shipped(), name)
    signs = np.array(row[: len(SIGNS[name])])
    raised = signs.copy()
    raised[which % len(signs)] += more
    assert 0.0 < one.of(signs) <= one.of(raised) < 1.0


def test_other_signs_and_weights_that_turn_a_sign_about_are_refused() -> None:
    plain = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    weights = plain["lost"]["weights"]
    for bad in ({"apart": 1.0}, {**weights, "apart": -0.1}):
        with pytest.raises(ValueError, match="not of"):
            chances({**plain, "lost": {**plain["lost"], "weights": bad}})


def test_what_looks_like_a_free_throw_beyond_even_odds_is_no_surer_for_it() -> None:
    one = shipped().free
    in_play, even, still = (one.of(free_signs(look)) for look in (0.01, 0.5, 1.0))
    assert in_play < 0.1 < 0.5 < even == still < 0.9


def test_a_ball_that_was_never_at_the_ring_is_hardly_a_rebound() -> None:
    ring = (float(BASKET[0]), float(BASKET[1]))
    legs = [Leg(2.4, who=0), Leg(1.2, to=ring), Leg(0.6, to=(6.0, 0.0)), Leg(0.36, who=8)]
    shot, no_shot = film(legs), film([Leg(4.56, who=0)])
    one = shipped().rebound
    true, ghost = (
        one.of(rebound_signs(play, BASKET, 3.6 - STEP_S, made=0.1, free=0.0))
        for play in (shot, no_shot)
    )
    assert ghost < 0.5 < true


def test_signs_are_bounded_whoever_is_not_seen() -> None:
    play = film([Leg(6.0, who=0)])
    play.players[:, 6] = np.nan
    signs = lost_signs(play, (0, 2.0), (6, 2.5), -np.inf, 0.8)
    assert signs.tolist()[:3] == [5.0, 0.0, 0.8]
    assert np.isfinite(signs).all()
