"""What was stored by an older program is read by this one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from server.game.entry import Entry, Tap
from server.game.events import SCHEMA, FieldGoal, Media, Note, Voided
from server.gamelog.codec import decode, encode, entry_json


def test_what_was_encoded_is_decoded() -> None:
    event = Note(period=1, clock_ms=5, text="“☃”", media=Media("main", 1.5))
    assert decode(encode(event), SCHEMA) == (event, None)


@pytest.mark.parametrize("media", [None, Media("main", 12.5)])
def test_a_tap_is_kept_beside_its_event(media: Media | None) -> None:
    tap = Tap(datetime(2026, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC), media, past=media is None)
    event = Note(period=1, clock_ms=5, text="x")
    assert decode(encode(event, tap), SCHEMA) == (event, tap)


def test_old_schemas_are_upcast_one_after_the_other() -> None:
    """Schema 1 said `points`, schema 2 said `worth`, today's says `value`."""

    def first(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "worth": document.pop("points")}

    def second(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "value": document.pop("worth")}

    upcasts = {1: first, 2: second}
    old = {"type": "field_goal", "period": 1, "clock_ms": 0, "team": "home", "made": True}
    expected = FieldGoal(period=1, clock_ms=0, team="home", made=True, value=3)
    for schema, word in ((1, "points"), (2, "worth"), (3, "value")):
        text = json.dumps({**old, word: 3})
        assert decode(text, schema, upcasts, current=3) == (expected, None)


def test_a_newer_schema_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(ValueError, match="schema"):
        decode(encode(Note(period=1, clock_ms=0, text="x")), SCHEMA + 1)


def test_an_entry_as_clients_get_it() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    void = Voided(period=2, clock_ms=100, targets=(3, 4))
    assert entry_json(Entry(7, void, "desk:1", at, "c7")) == {
        "seq": 7,
        "type": "void",
        "by": "desk:1",
        "at": "2026-01-02T03:04:05+00:00",
        "call_id": "c7",
        "moment": {"at": "2026-01-02T03:04:04.600000+00:00"},
        "period": 2,
        "clock_ms": 100,
        "targets": [3, 4],
        "cause": "void",
    }
