"""The view of the court while the camera moves: marked once, then held."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.bearing import Bearing, basket_of
from pipeline.court import Floor, landmarks
from pipeline.courtview import RIM_M
from pipeline.frame import Image
from pipeline.rim import Rim
from pipeline.setup import Marks, Setup
from pipeline.shift import Shift
from server.simulator.camera import Camera
from server.simulator.game import SimulatedGame

Array = NDArray[np.float64]
SIZE = (640, 360)
FIBA = Floor(28.0, 15.0, 1.575, 6.75, 6.6)
MARKS = ("key-right-near", "throw-right-near", "throw-right-far", "key-right-far")


@pytest.fixture(scope="module")
def film() -> list[tuple[Image, float, Camera]]:
    """A phone that follows the play: 12 s, ten pictures a second."""
    game, pictures = SimulatedGame(3, size=SIZE, shake=0.002), []
    for image, truth in islice(game.frames(step=3), 120):
        assert game.camera is not None
        pictures.append((image, truth.media_s, game.camera))
    return pictures


def marked(camera: Camera, sigma_px: float = 0.0, media_s: float | None = None) -> Setup:
    metres = np.array([landmarks(FIBA)[mark] for mark in MARKS])
    px, _ = camera.project(np.hstack([metres, np.zeros((4, 1))]))
    px = px + np.random.default_rng(1).normal(0, sigma_px, px.shape)
    points = tuple((*p, *m) for p, m in zip(px.tolist(), metres.tolist(), strict=True))
    return Setup(floor=FIBA, marks=Marks(SIZE, points, media_s))


def off_m(bearing: Bearing, camera: Camera) -> float:
    """Median error over the floor in the picture."""
    x, y = np.meshgrid(np.linspace(2, 13.5, 12), np.linspace(-7, 7, 9))
    at = np.stack([x.ravel(), y.ravel()], axis=1)
    px, depth = camera.project(np.hstack([at, np.zeros((len(at), 1))]))
    seen = (depth > 1) & (px > 0).all(axis=1) & (px < np.array(SIZE)).all(axis=1)
    assert bearing.view is not None
    return float(np.median(np.hypot(*(bearing.view.floor(px[seen]) - at[seen]).T)))


def follow(
    bearing: Bearing, shift: Shift, image: Image, media_s: float, *, look: bool = True
) -> None:
    """As `Vision` does it."""
    bearing.resize(SIZE)
    if (focal := bearing.focal) is not None:
        shift.lens(focal)
    moved = shift.update(image)
    if moved is not None and not np.array_equal(moved, np.eye(3)):
        bearing.move(moved, media_s)
    if look:
        bearing.look(image, media_s, [])


def test_marks_by_a_finger_are_held_over_a_pan(film: list[tuple[Image, float, Camera]]) -> None:
    bearing, shift, errors = Bearing(), Shift(), []
    for index, (image, media_s, camera) in enumerate(film):
        follow(bearing, shift, image, media_s)
        if index == 0:
            bearing.configure(marked(camera, sigma_px=3.0))
        else:
            errors.append(off_m(bearing, camera))
    assert np.median(errors) < 0.08
    assert np.max(errors) < 0.25
    # The lens is known better than the marks knew it.
    assert bearing.focal == pytest.approx(film[0][2].focal / SIZE[0], rel=0.03)


def test_marks_of_an_earlier_picture_still_fit(film: list[tuple[Image, float, Camera]]) -> None:
    told, blind = Bearing(), Bearing()
    focal = film[0][2].focal / SIZE[0]
    for bearing in (told, blind):
        shift = Shift(focal)
        for image, media_s, _ in film[:60]:
            follow(bearing, shift, image, media_s, look=False)
    _, then_s, then = film[5]
    told.configure(marked(then, media_s=then_s))
    blind.configure(marked(then))
    assert off_m(told, film[59][2]) < 0.1
    assert off_m(blind, film[59][2]) > 0.5


def known(bearing: Bearing) -> bool:
    return bearing.view is not None


def test_doubt_ends_at_lines_or_at_a_rim(film: list[tuple[Image, float, Camera]]) -> None:
    image, media_s, camera = film[0]
    bearing = Bearing()
    bearing.resize(SIZE)
    bearing.configure(marked(camera))
    assert known(bearing)
    bearing.doubt()
    assert not known(bearing)
    empty = np.full_like(image, 90)
    bearing.look(empty, media_s, [])
    assert not known(bearing)
    ring, _ = camera.project(np.array([[*FIBA.baskets()[1], RIM_M]]))
    (x, y) = ring[0].tolist()
    far = Rim(1, x - 200, y, 20, 8, 0.9, 0.0)
    there = Rim(2, x, y, 20, 8, 0.9, 0.0)
    bearing.look(empty, media_s + 2, [far])
    assert not known(bearing)
    bearing.look(empty, media_s + 4, [there])
    view = bearing.view
    assert view is not None
    assert basket_of(there.xyxy(), FIBA, view) == 1
    assert basket_of(far.xyxy(), FIBA, view) is None
    bearing.doubt()
    bearing.look(image, media_s + 6, [])
    assert known(bearing)


def test_marks_that_fit_nothing_tell_nothing() -> None:
    bearing = Bearing()
    points = tuple((10.0 * n, 20.0, float(n), 1.0) for n in range(4))
    bearing.configure(Setup(floor=FIBA, marks=Marks(SIZE, points)))
    assert bearing.view is None
    assert bearing.focal is None
