"""What `courtside eval shots` and `closeups` count, and the throws that the judge learns from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from pipeline.boxes import Detections
from pipeline.frame import Image
from pipeline.judge import ASK
from pipeline.session import Device
from pipeline.sight import Sighting
from pipeline.signs import NAMES
from server.cli import main
from server.evaluation import closeups
from server.evaluation.fit_shots import fit, lesson, report, stray, varied
from server.evaluation.labels import Shot, read_shots
from server.evaluation.shots import Tally, clips, met, simulated, watch
from server.evaluation.throws import throws
from tests.support import shared

UNSURE = (ASK[0] + ASK[1]) / 2


def sighting(at_s: float, made: float = 0.9, score: float = 0.8) -> Sighting:
    return Sighting(1, "shot", at_s, at_s - 1, at_s + 0.5, score, made)


def test_each_shot_takes_the_sighting_nearest_to_it() -> None:
    shots = [Shot(2.0, True), Shot(5.0, False), Shot(9.0, True)]
    told = [sighting(1.7), sighting(2.1), sighting(5.9), sighting(7.0)]
    pairs = met(shots, told)
    assert [one.at_s if one else None for shot, one in pairs if shot] == [2.1, 5.9, None]
    assert [one.at_s for shot, one in pairs if shot is None and one] == [1.7, 7.0]


def test_what_is_asked_is_counted_apart() -> None:
    tally = Tally()
    shots = [Shot(2.0, True), Shot(5.0, False), Shot(9.0, None), Shot(12.0, True)]
    told = [sighting(2.0, 0.95), sighting(5.0, UNSURE + 0.1), sighting(9.0, 0.9), sighting(20.0)]
    tally.add(shots, told)
    lines = {one.what: (one.right, one.of) for one in tally.lines()}
    assert lines["found"] == (3, 4)
    assert lines["false, of those told"] == (1, 4)
    assert lines["made or missed, of those found"] == (1, 2)
    assert lines["made or missed, when not asked"] == (1, 1)
    assert lines["asked, of those found"] == (1, 2)


class Counting:
    """Finds nothing, and counts the pictures."""

    labels = ("player", "ball", "rim")
    device = Device("cpu", "cpu", "none", "a test")
    batch = 1
    size = (384, 640)
    free = True

    def __init__(self) -> None:
        self.seen = 0

    def detect(self, images: Sequence[Image], areas: Sequence[int | None] = ()) -> list[Detections]:
        self.seen += len(images)
        none = np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64)
        return [Detections(*none) for _ in images]


@pytest.mark.parametrize("rate", [5.0, 10.0])
def test_a_slow_machine_sees_fewer_frames(rate: float) -> None:
    def film() -> Iterator[tuple[Image, float]]:
        for index in range(90):
            yield np.zeros((64, 96, 3), np.uint8), index / 30

    eyes = Counting()
    watch(film(), eyes, rate)
    # No more than a machine of that speed can; small parts cost less than whole pictures.
    assert 3 * rate * 0.7 <= eyes.seen <= 3 * 2 * rate + 2


def test_throws_are_the_same_for_the_same_seed() -> None:
    once, again = (list(throws(5, 4, drawn=False)) for _ in range(2))
    assert [one.looks for one in once] == [one.looks for one in again]
    assert all(one.shot or not one.made for one in once)
    (drawn,) = throws(6, 1, drawn=True)
    assert len(drawn.looks) > 5
    slower = varied(drawn, np.random.default_rng(1))
    assert [len(one.spots) for one in slower.looks] <= [len(one.spots) for one in drawn.looks]


def test_in_some_films_the_net_moves_without_a_ball() -> None:
    (throw,) = throws(5, 1, drawn=False)
    rng = np.random.default_rng(2)
    films = [stray(throw, rng) for _ in range(30)]
    assert {len(one) for one in films} == {len(throw.looks)}
    assert 0 < sum(max(one) > 0 for one in films) < 30
    assert all(0 <= share <= 0.3 for one in films for share in one)


def test_a_judge_is_learned_from_throws() -> None:
    learned = lesson((seed, list(throws(seed, 24, drawn=False))) for seed in range(3))
    assert learned.rows.shape == (len(learned.shot), len(NAMES))
    assert not (learned.made & ~learned.shot).any()
    judge = fit(learned, learned, 1)
    told = report(judge, learned)
    assert told["made_right"] > 0.85
    assert 0 <= told["asked"] <= 1


def test_a_simulated_film_brings_its_shots() -> None:
    clip = simulated(3, 12.0, size=(160, 96))
    assert [one.t for one in clip.shots] == sorted(one.t for one in clip.shots)
    pictures = list(clip.open())
    assert pictures[0][0].shape == (96, 160, 3)
    assert pictures[-1][1] <= 12.0


def test_every_labelled_clip_is_measured() -> None:
    folder = shared("video")
    assert {one.name for one in clips(folder)} >= set(read_shots())


def test_close_ups_are_split_by_their_names() -> None:
    found = closeups.closeups(shared("video"))
    held = [one for one in found if one.held_out]
    assert 0.3 * len(found) < len(held) < 0.7 * len(found)
    assert {one.made for one in held} == {True, False}


def test_a_folder_without_close_ups_is_said_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["eval", "closeups", "--data", str(tmp_path)])
    assert done.exit_code == 2
    assert "no clips in" in done.output
