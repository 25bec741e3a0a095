"""Letterbox, decoding and thinning: what is always true of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from pipeline.boxes import Boxes, Detections, iou
from pipeline.labels import kinds
from pipeline.yolox import PAD, Letterbox, anchors, decode, prepare, thin

sides = st.integers(min_value=1, max_value=4000)


@st.composite
def boxes(draw: st.DrawFn, most: int = 12) -> Boxes:
    count = draw(st.integers(0, most))
    corners = draw(hnp.arrays(np.float32, (count, 2), elements=st.floats(0, 500, width=32)))
    grown = draw(hnp.arrays(np.float32, (count, 2), elements=st.floats(1, 200, width=32)))
    return np.concatenate([corners, corners + grown], axis=1)


@st.composite
def detections(draw: st.DrawFn) -> Detections:
    xyxy = draw(boxes())
    count = len(xyxy)
    score = draw(hnp.arrays(np.float32, (count,), elements=st.floats(0, 1, width=32)))
    label = draw(hnp.arrays(np.int64, (count,), elements=st.integers(0, 2)))
    return Detections(xyxy, score, label)


@given(sides, sides, st.sampled_from([(416, 416), (384, 640), (640, 384)]))
def test_a_box_comes_back_through_the_letterbox(
    height: int, width: int, size: tuple[int, int]
) -> None:
    box = Letterbox.fit(height, width, size)
    inner = box.inner()
    assert inner[0] <= size[0]
    assert inner[1] <= size[1]
    assert inner[0] == size[0] or inner[1] == size[1]
    xyxy = np.array([[0, 0, width, height], [0, 0, width / 2, height / 3]], np.float32)
    assert box.back(box.into(xyxy)) == pytest.approx(xyxy, rel=1e-4, abs=1e-2)


@pytest.mark.parametrize(("height", "width"), [(0, 10), (10, 0)])
def test_a_picture_without_area_is_refused(height: int, width: int) -> None:
    with pytest.raises(ValueError, match="area"):
        Letterbox.fit(height, width, (416, 416))


@pytest.mark.parametrize("shape", [(100, 300), (300, 100), (64, 64), (720, 1280), (7, 900)])
def test_the_picture_lies_top_left_and_grey_fills_the_rest(shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), (10, 20, 30), np.uint8)
    out = np.full((3, 64, 64), -1, np.float32)
    box = prepare(image, (64, 64), out)
    height, width = box.inner()
    assert (out[:, :height, :width] == np.array([10, 20, 30])[:, None, None]).all()
    assert (out[:, height:, :] == PAD).all()
    assert (out[:, :, width:] == PAD).all()


def encoded(xyxy: Boxes, size: tuple[int, int], stride: int, classes: int) -> NDArray[np.float32]:
    """Raw rows that say exactly these boxes, each in the cell of its centre; the class is the
    box's place in the list."""
    corners, strides = anchors(size)
    rows = np.zeros((len(corners), 5 + classes), np.float32)
    for index, (x1, y1, x2, y2) in enumerate(xyxy.tolist()):
        cell = np.array([(x1 + x2) / 2, (y1 + y2) / 2]) // stride
        (row,) = np.flatnonzero((strides[:, 0] == stride) & (corners == cell).all(axis=1))
        rows[row, :2] = np.array([(x1 + x2) / 2, (y1 + y2) / 2]) / stride - cell
        rows[row, 2:4] = np.log(np.array([x2 - x1, y2 - y1]) / stride)
        rows[row, 4] = 0.8
        rows[row, 5 + index % classes] = 0.9 - 0.1 * index
    return rows


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_decoding_finds_what_was_encoded(stride: int) -> None:
    xyxy = np.array([[10, 12, 40, 60], [200, 100, 330, 300], [300, 20, 311, 31]], np.float32)
    found = decode(encoded(xyxy, (416, 416), stride, 3), (416, 416), 0.1)
    assert found.xyxy == pytest.approx(xyxy, abs=1e-2)
    assert found.label.tolist() == [0, 1, 2]
    assert found.score == pytest.approx([0.72, 0.64, 0.56], abs=1e-5)
    assert len(decode(encoded(xyxy, (416, 416), stride, 3), (416, 416), 0.6)) == 2


def test_rows_of_another_input_size_are_refused() -> None:
    rows = np.zeros((100, 8), np.float32)
    with pytest.raises(ValueError, match="does not fit"):
        decode(rows, (416, 416), 0.1)


def test_wild_rows_stay_numbers() -> None:
    rows = np.zeros((len(anchors((64, 64))[0]), 6), np.float32)
    rows[:, 2:4], rows[:, 4:] = 1e6, 1.0
    assert np.isfinite(decode(rows, (64, 64), 0.1).xyxy).all()


@given(detections(), st.floats(0.1, 0.9))
def test_what_is_thinned_is_a_part_strongest_first_without_overlap(
    found: Detections, overlap: float
) -> None:
    kept = thin(found, overlap)
    assert (np.diff(kept.score) <= 0).all()
    given_rows = {(*box, score, label) for box, score, label in _rows(found)}
    assert {(*box, score, label) for box, score, label in _rows(kept)} <= given_rows
    for label in range(3):
        same = kept.only(label)
        off_diagonal = iou(same.xyxy, same.xyxy) - np.eye(len(same), dtype=np.float32)
        assert (off_diagonal <= overlap + 1e-5).all()
        assert (len(same) > 0) == (len(found.only(label)) > 0)


@given(detections())
def test_thinning_twice_changes_nothing(found: Detections) -> None:
    once = thin(found, 0.5)
    assert _rows(thin(once, 0.5)) == _rows(once)


@given(boxes(), boxes())
def test_overlap_is_symmetric_and_a_share(a: Boxes, b: Boxes) -> None:
    there, back = iou(a, b), iou(b, a)
    assert there == pytest.approx(back.T, abs=1e-6)
    assert ((there >= 0) & (there <= 1 + 1e-5)).all()
    assert np.diagonal(iou(a, a)) == pytest.approx(np.ones(len(a)), abs=1e-5)


def _rows(found: Detections) -> list[tuple[tuple[float, ...], float, int]]:
    return [
        (tuple(box), score, label)
        for box, score, label in zip(
            found.xyxy.tolist(), found.score.tolist(), found.label.tolist(), strict=True
        )
    ]


def test_one_body_is_not_two_people() -> None:
    names = ("player", "ball", "rim", "referee")
    box = np.array([[0, 0, 10, 30], [0, 0, 10, 31], [2, 2, 9, 30]], np.float32)
    found = Detections(box, np.array([0.6, 0.5, 0.4], np.float32), np.array([3, 0, 1]))
    assert kinds(names).tolist() == [0, 1, 2, 0]
    assert kinds(("ball", "person")).tolist() == [0, 1]
    assert thin(found, 0.5, kinds(names)).label.tolist() == [3, 1]
    assert thin(found, 0.5).label.tolist() == [3, 0, 1]
