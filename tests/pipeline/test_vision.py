"""One game's eyes: what they ask to see, and what they keep when the picture changes."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from pipeline.boxes import Detections
from pipeline.frame import Frame, Image
from pipeline.sight import Sighting
from pipeline.view import View
from pipeline.vision import Scene, Vision

LABELS = ("player", "ball", "rim")
RIM = (400.0, 120.0, 440.0, 132.0)


def gym(scale: float = 1.0) -> Image:
    rng = np.random.default_rng(8)
    coarse = rng.integers(0, 255, (18, 32, 3)).astype(np.uint8)
    size = (round(640 * scale), round(360 * scale))
    return cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)


def boxes(view: View, scale: float, ball: tuple[float, float] | None) -> Detections:
    """What a good detector finds in a view: a player, the rim, and the ball where there is one."""
    rows = [(*RIM, 0.7, 2), (100.0, 180.0, 140.0, 300.0, 0.8, 0)]
    if ball is not None:
        x, y = ball
        rows.append((x - 10, y - 10, x + 10, y + 10, 0.6, 1))
    table = np.array(rows, np.float32)
    table[:, :4] = table[:, :4] * scale - [view.x, view.y, view.x, view.y]
    height, width = view.image.shape[:2]
    middle = (table[:, :2] + table[:, 2:4]) / 2
    inside = (middle > 0).all(axis=1) & (middle[:, 0] < width) & (middle[:, 1] < height)
    table = table[inside]
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))


def step(
    eyes: Vision, t_s: float, scale: float = 1.0, ball: tuple[float, float] | None = None
) -> Scene:
    image = gym(scale)
    if ball is not None:
        place = (round(ball[0] * scale), round(ball[1] * scale))
        cv2.circle(image, place, round(10 * scale), (30, 90, 220), -1, cv2.LINE_AA)
    frame = Frame(image, t_s, t_s)
    views = eyes.prepare(frame)
    return eyes.advance(frame, views, [boxes(view, scale, ball) for view in views])


def shot(t: float) -> tuple[float, float]:
    """The ball of a made shot, t seconds after the release; at the rim after one second."""
    x, y = 420 - 300 * (1 - t), 126 - 2.5 * 40 * 4 * t * (1 - t)
    return (420.0, 126 + 160 * (t - 1)) if t > 1 else (x, y)


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_shot_is_sighted_once(thorough: bool, scale: float) -> None:
    eyes = Vision(LABELS, thorough=thorough)
    found: list[Sighting] = []
    for index in range(75):
        t_s = index / 15
        ball = shot(t_s - 2) if 2 <= t_s < 3.6 else None
        found += step(eyes, t_s, scale, ball).sightings
    (one,) = found
    assert one.kind == "shot"
    assert one.at_s == pytest.approx(3.0, abs=0.25)
    assert one.start_s < one.at_s <= one.end_s
    assert one.made is not None
    assert one.made > 0.5
    assert one.rim_xyxy == pytest.approx([value * scale for value in RIM], abs=6 * scale)


def test_people_ball_and_rim_are_tracked_under_ids_of_their_own() -> None:
    eyes = Vision(LABELS)
    last = Scene(None, ())
    for index in range(20):
        scene = step(eyes, index / 10, ball=(200 + 3 * index, 200))
        last = scene if scene.tracks is not None else last
    assert last.tracks is not None
    assert sorted(last.tracks.label.tolist()) == [0, 1, 2]
    assert len(set(last.tracks.id.tolist())) == 3


def test_every_second_frame_at_least_is_looked_at_whole() -> None:
    eyes, whole = Vision(LABELS), []
    for index in range(60):
        frame = Frame(gym(), index / 10, 0.0)
        (view,) = eyes.prepare(frame)
        whole.append(view.kind == "whole")
        eyes.advance(frame, [view], [boxes(view, 1.0, None)])
    assert all(a or b for a, b in itertools.pairwise(whole))
    assert not all(whole)


def test_thorough_eyes_see_all_of_every_frame() -> None:
    eyes = Vision(LABELS, thorough=True)
    for index in range(10):
        step(eyes, index / 10)
    kinds = [view.kind for view in eyes.prepare(Frame(gym(), 2.0, 0.0))]
    assert kinds == ["whole", "close"]


def test_a_network_that_knows_no_rims_is_given_whole_frames() -> None:
    eyes = Vision(("person",))
    for index in range(10):
        frame = Frame(gym(), index / 10, 0.0)
        assert [view.kind for view in eyes.prepare(frame)] == ["whole"]


def test_frames_out_of_order_are_not_looked_at() -> None:
    eyes = Vision(LABELS)
    step(eyes, 1.0)
    assert step(eyes, 0.9).tracks is None
    assert eyes.prepare(Frame(gym(), 1.0, 0.0)) == []


def test_a_camera_that_changes_its_picture_size_keeps_its_rim() -> None:
    eyes = Vision(LABELS)
    found: list[Sighting] = []
    for index in range(75):
        t_s = index / 15
        ball = shot(t_s - 2.5) if 2.5 <= t_s < 4.1 else None
        found += step(eyes, t_s, 1.0 if t_s < 2 else 2.0, ball).sightings
    assert [round(one.at_s, 0) for one in found] == [4.0] or found[0].at_s == pytest.approx(
        3.5, abs=0.3
    )


def labels_seen(eyes: Vision, t_s: float) -> set[int]:
    """Labels of the tracks of the next whole look: one of two frames."""
    scenes = [step(eyes, t_s), step(eyes, t_s + 0.1)]
    tracks = [scene.tracks for scene in scenes if scene.tracks is not None]
    return {int(label) for one in tracks for label in one.label}


@pytest.mark.parametrize("later_s", [100.0, -100.0])
def test_a_camera_that_comes_back_must_find_its_rim_again(later_s: float) -> None:
    eyes = Vision(LABELS)
    for index in range(20):
        step(eyes, 200 + index / 10)
    assert 2 in labels_seen(eyes, 202.1)
    assert 2 not in labels_seen(eyes, 202 + later_s)
    seen: set[int] = set()
    for index in range(10):
        seen |= labels_seen(eyes, 202.4 + later_s + index / 5)
    assert 2 in seen
