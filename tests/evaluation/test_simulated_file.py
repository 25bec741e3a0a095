"""Films with their truth, written, read back, looked at; and what is said of damaged ones."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from server.cli import main
from server.evaluation.simulated_file import films, read
from server.evaluation.simulated_film import as_told, of_game
from server.evaluation.trajectories import DataError
from server.simulator.__main__ import write
from server.simulator.game import SimulatedGame

FPS, FRAMES = 10, 30
Lines = list[str]


def game() -> SimulatedGame:
    return SimulatedGame(4, size=(640, 360), fps=FPS, shake=0.0)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one film of three seconds."""
    folder = tmp_path_factory.mktemp("films")
    write(game(), folder / "game.mp4", FRAMES)
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """The same, to damage."""
    return shutil.copytree(written, tmp_path / "films")


def changed(folder: Path, change: Callable[[Lines], Lines]) -> Path:
    """The folder, its truth file rewritten."""
    truth = folder / "game.truth.jsonl"
    lines = change(truth.read_text(encoding="utf-8").splitlines())
    truth.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return folder


def header_with(lines: Lines, **facts: Any) -> Lines:
    """None leaves a fact out."""
    header = {**json.loads(lines[0]), **facts}
    return [json.dumps({k: v for k, v in header.items() if v is not None}), *lines[1:]]


def test_a_film_comes_back_as_it_was_written(written: Path) -> None:
    (film,) = films(written)
    drawn = of_game(game(), 3.0, "game.mp4")
    assert (film.name, film.seconds, film.fps, film.half) == ("game.mp4", 3.0, FPS, True)
    assert film.jersey == drawn.jersey
    assert film.camera is not None
    assert drawn.camera is not None
    assert film.camera.plain() == drawn.camera.plain()
    assert {one.id for one in film.people} <= {one.id for one in drawn.people}
    assert all(one.id == f"{one.team}-{one.number}" for one in film.people)
    told, expected = as_told(film), as_told(drawn)
    assert told.marks == expected.marks
    assert told.view() is not None
    assert told.shirts == expected.shirts


@pytest.mark.parametrize("step", [1, 4])
def test_pictures_and_truth_go_together(written: Path, step: int) -> None:
    film = read(written / "game.mp4")
    drawn = list(islice(game().frames(step), -(-FRAMES // step)))
    read_back = list(film.pictures(step))
    assert [truth for _, truth in read_back] == [truth for _, truth in drawn]
    for (image, _), (picture, _) in zip(read_back, drawn, strict=True):
        assert image.shape == picture.shape
        assert np.abs(image.astype(int) - picture).mean() < 12


def test_an_old_header_gives_neither_marks_nor_colours(folder: Path) -> None:
    changed(folder, lambda lines: header_with(lines, camera=None, shirts=None))
    (film,) = films(folder)
    assert film.camera is None
    assert film.jersey is None
    told = as_told(film)
    assert told.marks is None
    assert told.shirts == (None, None)
    assert told.numbers[0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: [], "empty"),
        (lambda lines: lines[:1], "no picture"),
        (lambda lines: lines[1:], "line 1 .*game was expected"),
        (lambda lines: [*lines[:5], lines[5][:40], *lines[6:]], "line 6 is damaged"),
        (lambda lines: [*lines[:3], "[]", *lines[3:]], "line 4 is damaged"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "line 4 .*frame 2 was expected"),
        (lambda lines: header_with(lines, fps=None), "'fps' is missing"),
        (lambda lines: header_with(lines, fps=25), "frame 1 is not taken at"),
        (lambda lines: header_with(lines, schema=2), "schema 2"),
        (lambda lines: header_with(lines, court="beach"), "beach"),
        (lambda lines: header_with(lines, size=[320, 180]), "640x360 .*320x180"),
        (lambda lines: header_with(lines, shirts={"home": "#fff", "away": "red"}), "colour"),
        (
            lambda lines: header_with(
                lines, camera={"position": [0, 0], "rotation": [[1]], "focal": 500}
            ),
            "camera",
        ),
        (lambda lines: lines[:-4], "30 pictures, but its truth tells of"),
    ],
)
def test_a_damaged_truth_is_said_in_words(
    folder: Path, change: Callable[[Lines], Lines], says: str
) -> None:
    changed(folder, change)
    with pytest.raises(DataError, match=says):
        films(folder)


def test_a_film_that_is_missing_or_none(folder: Path) -> None:
    film = folder / "game.mp4"
    film.write_bytes(b"nothing to see")
    with pytest.raises(DataError, match="not a film"):
        films(folder)
    film.unlink()
    with pytest.raises(DataError, match="is missing"):
        films(folder)


def test_films_that_became_others_while_being_looked_at(folder: Path) -> None:
    (film,) = films(folder)
    changed(folder, lambda lines: lines[:-4])
    with pytest.raises(DataError, match="more pictures"):
        list(film.pictures(1))


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_without_films_says_what_to_do(tmp_path: Path, there: bool) -> None:
    folder = tmp_path if there else tmp_path / "none"
    done = CliRunner().invoke(main, ["eval", "simulation", "--data", str(folder)])
    assert done.exit_code == 2
    assert "python -m server.simulator" in done.stderr
    assert done.stdout == ""


def test_the_command_looks_at_each_film(folder: Path) -> None:
    """Real eyes, a look a second; of three seconds nothing is asked but that they are counted."""
    shutil.copy(folder / "game.mp4", folder / "old.mp4")
    shutil.copy(folder / "game.truth.jsonl", folder / "old.truth.jsonl")
    changed(folder, lambda lines: header_with(lines, camera=None, shirts=None))
    words = ["eval", "simulation", "--data", str(folder), "--looks", "1"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    heads = [line for line in done.stdout.splitlines() if "looks a second" in line]
    assert [line.partition(",")[0].partition(":")[0] for line in heads] == ["game.mp4", "old.mp4"]
    assert "without marks" in heads[0]
    assert "colours" in heads[0]
    assert "without" not in heads[1]
    assert "split: by film" in done.stdout
    assert "possession" not in done.stdout
    assert "floor plan" not in done.stdout


def test_the_table_of_a_film_is_json(written: Path) -> None:
    words = ["eval", "simulation", "--data", str(written), "--looks", "1", "--json"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    lines = [json.loads(one) for one in done.stdout.splitlines()]
    assert {one["table"] for one in lines} == {"simulation_film", "simulation_taps"}
    first = lines[0]
    assert (first["film"], first["seconds"]) == ("game.mp4", 3.0)
    assert (first["marks"], first["colours"]) == (True, True)
    assert first["split"].startswith("by film")
