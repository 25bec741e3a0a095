"""The pictures that weights are trained on: repeatable, and boxed where things are."""

from __future__ import annotations

import numpy as np
import pytest

from onnx_models.training import clothes
from onnx_models.training.ball import draw_ball, lay
from onnx_models.training.clip import TRAIN_SHARE, Cut, cut_people, referees
from onnx_models.training.compose import BALL, PLAYER, REFEREE, RIM, Composer, Material
from onnx_models.training.decoys import draw_decoy
from onnx_models.training.hoop import Hoop, View

NOTHING = Material([], [], [], [])


def test_the_same_seed_makes_the_same_pictures() -> None:
    first, second = (Composer(NOTHING, seed=5, size=160) for _ in range(2))
    for _ in range(12):
        a, b = first.sample(), second.sample()
        assert np.array_equal(a.image, b.image)
        assert np.array_equal(a.boxes, b.boxes)
        assert np.array_equal(a.label, b.label)


def test_boxes_lie_in_the_picture_and_have_an_area() -> None:
    composer = Composer(NOTHING, seed=6, size=192)
    seen: set[int] = set()
    for _ in range(40):
        sample = composer.sample()
        assert sample.image.shape == (192, 192, 3)
        assert sample.boxes.shape == (len(sample.label), 4)
        assert (sample.boxes >= 0).all()
        assert (sample.boxes <= 192).all()
        assert (sample.boxes[:, 2:] > sample.boxes[:, :2]).all()
        seen.update(sample.label.tolist())
    assert {BALL, RIM} <= seen


@pytest.mark.parametrize("azimuth", [0.0, 0.8, -1.4])
@pytest.mark.parametrize("ring_px", [20.0, 90.0])
def test_a_hoop_is_drawn_where_its_box_says(azimuth: float, ring_px: float) -> None:
    view = View.around(azimuth, -0.3, 8.0, ring_px, 0.0, (150.0, 120.0))
    hoop = Hoop(np.random.default_rng(1), view, ring_px, 2.0)
    canvas = np.zeros((600, 600, 4), np.uint8)
    hoop.far_half(canvas)
    hoop.near_half(canvas)
    x1, y1, x2, y2 = (value / 2 for value in hoop.box(1.0))
    assert x1 < 150 < x2
    assert y1 < 120 < y2
    assert x2 - x1 == pytest.approx(ring_px, rel=0.2)
    rows, columns = np.nonzero(canvas[..., 3])
    slack = 0.2 * ring_px + 2
    assert rows.min() / 2 == pytest.approx(y1, abs=slack)
    assert columns.min() / 2 > x1 - slack - 0.35 * ring_px  # the fixing may stand out


@pytest.mark.parametrize("radius", [3.0, 12.0, 40.0])
def test_a_ball_has_its_size(radius: float) -> None:
    rng = np.random.default_rng(2)
    for _ in range(8):
        sprite, (bx, by) = draw_ball(rng, radius)
        solid = sprite[..., 3].sum() / 255
        assert solid == pytest.approx(np.pi * radius**2, rel=0.2)
        assert max(bx, by) <= 0.7 * radius
        picture = np.zeros((100, 100, 3), np.float32)
        lay(picture, sprite, -20, 90)  # beyond the edge is no error
        assert picture.max() <= 255


@pytest.mark.parametrize("radius", [1.5, 6.0, 30.0])
def test_what_is_no_ball_has_its_size_and_never_a_basketballs_colour_alone(radius: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        sprite = draw_decoy(rng, radius)
        assert sprite.shape == (max(4, round(3 * radius)),) * 2 + (4,)
        assert np.isfinite(sprite).all()
        assert (sprite[..., :3] <= sprite[..., 3:] + 1).all()  # multiplied by opacity
        assert sprite[..., 3].max() > 0


def test_a_referee_wears_stripes_and_keeps_the_outline() -> None:
    person = np.zeros((120, 50, 4), np.float32)
    person[4:-4, 4:-4] = (90, 140, 180, 255)
    rng = np.random.default_rng(4)
    for dress in (clothes.as_referee, clothes.as_player):
        for _ in range(10):
            painted = dress(rng, person)
            assert np.array_equal(painted[..., 3], person[..., 3])
            assert np.array_equal(painted[:10], person[:10])  # the head
            assert abs(painted[40:60] - person[40:60]).max() > 15
            assert painted.min() >= 0
            assert painted.max() <= 255


def test_people_are_players_or_referees_by_what_they_wear() -> None:
    person = Cut(np.full((80, 30, 4), 200, np.float32))
    composer = Composer(Material([], [], [person, Cut(person.sprite, referee=True)], []), 7, 320)
    labels = [label for _ in range(40) for label in composer.sample().label.tolist()]
    assert {PLAYER, REFEREE} <= set(labels)


def test_the_clips_referees_are_known_while_it_trains() -> None:
    first = referees(0)
    assert [box.tolist() for box in first] == [[203, 199, 275, 360], [66, 203, 94, 297]]
    assert len(referees(100)) == 1
    assert not referees(int(214 * TRAIN_SHARE))
    frame = np.full((360, 640, 3), 90, np.uint8)
    people = np.array([[204, 200, 274, 352], [400, 200, 440, 300]], np.float32)
    assert [cut.referee for cut in cut_people(frame, people, 0)] == [True, False]
