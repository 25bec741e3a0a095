"""Tracks: an id stays with its player, and with its game."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.boxes import Detections, Tracks
from pipeline.track import Tracker


def tracker(first: int = 1) -> Tracker:
    ids = itertools.count(first)
    return Tracker(lambda: next(ids))


def walkers(t_s: float, count: int, order: list[int] | None = None) -> Detections:
    """Players side by side, each walking at a speed of his own."""
    rows = []
    for index in range(count):
        x, y = 60 + 110 * index + 20 * t_s * (index % 3 - 1), 100 + 12 * t_s * (index % 2)
        rows.append((x, y, x + 40, y + 110, 0.9 - 0.05 * index, 0))
    table = np.array(rows, np.float32)[order or list(range(count))]
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))


def shown(tracks: Tracks) -> dict[int, list[int]]:
    return {
        number: [round(value) for value in box]
        for number, box in zip(tracks.id.tolist(), tracks.xyxy.tolist(), strict=True)
    }


def test_ids_stay_with_the_players() -> None:
    eyes = tracker()
    first: dict[int, list[int]] = {}
    for step in range(60):
        tracks = eyes.update(walkers(step / 10, 8), step / 10)
        if step == 1:
            first = shown(tracks)
    last = shown(tracks)
    assert sorted(first) == sorted(last) == list(range(1, 9))
    for number in first:
        assert abs(first[number][0] - last[number][0]) < 160


def test_a_player_hidden_for_a_moment_keeps_the_id_however_frames_are_lost() -> None:
    eyes = tracker()
    rng = np.random.default_rng(4)
    t_s, numbers = 0.0, set()
    for step in range(80):
        t_s += float(rng.uniform(0.03, 0.25))
        found = walkers(t_s / 4, 5)
        if 30 <= step < 34:
            found = walkers(t_s / 4, 4)
        numbers |= set(eyes.update(found, t_s).id.tolist())
    assert numbers == {1, 2, 3, 4, 5}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_order_of_the_boxes_does_not_matter(data: st.DataObject) -> None:
    plain, mixed = tracker(), tracker()
    for step in range(8):
        order = data.draw(st.permutations(range(6)))
        a = plain.update(walkers(step / 10, 6), step / 10)
        b = mixed.update(walkers(step / 10, 6, order), step / 10)
        assert shown(a) == shown(b)


def test_two_games_in_one_process_do_not_disturb_each_other() -> None:
    alone = tracker()
    expected = [shown(alone.update(walkers(step / 10, 6), step / 10)) for step in range(20)]
    one, two = tracker(), tracker()
    for step in range(20):
        two.update(walkers(step / 7, 9), step / 7)
        assert shown(one.update(walkers(step / 10, 6), step / 10)) == expected[step]
        tracker().update(walkers(step / 10, 3), step / 10)


def test_a_frame_from_the_past_is_answered_with_nothing() -> None:
    eyes = tracker()
    eyes.update(walkers(0.0, 3), 0.0)
    assert len(eyes.update(walkers(0.1, 3), 0.1)) == 3
    assert len(eyes.update(walkers(0.05, 3), 0.05)) == 0
    assert len(eyes.update(walkers(0.1, 3), 0.1)) == 0
    assert eyes.update(walkers(0.2, 3), 0.2).id.tolist() == [1, 2, 3]


def test_nobody_there() -> None:
    eyes = tracker()
    nobody = Detections(
        np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64)
    )
    assert len(eyes.update(nobody, 0.0)) == 0
    assert len(eyes.update(nobody, 0.1)) == 0


def test_a_jerk_of_the_camera_that_is_told_costs_nobody_the_id() -> None:
    told, untold = tracker(), tracker()
    for step in range(12):
        found = walkers(step / 10, 6)
        moved = None
        if step >= 8:
            found = Detections(found.xyxy + np.float32(300), found.score, found.label)
        if step == 8:
            moved = np.array([[1, 0, 300], [0, 1, 300], [0, 0, 1.0]])
        a = told.update(found, step / 10, moved)
        b = untold.update(found, step / 10)
    assert set(a.id.tolist()) == set(range(1, 7))
    assert set(b.id.tolist()) != set(range(1, 7))
    assert {tuple(box) for box in a.xyxy.tolist()} == {tuple(box) for box in found.xyxy.tolist()}
