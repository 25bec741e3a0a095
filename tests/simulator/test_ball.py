"""The ball obeys; the score is what the flight says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from server.simulator.ball import GRAVITY, RADIUS, SUBSTEP_S, Ball, Passage, launch, lob_time
from server.simulator.court import NET_DEPTH, RIM_HEIGHT, RIM_INNER, RIM_WIRE, SIZES, Court, Hoop

Array = NDArray[np.float64]
HOOPS = Court(SIZES["fiba"], half=True).hoops()
HOOP = HOOPS[0]


def fly(ball: Ball, seconds: float) -> tuple[float | None, list[Array], set[str]]:
    """(time of the make, path, touched) of a free flight."""
    passage, made, path, touched = Passage(HOOP), None, [ball.position], set[str]()
    for k in range(round(seconds / SUBSTEP_S)):
        before = ball.position
        touched |= ball.step(SUBSTEP_S, HOOPS)
        path.append(ball.position)
        at = passage.step(before, ball.position, k * SUBSTEP_S)
        made = at if made is None else made
    return made, path, touched


def near_hoop() -> st.SearchStrategy[Array]:
    return st.tuples(st.floats(-1.5, 0.8), st.floats(-1.2, 1.2), st.floats(-2.5, 1.5)).map(
        lambda d: HOOP.centre + np.array(d)
    )


def velocities(most: float = 9.0) -> st.SearchStrategy[Array]:
    side = st.floats(-most, most)
    return st.tuples(side, side, side).map(lambda v: np.array(v))


@given(near_hoop(), velocities())
@settings(max_examples=40, deadline=None)
def test_energy_never_grows(start: Array, velocity: Array) -> None:
    ball = Ball(start, velocity)
    energy = ball.energy
    for _ in range(120):
        before = ball.position
        ball.step(SUBSTEP_S, HOOPS)
        # A ball at rest that is lifted out of the steel it was put into is no flight.
        lifted = max(0.0, float(ball.position[2] - before[2])) * GRAVITY
        assert ball.energy <= energy + 1e-6 + (lifted if not ball.velocity.any() else 0.0)
        energy = ball.energy


@given(velocities(6.0), st.floats(0.5, 3.0))
@settings(max_examples=40, deadline=None)
def test_a_free_flight_is_a_parabola(velocity: Array, height: float) -> None:
    start = np.array([2.0, 1.0, height + 2])
    ball = Ball(start, velocity)
    for _ in range(24):
        ball.step(SUBSTEP_S, ())
    t = 24 * SUBSTEP_S
    assume(ball.position[2] > RADIUS + 0.1)
    expected = start + velocity * t + np.array([0, 0, -GRAVITY * t * t / 2])
    assert np.allclose(ball.position, expected)


@given(st.floats(0, 0.09), st.floats(0, 2 * np.pi), st.floats(0.3, 1.5))
@settings(max_examples=30, deadline=None)
def test_a_ball_dropped_into_the_ring_is_made(off: float, turn: float, above: float) -> None:
    offset = np.array([off * np.cos(turn), off * np.sin(turn), above])
    made, path, _ = fly(Ball(HOOP.centre + offset), 2.0)
    assert made is not None
    assert min(p[2] for p in path) < RIM_HEIGHT - NET_DEPTH


@given(st.floats(0.37, 1.5), st.floats(np.pi * 0.6, np.pi * 1.4), st.floats(0.3, 1.5))
@settings(max_examples=30, deadline=None)
def test_a_ball_dropped_beside_the_ring_is_not(off: float, turn: float, above: float) -> None:
    offset = np.array([off * np.cos(turn), off * np.sin(turn), above])
    made, _, touched = fly(Ball(HOOP.centre + offset), 1.0)
    assert made is None
    assert "net" not in touched


@given(near_hoop(), velocities())
@settings(max_examples=60, deadline=None)
def test_made_exactly_when_it_fell_through(start: Array, velocity: Array) -> None:
    away = start - HOOP.centre
    assume(np.hypot(away[0], away[1]) > 0.5 or away[2] > 0.2)
    made, path, _ = fly(Ball(start, velocity), 2.5)
    assert (made is not None) == fell_through(path)


def fell_through(path: list[Array]) -> bool:
    """Written once more, plainly: down through the opening, then out below the net."""
    inside = False
    for before, after in pairwise(path):
        if before[2] > RIM_HEIGHT >= after[2]:
            share = (before[2] - RIM_HEIGHT) / (before[2] - after[2])
            x, y, _ = before + share * (after - before) - HOOP.centre
            inside = bool(np.hypot(x, y) < RIM_INNER)
        elif after[2] > RIM_HEIGHT:
            inside = False
        if inside and after[2] < RIM_HEIGHT - NET_DEPTH:
            x, y, _ = after - HOOP.centre
            return bool(np.hypot(x, y) < RIM_INNER + RADIUS)
    return False


def test_a_ball_from_below_is_not_made() -> None:
    ball = Ball(HOOP.centre - np.array([0, 0, 1.5]), np.array([0.0, 0.0, 7.0]))
    passage = Passage(HOOP)
    for _ in range(75):  # up through the ring, never back down
        before = ball.position
        ball.step(SUBSTEP_S, ())
        assert passage.step(before, ball.position, 0.0) is None
    assert ball.position[2] > RIM_HEIGHT


@given(near_hoop(), velocities())
@settings(max_examples=40, deadline=None)
def test_it_never_ends_inside_floor_or_board(start: Array, velocity: Array) -> None:
    low, high = HOOP.board_bottom, HOOP.board_bottom + HOOP.board_height
    _, path, _ = fly(Ball(start, velocity), 1.0)
    for p in path[8:]:
        assert p[2] >= RADIUS - 1e-9
        within = abs(p[1]) < HOOP.board_width / 2 and low < p[2] < high
        assert not (within and HOOP.board_x < p[0] < HOOP.board_x + 0.04)


@given(st.floats(1, 9), st.floats(-1.5, 1.5), st.floats(0.4, 1.3))
@settings(max_examples=40, deadline=None)
def test_launch_goes_through_the_target(far: float, turn: float, angle: float) -> None:
    start = HOOP.centre - np.array([far * np.cos(turn), far * np.sin(turn), 1.0])
    velocity = launch(start, HOOP.centre, angle)
    t = lob_time(start, HOOP.centre, velocity)
    end = start + velocity * t + np.array([0, 0, -GRAVITY * t * t / 2])
    assert np.allclose(end, HOOP.centre, atol=1e-6)


def test_steel_turns_the_ball_away() -> None:
    front = HOOP.centre + np.array([-(RIM_INNER + RIM_WIRE), 0.0, 0.6])
    made, _, touched = fly(Ball(front), 1.0)
    assert "rim" in touched
    assert made is None


def test_both_baskets_face_the_middle() -> None:
    for rules in SIZES:
        left, right = Court(SIZES[rules], half=False).hoops()
        assert left.x == -right.x
        assert isinstance(left, Hoop)
        assert left.board_x < left.x < 0 < right.x < right.board_x
