"""Teams by what they wear."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.boxes import Tracks
from pipeline.frame import Image
from pipeline.setup import Colour
from pipeline.shirts import Shirts, colours

WHITE, NAVY, GREY, BLACK = (240, 240, 240), (110, 45, 30), (150, 150, 150), (25, 25, 25)
FLOOR = (120, 165, 205)
NOISE = np.random.default_rng(0).integers(0, 20, (200, 740, 3), np.uint8)


def gym(wear: list[tuple[Colour, Colour]], seed: int) -> tuple[Image, Tracks]:
    """People side by side, each in (shirt, shorts), with a number in the shirt's other colour."""
    rng = np.random.default_rng(seed)
    image = np.full((200, 60 * len(wear) + 20, 3), FLOOR, np.uint8)
    boxes = []
    for k, (shirt, shorts) in enumerate(wear):
        x1, y1 = 10 + 60 * k + int(rng.integers(-3, 4)), 40 + int(rng.integers(-3, 4))
        cv2.rectangle(image, (x1 + 8, y1 + 18), (x1 + 32, y1 + 58), shirt, -1)
        cv2.rectangle(image, (x1 + 8, y1 + 58), (x1 + 32, y1 + 82), shorts, -1)
        ink = WHITE if sum(shirt) < 380 else BLACK
        cv2.putText(image, "8", (x1 + 14, y1 + 46), cv2.FONT_HERSHEY_SIMPLEX, 0.6, ink, 2)
        boxes.append((x1, y1, x1 + 40, y1 + 120))
    noisy = cv2.subtract(image, np.ascontiguousarray(np.roll(NOISE, seed)[:, : image.shape[1]]))
    n = len(wear)
    tracks = Tracks(
        np.arange(1, n + 1),
        np.array(boxes, np.float32),
        np.full(n, 0.9, np.float32),
        np.zeros(n, np.int64),
    )
    return np.asarray(noisy, np.uint8), tracks


TEAMS = [(WHITE, WHITE)] * 5 + [(NAVY, NAVY)] * 5 + [(GREY, BLACK)] * 2


def watched(
    wear: list[tuple[Colour, Colour]], named: tuple[Colour | None, Colour | None] = (None, None)
) -> np.ndarray:
    """(N, 3) what some seconds tell."""
    shirts = Shirts()
    shirts.name(named)
    tracks = look_on(shirts, wear)
    return shirts.chances(tracks.id)


def look_on(
    shirts: Shirts, wear: list[tuple[Colour, Colour]], referees: tuple[int, ...] = ()
) -> Tracks:
    for look in range(30):
        image, tracks = gym(wear, look)
        called = np.isin(np.arange(len(tracks)), referees)
        shirts.look(image, tracks, called, look / 2)
    return tracks


def test_two_teams_and_referees_without_a_name() -> None:
    told = watched(TEAMS)
    np.testing.assert_allclose(told.sum(axis=1), 1.0)
    best = told.argmax(axis=1)
    assert len(set(best[:5])) == len(set(best[5:10])) == 1
    assert {best[0], best[5]} == {0, 1}
    assert (best[10:] == 2).all()
    assert told.max(axis=1).min() > 0.8


@pytest.mark.parametrize("named", [(WHITE, NAVY), (None, (90, 60, 20)), ((225, 230, 250), None)])
def test_named_colours_say_who_is_home(named: tuple[Colour | None, Colour | None]) -> None:
    """The person's colours need not be just those of the picture."""
    assert watched(TEAMS, named).argmax(axis=1).tolist() == [0] * 5 + [1] * 5 + [2] * 2


def test_named_colours_are_enough_before_anything_is_learned() -> None:
    shirts = Shirts()
    shirts.name((WHITE, NAVY))
    for look in range(5):
        image, tracks = gym(TEAMS[:10], look)
        shirts.look(image, tracks, np.zeros(10, np.bool_), look / 10)
    told = shirts.chances(tracks.id)
    assert told.argmax(axis=1).tolist() == [0] * 5 + [1] * 5
    assert told.max(axis=1).min() > 0.8


def test_naming_late_turns_the_sides_round() -> None:
    shirts = Shirts()
    tracks = look_on(shirts, TEAMS)
    before = shirts.chances(tracks.id)
    home_is_white = bool(before[0].argmax() == 0)
    assert shirts.name((NAVY, WHITE)) == home_is_white
    assert shirts.named
    assert shirts.chances(tracks.id).argmax(axis=1).tolist()[:10] == [1] * 5 + [0] * 5


def test_teams_that_look_alike_are_not_told_apart() -> None:
    told = watched([(NAVY, NAVY)] * 5 + [((114, 50, 34), (108, 44, 30))] * 5)
    assert np.abs(told[:, 0] - told[:, 1]).max() < 0.6


def test_nothing_is_known_at_first() -> None:
    shirts = Shirts()
    image, tracks = gym(TEAMS, 0)
    shirts.look(image, tracks, np.zeros(12, np.bool_), 0.0)
    np.testing.assert_allclose(shirts.chances(tracks.id), 1 / 3)
    np.testing.assert_allclose(shirts.chances(np.array([77])), 1 / 3)


def test_the_detector_s_word_counts() -> None:
    shirts = Shirts()
    tracks = look_on(shirts, TEAMS[:10], referees=(3,))
    assert shirts.chances(tracks.id).argmax(axis=1).tolist().index(2) == 3


def test_who_stands_in_front_hides_the_shirt_behind() -> None:
    image, tracks = gym([(WHITE, WHITE), (NAVY, NAVY)], 0)
    boxes = tracks.xyxy.copy()
    boxes[1] = boxes[0] + np.array([2, 1, 2, 6], np.float32)
    seen = colours(image, boxes)
    assert np.isnan(seen[0]).any()
    assert np.isfinite(seen[1]).all()


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_the_boxes_does_not_matter(order: list[int]) -> None:
    image, tracks = gym(TEAMS, 3)
    np.testing.assert_allclose(
        colours(image, tracks.xyxy[order]), colours(image, tracks.xyxy)[order], equal_nan=True
    )


def test_boxes_outside_the_picture_and_no_boxes() -> None:
    image, _ = gym(TEAMS, 3)
    outside = np.array([[-90, -90, -40, -10], [5000, 10, 5050, 90]], np.float32)
    assert np.isnan(colours(image, outside)).all()
    assert colours(image, np.zeros((0, 4), np.float32)).shape == (0, 6)
