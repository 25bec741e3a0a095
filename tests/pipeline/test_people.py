"""People from boxes to rows: teams by colour, numbers by reading, identity over time."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from pipeline.boxes import Detections
from pipeline.digits import Reader
from pipeline.frame import Frame, Image
from pipeline.glances import NUMBER, crops, worth
from pipeline.people import People
from pipeline.setup import Colour, Setup

WHITE, NAVY = (240, 240, 240), (110, 45, 30)
NUMBERS = {"home": ("4", "15", "22"), "away": ("7", "23", "31")}
SHIRTS: list[tuple[Colour, str]] = [(WHITE, n) for n in NUMBERS["home"]] + [
    (NAVY, n) for n in NUMBERS["away"]
]
LABELS = ("player", "ball", "rim", "referee")


def hall(t_s: float) -> tuple[Image, Detections]:
    """Six players who sway from side to side, their numbers to the camera."""
    image = np.full((300, 900, 3), (120, 165, 205), np.uint8)
    boxes = []
    for k, (shirt, number) in enumerate(SHIRTS):
        x, y = round(20 + 145 * k + 12 * np.sin(t_s + k)), 20
        cv2.rectangle(image, (x + 15, y + 40), (x + 85, y + 170), shirt, -1)
        ink = NAVY if shirt == WHITE else WHITE
        (wide, _), _ = cv2.getTextSize(number, cv2.FONT_HERSHEY_DUPLEX, 1.3, 4)
        at = (x + 50 - wide // 2, y + 90)
        cv2.putText(image, number, at, cv2.FONT_HERSHEY_DUPLEX, 1.3, ink, 4, cv2.LINE_AA)
        boxes.append((x, y, x + 100, y + 240))
    n = len(boxes)
    found = Detections(
        np.array(boxes, np.float32), np.full(n, 0.9, np.float32), np.zeros(n, np.int64)
    )
    return image, found


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.open()


def people(reader: Reader | None) -> People:
    ids = itertools.count(1)
    made = People(LABELS, lambda: next(ids), reader)
    home, away = (frozenset({*NUMBERS[side], "50"}) for side in ("home", "away"))
    made.configure(Setup(shirts=(WHITE, NAVY), numbers=(home, away)))
    return made


def test_a_row_a_team_and_a_number_for_each(reader: Reader) -> None:
    eyes = people(reader)
    for look in range(40):
        image, found = hall(look / 5)
        cast = eyes.look(Frame(image, look / 5, look / 5), found)
    assert cast.named
    assert len(cast.tracks) == 6
    np.testing.assert_allclose(cast.team.sum(axis=1), 1.0)
    order = np.argsort(cast.tracks.xyxy[:, 0])
    rows = cast.row[order].tolist()
    assert sorted(rows[:3]) == [0, 1, 2]
    assert sorted(rows[3:]) == [5, 6, 7]
    told = [eyes.numbers(row)[0] for row in rows]
    assert [number for number, _ in told] == [*NUMBERS["home"], *NUMBERS["away"]]
    assert min(chance for _, chance in told) > 0.6
    assert all(number != "50" for row in rows for number, p in eyes.numbers(row) if p > 0.1)


def test_without_a_reader_nobody_has_a_number() -> None:
    eyes = people(None)
    for look in range(8):
        image, found = hall(look / 5)
        cast = eyes.look(Frame(image, look / 5, look / 5), found)
    assert (cast.row >= 0).all()
    assert all(max(p for _, p in eyes.numbers(row)) < 0.8 for row in cast.row.tolist())


def test_nobody_in_the_picture() -> None:
    eyes = people(None)
    image, found = hall(0.0)
    none = Detections(found.xyxy[:0], found.score[:0], found.label[:0])
    cast = eyes.look(Frame(image, 0.0, 0.0), none)
    assert cast.team.shape == (0, 3)
    assert cast.row.shape == (0,)


def test_shirts_that_promise_nothing_are_not_read() -> None:
    image, found = hall(0.0)
    plain = np.full_like(image, 128)
    sure = np.ones(6)
    assert (worth(image, found.xyxy, sure.tolist()) > 0).all()
    assert (worth(plain, found.xyxy, sure.tolist()) == 0).all()
    assert (worth(image, found.xyxy / np.float32(8), sure.tolist()) == 0).all(), "too small"
    known = worth(image, found.xyxy, [0.0, 1, 1, 1, 1, 1])
    assert known[0] < known[1:].min()
    behind = found.xyxy[:1].copy()
    behind[:, [1, 3]] += 5
    assert worth(image, np.concatenate([found.xyxy[:1], behind]), [1.0, 1.0])[0] == 0


def test_crops_hold_the_number_and_stay_in_the_picture() -> None:
    image, found = hall(0.0)
    tall, wide = (round(240 * (NUMBER[3] - NUMBER[1])), round(100 * (NUMBER[2] - NUMBER[0])))
    assert all(one.shape == (tall, wide, 3) for one in crops(image, found.xyxy))
    outside = np.array([[-500, 0, -400, 240], [860, 200, 960, 440]], np.float32)
    first, second = crops(image, outside)
    assert first.size == 0
    assert second.shape[0] <= 100
