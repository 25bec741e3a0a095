"""From positions on the floor to who shot, for how many, and who passed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.possession import STEP_S, Positions, even
from pipeline.possession_reader import USUALLY_THREE, Reader, ShotReading, shipped
from pipeline.possession_touch import read
from tests.pipeline.plays import BASKET, FIBA, SPOTS, TEAM, Leg, catch_and_shoot, film

READER = Reader(shipped(), FIBA)


def said_of(positions: Positions, rim_s: float, basket: np.ndarray = BASKET) -> ShotReading:
    return READER.shot(positions, basket, rim_s, 0.2)


# -- the floor -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "behind"),
    [
        ((BASKET[0] - 6.75, 0.0), 0.0),
        ((BASKET[0] - 7.75, 0.0), 1.0),
        ((BASKET[0], 0.0), -6.6),
        ((13.0, 6.9), 0.3),
        ((13.0, -6.3), -0.3),
    ],
)
def test_how_far_behind_the_line_of_three(at: tuple[float, float], behind: float) -> None:
    for side in (1.0, -1.0):
        place = np.array([side * at[0], at[1]])
        basket = BASKET * np.array([side, 1.0])
        assert float(FIBA.beyond_line(place, basket)) == pytest.approx(behind, abs=1e-9)


def test_out_of_bounds() -> None:
    assert FIBA.outside(np.array([[0.0, 0.0], [14.5, 0.0], [0.0, -8.0]])) == pytest.approx(
        [-7.5, 0.5, 0.5]
    )


# -- bringing a camera's looks to even steps -------------------------------------------------


def test_looks_at_any_times_become_even() -> None:
    times = np.array([0.0, 0.1, 0.25, 0.31, 0.5, 0.62])
    ball = np.stack([times * 3, -times], axis=1)
    players = np.tile(ball[:, None] + 1.0, (1, 2, 1))
    positions = even(times, ball, players, np.array([0, 1]))
    assert positions is not None
    grid = np.arange(len(positions)) * STEP_S
    assert positions.ball == pytest.approx(np.stack([grid * 3, -grid], axis=1))
    assert positions.players[:, 1] == pytest.approx(positions.ball + 1.0)
    assert positions.media_s(positions.look(0.3)) == pytest.approx(0.3, abs=STEP_S / 2)


def test_what_was_not_seen_is_not_made_up() -> None:
    times = np.arange(20.0) * 0.1
    ball = np.zeros((20, 2))
    ball[5:12] = np.nan
    players = np.zeros((20, 2, 2))
    players[8:, 1] = np.nan
    positions = even(times, ball, players, np.array([0, 1]))
    assert positions is not None
    assert not positions.seen[positions.look(0.8)]
    assert positions.seen[positions.look(0.2)]
    assert np.isnan(positions.players[-1, 1]).all()
    assert np.isfinite(positions.players[:, 0]).all()


def test_too_little_is_nothing_and_nonsense_is_refused() -> None:
    unseen = np.full((3, 2), np.nan)
    times, players = np.arange(3.0), np.zeros((3, 1, 2))
    assert even(times, unseen, players, np.array([0])) is None
    with pytest.raises(ValueError, match="rise"):
        even(times[::-1].copy(), np.zeros((3, 2)), players, np.array([0]))
    with pytest.raises(ValueError, match="shapes"):
        even(times, np.zeros((2, 2)), players, np.array([0]))


# -- who has the ball ------------------------------------------------------------------------


def test_holder_and_passer_are_followed() -> None:
    legs = [Leg(1.2, who=3), Leg(0.6, to=(4.5, 0.0)), Leg(1.2, who=0)]
    legs += [Leg(0.6, to=(6.0, -5.5)), Leg(1.2, who=1)]
    touches = read(film(legs))
    assert touches.held[5].argmax() == 3
    assert touches.held[20].argmax() == 0
    assert touches.held[-2].argmax() == 1
    assert touches.passers(len(touches.held) - 2, 1).argmax() == 0
    assert touches.passers(20, 0).argmax() == 3


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**16), gone=st.floats(0.0, 0.9))
def test_chances_are_chances_whatever_is_seen(seed: int, gone: float) -> None:
    rng = np.random.default_rng(seed)
    looks, people = int(rng.integers(2, 30)), int(rng.integers(1, 12))
    players = rng.normal(0, 5, (looks, people, 2))
    players[rng.random((looks, people)) < gone] = np.nan
    positions = Positions(
        0.0,
        rng.normal(0, 5, (looks, 2)),
        rng.random(looks) > gone,
        players,
        rng.integers(0, 2, people),
    )
    touches = read(positions)
    assert touches.last.sum(axis=1) == pytest.approx(np.ones(looks))
    assert (touches.held >= 0).all()
    assert (touches.held <= touches.last + 1e-9).all()


# -- the shot --------------------------------------------------------------------------------


def test_a_catch_and_shoot_three_is_read() -> None:
    spots = SPOTS.copy()
    spots[1] = (6.0, -5.0)
    said = said_of(*catch_and_shoot(spots))
    assert said.shooter.argmax() == 1
    assert said.shooter[1] > 0.9
    assert said.three > 0.9
    assert said.assisted > 0.9
    assert said.assister.argmax() == 0


def test_a_two_from_inside_is_read() -> None:
    spots = SPOTS.copy()
    spots[1] = (9.0, -2.5)
    said = said_of(*catch_and_shoot(spots))
    assert said.shooter.argmax() == 1
    assert said.three < 0.1


def test_of_shooters_whom_nobody_saw_it_is_the_usual_share_of_threes() -> None:
    positions, rim_s = catch_and_shoot()
    gone = replace(positions, players=np.full_like(positions.players, np.nan))
    assert said_of(gone, rim_s).three == pytest.approx(USUALLY_THREE)


def test_a_long_hold_is_no_assist() -> None:
    ring = (float(BASKET[0]), 0.0)
    legs = [Leg(1.2, who=0), Leg(0.72, to=(6.0, -5.5)), Leg(7.2, who=1)]
    legs += [Leg(1.2, to=ring), Leg(1.2, to=(ring[0] + 0.2, 0.3))]
    said = said_of(film(legs), 1.2 + 0.72 + 7.2 + 1.2)
    assert said.shooter.argmax() == 1
    assert said.assisted < 0.2


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_names_and_sides_do_not_matter(seed: int) -> None:
    """Other rows for the same people, or the other basket: the same answers."""
    positions, rim_s = catch_and_shoot(seed=seed)
    said = said_of(positions, rim_s)
    order = np.random.default_rng(seed).permutation(10)
    moved = Positions(
        0.0, positions.ball, positions.seen, positions.players[:, order], positions.team[order]
    )
    again = said_of(moved, rim_s)
    assert again.shooter == pytest.approx(said.shooter[order], abs=1e-6)
    assert again.assister == pytest.approx(said.assister[order], abs=1e-6)
    turned = Positions(0.0, -positions.ball, positions.seen, -positions.players, TEAM)
    there = said_of(turned, rim_s, -BASKET)
    assert there.shooter == pytest.approx(said.shooter, abs=1e-6)
    assert there.three == pytest.approx(said.three, abs=1e-6)
    assert there.assisted == pytest.approx(said.assisted, abs=1e-6)


def test_what_comes_after_the_lag_does_not_matter() -> None:
    """A fixed lag: an answer stands when it is given."""
    positions, rim_s = catch_and_shoot()
    said = said_of(positions, rim_s)
    earlier = said_of(positions.part(0, positions.look(said.rim_s) + 7), rim_s)
    assert earlier.shooter == pytest.approx(said.shooter)
    assert earlier.assisted == pytest.approx(said.assisted)


def test_a_ball_that_is_often_lost_still_tells() -> None:
    positions, rim_s = catch_and_shoot()
    times = np.arange(float(len(positions))) * STEP_S
    ball = positions.ball.copy()
    ball[np.random.default_rng(3).random(len(ball)) < 0.4] = np.nan
    thin = even(times, ball, positions.players, positions.team)
    assert thin is not None
    said = said_of(thin, rim_s)
    assert said.shooter.argmax() == 1
    assert said.assister.argmax() == 0


def test_the_rebounder_is_who_has_it() -> None:
    ring = (float(BASKET[0]), 0.0)
    guard_of_3 = film([Leg(0.24, who=0)]).players[0, 8]
    legs = [Leg(0.6, who=1), Leg(1.2, to=ring), Leg(0.6, to=tuple(guard_of_3.tolist()))]
    positions = film([*legs, Leg(0.6, who=8)])
    said = READER.rebound(positions, BASKET, 1.8, 0.3)
    assert said.argmax() == 8
    assert said.sum() == pytest.approx(1.0)
