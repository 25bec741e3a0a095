"""Shots: thrown through physics, seen by an imperfect eye, called made or missed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ball import Flight, Flights, Spot, merge
from pipeline.judge import asks, read, shipped
from pipeline.shots import Shot, ShotWatch
from pipeline.signs import NAMES, Reach, Visit, at_rim, bend, kick, signs, stirred, through
from tests.pipeline.flights import Eye, throws, watch


def spot(t_s: float, x: float, y: float, size: float = 0.53, sure: float = 0.8) -> Spot:
    return Spot(t_s, x, y, size, sure, seen=True)


def arc(hz: float, aside: float = 0.0, begin_s: float = 0.0) -> list[Spot]:
    """A free throw seen from the side: a parabola that ends in the rim (or `aside` of it), then
    through the net, or past it."""
    spots = []
    for step in range(int(1.7 * hz)):
        t = step / hz
        x, y = -9 * (1 - t) + aside, -2.2 * 4 * t * (1 - t)
        if t > 1:
            x, y = aside, 4.0 * (t - 1) if abs(aside) < 0.5 else 9 * (t - 1) + 11 * (t - 1) ** 2
        if y < 3 and abs(x) < 3:
            spots.append(spot(begin_s + t, x, y))
    return spots


def see(spots: list[Spot], eyes: ShotWatch | None = None, more_s: float = 1.5) -> list[Shot]:
    """Feed a watch one spot a frame, then nothing for a while."""
    eyes = eyes or ShotWatch(shipped())
    found = [eyes.update(one.t_s, [one]) for one in spots]
    last_s = spots[-1].t_s
    found += [eyes.update(last_s + step / 10, []) for step in range(1, int(more_s * 10))]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("hz", [8.0, 12.0, 30.0])
@pytest.mark.parametrize(("aside", "made"), [(0.0, True), (0.2, True), (-0.8, False), (0.9, False)])
def test_a_plain_shot(hz: float, aside: float, made: bool) -> None:
    (shot,) = see(arc(hz, aside))
    assert shot.rim_s == pytest.approx(1.0, abs=0.3)
    assert shot.start_s < shot.rim_s <= shot.end_s <= shot.rim_s + 1.7
    assert (shot.made > 0.5) == made
    assert shot.score > 0.5


def test_two_shots_one_after_the_other() -> None:
    eyes = ShotWatch(shipped())
    first = see(arc(15), eyes)
    second = see(arc(15, -0.8, begin_s=4.0), eyes)
    assert [round(one.rim_s) for one in first + second] == [1, 5]


def test_what_is_no_shot() -> None:
    flat = [spot(step / 15, -3 + step * 0.4, 0.4) for step in range(16)]
    assert see(flat) == []
    upward = [spot(step / 15, 0.1, 3 - step * 0.4) for step in range(9)]
    assert see(upward) == []
    hanging = [spot(step / 15, 0.2, -0.6 + 0.02 * (step % 2)) for step in range(40)]
    assert see(hanging) == []
    slow = [spot(step / 15, -2.2 + step * 0.02, -1.5 + step * 0.02) for step in range(100)]
    assert see(slow) == []


@pytest.mark.parametrize(
    ("eye", "seen", "right"),
    [
        (Eye(hz=20, noise=0.02, seen=0.95, clutter=0.0), 0.94, 0.85),
        (Eye(hz=12, noise=0.04, seen=0.85, clutter=0.2), 0.85, 0.80),
        (Eye(hz=8, noise=0.05, seen=0.80, clutter=0.2), 0.65, 0.78),
    ],
)
def test_throws_of_the_simulator(eye: Eye, seen: float, right: float) -> None:
    total = hits = correct = extra = 0
    for thrown in throws(11, 40, eye):
        shots = watch(thrown)
        near = [one for one in shots if abs(one.rim_s - thrown.rim_s) <= 0.5]
        total += 1
        extra += len(shots) - bool(near)
        if near:
            hits += 1
            correct += (near[0].made > 0.5) == thrown.made
    assert hits >= seen * total
    assert correct >= right * hits
    assert extra <= 0.15 * total


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(5, 30))
def test_noise_alone_is_rarely_a_shot_and_nothing_grows(seed: int, hz: float) -> None:
    rng = np.random.default_rng(seed)
    eyes, found = ShotWatch(shipped()), 0
    for step in range(60):
        t_s = step / hz
        spots = [
            Spot(t_s, *rng.uniform((-3, -3, 0.2, 0), (3, 3, 1, 1)).tolist())
            for _ in range(rng.integers(0, 2))
        ]
        found += eyes.update(t_s, spots, float(rng.random())) is not None
    assert found <= 60 / hz / 1.0 + 1


THROUGH = [
    spot(0.0, -2.6, -1.9),
    spot(0.07, -2.1, -2.0),
    spot(0.14, -1.6, -1.9),
    spot(0.21, -1.1, -1.6),
    spot(0.28, -0.5, -0.9),
    spot(0.35, -0.2, -0.1),
    spot(0.42, 0.0, 0.4),
    spot(0.5, 0.0, 0.8),
    spot(0.6, 0.0, 1.2),
]


def test_the_signs_of_a_ball_through_the_net() -> None:
    looks = [(one.t_s, max(0.0, one.t_s - 0.3), 1) for one in THROUGH[4:]]
    seen = signs(Visit(list(THROUGH), 4, looks))
    assert seen["crossing"] == pytest.approx(0.08, abs=0.02)
    assert seen["leaves"] == pytest.approx(0.0, abs=0.01)
    assert seen["slowed"] < 0.7
    assert seen["in_net"] == 3
    assert seen["beside"] == 0
    assert seen["swing"] > 0.1
    assert tuple(seen) == NAMES


def test_a_ball_off_the_iron_is_kicked_and_one_not_seen_again_is_not() -> None:
    way = [
        spot(0.0, -2.0, -1.0),
        spot(0.1, -1.0, -0.6),
        spot(0.2, 0.0, -0.2),
        spot(0.3, -1.0, -0.6),
    ]
    visit = Visit(way, 1)
    assert at_rim(visit) == 2
    assert kick(visit) == pytest.approx((-20.0, -8.0))
    assert kick(Visit(way[:3], 1)) == (0.0, 0.0)
    freely = [spot(t_s, 3 * t_s - 0.3, t_s) for t_s in (0.0, 0.1, 0.2)]
    assert kick(Visit(freely, 0)) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_a_net_that_moves_long_after_the_ball_was_not_moved_by_it() -> None:
    ball = Visit(list(THROUGH), 4, [(t_s, 0.2, 1) for t_s in (0.55, 0.65, 0.75)])
    person = Visit(list(THROUGH), 4, [(t_s, 0.2, 1) for t_s in (1.3, 1.4, 1.5)])
    assert signs(ball)["swing_soon"] == signs(ball)["swing_mean"] == pytest.approx(0.2)
    assert signs(person)["swing_soon"] == signs(person)["swing_mean"] == 0.0
    assert signs(person)["swing_late"] == pytest.approx(0.2)
    assert stirred(ball, 0.5, 0.6) == 0.2
    assert stirred(ball, 2.0, 3.0) == 0.0


@pytest.mark.parametrize(
    "other",
    [
        [spot(0.35, 0.4, -0.5), spot(0.42, 1.0, -0.9), spot(0.5, 1.6, -0.8), spot(0.6, 2.2, -0.3)],
        [spot(0.35, 0.6, -0.1), spot(0.42, 1.1, 0.4), spot(0.5, 1.4, 0.9), spot(0.6, 1.7, 1.5)],
    ],
)
def test_a_ball_that_leaves_to_the_side_is_likelier_to_have_missed(other: list[Spot]) -> None:
    def made(way: list[Spot], net: float) -> float:
        visit = Visit(way, 4, [(one.t_s, net, 1) for one in way[4:]])
        return shipped().judge(visit)[1]

    through_s, aside = made(list(THROUGH), 0.2), made([*THROUGH[:5], *other], 0.0)
    assert through_s > 0.7
    assert aside < 0.3


@given(st.floats(-6, 6), st.floats(-8, 8), st.floats(-3, 0), st.floats(-12, 2), st.integers(5, 9))
def test_a_thrown_ball_is_laid_through_a_parabola(
    x: float, vx: float, y: float, vy: float, count: int
) -> None:
    """Free flight is recognised, and where it falls through the rim's plane foretold."""
    times = [step / 15 for step in range(count)]
    spots = [spot(t, x + vx * t, y + vy * t + 11.0 * t * t) for t in times]
    way = bend(spots)
    assert way is not None
    assert way.off < 1e-6
    assert way.pull == pytest.approx(1.0, abs=1e-6)
    down = way.falls_through(0.2)
    t = (-vy + np.sqrt(vy * vy + 44.0 * (0.2 - y))) / 22.0
    assert down == pytest.approx(x + vx * t, abs=1e-5)


@given(st.floats(-1.5, 1.5), st.floats(-1.0, 1.0), st.floats(0.05, 0.95))
def test_the_crossing_lies_between_the_spots_about_it(x: float, to: float, part: float) -> None:
    plane = 0.2
    way = [spot(0.0, x, plane - part), spot(0.1, to, plane + 1 - part)]
    crossing, at_s = through(way, 0, plane)
    assert crossing == pytest.approx(x + part * (to - x), abs=1e-6)
    assert at_s == pytest.approx(0.1 * part, abs=1e-6)
    assert through([way[1], way[0]], 0, plane)[0] is None


@given(st.floats(0.1, 4), st.floats(0.1, 4), st.floats(0, 6.28))
def test_the_pictures_edge_is_where_a_ray_leaves_it(
    side: float, height: float, turn: float
) -> None:
    reach = Reach(side, height, side, height)
    x, y = float(np.cos(turn)), float(np.sin(turn))
    far = reach.towards(x, y)
    assert max(abs(far * x) / side, abs(far * y) / height) == pytest.approx(1.0)


def test_a_close_up_shows_a_shot_only_from_its_edge_on() -> None:
    """The ball is never 1.5 rim widths away: it comes into the picture and falls through."""
    eyes, shots = ShotWatch(shipped()), []
    reach = Reach(1.3, 1.2, 1.3, 1.6)
    way = [(-0.9, -0.9), (-0.5, -0.6), (-0.2, -0.3), (0.0, 0.1), (0.0, 0.5), (0.0, 0.9), (0.0, 1.2)]
    for step, (x, y) in enumerate(way):
        seen = Spot(step / 15, x, y, 0.53, 0.85, seen=True)
        net = 0.35 if y > 0.3 else 0.0
        shots.append(eyes.update(step / 15, [seen], net, reach, width=100.0, sure=0.8))
    shots += [eyes.update((len(way) + k) / 15, [], 0.05, reach) for k in range(15)]
    (shot,) = [one for one in shots if one is not None]
    assert shot.made > 0.5


def test_the_judge_says_what_he_does_not_know() -> None:
    assert asks(0.5)
    assert not asks(0.03)
    assert not asks(0.97)
    plain = {"signs": ["something else"], **shipped().plain()}
    with pytest.raises(ValueError, match="weights for the signs"):
        read(plain)
    assert read({"signs": list(NAMES), **shipped().plain()}).least == shipped().least


def test_one_ball_is_one_flight_whatever_else_moves() -> None:
    flights = Flights()
    rng = np.random.default_rng(3)
    longest: list[Flight] = []
    for one in arc(15):
        places = rng.uniform(-3, 3, (2, 2)).tolist()
        clutter = [spot(one.t_s, x, y, sure=0.3) for x, y in places]
        grown = flights.update(one.t_s, [*clutter, one])
        longest = [flight for flight in grown if flight.last == one]
    assert len(longest[0].spots) >= len(arc(15)) - 2


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.floats(0, 1)), max_size=12))
def test_merged_spots_keep_their_distance(places: list[tuple[float, float, float]]) -> None:
    spots = [spot(0.0, x, y, sure=sure) for x, y, sure in places]
    kept = merge(spots)
    assert set(kept) <= set(spots)
    assert bool(kept) == bool(spots)
    for index, a in enumerate(kept):
        assert all(np.hypot(a.x - b.x, a.y - b.y) > 0.35 for b in kept[:index])
