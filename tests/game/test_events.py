"""Every event survives JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.game.eventjson import from_json, to_json
from server.game.events import EVENTS, Amended, FieldGoal, Media, Sighted, other
from server.game.rules import RULES
from tests.game.strategies import CALM, SAID
from tests.game.table import Table

LEAGUE = '{"base": "nba", "periods": 2, "clock": "running", "field_goal_values": [1, 2, 3]}'


@given(SAID, st.sampled_from([*RULES, LEAGUE]))
@settings(CALM, max_examples=100)
def test_events_survive_json(said: list[tuple[str, int, dict[str, Any]]], rules: str) -> None:
    table = Table(rules)
    table.say_all([("desk", 0, {"type": "period_start"}), *said])
    for entry in table.entries:
        assert from_json(json.loads(json.dumps(to_json(entry.event)))) == entry.event


def test_media_and_links_survive() -> None:
    event = Sighted(period=1, clock_ms=0, links=3, media=Media("main", 1.25))
    assert to_json(event) == {
        "type": "sighted",
        "period": 1,
        "clock_ms": 0,
        "media": {"camera": "main", "s": 1.25},
        "links": 3,
    }
    assert from_json(to_json(event)) == event


def test_an_amendment_holds_its_event() -> None:
    shot = FieldGoal(period=1, clock_ms=5, team="home", value=3, made=True, tags=())
    event = Amended(period=1, clock_ms=5, links=7, event=shot)
    assert to_json(event)["event"] == to_json(shot)
    assert from_json(json.loads(json.dumps(to_json(event)))) == event


def test_what_a_newer_program_added_is_passed_over() -> None:
    shot = FieldGoal(period=1, clock_ms=0, team="home", value=2, made=False)
    assert from_json({**to_json(shot), "spin": 3}) == shot


@pytest.mark.parametrize(
    "document", [{}, {"type": "dunk"}, {"type": "field_goal", "period": 1, "clock_ms": 0}]
)
def test_what_is_no_event_is_an_error(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no event|without"):
        from_json(document)


def test_names_are_the_types_of_calls() -> None:
    assert EVENTS["field_goal"] is FieldGoal
    assert other("home") == "away"
    assert other("away") == "home"
