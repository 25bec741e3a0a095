"""The box score counts what stands, in every column."""

from __future__ import annotations

from typing import Any

from server.projections.boxscore import COLUMNS, BoxScore
from server.projections.court_time import CourtTime
from server.projections.on_court import OnCourt
from server.projections.sheet import Sheet
from tests.game.table import AWAY, HOME, Table

PLAYERS = {
    "home": tuple(f"home-{n}" for n in HOME),
    "away": tuple(f"away-{n}" for n in AWAY),
}


DERIVED = ("min_ms", "plus_minus", "starter", "eff")


def sections(table: Table) -> dict[str, Any]:
    return Sheet(table.game, PLAYERS).sections()


def line(box: dict[str, Any], player: str) -> dict[str, int]:
    """What is not 0 in a player's line."""
    found = next(p for p in box[player.split("-")[0]]["players"] if p["id"] == player)
    return {column: found[column] for column in COLUMNS if found[column]}


def test_every_fact_has_its_column() -> None:
    table = Table()
    table.say("period_start")
    table.say("field_goal", player="home-4", value=3, made=True)
    table.say("assist", player="home-5")
    table.say("field_goal", player="home-4", value=2, made=False)
    table.say("block", player="away-10")
    table.say("rebound", player="home-6")
    table.say("turnover", player="home-6")
    table.say("steal", player="away-11")
    table.say("foul", player="home-6")
    table.say("free_throw", player="away-11", made=True)
    table.say("free_throw", player="away-11", made=False)
    table.say("rebound", team="home")
    box = sections(table)["boxscore"]
    assert line(box, "home-4") == {"pts": 3, "fgm": 1, "fga": 2, "fg3m": 1, "fg3a": 1}
    assert line(box, "home-5") == {"ast": 1}
    assert line(box, "home-6") == {"oreb": 1, "reb": 1, "tov": 1, "pf": 1}
    assert line(box, "away-10") == {"blk": 1}
    assert line(box, "away-11") == {"pts": 1, "ftm": 1, "fta": 2, "stl": 1}
    assert {k: v for k, v in box["home"]["team"].items() if v} == {"dreb": 1, "reb": 1}
    totals = {k: v for k, v in box["home"]["totals"].items() if v and k in COLUMNS}
    assert totals == {
        "pts": 3,
        "fgm": 1,
        "fga": 2,
        "fg3m": 1,
        "fg3a": 1,
        "ast": 1,
        "oreb": 1,
        "dreb": 1,
        "reb": 2,
        "tov": 1,
        "pf": 1,
    }


def test_the_shape_of_the_section() -> None:
    box = sections(Table())["boxscore"]
    assert list(box["home"]["players"][1]) == [*("id", "number", "name"), *COLUMNS, *DERIVED]
    assert [p["number"] for p in box["home"]["players"]] == list(HOME)
    assert box["home"]["players"][1]["name"] is None
    assert list(box["away"]["team"]) == list(COLUMNS)
    assert list(box["away"]["totals"]) == [*COLUMNS, "min_ms", "eff"]


def test_technicals_count_as_the_code_says() -> None:
    for rules, personal in (("fiba", 2), ("nba", 1)):
        table = Table(rules)
        for kind in ("technical", "offensive", "bench"):
            table.say("foul", player="home-4", kind=kind)
        assert line(sections(table)["boxscore"], "home-4") == {"pf": personal}


def test_a_player_whom_nobody_knows_any_more_is_counted() -> None:
    table = Table()
    table.say("field_goal", team="home", player="4", made=True)
    nobody = Sheet(table.game, {"home": (), "away": ()}).sections()
    assert line(nobody["boxscore"], "home-4") == {"pts": 2, "fgm": 1, "fga": 1}


def test_a_shown_line_does_not_change_afterwards() -> None:
    table = Table()
    table.say("foul", player="home-4")
    box, on_court = BoxScore(table.game.rules, PLAYERS), OnCourt()
    time = CourtTime(table.game.rules, on_court)
    before = box.section(time, on_court)
    box.add(1, table.event(1))
    assert line(before, "home-4") == {}
    assert line(box.section(time, on_court), "home-4") == {"pf": 1}
