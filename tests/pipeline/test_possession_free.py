"""A free throw is told from a shot in play."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.possession import STEP_S, Positions
from pipeline.possession_free import free_throw_chance, free_thrower
from tests.pipeline.plays import BASKET, FIBA, Leg, film

RING = (float(BASKET[0]), float(BASKET[1]))
LINE = BASKET - np.array([FIBA.key_m - FIBA.basket_m, 0.0])
AT_LINE = np.array([LINE, [6.0, -4.5], [6.0, 4.5], [12.0, 2.9], [11.0, -2.9]])
RIM = round(3.6 / STEP_S)


def throw(hurry_m_s: float = 0.0) -> Positions:
    """0 shoots from the line; the others run across at a pace."""
    plain = film([Leg(2.4, who=0), Leg(1.2, to=RING), Leg(1.0, to=RING)], AT_LINE)
    run = np.zeros_like(plain.players)
    run[:, 1:, 1] = (np.arange(len(plain)) * STEP_S * hurry_m_s)[:, None]
    return Positions(0.0, plain.ball, plain.seen, plain.players + run, plain.team)


def test_alone_at_the_line_while_all_wait() -> None:
    assert free_throw_chance(throw(), BASKET, RIM, 0, FIBA) > 0.9


def test_from_the_same_place_in_play() -> None:
    assert free_throw_chance(throw(hurry_m_s=3.0), BASKET, RIM, 0, FIBA) < 0.1


@pytest.mark.parametrize("who", [1, 3, 7])
def test_from_elsewhere(who: int) -> None:
    assert free_throw_chance(throw(), BASKET, RIM, who, FIBA) < 0.1


def test_nobody_knows_of_who_was_not_seen() -> None:
    plain = throw()
    players = plain.players.copy()
    players[:, 0] = np.nan
    unseen = Positions(0.0, plain.ball, plain.seen, players, plain.team)
    assert free_throw_chance(unseen, BASKET, RIM, 0, FIBA) == 0.0


def test_who_waits_at_the_line_threw_it() -> None:
    shooter = np.full(10, 0.05)
    shooter[6] = 0.55
    free, who = free_thrower(throw(), BASKET, RIM, shooter, FIBA)
    assert free > 0.9
    assert who.argmax() == 0
    assert who.sum() == pytest.approx(1.0)
    free, who = free_thrower(throw(hurry_m_s=3.0), BASKET, RIM, shooter, FIBA)
    assert free < 0.1
    assert who.argmax() == 6
