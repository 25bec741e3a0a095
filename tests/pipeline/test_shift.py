"""How the picture as a whole moves: turned, zoomed and shaken cameras, with people in the way."""

from __future__ import annotations

import json
from itertools import islice

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.frame import Image
from pipeline.pose import apply
from pipeline.shift import Shift
from pipeline.turn import fit_turn
from server.simulator.camera import Camera
from server.simulator.game import SimulatedGame
from tests.pipeline.test_rim import found, rims, scene
from tests.support import ROOT, shared

SIZE = (640, 360)
CLIP = "school_game_sideline"
FOCAL = 0.8 * 640
angles = st.floats(-0.12, 0.12)


def phone(yaw: float, pitch: float = 0.0, roll: float = 0.0, zoom: float = 1.0) -> Camera:
    return Camera.looking(np.zeros(3), yaw, pitch, roll, zoom * FOCAL, SIZE)


def grid(size: tuple[int, int] = SIZE) -> np.ndarray:
    x, y = np.meshgrid(np.linspace(0, size[0], 7), np.linspace(0, size[1], 5))
    return np.stack([x.ravel(), y.ravel()], axis=1)


def filmed(whole: Image, camera: Camera) -> Image:
    """What a camera sees of a painted backdrop that `wide` sees whole."""
    wide = Camera.looking(np.zeros(3), 0.0, 0.0, 0.0, FOCAL, (whole.shape[1], whole.shape[0]))
    image = cv2.warpPerspective(whole, wide.turned(camera), SIZE, flags=cv2.INTER_AREA)
    return image.astype(np.uint8, copy=False)


@given(angles, angles, st.floats(-0.05, 0.05), st.floats(0.93, 1.07), st.floats(0.0, 0.4))
@settings(max_examples=40, deadline=None)
def test_a_turn_is_found_among_matches_of_which_many_are_wrong(
    yaw: float, pitch: float, roll: float, zoom: float, wrong: float
) -> None:
    rng = np.random.default_rng(7)
    true = phone(0).turned(phone(yaw, pitch, roll, zoom))
    first = rng.uniform(0, 1, (80, 2)) * SIZE
    second = apply(true, first) + rng.normal(0, 0.1, (80, 2))
    moving = rng.uniform(size=80) < wrong
    # A player who runs: some of the wrong matches agree with each other.
    second[moving] += np.array([14.0, 3.0]) + rng.normal(0, 2.0, (int(moving.sum()), 2))
    turn = fit_turn(first, second, FOCAL, SIZE)
    assert np.abs(apply(turn.matrix, grid()) - apply(true, grid())).max() < 1.5
    assert turn.agreeing[~moving].mean() > 0.9
    assert turn.agreeing[moving].mean() < 0.1 if moving.sum() > 3 else True


def test_a_picture_that_stands_still_has_not_moved_at_all() -> None:
    eye, image, rng = Shift(), scene(), np.random.default_rng(1)
    assert eye.update(image) is None
    for _ in range(5):
        noisy = np.clip(image + rng.normal(0, 4, image.shape), 0, 255).astype(np.uint8)
        moved = eye.update(noisy)
        assert moved is not None
        assert (moved == np.eye(3)).all()


def test_a_pan_there_and_back_is_known_to_a_pixel() -> None:
    whole, eye = scene(3, height=700, width=1500), Shift(0.8)
    eye.update(filmed(whole, phone(0)))
    for step in range(60):
        camera = phone(0.3 * np.sin(step / 9), 0.04 * np.sin(step / 4), 0.02)
        assert eye.update(filmed(whole, camera)) is not None
        there = apply(phone(0).turned(camera), grid())
        assert np.abs(apply(eye.total, grid()) - there).max() < 2.5
    assert eye.epoch == 1


def test_zooming_in_is_not_walking() -> None:
    whole, eye = scene(4, height=700, width=1500), Shift(0.8)
    eye.update(filmed(whole, phone(0)))
    for step in range(1, 15):
        camera = phone(0, zoom=1 + 0.02 * step)
        assert eye.update(filmed(whole, camera)) is not None
    there = apply(phone(0).turned(camera), grid())
    assert np.abs(apply(eye.total, grid()) - there).max() < 4


def test_a_cut_is_not_movement_and_begins_anew() -> None:
    eye = Shift()
    eye.update(scene(1))
    assert eye.update(scene(2)) is None
    assert eye.epoch == 2
    assert (eye.total == np.eye(3)).all()
    # As is a picture in which there is nothing to hold on to.
    assert eye.update(np.full((360, 640, 3), 90, np.uint8)) is None


def test_rims_go_with_the_picture() -> None:
    eyes, boxes = rims(), found(((100, 50, 140, 62), 0.6), ((500, 80, 530, 90), 0.6))
    for step in range(8):
        eyes.update(boxes, step / 10)
    turned = phone(0).turned(phone(0.15, zoom=1.1))
    eyes.move(turned)
    for rim, (x1, y1, x2, y2) in zip(
        sorted(eyes.firm(), key=lambda rim: rim.x), boxes.xyxy.tolist(), strict=True
    ):
        ends = apply(turned, np.array([[x1, (y1 + y2) / 2], [x2, (y1 + y2) / 2]]))
        assert (rim.x, rim.y) == pytest.approx(ends.mean(axis=0), abs=0.5)
        assert rim.width == pytest.approx(np.hypot(*(ends[1] - ends[0])), rel=0.02)


@pytest.mark.parametrize(("seed", "view", "most_px"), [(1, "sideline", 1.0), (3, "corner", 1.5)])
def test_a_simulated_phone_that_follows_the_game(seed: int, view: str, most_px: float) -> None:
    """Players run through the picture, the hand shakes; pixels of the picture's 640."""
    game = SimulatedGame(seed, size=SIZE, view=view, shake=0.003)  # type: ignore[arg-type]
    eye, first, off = Shift(), None, []
    for image, _ in islice(game.frames(step=3), 40):
        camera = game.camera
        assert camera is not None
        if first is None:
            first, eye.focal = camera, camera.focal / SIZE[0]
            eye.update(image)
            continue
        assert eye.update(image) is not None
        back = apply(camera.turned(first), grid())
        off.append(np.abs(apply(eye.total, back) - grid()).max())
    assert np.median(off) < most_px / 2
    assert max(off) < most_px


def test_rims_of_a_real_gym_are_followed_through_the_pan_at_its_end() -> None:
    """Rims labelled by eye, pixels of 640; the nearer one leaves the picture in the pan."""
    labels = json.loads((ROOT / "server/evaluation/labels" / f"{CLIP}.boxes.json").read_text())
    rims_at = {
        one["frame"]: [b["xyxy"] for b in one["boxes"] if b["label"] == "rim"]
        for one in labels["frames"]
    }
    film = cv2.VideoCapture(str(shared(f"video/clips/{CLIP}.mp4")))
    eye, start, moved_px = Shift(), None, 0.0
    off: dict[int, float] = {}
    for index in range(max(rims_at) + 1):
        image = film.read()[1]
        # Five looks or so a second, and whatever is labelled.
        if index % 5 and index not in rims_at:
            continue
        eye.update(np.asarray(image, np.uint8))
        if index in rims_at:
            x1, y1, x2, y2 = rims_at[index][1]
            at = np.array([[(x1 + x2) / 2, (y1 + y2) / 2]])
            if start is None:
                start = apply(np.asarray(np.linalg.inv(eye.total), np.float64), at)
            off[index] = float(np.hypot(*(apply(eye.total, start) - at)[0]))
            moved_px = float(np.hypot(*(at - start)[0]))
    film.release()
    assert eye.epoch == 1
    assert moved_px > 30
    assert max(off.values()) < 2.5
    assert np.median(list(off.values())) < 1.0
