"""A game as files over HTTP: types, names, and who may have them."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree as ET

import pytest

from server.exports.formats import FORMATS
from tests.api.conftest import Game, problem


def played(game: Game, **media: object) -> None:
    """A basket by the home team's 4."""
    assert game.call(call_id="p", type="period_start").status_code == 201
    shot = {"type": "field_goal", "team": "home", "player": "4", "made": True, "value": 2}
    assert game.call(call_id="s", **shot, **media).status_code == 201


def test_the_list_names_every_format_and_its_address(game: Game) -> None:
    listed = game.watch.get(f"{game.path}/exports").json()
    assert listed["game_id"] == game.id
    assert [each["name"] for each in listed["exports"]] == list(FORMATS)
    played(game, media={"camera": "main", "s": 12.5})
    for each in listed["exports"]:
        answer = game.watch.get(each["url"])
        assert answer.status_code == 200, each
        assert answer.headers["content-type"] == each["media_type"]
        assert each["file"] in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.content


def test_json_and_xml_are_what_they_are_called(game: Game) -> None:
    played(game, media={"camera": "main", "s": 12.5})
    box = game.watch.get(f"{game.path}/exports/nba-boxscore").json()["game"]
    assert (box["gameId"], box["homeTeam"]["score"]) == (game.id, 2)
    plays = game.watch.get(f"{game.path}/exports/nba-playbyplay").json()["game"]["actions"]
    assert [action["actionType"] for action in plays] == ["period", "2pt"]
    data = game.watch.get(f"{game.path}/exports/fiba-livestats").json()
    assert data["tm"]["1"]["pl"]["1"]["name"] == "L. 4"
    file = ET.fromstring(game.watch.get(f"{game.path}/exports/sportscode").text)
    assert len(list(file.iter("instance"))) == 1


def test_without_media_times_a_timeline_is_refused_and_says_why(game: Game) -> None:
    played(game)
    for name in ("sportscode", "webvtt"):
        found = problem(game.watch.get(f"{game.path}/exports/{name}"), 409, "no-media-times")
        assert "camera" in found["detail"]


def test_names_that_are_hidden_stay_out_of_every_file(game: Game) -> None:
    played(game, media={"camera": "main", "s": 12.5})
    assert game.desk.patch(game.path, json={"names_hidden": True}).status_code == 200
    for name in FORMATS:
        seen = game.watch.get(f"{game.path}/exports/{name}").text
        assert "Lion 4" not in seen, name
        assert "Lion 4" in game.desk.get(f"{game.path}/exports/{name}").text or name in (
            *("maxpreps-home", "maxpreps-away"),
            *("fiba-livestats", "nba-playbyplay"),
        )
    assert "Lions" in game.watch.get(f"{game.path}/exports/boxscore-csv").text


@pytest.mark.parametrize("path", ["boxscore.csv", "exports/boxscore-csv"])
def test_the_table_of_the_box_score(game: Game, path: str) -> None:
    played(game)
    answer = game.watch.get(f"{game.path}/{path}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert rows[0]["team"] == "Lions"
    assert (rows[0]["number"], rows[0]["name"], rows[0]["pts"]) == ("4", "Lion 4", "2")


def test_who_may_not_have_it(game: Game) -> None:
    for path in ("exports", "exports/boxscore-csv", "boxscore.csv"):
        problem(game.nobody.get(f"{game.path}/{path}"), 401, "token-missing")
        problem(game.camera.get(f"{game.path}/{path}"), 403, "token-refused")
    problem(game.watch.get(f"{game.path}/exports/pdf"), 404, "unknown-format")
