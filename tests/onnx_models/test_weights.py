"""The weights that ship: the file that was measured, and what it sees."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from onnx_models import registry
from onnx_models.training.hoop import NET_M, RING_M
from pipeline.boxes import Boxes, Detections, iou
from pipeline.detect import Detector
from pipeline.frame import Image
from server.simulator.game import SimulatedGame
from tests.support import shared

WIDE = (384, 640)


@pytest.fixture(scope="module")
def model() -> registry.Model:
    return registry.load().get("courtside-nano")


@pytest.fixture(scope="module")
def detector(model: registry.Model) -> Detector:
    return Detector.open(model.path, model.labels, "cpu", size=WIDE, batch=4)


def of(found: Detections, label: str, labels: tuple[str, ...], least: float) -> Boxes:
    chosen: Boxes = found.xyxy[(found.label == labels.index(label)) & (found.score >= least)]
    return chosen


def frames(relative: str, start: int, step: int) -> list[Image]:
    film = cv2.VideoCapture(str(shared(relative)))
    out: list[Image] = []
    while True:
        more, picture = film.read()
        if not more:
            break
        out.append(np.asarray(picture, np.uint8))
    film.release()
    return out[start::step]


def test_the_file_is_the_one_that_was_measured(model: registry.Model) -> None:
    model.verify()
    assert model.path.stat().st_size < 12_000_000
    assert model.labels == ("player", "ball", "rim", "referee")
    assert model.licence == "Apache-2.0"
    assert model.measured


@pytest.mark.parametrize(
    ("size", "most"), [((416, 416), 0.3), ((384, 640), 0.3), ((736, 1280), 0.5)]
)
def test_any_size_that_32_divides_goes_in(
    model: registry.Model, size: tuple[int, int], most: float
) -> None:
    """At twice a picture's size its corner is doubtful."""
    detector = Detector.open(model.path, model.labels, "cpu", size=size, batch=2)
    black = np.zeros((360, 640, 3), np.uint8)
    for found in detector.detect([black] * 3):
        assert (found.score < most).all()


def test_a_batch_sees_what_single_pictures_show(model: registry.Model) -> None:
    pictures = [image for image, _ in itertools.islice(SimulatedGame(4).frames(step=40), 3)]
    single = Detector.open(model.path, model.labels, "cpu", size=WIDE, batch=1)
    together = Detector.open(model.path, model.labels, "cpu", size=WIDE, batch=3)
    for alone, beside in zip(single.detect(pictures), together.detect(pictures), strict=True):
        assert np.array_equal(alone.label, beside.label)
        np.testing.assert_allclose(alone.xyxy, beside.xyxy, atol=0.05)
        np.testing.assert_allclose(alone.score, beside.score, atol=1e-3)


def test_it_finds_the_people_that_the_public_network_finds(detector: Detector) -> None:
    """In the part of the school game that trained nothing."""
    weights = shared("models/yolox_nano_384x640.onnx")
    public = Detector.open(weights, [str(i) for i in range(80)], "cpu", batch=1)
    wanted = hits = 0
    for picture in frames("video/clips/school_game_sideline.mp4", 150, 8):
        theirs = public.detect([picture])[0]
        people = theirs.xyxy[(theirs.label == 0) & (theirs.score >= 0.5)]
        mine = of(detector.detect([picture])[0], "player", detector.labels, 0.3)
        wanted += len(people)
        hits += int((iou(people, mine).max(axis=1, initial=0) > 0.5).sum())
    assert wanted > 40
    assert hits >= 0.85 * wanted


def test_it_finds_the_ring_outdoors(detector: Detector) -> None:
    """A court that trained nothing, a camera that stands still: nearly always and at one place."""
    hoop = np.array([[601.0, 174.5, 643.0, 211.0]], np.float32)
    pictures = frames("video/clips/three_score_two_miss.mp4", 5, 12)
    seen = 0
    for picture in pictures:
        mine = of(detector.detect([picture])[0], "rim", detector.labels, 0.25)
        seen += bool((iou(hoop, mine) > 0.4).any())
    assert seen >= 0.8 * len(pictures)


def test_it_finds_ring_and_players_in_the_demo(detector: Detector) -> None:
    rings = players = found_rings = found_players = 0
    for image, truth in itertools.islice(SimulatedGame(77).frames(step=30), 12):
        found = detector.detect([image])[0]
        mine = of(found, "rim", detector.labels, 0.3)
        people = of(found, "player", detector.labels, 0.3)
        for box in truth.boxes:
            if box.visible < 0.5:
                continue
            if box.label == "rim":
                rings += 1
                with_net = hoop_box(np.array([box.xyxy], np.float32))
                found_rings += bool((iou(with_net, mine) > 0.5).any())
            elif box.label == "player":
                players += 1
                overlap = iou(np.array([box.xyxy], np.float32), people)
                found_players += bool((overlap > 0.5).any())
    assert rings >= 8
    assert found_rings >= 0.8 * rings
    assert players > 60
    assert found_players >= 0.6 * players


def hoop_box(rings: Boxes) -> Boxes:
    """Rings as boxes that reach down as far as a net, which is what `rim` means here."""
    out = rings.copy()
    middle = (rings[:, 1] + rings[:, 3]) / 2
    out[:, 3] = middle + (rings[:, 2] - rings[:, 0]) * NET_M / (2 * RING_M)
    return out
