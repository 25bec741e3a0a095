"""Every event survives JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from server.game.calls import IllegalCall
from server.game.eventjson import from_json, to_json
from server.game.events import EVENTS, FieldGoal, Media, Sighted, other
from tests.game.strategies import CALM, SAID
from tests.game.table import Table


@given(SAID)
@settings(CALM, max_examples=60)
def test_events_survive_json(said: list[tuple[str, int, dict[str, object]]]) -> None:
    table = Table()
    table.say("period_start")
    for by, _, body in said:
        try:
            table.say(str(body["type"]), by, **{k: v for k, v in body.items() if k != "type"})
        except IllegalCall:
            continue
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
