"""Whose business a call is, when desks share the sheet."""

from __future__ import annotations

from typing import Any

import pytest

from server.duties import roles_of
from server.game.calls import parse
from server.game.decide import decide
from tests.game.table import Table

CLOCK, HOME, AWAY = {"clock"}, {"home"}, {"away"}
BASKET: dict[str, Any] = {"team": "home", "player": "7", "value": 2, "made": True}


def roles(table: Table, kind: str, by: str = "desk:1", /, **fields: Any) -> set[str]:
    call = parse({"call_id": "asked", "type": kind, **fields}, by, table.now)
    return set(roles_of(table.game, decide(table.game, call)))


@pytest.mark.parametrize(
    ("kind", "fields", "whose"),
    [
        ("period_end", {}, CLOCK),
        ("clock_start", {}, CLOCK),
        ("clock_set", {"clock_ms": 1_000}, CLOCK),
        ("confirm", {}, CLOCK),
        ("finalize", {}, CLOCK),
        ("field_goal", BASKET, HOME),
        ("field_goal", {**BASKET, "player": "#77"}, HOME),
        ("foul", {"team": "away", "player": "4"}, AWAY),
        ("roster_add", {"team": "away", "player": "99"}, AWAY),
        ("starters", {"team": "home", "players": ["4", "5", "6", "7", "8"]}, HOME),
        ("adjust", {"team": "home", "points": 2}, HOME),
        ("timeout", {"team": "home"}, HOME | CLOCK),
        ("timeout", {"kind": "official"}, CLOCK),
        ("jump_ball", {"team": "away"}, AWAY | CLOCK),
        ("possession", {"team": "away"}, AWAY | CLOCK),
        ("note", {"text": "loud", "team": "home"}, set()),
    ],
)
def test_whose_business_a_fact_is(kind: str, fields: dict[str, Any], whose: set[str]) -> None:
    table = Table()
    table.say("period_start")
    assert roles(table, kind, **fields) == whose


def test_a_correction_is_for_whoever_keeps_what_it_corrects() -> None:
    table = Table()
    start = table.seq("period_start", "ann")
    basket = table.seq("field_goal", "bob", **BASKET)
    assert roles(table, "amend", links=basket, value=3) == HOME
    assert roles(table, "void", links=basket) == HOME
    assert roles(table, "undo", "bob") == HOME
    assert roles(table, "void", links=start) == CLOCK
    amend = table.seq("amend", links=basket, value=3)
    assert roles(table, "void", links=amend) == HOME
    table.say("void", links=basket)
    assert roles(table, "undo", "desk:1") == HOME
