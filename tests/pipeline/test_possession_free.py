"""A free throw is told from a shot in play."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.possession import STEP_S, Positions
from pipeline.possession_flow import Flow
from pipeline.possession_free import free_throw_chance, free_thrower
from pipeline.possession_reader import Reader, shipped
from tests.pipeline.plays import BASKET, FIBA, TEAM, Leg, film

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


@pytest.mark.parametrize(
    ("hurry_m_s", "thrown", "low", "high"), [(0, True, 0.5, 0.7), (3, False, 0.8, 1)]
)
def test_a_shot_is_told_with_the_chance_that_it_was_what_it_is_called(
    hurry_m_s: float, thrown: bool, low: float, high: float
) -> None:
    play, flow = throw(hurry_m_s), Flow(Reader(shipped()[:1], FIBA), FIBA, TEAM)
    flow.shot(BASKET, RIM * STEP_S, 0.9)
    looks = zip(range(len(play)), play.ball, play.players, strict=True)
    (shot,) = [one for t, ball, at in looks for one in flow.look(t * STEP_S, ball, at)]
    assert (shot.kind, shot.thrown) == ("shot", thrown)
    assert low < shot.probability < high
