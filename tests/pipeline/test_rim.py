"""Rims: found, believed, followed; what moves about them."""

from __future__ import annotations

import itertools
import math

import cv2
import numpy as np
import pytest

from pipeline.basket import Basket
from pipeline.boxes import Detections
from pipeline.frame import Image
from pipeline.rim import Rims, rings

Box = tuple[float, float, float, float]


def found(*rows: tuple[Box, float]) -> Detections:
    boxes = np.array([box for box, _ in rows], np.float32).reshape(-1, 4)
    score = np.array([one for _, one in rows], np.float32)
    return Detections(boxes, score, np.zeros(len(rows), np.int64))


def rims() -> Rims:
    ids = itertools.count(1)
    return Rims(lambda: next(ids))


def scene(seed: int = 5, height: int = 360, width: int = 640) -> Image:
    """Something with edges everywhere, as a gym has."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (height // 20, width // 20, 3)).astype(np.uint8)
    image = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return image.astype(np.uint8, copy=False)


def test_a_rim_is_believed_after_a_few_looks_and_settles_at_its_middle() -> None:
    eyes, rng = rims(), np.random.default_rng(1)
    for step in range(60):
        dx, dy = rng.normal(0, 3, 2)
        eyes.update(found(((300 + dx, 100 + dy, 340 + dx, 112 + dy), 0.6)), step / 10)
        if step == 1:
            assert eyes.firm() == []
    (rim,) = eyes.firm()
    assert (rim.x, rim.y, rim.width) == pytest.approx((320, 106, 40), abs=2)
    assert rim.id == 1


def test_a_faint_rim_is_believed_when_it_is_there_again_and_again() -> None:
    steady, fleeting = rims(), rims()
    rng = np.random.default_rng(2)
    for step in range(20):
        steady.update(found(((300, 100, 340, 112), 0.2)), step / 10)
        x = float(rng.uniform(0, 600))
        fleeting.update(found(((x, 100, x + 40, 112), 0.2)), step / 10)
    assert len(steady.firm()) == 1
    assert fleeting.firm() == []


def test_a_rim_that_is_no_longer_seen_fades_only_where_it_was_looked_for() -> None:
    eyes = rims()
    for step in range(10):
        eyes.update(found(((300, 100, 340, 112), 0.6)), step / 10)
    elsewhere = np.array([[0, 0, 200, 200]], np.float32)
    for step in range(500):
        eyes.update(found(), 1 + step / 10, elsewhere)
    assert len(eyes.firm()) == 1
    for step in range(500):
        eyes.update(found(), 60 + step / 10)
    assert eyes.firm() == []


def test_a_ball_in_the_net_does_not_drag_the_rim_along_but_a_moved_camera_does() -> None:
    eyes = rims()
    for step in range(20):
        eyes.update(found(((300, 100, 340, 112), 0.6)), step / 10)
    for step in range(5):
        eyes.update(found(((320, 110, 360, 122), 0.6)), 2 + step / 10)
    assert eyes.firm()[0].x == pytest.approx(320, abs=6)
    for step in range(30):
        eyes.update(found(((320, 110, 360, 122), 0.6)), 3 + step / 10)
    assert eyes.firm()[0].x == pytest.approx(340, abs=3)


def test_one_hoop_is_one_rim_and_two_are_two() -> None:
    eyes = rims()
    for step in range(20):
        eyes.update(
            found(
                ((300, 100, 340, 112), 0.6),
                ((304, 102, 344, 114), 0.4),
                ((900, 100, 930, 110), 0.5),
            ),
            step / 10,
        )
    assert sorted(round(rim.x) for rim in eyes.firm()) == [320, 915]


def test_a_box_with_the_net_gives_the_ring() -> None:
    both = rings(found(((100, 50, 140, 92), 0.5), ((100, 50, 140, 61), 0.5)))
    assert both.xyxy[0].tolist() == [100, 50, 140, 62]
    assert both.xyxy[1].tolist() == [100, 50, 140, 61]


def with_ball(image: Image, x: float, y: float, radius: int) -> Image:
    out = image.copy()
    cv2.circle(out, (round(x), round(y)), radius, (40, 90, 200), -1, cv2.LINE_AA)
    return out


@pytest.mark.parametrize("tremble", [0.0, 2.0])
def test_a_ball_that_flies_by_is_found_where_it_is(tremble: float) -> None:
    whole, rng = scene(height=420, width=700), np.random.default_rng(3)
    basket, hits, centre, width = Basket(), 0, (300.0, 160.0), 40.0
    for step in range(40):
        dx, dy = (round(v) for v in rng.normal(0, tremble, 2)) if step else (0, 0)
        x, y = 200 + 8 * (step - 15), 100 + 0.4 * (step - 24) ** 2
        image = with_ball(whole, x + 30, y + 30, 10) if step > 15 else whole
        view = np.ascontiguousarray(image[30 - dy : 390 - dy, 30 - dx : 670 - dx])
        spots, _ = basket.update(view, centre, width, step / 15)
        far = [math.hypot(s.x * width + 300 - x - dx, s.y * width + 160 - y - dy) for s in spots]
        if 15 < step < 38 and abs(x - 300) < 110 and abs(y - 160) < 110:
            hits += bool(far) and min(far) < 8
        if step <= 15 and tremble == 0:
            assert spots == []
    assert hits >= 12


def test_what_stays_becomes_background() -> None:
    basket, image = Basket(), scene()
    for step in range(20):
        basket.update(image, (300, 160), 40, step / 15)
    banner = with_ball(image, 320, 150, 10)
    first, _ = basket.update(banner, (300, 160), 40, 21 / 15)
    assert first
    for step in range(22, 150):
        last, _ = basket.update(banner, (300, 160), 40, step / 15)
    assert last == []
