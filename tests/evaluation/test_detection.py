"""Counting boxes against boxes by eye: what is found, what is false, what is left out of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.boxes import Boxes, Detections
from pipeline.frame import Image
from pipeline.view import CLOSE_AREA
from server.evaluation import detection as d
from server.evaluation.labels import labelled_clips
from server.evaluation.trajectories import DataError
from tests.support import shared

LABELS = ("player", "ball", "rim", "referee")
SCORES = dict.fromkeys(LABELS, 0.3)
BLANK = np.zeros((100, 200, 3), np.uint8)


def at(*rows: tuple[float, float, float, float]) -> Boxes:
    return np.array(rows, np.float32).reshape(-1, 4)


def found(*rows: tuple[str, float, tuple[float, float, float, float]]) -> Detections:
    return Detections(
        at(*(box for _, _, box in rows)),
        np.array([score for _, score, _ in rows], np.float32),
        np.array([LABELS.index(name) for name, _, _ in rows], np.int64),
    )


def test_each_true_box_is_met_once_and_the_rest_is_false() -> None:
    picture = d.Picture(BLANK, {"ball": at((10, 10, 20, 20), (50, 50, 60, 60))})
    said = found(
        ("ball", 0.9, (11, 10, 21, 20)),
        ("ball", 0.8, (9, 10, 19, 20)),
        ("ball", 0.2, (50, 50, 60, 60)),
        ("rim", 0.9, (50, 50, 60, 60)),
    )
    counted = d.count([(picture, said)], LABELS, ("ball",), 0.3)
    assert (counted.hits, counted.true, counted.false) == (1, 2, 1)
    assert d.count([(picture, said)], LABELS, ("ball",), 0.1).hits == 2


def test_who_is_apart_is_neither_asked_for_nor_false_and_the_crowd_is_counted_apart() -> None:
    picture = d.Picture(
        BLANK,
        {"player": at((0, 0, 20, 60)), "referee": at((30, 0, 50, 60))},
        {"player": at((60, 0, 80, 60))},
        at((100, 0, 200, 100)),
    )
    said = found(
        ("player", 0.9, (0, 0, 20, 60)),
        ("player", 0.9, (30, 0, 50, 60)),  # a referee called player is a person all the same
        ("player", 0.9, (60, 0, 80, 58)),
        ("player", 0.9, (110, 0, 130, 60)),
        ("player", 0.9, (0, 70, 20, 100)),
    )
    counted = d.count([(picture, said)], LABELS, d.PEOPLE, 0.3)
    assert (counted.hits, counted.true, counted.false, counted.crowd) == (2, 2, 1, 1)
    players, referees = d.told_apart([(picture, said)], LABELS, 0.3)
    assert [a.right for a in players] == [True]
    assert [a.right for a in referees] == [False]


def test_the_curve_is_read_where_few_are_false() -> None:
    box = (10.0, 10.0, 20.0, 20.0)
    seen: list[d.Seen] = []
    for k in range(20):
        picture = d.Picture(BLANK, {"rim": at(box)})
        rows = [("rim", 0.5 + k / 100, box)]
        if k < 10:
            rows.append(("rim", 0.4 + k / 100, (50.0, 50.0, 60.0, 60.0)))
        seen.append((picture, found(*rows)))
    score, best = d.at_most(seen, LABELS, "rim")
    assert (best.hits, best.false) == (20, 2)
    assert score == pytest.approx(0.48)
    none = [(d.Picture(BLANK, {"rim": at(box)}), found(("rim", 0.9, (50, 50, 60, 60))))]
    assert d.at_most(none, LABELS, "rim")[1].hits == 0


def test_a_ring_reaches_down_as_far_as_a_net() -> None:
    ((x1, y1, x2, y2),) = d.with_net(at((100, 50, 140, 56))).tolist()
    assert (x1, y1, x2) == (100, 50, 140)
    assert y2 == pytest.approx(53 + 40 * 0.40 / 0.4572)


def test_the_tables_name_what_was_asked(tmp_path: Path) -> None:
    folder = tmp_path / "labelled"
    (folder / "images").mkdir(parents=True)
    cv2.imwrite(str(folder / "images" / "a.jpg"), BLANK)
    rows = [{"label": "ball", "xywh": [0.1, 0.1, 0.1, 0.2]}]
    (folder / "boxes.json").write_text(json.dumps({"a.jpg": rows}))
    sure = found(("ball", 0.9, (20, 10, 40, 30)))
    tables = d.tables(tmp_path, {"416": lambda _: sure, "whole": lambda _: sure}, LABELS, SCORES)
    first = next(tables)
    assert first.name == "detection_photographs_416"
    ball = first.lines[0]
    assert (ball.what, ball.right, ball.of) == ("ball", 1, 1)
    (folder / "images" / "a.jpg").unlink()
    with pytest.raises(DataError, match=r"a\.jpg"):
        d.photographs(folder)


def test_what_trained_is_not_measured_on() -> None:
    path = shared("video/clips/school_game_sideline.mp4")
    labelled = labelled_clips()[path.name]
    assert len(labelled.frames) == 8
    assert len(d.clip(path, labelled)) == 3


def test_the_live_loop_finds_a_rim_that_its_detector_finds() -> None:
    rim = (80.0, 20.0, 110.0, 46.0)

    asked: set[int | None] = set()

    def detect(images: Sequence[Image], areas: Sequence[int | None]) -> list[Detections]:
        asked.update(areas)
        return [found(("rim", 0.9, rim)) if i.shape == BLANK.shape else found() for i in images]

    seen = [(d.Picture(BLANK, {"rim": at(rim)}), d.live(LABELS, detect)(BLANK))]
    assert asked == {None, CLOSE_AREA}  # whole as the model's card says, close as the loop looks
    counted = d.count(seen, LABELS, ("rim",), 0.3)
    assert (counted.hits, counted.false) == (1, 0)
