"""The court's lines laid over those in a picture."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.court import Floor, landmarks
from pipeline.courtview import RIM_M, CourtView, solve
from pipeline.frame import Image
from pipeline.register import register
from server.simulator.camera import Camera
from server.simulator.game import SimulatedGame

Array = NDArray[np.float64]
SIZE = (960, 540)
FIBA = Floor(28.0, 15.0, 1.575, 6.75, 6.6)
MARKS = ("key-right-near", "throw-right-near", "throw-right-far", "key-right-far")


@pytest.fixture(scope="module")
def filmed() -> tuple[Image, Camera]:
    game = SimulatedGame(5, size=SIZE, shake=0.0)
    image, _ = next(islice(game.frames(step=40), 2, 3))
    assert game.camera is not None
    return image, game.camera


def tapped(camera: Camera, seed: int, sigma_px: float = 4.0) -> CourtView:
    """Four marks, set by a finger."""
    metres = np.array([landmarks(FIBA)[mark] for mark in MARKS])
    px, _ = camera.project(np.hstack([metres, np.zeros((4, 1))]))
    px = px + np.random.default_rng(seed).normal(0, sigma_px, px.shape)
    return solve(px, metres, SIZE, sigma_px=sigma_px)


def off(view: CourtView, camera: Camera) -> tuple[Array, float]:
    """(N,) errors in metres over the floor in the picture; share within the 95 % ellipse."""
    x, y = np.meshgrid(np.linspace(1, 13.5, 12), np.linspace(-7, 7, 9))
    at = np.stack([x.ravel(), y.ravel()], axis=1)
    px, depth = camera.project(np.hstack([at, np.zeros((len(at), 1))]))
    seen = (depth > 1) & (px > 0).all(axis=1) & (px < np.array(SIZE)).all(axis=1)
    error = view.floor(px[seen]) - at[seen]
    inverse = np.linalg.pinv(view.spread(px[seen]))
    far2 = np.einsum("ni,nij,nj->n", error, inverse, error)
    return np.hypot(*error.T), float((far2 < 5.991).mean())


def test_four_taps_become_exact(filmed: tuple[Image, Camera]) -> None:
    image, camera = filmed
    before, after, inside = [], [], []
    for seed in range(6):
        view = tapped(camera, seed)
        held = register(view, image, FIBA)
        assert held.found
        assert held.support > held.by_chance + 0.3
        assert held.view.error_m < view.error_m
        before.append(np.median(off(view, camera)[0]))
        error, share = off(held.view, camera)
        after.append(np.median(error))
        inside.append(share)
        assert held.view.focal == pytest.approx(camera.focal, rel=0.05)
    assert np.median(before) > 0.1
    assert np.median(after) < 0.07
    assert max(after) < 0.15
    assert np.mean(inside) > 0.85


def test_a_view_that_drifted_is_held(filmed: tuple[Image, Camera]) -> None:
    image, camera = filmed
    view = register(tapped(camera, 1), image, FIBA).view
    turned = Camera(camera.position, camera.rotation, camera.focal * 1.004, SIZE)
    drifted = view.moved(camera.turned(turned) @ np.array([[1, 0, 5.0], [0, 1, -3], [0, 0, 1]]))
    held = register(drifted.loosened(6.0), image, FIBA)
    assert held.found
    assert np.median(off(held.view, camera)[0]) < 0.06


def test_a_floor_without_lines_changes_nothing(filmed: tuple[Image, Camera]) -> None:
    view = tapped(filmed[1], 2)
    rng = np.random.default_rng(1)
    for image in (
        np.full((540, 960, 3), 120, np.uint8),
        rng.integers(0, 255, (540, 960, 3)).astype(np.uint8),
    ):
        held = register(view, image, FIBA)
        assert not held.found
        assert held.view is view


def test_the_lines_of_another_code_are_not_taken_for_ours(filmed: tuple[Image, Camera]) -> None:
    """The picture's court has a key 1.24 m wider and lines of three 0.7 m further out."""
    image, camera = filmed
    narrow = replace(FIBA, arc_m=6.02, corner_m=6.02, key_width_m=3.66, length_m=25.6)
    held = register(tapped(camera, 3), image, narrow)
    assert not held.found or held.support < 0.6


def test_rims_hold_what_lines_leave_open(filmed: tuple[Image, Camera]) -> None:
    image, camera = filmed
    view = tapped(camera, 4)
    basket = FIBA.baskets()[1]
    rim, _ = camera.project(np.array([[*basket, RIM_M]]))
    held = register(view, image, FIBA, rims=np.array([[*rim[0], *basket]]))
    assert held.found
    ring = np.array([[*basket, RIM_M]])
    assert np.hypot(*(held.view.project(ring) - rim)[0]) < 4
    assert np.hypot(*(held.view.project(ring) - rim)[0]) < np.hypot(*(view.project(ring) - rim)[0])
