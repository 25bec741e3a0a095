"""The list of plays: words, order, running score."""

from __future__ import annotations

from typing import Any

import pytest

from server.projections.plays import text_of
from server.projections.sheet import LATEST, Sheet
from tests.game.table import Table
from tests.projections.test_boxscore import PLAYERS, sections


def plays(table: Table) -> list[dict[str, Any]]:
    return Sheet(table.game, PLAYERS).plays()


@pytest.mark.parametrize(
    ("kind", "fields", "text"),
    [
        ("period_start", {}, "Q1 starts"),
        ("field_goal", {"player": "home-7", "value": 3, "made": True}, "Home #7 makes a three"),
        ("field_goal", {"team": "away", "value": 2, "made": False}, "Away misses a two"),
        ("free_throw", {"player": "home-00", "made": True}, "Home #00 makes a free throw"),
        ("rebound", {"team": "home"}, "Home: defensive rebound"),
        ("turnover", {"player": "away-4"}, "Away #4: turnover"),
        ("turnover", {"player": "away-4", "kind": "travel"}, "Away #4: turnover (travel)"),
        ("steal", {"team": "home"}, "Home: steal"),
        ("block", {"team": "home"}, "Home: block"),
        ("assist", {"team": "home"}, "Home: assist"),
        ("foul", {"player": "away-10", "kind": "technical"}, "Away #10: technical foul"),
        ("jump_ball", {"player": "home-8"}, "Home #8 wins the jump ball"),
        ("substitution", {"team": "home", "player_in": "4", "player_out": "5"},
         "Home: #4 in, #5 out"),
        ("starters", {"players": ["away-4", "away-10"]}, "Away starts #4, #10"),
        ("roster_add", {"team": "home", "player": "#23"}, "Home: #23 joins the roster"),
        ("timeout", {"team": "home"}, "Home: timeout"),
        ("possession", {"team": "away"}, "Away: possession arrow"),
        ("adjust", {"team": "home", "points": -2}, "Home: score adjusted by -2"),
        ("adjust", {"team": "home", "points": 9, "text": "late"},
         "Home: score adjusted by +9 (late)"),
        ("note", {"text": "Lights out"}, "Lights out"),
        ("rebound", {"team": "home", "kind": "dead_ball"}, "Home: dead ball rebound"),
        ("free_throw", {"player": "home-7", "made": False, "nth": 2, "of": 3},
         "Home #7 misses free throw 2 of 3"),
        ("foul", {"player": "home-7", "kind": "shooting", "drawn_by": "away-4"},
         "Home #7: shooting foul on #4"),
        ("jump_ball", {"team": "away", "kind": "held"}, "Away gets the held ball"),
        ("substitution", {"team": "home", "players": ["4", "5", "7", "8", "00"]},
         "Home: #4, #5, #7, #8, #00 on the court"),
        ("timeout", {"kind": "media"}, "Media timeout"),
        ("finalize", {}, "Final"),
    ],
)  # fmt: skip
def test_every_fact_in_words(kind: str, fields: dict[str, Any], text: str) -> None:
    table = Table()
    table.say(kind, **fields)
    assert [play["text"] for play in plays(table)] == [text]


def test_a_confirmed_score_is_a_line() -> None:
    table = Table()
    table.say("period_start")
    table.say("confirm", score={"home": 4, "away": 2})
    assert plays(table)[-1]["text"] == "Score confirmed: 4–2"


def test_facts_of_the_clock_have_words_too() -> None:
    table = Table()
    table.say("period_start")
    table.say("clock_start")
    assert text_of(table.event(2), table.game.rules) == "clock start"


def test_a_line_carries_the_event_and_where_it_comes_from() -> None:
    table = Table()
    table.say("period_start")
    media = {"camera": "main", "s": 12.5}
    table.say("field_goal", player="home-7", value=3, made=True, media=media, x_m=1.5, y_m=-2)
    table.say("period_end")
    assert plays(table)[1] == {
        "seq": 2,
        "type": "field_goal",
        "period": 1,
        "clock_ms": 600_000,
        "media": media,
        "team": "home",
        "player": "home-7",
        "value": 3,
        "made": True,
        "x_m": 1.5,
        "y_m": -2.0,
        "text": "Home #7 makes a three",
        "score": [3, 0],
        "voided": False,
        "amended_by": None,
        "by": "desk:1",
        "at": table.now.isoformat(),
    }
    assert plays(table)[2]["text"] == "Q1 ends"


def test_what_is_put_in_later_stands_where_it_belongs() -> None:
    table = Table()
    table.say("period_start")
    table.say("clock_start")
    table.wait(60)
    first = table.seq("field_goal", team="home", value=2, made=True)
    table.wait(60)
    second = table.seq("field_goal", team="home", value=2, made=True)
    by_clock = table.seq("field_goal", team="away", value=3, made=True, clock_ms=500_000)
    after = table.seq("free_throw", team="home", made=True, after=first)
    again = table.seq("free_throw", team="home", made=True, after=first)
    told = [(play["seq"], play["score"]) for play in plays(table)][1:]
    assert told == [
        (first, [2, 0]),
        (after, [3, 0]),
        (again, [4, 0]),
        (by_clock, [4, 3]),
        (second, [6, 3]),
    ]


def test_voided_and_amended_plays_say_so() -> None:
    table = Table()
    basket = table.seq("field_goal", team="home", value=2, made=True)
    gone = table.seq("field_goal", team="home", value=2, made=True)
    table.say("void", links=gone)
    table.say("amend", "desk:2", links=basket, value=3)
    told = {p["seq"]: (p["voided"], p["amended_by"], p["score"]) for p in plays(table)}
    assert told == {basket: (False, "desk:2", [3, 0]), gone: (True, None, [3, 0])}


def test_the_state_holds_the_latest_newest_first_and_no_ticking_clock() -> None:
    table = Table()
    table.say("period_start")
    for _ in range(LATEST + 5):
        table.say("clock_start")
        table.say("clock_stop")
        table.say("foul", team="home")
    latest = sections(table)["plays"]
    assert len(latest) == LATEST
    assert [play["seq"] for play in latest[:2]] == [len(table.entries), len(table.entries) - 3]
    assert latest == plays(table)[: -LATEST - 1 : -1]
