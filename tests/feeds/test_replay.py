"""`courtside replay` from outside: lines, exit codes, broken files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.commands.replay import replay
from tests.support import free_port, shared


def test_one_json_object_a_game() -> None:
    folder = str(shared("games/nba_live/0022000001"))
    done = CliRunner().invoke(replay, ["nba_live", folder, folder, "--json"])
    assert done.exit_code == 0
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == second
    assert {"feed", "game", "cells", "equal", "minutes", "plus_minus"} <= first.keys()
    assert first["differences"] == []
    words = CliRunner().invoke(replay, ["nba_live", folder])
    assert words.stdout.startswith("nba_live 0022000001: 540 of 540 cells equal")


def test_a_difference_is_named_and_is_no_failure(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    box = json.loads((folder / "boxscore.json").read_text())
    player = box["game"]["homeTeam"]["players"][0]
    player["statistics"]["assists"] += 1
    player["statistics"]["minutes"] = "PT01M00.00S"
    (folder / "boxscore.json").write_text(json.dumps(box))
    done = CliRunner().invoke(replay, ["nba_live", str(folder), "--json"])
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["equal"] == found["cells"] - 1
    assert {d["stat"]: d["official"] for d in found["differences"]} == {"ast": 3, "min": "1:00"}


def test_a_game_in_progress(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    plays = json.loads((folder / "playbyplay.json").read_text())
    plays["game"]["actions"] = plays["game"]["actions"][:200]
    (folder / "playbyplay.json").write_text(json.dumps(plays))
    done = CliRunner().invoke(replay, ["nba_live", str(folder), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["invariants"] == []


@pytest.mark.parametrize("name", ["playbyplay.json", "boxscore.json"])
def test_a_truncated_missing_or_foreign_file_is_bad_input(tmp_path: Path, name: str) -> None:
    folder = _copy(tmp_path)
    file = folder / name
    text = file.read_text()
    for broken in (text[: len(text) // 2], "", "[]", "{}", '{"game": {"actions": 3}}', "null"):
        file.write_text(broken)
        done = CliRunner().invoke(replay, ["nba_live", str(folder), "--json"])
        assert (done.exit_code, done.stdout) == (2, "")
        assert str(folder) in done.stderr
    file.unlink()
    assert CliRunner().invoke(replay, ["nba_live", str(folder)]).exit_code == 2
    assert CliRunner().invoke(replay, ["nba_live", str(tmp_path / "nowhere")]).exit_code == 2


def test_an_unknown_feed_is_bad_input(tmp_path: Path) -> None:
    assert CliRunner().invoke(replay, ["handball", str(tmp_path)]).exit_code == 2


def _copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shared("games/nba_live/0022000001"), tmp_path / "game"))


@pytest.mark.parametrize(
    ("feed", "game"),
    [
        ("nba_stats_v2", "0021600270"),
        ("euroleague", "E2024_1"),
        ("fiba_livestats", "2702542"),
    ],
)
def test_every_feed_knows_its_own_files(feed: str, game: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shared(f"games/{feed}/{game}"), tmp_path / "game"))
    for file in sorted(folder.glob("*.json")):
        if file.name.startswith(("data_nba", "period_starters")):
            continue
        file.chmod(0o644)
        text = file.read_text()
        for broken in (text[: len(text) // 3], "[" * 100_000, "[]", "{}", "7", '"pbp"'):
            file.write_text(broken)
            done = CliRunner().invoke(replay, [feed, str(folder), "--json"])
            assert (done.exit_code, done.stdout) == (2, "")
        file.write_text(text)
    assert CliRunner().invoke(replay, ["nba_live", str(folder)]).exit_code == 2
    assert CliRunner().invoke(replay, [feed, str(folder)]).exit_code == 0


def test_a_refusal_says_what_to_do(tmp_path: Path) -> None:
    """The file, and the feed that it looks like."""

    def refusal(*arguments: str) -> str:
        done = CliRunner().invoke(replay, list(arguments))
        assert (done.exit_code, done.stdout) == (2, "")
        return done.stderr

    games = shared("games")
    other = refusal("euroleague", str(games / "nba_live/0022000001"))
    assert "PlaybyPlay.json is missing" in other
    assert "looks like a game of nba_live" in other
    assert "PATH is the folder" in refusal("nba_live", str(tmp_path / "nowhere"))
    folder = _copy(tmp_path)
    (folder / "boxscore.json").write_text("{")
    assert "boxscore.json is not readable JSON" in refusal("nba_live", str(folder))
    (folder / "boxscore.json").write_text('{"game": 7}')
    said = refusal("nba_live", str(folder))
    assert "boxscore.json is not what nba_live writes there" in said
    assert "fetch the file again" in said


def test_extra_files_are_passed_over(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    (folder / "data.json").write_text("{")
    (folder / "notes.txt").write_text("nothing")
    assert CliRunner().invoke(replay, ["nba_live", str(folder)]).exit_code == 0


@pytest.mark.parametrize(
    "wrong",
    [
        ["--game", "g"],
        ["--speed", "0"],
        ["--speed", "-1"],
        ["--speed", "nan"],
        ["--speed", "1", "--server", "nonsense"],
        ["--speed", "1", "--game", "g", "--repeat", "2"],
        ["--speed", "1", "--parallel", "0"],
    ],
)
def test_options_without_meaning(wrong: list[str]) -> None:
    folder = str(shared("games/nba_live/0022000001"))
    done = CliRunner().invoke(replay, ["nba_live", folder, *wrong])
    assert (done.exit_code, done.stdout) == (2, "")


def test_no_server_is_something_missing() -> None:
    folder = str(shared("games/nba_live/0022000001"))
    where = ["--speed", "9", "--server", f"http://127.0.0.1:{free_port()}"]
    done = CliRunner().invoke(replay, ["nba_live", folder, *where])
    assert (done.exit_code, done.stdout) == (3, "")
    assert "no server answers" in done.stderr
