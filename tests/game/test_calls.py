"""Shape of a call: what is not one is 422, whatever it contains."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.game.calls import SHAPES, Call, MalformedCall, parse
from server.game.events import Media
from tests.game.strategies import CALM

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SHOT = {"call_id": "c", "type": "field_goal", "team": "home", "player": "00", "made": True}


def why(body: object) -> str:
    with pytest.raises(MalformedCall) as caught:
        parse(body, "desk", NOW)
    assert str(caught.value) == f"{caught.value.type}: {caught.value.detail}"
    return caught.value.type


def test_a_call_is_read() -> None:
    body = {**SHOT, "value": 3, "x_m": 1, "media": {"camera": "main", "s": 2}, "base": 7}
    assert parse(body, "desk:1", NOW) == Call(
        type="field_goal",
        call_id="c",
        by="desk:1",
        at=NOW,
        team="home",
        player="00",
        made=True,
        value=3,
        x_m=1.0,
        media=Media("main", 2.0),
        base=7,
    )


def test_null_counts_as_absent() -> None:
    assert parse({**SHOT, "period": None}, "desk", NOW) == parse(SHOT, "desk", NOW)


@pytest.mark.parametrize("word", ["links", "target", "seq"])
def test_a_void_names_its_target_in_any_of_three_words(word: str) -> None:
    assert parse({"call_id": "c", "type": "void", word: 4}, "desk", NOW).links == 4


def test_an_adjustment_takes_value_for_points() -> None:
    body = {"call_id": "c", "type": "adjust", "team": "home", "value": -2}
    assert parse(body, "desk", NOW).points == -2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (None, "malformed"),
        ([], "malformed"),
        ("field_goal", "malformed"),
        ({}, "missing-field"),
        ({"call_id": "c"}, "missing-field"),
        ({"call_id": "c", "type": 3}, "malformed"),
        ({"call_id": "c", "type": "dunk"}, "unknown-type"),
        ({"type": "note", "text": "x"}, "missing-field"),
        ({"call_id": "c", "type": "void"}, "missing-field"),
        ({"call_id": "c", "type": "field_goal"}, "missing-field"),
        ({**SHOT, "colour": "red"}, "unknown-field"),
        ({**SHOT, "links": 3}, "unknown-field"),
        ({**SHOT, "by": "somebody"}, "unknown-field"),
        ({**SHOT, "call_id": ""}, "malformed"),
        ({**SHOT, "call_id": "x" * 65}, "malformed"),
        ({**SHOT, "call_id": 5}, "malformed"),
        ({**SHOT, "player": 7}, "malformed"),
        ({**SHOT, "player": "\ud800"}, "malformed"),
        ({**SHOT, "team": "ho\x00me"}, "malformed"),
        ({**SHOT, "made": 1}, "malformed"),
        ({**SHOT, "made": "true"}, "malformed"),
        ({**SHOT, "value": True}, "malformed"),
        ({**SHOT, "value": 2.0}, "malformed"),
        ({**SHOT, "value": "2"}, "malformed"),
        ({**SHOT, "clock_ms": 10**30}, "malformed"),
        ({**SHOT, "x_m": float("nan")}, "malformed"),
        ({**SHOT, "x_m": float("inf")}, "malformed"),
        ({**SHOT, "x_m": 1e300}, "malformed"),
        ({**SHOT, "x_m": "1"}, "malformed"),
        ({**SHOT, "media": "main"}, "malformed"),
        ({**SHOT, "media": {"camera": "main"}}, "malformed"),
        ({**SHOT, "media": {"camera": "main", "s": "1"}}, "malformed"),
        ({**SHOT, "media": {"camera": "main", "s": -1}}, "malformed"),
        ({"call_id": "c", "type": "note", "text": "x" * 501}, "malformed"),
        ({"call_id": "c", "type": "starters", "players": "7"}, "malformed"),
        ({"call_id": "c", "type": "starters", "players": [7]}, "malformed"),
    ],
)
def test_malformed(body: object, kind: str) -> None:
    assert why(body) == kind


def test_a_confirmation_says_both_scores_or_none() -> None:
    body = {"call_id": "c", "type": "confirm", "period": 2}
    assert parse(body, "desk", NOW).score is None
    assert parse({**body, "score": {"home": 12, "away": 9}}, "desk", NOW).score == (12, 9)
    for score in (12, {"home": 12}, {"home": 12, "away": "9"}, [12, 9], "12-9"):
        assert why({**body, "score": score}) == "malformed"


def test_an_adjustment_says_points_or_the_score_that_shall_be() -> None:
    body = {"call_id": "c", "type": "adjust", "team": "home"}
    assert parse({**body, "score": 12}, "desk", NOW).score == 12
    assert why(body) == "missing-field"
    assert why({**body, "score": {"home": 1, "away": 2}}) == "malformed"


def test_a_timeout_has_a_team_unless_it_is_nobody_s() -> None:
    body = {"call_id": "c", "type": "timeout"}
    assert parse({**body, "kind": "media"}, "desk", NOW).team is None
    assert why(body) == "missing-field"
    assert why({**body, "kind": "full"}) == "missing-field"


def test_a_conflict_is_resolved_by_keeping_ours_too() -> None:
    assert parse({**SHOT, "resolve": "keep"}, "desk", NOW).resolve == "keep"
    assert why({**SHOT, "resolve": "theirs"}) == "malformed"


def test_tags_are_a_list_of_words() -> None:
    assert parse({**SHOT, "tags": []}, "desk", NOW).tags == ()
    assert parse({**SHOT, "tags": ["paint"]}, "desk", NOW).tags == ("paint",)
    for tags in ("paint", ["x"] * 21, [3], {"paint": True}):
        assert why({**SHOT, "tags": tags}) == "malformed"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=3,
)
FIELDS = st.sampled_from([*Call.__dataclass_fields__, "target", "seq", "x"])


@settings(CALM)
@given(
    st.sampled_from([*SHAPES, "dunk"]),
    st.dictionaries(FIELDS, JSON, max_size=3),
)
def test_any_json_is_a_call_or_is_said_not_to_be(word: str, fields: dict[str, Any]) -> None:
    try:
        call = parse({"call_id": "c", "type": word, **fields}, "desk", NOW)
    except MalformedCall as refusal:
        said = refusal.type
    else:
        said = call.by
    assert said
