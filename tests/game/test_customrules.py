"""A league's own rules: a document of what is different."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.game.customrules import FIELDS, document_text
from server.game.rules import RULES, YOUTH, BadRules, rules_of
from tests.game.strategies import CALM


def rules(**document: Any) -> Any:
    return rules_of(json.dumps(document))


def why(document: object) -> tuple[str, str]:
    with pytest.raises(BadRules) as caught:
        rules_of(json.dumps(document))
    assert str(caught.value) == f"{caught.value.type}: {caught.value.detail}"
    return caught.value.type, caught.value.detail


def test_what_is_not_said_is_as_in_the_base() -> None:
    same = rules(base="youth", name="u12", periods=None)
    assert {**same.document(), "name": 0, "title": 0} == {
        **YOUTH.document(),
        "name": 0,
        "title": 0,
    }
    assert (same.name, same.title) == ("u12", "u12")
    assert rules(base="fiba").name == "custom"
    assert rules(base="fiba", title="Liga Ñ").title == "Liga Ñ"


def test_a_youth_league_of_two_halves() -> None:
    u14 = rules(
        base="youth",
        periods=2,
        period_minutes=14,
        overtime_minutes=2.5,
        clock="running",
        running_until_minutes=1,
        foul_out=0,
        mercy_margin=20,
        shot_clock_seconds=30,
    )
    assert u14.period_length_ms(2) == 14 * 60_000
    assert u14.period_length_ms(3) == 150_000
    assert u14.period_label(2) == "H2"
    assert (u14.clock, u14.running_until_ms) == ("running", 60_000)
    assert (u14.foul_out, u14.mercy_margin, u14.shot_clock_ms) == (0, 20, 30_000)
    assert [u14.foul_window(p) for p in (1, 2, 3)] == [0, 1, 1], "halves stay halves"
    assert [u14.timeouts_left(p, {1: 1}) for p in (1, 2, 3)] == [1, 2, 1]


def test_spans_keep_their_meaning_in_other_periods() -> None:
    assert rules(base="fiba", periods=2).foul_windows == (1, 2)
    assert rules(base="fiba", periods=8).foul_windows == (1, 3, 5, 7)
    assert rules(base="fiba", periods=1).timeout_windows == ((1, 5),)
    assert rules(base="ncaa_men", periods=4).foul_windows == (1, 3)
    assert [cap.period for cap in rules(base="fiba", periods=8).timeout_caps] == [8]
    assert [cap.period for cap in rules(base="ncaa_women", periods=2).timeout_caps] == [2]
    # What a document says of spans speaks of its own periods, in whatever order it stands.
    two = rules(timeouts=[[1, 3], [2, 1]], foul_windows=[1, 2], base="fiba", periods=2)
    assert two.timeout_windows == ((1, 3), (2, 1))
    assert two.foul_windows == (1, 2)
    assert rules(base="nfhs", timeouts=3).timeout_windows == ((1, 3),)


def test_shots_and_lines() -> None:
    mini = rules(base="youth", field_goal_values=[2, 2], free_throw_values=[1, 2], court="nfhs")
    assert mini.field_goal_values == (2,)
    assert mini.free_throw_values == (1, 2)
    assert mini.court == RULES["nfhs"].court


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ("chess", "unknown-rules"),
        (7, "unknown-rules"),
        (["fiba"], "unknown-rules"),
        ({}, "unknown-rules"),
        ({"base": "chess"}, "unknown-rules"),
        ({"base": ["fiba"]}, "unknown-rules"),
        ({"base": "fiba", "colour": "red"}, "unknown-field"),
        ({"base": "fiba", "name": "nba"}, "malformed"),
        ({"base": "fiba", "name": "No Spaces"}, "malformed"),
        ({"base": "fiba", "name": 7}, "malformed"),
        ({"base": "fiba", "title": ""}, "malformed"),
        ({"base": "fiba", "title": "a\x00"}, "malformed"),
        ({"base": "fiba", "title": "\ud800"}, "malformed"),
        ({"base": "fiba", "title": "x" * 41}, "malformed"),
        ({"base": "fiba", "periods": 0}, "malformed"),
        ({"base": "fiba", "periods": 13}, "malformed"),
        ({"base": "fiba", "periods": 2.0}, "malformed"),
        ({"base": "fiba", "periods": True}, "malformed"),
        ({"base": "fiba", "period_minutes": "10"}, "malformed"),
        ({"base": "fiba", "period_minutes": True}, "malformed"),
        ({"base": "fiba", "period_minutes": 10**400}, "malformed"),
        ({"base": "fiba", "period_minutes": 0}, "malformed"),
        ({"base": "fiba", "period_minutes": -1}, "malformed"),
        ({"base": "fiba", "period_minutes": float("inf")}, "malformed"),
        ({"base": "fiba", "clock": "broken"}, "malformed"),
        ({"base": "fiba", "clock": ["stop"]}, "malformed"),
        ({"base": "fiba", "arrow": 1}, "malformed"),
        ({"base": "fiba", "court": "street"}, "malformed"),
        ({"base": "fiba", "court": {}}, "malformed"),
        ({"base": "fiba", "field_goal_values": []}, "malformed"),
        ({"base": "fiba", "field_goal_values": [4]}, "malformed"),
        ({"base": "fiba", "field_goal_values": 2}, "malformed"),
        ({"base": "fiba", "foul_windows": []}, "malformed"),
        ({"base": "fiba", "foul_windows": 1}, "malformed"),
        ({"base": "fiba", "foul_windows": [2, 3]}, "malformed"),
        ({"base": "fiba", "foul_windows": [1, 3, 3]}, "malformed"),
        ({"base": "fiba", "foul_windows": [1, 5]}, "malformed"),
        ({"base": "fiba", "timeouts": [[1]]}, "malformed"),
        ({"base": "fiba", "timeouts": [1, 2]}, "malformed"),
        ({"base": "fiba", "timeouts": []}, "malformed"),
        ({"base": "fiba", "timeouts": "3"}, "malformed"),
    ],
)
def test_what_is_no_document_is_refused_and_says_what_to_do(document: object, word: str) -> None:
    found, detail = why(document)
    assert found == word
    assert detail


def test_what_is_no_json_is_no_rule_set() -> None:
    for text in ("chess", "{", "[" * 100_000):
        with pytest.raises(BadRules, match="unknown-rules: rules must be one of fiba, nba"):
            rules_of(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
LIKELY = st.integers(0, 12) | st.lists(st.integers(1, 4), max_size=3) | st.booleans()


@given(
    st.sampled_from(sorted(RULES)),
    st.dictionaries(st.sampled_from([*FIELDS, "periods", "name"]), JSON | LIKELY, max_size=4),
)
@settings(CALM, max_examples=300)
def test_any_document_is_refused_or_makes_rules_that_work(
    base: str, changes: dict[str, Any]
) -> None:
    document = {"base": base, **changes}
    try:
        text = document_text(document, RULES)
    except BadRules:
        return
    found = rules_of(text)
    assert found == rules_of(text)
    assert len(text) < 2000
    json.dumps(found.document())
    for period in range(1, found.periods + 3):
        assert found.period_length_ms(period) > 0
        assert found.foul_window(period) >= 0
        assert found.timeouts_at(period, 0, [(1, 0)]) >= 0
        assert found.free_throws_for("personal", period, 9).throws in (0, 2)
    assert found.value_at(0.0, 0.0) in found.field_goal_values
