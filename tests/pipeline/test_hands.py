"""Whose hands a ball is in, from rays and boxes."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.hands import WINDOW_S, Eye, Hands
from tests.pipeline.plays import SPOTS
from tests.pipeline.staging import PHONE, ball, view

ASIDE = np.array([0.2, 0.0])
PEOPLE = np.concatenate([SPOTS, SPOTS + np.array([1.2, 0.4])])


def eye() -> Eye:
    projection = view().projection
    assert projection is not None
    return Eye.of(projection)


def test_the_eye_stands_where_the_camera_does() -> None:
    found = eye()
    assert found.centre == pytest.approx(PHONE.position, abs=0.3)
    assert found.focal == pytest.approx(PHONE.focal, rel=0.05)


def test_a_ball_beside_somebody_is_told_by_its_side_and_height() -> None:
    at = np.array([6.0, -2.0])
    toward = (at - PHONE.position[:2]) / np.linalg.norm(at - PHONE.position[:2])
    right = np.array([toward[1], -toward[0]])
    (x, y, _, _) = ball(at + 0.4 * right, 1.3)
    ((side, height, far),) = eye().beside(np.array([[x, y]]), at[None])[0]
    assert (side, height) == pytest.approx((0.4, 1.3), abs=0.1)
    assert far == pytest.approx(float(np.linalg.norm(at - PHONE.position[:2])), abs=0.4)


def test_a_ray_that_never_meets_a_plane_is_told_as_such() -> None:
    behind = PHONE.position[:2] - np.array([0.0, 5.0])
    assert np.isnan(eye().beside(np.array([[640.0, 360.0]]), behind[None])).all()


def test_it_is_in_the_hands_of_whom_it_is_beside_and_stays_there_unseen() -> None:
    hands = Hands()
    for look in range(16):
        seen = [] if 6 <= look < 12 else [ball(PEOPLE[1] + [0.2, 0.0])]
        hands.look(look / 8, seen, PEOPLE, eye())
    chances = hands.chances()
    assert chances.sum(axis=1) == pytest.approx(1.0)
    assert (chances.argmax(axis=1) == 1).all()
    places = [place for _, place in hands.told()]
    assert all(place is not None for place in places)
    assert places[0] == pytest.approx(PEOPLE[1], abs=0.5)


def test_a_pass_is_nobodys_on_its_way() -> None:
    hands = Hands()
    for look in range(24):
        if look < 8:
            at, high = PEOPLE[1], 1.1
        elif look < 14:
            part = (look - 7) / 7
            at, high = PEOPLE[1] * (1 - part) + PEOPLE[0] * part, 3.4
        else:
            at, high = PEOPLE[0], 1.1
        hands.look(look / 8, [ball(at + ASIDE, high)], PEOPLE, eye())
    who = hands.chances().argmax(axis=1).tolist()
    assert who[2:7] == [1] * 5
    assert set(who[9:13]) == {10}
    assert who[16:] == [0] * 8


def test_a_flight_that_the_ring_told_takes_it_out_of_all_hands() -> None:
    hands = Hands()
    for look in range(8):
        hands.look(look / 8, [ball(PEOPLE[1], score=0.4)], PEOPLE, eye())
    hands.free(0.5, 1.0)
    assert (hands.chances()[5:, 10] > 0.5).all()


def test_old_looks_are_forgotten_and_nobody_seen_is_nobody_told() -> None:
    hands = Hands()
    nobody = np.full((10, 2), np.nan)
    for look in range(100):
        hands.look(look / 10, [ball(PEOPLE[1])], nobody, eye())
    assert len(hands.told()) <= WINDOW_S * 10 + 2
    assert all(place is None for _, place in hands.told())
