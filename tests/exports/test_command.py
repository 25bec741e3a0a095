"""`courtside export`: files of a data folder, while nobody serves it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.commands.export import export
from server.game.entry import Entry
from server.game.events import FieldGoal, Media, PeriodStarted
from server.gamelog.log import CallRecord, Commit, GameRecord
from server.gamelog.sql import SqlLog
from server.settings import Settings

AT = datetime(2026, 1, 2, 18, 0, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the game g1: one basket, seen by a camera, and g2, without any."""
    folder = tmp_path / "data"
    folder.mkdir()
    log = SqlLog.open(Settings(data=folder).database_url)
    for game in ("g1", "g2"):
        log.add_game(
            GameRecord(game, "e", "fiba", ("home-4",), ("away-7",), created_at=AT),
            {"home": "Lions", "home-4": "Ann"},
        )
    events = (
        PeriodStarted(period=1, clock_ms=600_000),
        FieldGoal(
            period=1,
            clock_ms=590_000,
            team="home",
            player="home-4",
            value=2,
            made=True,
            media=Media("main", 9.5),
        ),
    )
    entries = tuple(Entry(n, event, "desk", AT, "c") for n, event in enumerate(events, 1))
    log.commit(Commit("g1", CallRecord("c", "", 1, 2), entries))
    log.close()
    return folder


def run(*args: str) -> Result:
    return CliRunner().invoke(export, args)


def test_a_file_goes_to_standard_output_or_to_its_usual_name(data: Path) -> None:
    done = run("g1", "nba-boxscore", "--data", str(data))
    assert done.exit_code == 0
    assert json.loads(done.stdout)["game"]["homeTeam"]["score"] == 2
    assert run("g1", "boxscore-csv", "--data", str(data), "-o", str(data)).exit_code == 0
    table = (data / "boxscore.csv").read_bytes()
    assert b"Lions,4,Ann,2," in table
    assert table.count(b"\r\n") == table.count(b"\n") == 7
    done = run("g1", "sportscode", "--data", str(data), "-o", str(data / "mine.xml"))
    assert done.exit_code == 0
    assert "Ann" in (data / "mine.xml").read_text()


def test_names_can_be_left_out(data: Path) -> None:
    done = run("g1", "boxscore-csv", "--data", str(data), "--no-names")
    assert "Lions" in done.stdout
    assert "Ann" not in done.stdout


@pytest.mark.parametrize(
    ("args", "code", "word"),
    [
        (("nobody", "boxscore-csv"), 2, "nobody"),
        (("g1", "pdf"), 2, "pdf"),
        (("g2", "webvtt"), 3, "media time"),
        (("g1", "webvtt", "-o", "/nowhere/at/all.vtt"), 2, "/nowhere"),
        (("g1", "webvtt", "--database", "mysql://x/y"), 2, "--database"),
    ],
)
def test_what_cannot_be_written_is_said(
    data: Path, args: tuple[str, ...], code: int, word: str
) -> None:
    done = run(*args, "--data", str(data))
    assert done.exit_code == code, done.output
    assert word in done.stderr
    assert not done.stdout


def test_a_folder_without_games_is_left_as_it_is(tmp_path: Path) -> None:
    done = run("g1", "webvtt", "--data", str(tmp_path))
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []
