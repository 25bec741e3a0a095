"""The figures of following people: right where all is right, and what a fault costs."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pipeline.boxes import Detections, Tracks
from pipeline.people import Cast, People
from server.evaluation.labels import FOLDER, labelled_clips
from server.evaluation.schoolgame import CLIP
from server.evaluation.tracking import Film, follow, summary
from server.simulator.game import SimulatedGame
from server.simulator.truth import Box, Truth

PLAYERS = ("home-4", "home-15", "away-7")


def truth(look: int, absent: frozenset[str] = frozenset()) -> Truth:
    boxes = tuple(
        Box(
            "player",
            who,
            who.partition("-")[0],
            who.partition("-")[2],
            (100.0 * k + look, 50.0, 100.0 * k + look + 40, 160.0),
            1.0,
        )
        for k, who in enumerate(PLAYERS)
        if who not in absent
    )
    return Truth(look, look / 10, boxes)


def told(true: Truth, rows: dict[str, int], ids: dict[str, int]) -> Cast:
    """All that is true, with the ids and rows that are given."""
    n = len(true.boxes)
    xyxy = np.array([box.xyxy for box in true.boxes], np.float32).reshape(-1, 4)
    names = [box.id for box in true.boxes]
    tracks = Tracks(
        np.array([ids[name] for name in names], np.int64),
        xyxy,
        np.ones(n, np.float32),
        np.zeros(n, np.int64),
    )
    team = np.array([[1.0, 0, 0] if name.startswith("home") else [0, 1.0, 0] for name in names])
    row = np.array([rows[name] for name in names], np.int64)
    return Cast(tracks, np.full((n, 2), np.nan), team.reshape(-1, 3), row, True)


def nobody() -> People:
    return People(("player",), lambda: 0)


ROWS = {"home-4": 0, "home-15": 1, "away-7": 5}
IDS = {"home-4": 11, "home-15": 12, "away-7": 13}


def test_who_is_followed_without_a_fault_has_full_marks() -> None:
    film = Film()
    for look in range(150):
        film.add(told(truth(look), ROWS, IDS), truth(look), nobody())
    marks = summary("tracks", [film.tracks])
    assert (marks.hota, marks.assa, marks.idf1, marks.mota) == pytest.approx((1, 1, 1, 1))
    assert (marks.switches, marks.ids, marks.players) == (0, 3, 3)
    lines = {one.what: one for one in film.answers.lines()}
    assert lines["team right"].share == lines["team told"].share == 1.0
    assert lines["number told"].share == 0.0


def test_two_who_take_each_other_s_id_are_two_switches() -> None:
    film = Film()
    for look in range(100):
        ids = IDS if look < 50 else IDS | {"home-4": 12, "home-15": 11}
        film.add(told(truth(look), ROWS, ids), truth(look), nobody())
    tracks, rows = summary("tracks", [film.tracks]), summary("rows", [film.rows])
    assert tracks.switches == 2
    assert tracks.assa < 0.8
    assert tracks.deta == pytest.approx(1.0)
    assert rows.assa == pytest.approx(1.0)


@pytest.mark.parametrize("row", [0, 2])
def test_a_row_after_an_absence_is_that_of_before_or_not(row: int) -> None:
    film = Film()
    for look in range(250):
        away = frozenset({"home-4"}) if 120 <= look < 160 else frozenset[str]()
        rows = ROWS if look < 140 else ROWS | {"home-4": row}
        film.add(told(truth(look, away), rows, IDS), truth(look, away), nobody())
    (kept,) = film.answers.kept
    assert kept.right == (row == 0)


def test_a_film_of_the_simulator_is_followed() -> None:
    """With the true boxes in the detector's place all are followed."""
    game = SimulatedGame(5, size=(320, 180), court="half", pan=False, shake=0.0)
    boxes = iter([one.boxes for _, one in zip(range(12), _truths(), strict=False)])

    def look(image: np.ndarray) -> Detections:
        seen = [box for box in next(boxes) if box.label == "player" and box.visible > 0.3]
        xyxy = np.array([box.xyxy for box in seen], np.float32).reshape(-1, 4)
        return Detections(xyxy, np.full(len(seen), 0.9, np.float32), np.zeros(len(seen), np.int64))

    film = follow(game, 1.0 / 60, look, ("player",), None)
    marks = summary("tracks", [film.tracks])
    assert marks.players == 10
    assert marks.deta > 0.6


def _truths() -> list[Truth]:
    game = SimulatedGame(5, size=(320, 180), court="half", pan=False, shake=0.0)
    frames = game.frames(game.fps // 10)
    return [next(frames)[1] for _ in range(12)]


def test_everybody_labelled_by_eye_has_a_box() -> None:
    said = json.loads((FOLDER / CLIP.replace(".mp4", ".people.json")).read_text())
    assert said["clip"] == CLIP
    frames = {str(one.frame): one for one in labelled_clips()[CLIP].frames}
    assert set(said["frames"]) == set(frames)
    for frame, people in said["frames"].items():
        boxes = [b for b in frames[frame].boxes if b.label == "player" and not b.apart]
        assert len(people) == len(boxes), f"frame {frame}"
        assert {team for team, _ in people} <= {"light", "dark", None}
        assert all(number is None or number.isdigit() for _, number in people)
