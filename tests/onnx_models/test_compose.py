"""The pictures that weights are trained on: repeatable, and boxed where things are."""

from __future__ import annotations

import numpy as np
import pytest

from onnx_models.training.ball import draw_ball, lay
from onnx_models.training.compose import BALL, RIM, Composer, Material
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
