"""What watchers read when the book is corrected."""

from __future__ import annotations

from typing import Any

import pytest

from server.game.events import Voided
from server.projections.corrected import text_of_correction
from server.projections.sheet import Sheet
from tests.game.table import Table
from tests.projections.flagged import PLAYERS


def texts(table: Table, kind: str, /, **fields: Any) -> list[str | None]:
    """What the entries of a correction say."""
    before = table.game
    return [text_of_correction(before, table.game, e) for e in table.say(kind, **fields)]


def line(table: Table, seq: int) -> dict[str, Any]:
    found = {play["seq"]: play for play in Sheet(table.game, PLAYERS).plays()}
    return found[seq]


def test_a_basket_through_its_corrections(table: Table) -> None:
    basket = table.seq("field_goal", team="home", player="7", value=2, made=True)
    assert "correction" not in line(table, basket)
    assert texts(table, "amend", links=basket, value=3) == [
        "corrected: Home #7 makes a three (was a two)"
    ]
    assert line(table, basket)["correction"] == {
        "text": "corrected: Home #7 makes a three (was a two)",
        "by": "desk:1",
        "at": table.now.isoformat(),
    }
    assert texts(table, "undo") == ["corrected: Home #7 makes a two (was a three)"]
    assert "correction" not in line(table, basket)
    assert texts(table, "redo") == ["corrected: Home #7 makes a three (was a two)"]
    (void,) = table.say("void", links=basket)
    assert line(table, basket)["correction"]["text"] == "corrected: Home #7's three taken back"
    assert texts(table, "void", links=void.seq) == ["restored: Home #7 makes a three"]


@pytest.mark.parametrize(
    ("said", "changes", "text"),
    [
        ({"type": "field_goal", "player": "7", "made": True}, {"made": False},
         "corrected: Home #7 misses a two (was made)"),
        ({"type": "field_goal", "player": "7", "made": False}, {"made": True, "value": 3},
         "corrected: Home #7 makes a three (was a missed two)"),
        ({"type": "field_goal", "player": "7", "made": True}, {"player": "4", "value": 3},
         "corrected: Home #4 makes a three (was a two, Home #7)"),
        ({"type": "field_goal", "made": True}, {"team": "away"},
         "corrected: Away makes a two (was Home)"),
        ({"type": "foul", "player": "7"}, {"kind": "technical"},
         "corrected: Home #7: technical foul (was personal)"),
        ({"type": "turnover", "player": "7"}, {"kind": "travel"},
         "corrected: Home #7: turnover (travel) (was no kind)"),
        ({"type": "foul", "player": "7", "clock_ms": 500_000}, {"clock_ms": 61_000},
         "corrected: Home #7: personal foul (was Q1 8:20)"),
        ({"type": "substitution", "player_in": "7"}, {"player_in": "8"},
         "corrected: Home: #8 in (was Home: #7 in)"),
        ({"type": "adjust", "points": 2}, {"points": 3},
         "corrected: Home: score adjusted by +3 (was 2)"),
        ({"type": "field_goal", "player": "7", "made": True}, {"x_m": 1.0},
         "corrected: Home #7 makes a two"),
    ],
)  # fmt: skip
def test_what_was_otherwise(
    table: Table, said: dict[str, Any], changes: dict[str, Any], text: str
) -> None:
    fields = {"team": "home", **said}
    seq = table.seq(fields.pop("type"), **fields)
    assert texts(table, "amend", links=seq, **changes) == [text]


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ({"type": "field_goal", "team": "home", "made": False}, "Home's missed two"),
        ({"type": "free_throw", "team": "home", "player": "7", "made": True},
         "Home #7's free throw"),
        ({"type": "free_throw", "team": "away", "made": False}, "Away's missed free throw"),
        ({"type": "foul", "team": "away", "player": "10"}, "Away #10's personal foul"),
        ({"type": "rebound", "team": "home", "kind": "dead_ball"}, "Home's dead ball rebound"),
        ({"type": "jump_ball", "team": "away"}, "Away's jump ball"),
        ({"type": "note", "text": "x"}, "a note"),
        ({"type": "confirm"}, "the confirmation of Q1"),
        ({"type": "period_end"}, "the end of Q1"),
        ({"type": "finalize"}, "the end of the game"),
    ],
)  # fmt: skip
def test_what_was_taken_back(table: Table, said: dict[str, Any], thing: str) -> None:
    fields = dict(said)
    table.say(fields.pop("type"), **fields)
    assert texts(table, "undo") == [f"corrected: {thing} taken back"]


def test_what_belonged_to_it_is_mentioned(table: Table) -> None:
    basket = table.seq("field_goal", team="home", player="7", value=3, made=True)
    assist = table.seq("assist", team="home", player="4")
    assert texts(table, "amend", links=basket, made=False) == [
        "corrected: Home #7 misses a three (was made)",
        "corrected: Home #4's assist taken back",
    ]
    table.say("undo")
    assert texts(table, "void", links=basket) == [
        "corrected: Home #7's three taken back with what belonged to it"
    ]
    assert line(table, assist)["correction"]["text"] == "corrected: Home #4's assist taken back"


def test_a_period_that_never_began(table: Table) -> None:
    assert texts(table, "void", links=1) == ["corrected: the start of Q1 taken back"]


def test_only_corrections_that_change_something_have_a_text(table: Table) -> None:
    foul = table.seq("foul", team="home")
    first = table.seq("amend", links=foul, player="7")
    table.say("amend", links=foul, player="4")
    assert texts(table, "foul", team="home") == [None]
    # The first amendment was not what counted any more.
    assert texts(table, "void", links=first) == [None]


def test_what_was_amended_back_stands_as_it_was_told(table: Table) -> None:
    foul = table.seq("foul", team="home", player="7")
    table.say("amend", links=foul, player="4")
    table.say("amend", links=foul, player="7")
    assert "correction" not in line(table, foul)


def test_a_void_whose_entry_is_not_in_the_log_says_nothing(table: Table) -> None:
    entry = table.say("note", text="x")[0]
    odd = type(entry)(2, Voided(period=1, clock_ms=0, targets=(99,)), "x", table.now, "x")
    assert text_of_correction(table.game, table.game, odd) is None
