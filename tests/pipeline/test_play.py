"""From people and balls in a picture to linked sightings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.play import LATEST_S
from pipeline.possession import STEP_S, Positions
from tests.pipeline.plays import BASKET, Leg, catch_and_shoot, film
from tests.pipeline.staging import run, view

VIEW = view()


def miss_and_board() -> tuple[Positions, float]:
    """0 shoots and misses; away's 9 takes the ball off the board and keeps it."""
    ring = (float(BASKET[0]), float(BASKET[1]))
    legs = [Leg(2.4, who=0), Leg(1.2, to=ring), Leg(0.6, to=(11.6, -2.2)), Leg(3.6, who=9)]
    return film(legs), 3.6 - STEP_S


def test_a_shot_is_told_soon_with_its_thrower_and_the_pass_before_it() -> None:
    positions, rim_s = catch_and_shoot()
    told = run(positions, (rim_s, 0.95), seen=VIEW)
    shot = next(one for one in told if one.one.kind == "shot")
    assert shot.at_s <= rim_s + LATEST_S + STEP_S
    assert shot.one.players[0][:2] == ("home", "5")
    assert shot.one.home == pytest.approx(1.0, abs=0.1)
    assert 0.5 < shot.one.score < 0.9  # the rim's word, and that it was no free throw
    assert shot.one.three is not None
    assert {label for label, _ in shot.one.boxes} >= {"rim", "player"}
    assert shot.one.track_id == 101
    assert shot.one.still is not None
    assert shot.one.still.shape == (270, 480, 3)
    assist = next(one.one for one in told if one.one.kind == "assist")
    assert assist.parent == shot.one.id
    assert assist.players[0][:2] == ("home", "4")
    assert assist.score <= 0.95


def test_a_rebound_belongs_to_its_shot() -> None:
    positions, rim_s = miss_and_board()
    told = [one.one for one in run(positions, (rim_s, 0.05), seen=VIEW)]
    shot = next(one for one in told if one.kind == "shot")
    rebound = next(one for one in told if one.kind == "rebound")
    assert rebound.parent == shot.id
    assert rebound.at_s > shot.at_s
    assert rebound.offensive is not None
    assert rebound.offensive < 0.5
    assert rebound.home == pytest.approx(0.0, abs=0.1)
    assert not [one for one in told if one.kind in ("assist", "steal")]


def test_without_a_court_only_shots_are_told_and_whose_hands_it_left() -> None:
    positions, rim_s = catch_and_shoot()
    (told,) = run(positions, (rim_s, 0.95), seen=None)
    assert told.one.kind == "shot"
    assert told.one.players == ()
    assert told.one.three is None
    assert told.one.track_id == 101
    assert told.one.home == 1.0


def test_teams_without_a_name_are_not_given_one() -> None:
    positions, rim_s = miss_and_board()
    told = [one.one for one in run(positions, (rim_s, 0.05), seen=VIEW, named=False)]
    assert {one.kind for one in told} >= {"shot", "rebound"}
    assert all(one.home is None and one.players == () for one in told)
    assert next(one for one in told if one.kind == "rebound").offensive is not None


def test_a_ball_unseen_for_a_while_changes_little() -> None:
    positions, rim_s = catch_and_shoot()
    lost = frozenset(range(1, len(positions), 3))
    told = [one.one for one in run(positions, (rim_s, 0.95), seen=VIEW, lost=lost)]
    shot = next(one for one in told if one.kind == "shot")
    assert shot.players[0][:2] == ("home", "5")


@settings(max_examples=3, deadline=None)
@given(st.permutations(range(10)))
def test_the_order_of_tracks_does_not_matter(order: list[int]) -> None:
    positions, rim_s = catch_and_shoot()
    plain = [one.one for one in run(positions, (rim_s, 0.95), seen=VIEW)]
    mixed = [one.one for one in run(positions, (rim_s, 0.95), seen=VIEW, order=np.array(order))]
    assert [one.kind for one in mixed] == [one.kind for one in plain]
    for a, b in zip(mixed, plain, strict=True):
        assert [one[:2] for one in a.players] == [one[:2] for one in b.players]
        assert a.score == pytest.approx(b.score)
