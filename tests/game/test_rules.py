"""The rule sets as data, and what follows from them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.game.rulebook import CLOCKS, Award, Rules
from server.game.rules import FIBA, NBA, NCAA_MEN, NCAA_WOMEN, NFHS, RULES, WNBA, YOUTH, rules_of
from tests.game.strategies import CALM


def test_every_set_is_known_by_its_name_and_agrees_with_itself() -> None:
    assert set(RULES) == {"fiba", "nba", "wnba", "ncaa_men", "ncaa_women", "nfhs", "youth"}
    for name, rules in RULES.items():
        assert rules.name == name
        assert rules_of(name) is rules
        assert rules.personal_kinds | rules.team_kinds | rules.no_bonus_kinds <= rules.foul_kinds
        assert {"personal", "shooting"} <= rules.team_kinds & rules.personal_kinds
        assert not {"bench", "coach"} & rules.personal_kinds, "they are no player's"
        assert rules.awards.keys() <= rules.foul_kinds
        told = {kind for s in (*rules.sanctions, *rules.coach_sanctions) for kind, _ in s}
        assert told <= rules.foul_kinds
        assert rules.clock in CLOCKS
        assert rules.shot_clock_offensive_ms <= rules.shot_clock_ms
        assert rules.foul_windows[0] == rules.timeout_windows[0][0] == 1
        assert all(cap.period <= rules.periods for cap in rules.timeout_caps)
        assert json.loads(json.dumps(rules.document()))["name"] == name


def test_two_sets_are_different() -> None:
    assert len({json.dumps(rules.document()) for rules in RULES.values()}) == len(RULES)
    assert hash(FIBA) != hash(NBA)


@pytest.mark.parametrize(
    ("rules", "period", "label", "length_s"),
    [(FIBA, 1, "Q1", 600), (FIBA, 6, "OT2", 300), (NBA, 4, "Q4", 720), (NCAA_MEN, 2, "H2", 1200),
     (NCAA_MEN, 3, "OT1", 300), (NFHS, 4, "Q4", 480), (NFHS, 5, "OT1", 240), (FIBA, 0, "", 600)],
)  # fmt: skip
def test_periods(rules: Rules, period: int, label: str, length_s: int) -> None:
    assert rules.period_label(period) == label
    assert rules.period_length_ms(period) == length_s * 1000


def test_team_fouls_add_up_over_the_rules_spans() -> None:
    assert [FIBA.foul_window(p) for p in range(1, 7)] == [0, 1, 2, 3, 3, 3]
    assert [NCAA_MEN.foul_window(p) for p in range(1, 5)] == [0, 1, 1, 1]
    assert [YOUTH.foul_window(p) for p in range(1, 6)] == [0, 0, 1, 1, 1]
    assert len({NBA.foul_window(p) for p in range(1, 8)}) == 7


def test_the_bonus_begins_with_the_next_foul() -> None:
    assert not FIBA.in_bonus(1, 3)
    assert FIBA.in_bonus(1, 4)
    assert not NBA.in_bonus(4, 3)
    assert NBA.in_bonus(5, 3)
    assert not NCAA_MEN.in_bonus(1, 5)
    assert NCAA_MEN.in_bonus(1, 6)


def test_timeouts_belong_to_their_half() -> None:
    assert FIBA.timeouts_left(0, {}) == 2
    assert FIBA.timeouts_left(2, {1: 1}) == 1
    assert FIBA.timeouts_left(3, {1: 1}) == 3
    assert FIBA.timeouts_left(4, {1: 2, 3: 1, 4: 2}) == 0
    assert FIBA.timeouts_left(5, {3: 3}) == 1
    assert FIBA.timeouts_left(6, {5: 1}) == 1
    assert FIBA.timeouts_left(2, {1: 5}) == 0


def test_timeouts_are_carried_where_the_rules_say_so() -> None:
    assert NFHS.timeouts_left(4, {1: 2}) == 3
    assert NFHS.timeouts_left(5, {1: 2}) == 4
    assert NFHS.timeouts_left(6, {1: 2, 5: 4}) == 1


def test_late_timeouts_are_capped() -> None:
    minute = 60_000
    # FIBA: a third one that was saved for the last two minutes is lost.
    assert FIBA.timeouts_at(4, 3 * minute, []) == 3
    assert FIBA.timeouts_at(4, 2 * minute, []) == 2
    assert FIBA.timeouts_at(4, minute, [(4, 5 * minute)]) == 2
    assert FIBA.timeouts_at(4, minute, [(4, 2 * minute)]) == 1
    assert FIBA.timeouts_at(4, minute, [(3, 0), (3, 0), (4, 100)]) == 0
    # NBA: seven, at most four in the fourth quarter and two in its last three minutes.
    assert NBA.timeouts_at(3, 0, []) == 7
    assert NBA.timeouts_at(4, 12 * minute, []) == 4
    assert NBA.timeouts_at(4, 6 * minute, [(4, 7 * minute), (4, 7 * minute)]) == 2
    assert NBA.timeouts_at(4, 3 * minute, []) == 2
    assert NBA.timeouts_at(5, minute, [(4, 1)]) == 2
    # NCAA men: one of the four is for the first half.
    assert NCAA_MEN.timeouts_at(1, 0, []) == 4
    assert NCAA_MEN.timeouts_at(2, 20 * minute, []) == 3
    assert NCAA_MEN.timeouts_at(2, minute, [(1, 0), (2, minute)]) == 2
    assert NCAA_MEN.timeouts_at(3, 5 * minute, [(1, 0), (2, minute)]) == 3


def test_the_last_minutes_have_a_bonus_of_their_own() -> None:
    assert not NBA.in_bonus(1, 1, late_fouls=0)
    assert NBA.in_bonus(1, 1, late_fouls=1)
    assert NBA.in_bonus(1, 4, late_fouls=0)
    assert not NBA.in_bonus(1, 1)
    assert not FIBA.in_bonus(1, 1, late_fouls=3)


@given(
    st.sampled_from(sorted(RULES)),
    st.integers(1, 7),
    st.integers(0, 720_000),
    st.lists(st.tuples(st.integers(1, 7), st.integers(0, 720_000)), max_size=9),
)
@settings(CALM)
def test_one_more_timeout_never_leaves_more(
    name: str, period: int, clock_ms: int, taken: list[tuple[int, int]]
) -> None:
    rules = RULES[name]
    left = rules.timeouts_at(period, clock_ms, taken)
    fewer = rules.timeouts_at(period, clock_ms, taken[:-1])
    assert 0 <= left <= fewer <= 9
    # Only the start of a span gives new ones, within a period they get fewer.
    assert rules.timeouts_at(period, clock_ms // 2, taken) <= left


@given(st.sampled_from(sorted(RULES)), st.integers(1, 7), st.integers(0, 20), st.integers(0, 5))
@settings(CALM)
def test_one_more_foul_never_ends_the_bonus(name: str, period: int, fouls: int, late: int) -> None:
    rules = RULES[name]
    late = min(late, fouls)
    now = rules.free_throws_for("personal", period, fouls, late_fouls=late)
    more = rules.free_throws_for("personal", period, fouls + 1, late_fouls=late + 1)
    assert now.throws <= more.throws
    assert more.throws == 0 or rules.in_bonus(period, fouls + 1, late + 1)
    assert now.throws == 0 or now.one_and_one or not more.one_and_one


def test_no_bonus_where_a_league_has_none() -> None:
    rules = rules_of('{"base": "youth", "bonus_foul": 0}')
    assert not rules.in_bonus(1, 50)


@pytest.mark.parametrize(
    ("rules", "kind", "fouls", "shot", "made", "award"),
    [
        (FIBA, "personal", 3, 0, False, Award()),
        (FIBA, "personal", 4, 0, False, Award(2)),
        (FIBA, "offensive", 9, 0, False, Award()),
        (FIBA, "shooting", 0, 2, False, Award(2)),
        (FIBA, "shooting", 0, 3, False, Award(3)),
        (FIBA, "shooting", 9, 3, True, Award(1)),
        (FIBA, "technical", 9, 0, False, Award(1)),
        (FIBA, "unsportsmanlike", 0, 0, False, Award(2, ball=True)),
        (FIBA, "unsportsmanlike", 0, 3, False, Award(3, ball=True)),
        (FIBA, "unsportsmanlike", 0, 2, True, Award(1, ball=True)),
        (NBA, "flagrant1", 0, 0, False, Award(2, ball=True)),
        (NBA, "clear_path", 0, 0, False, Award(2, ball=True)),
        (NBA, "take", 0, 0, False, Award(1, ball=True)),
        (NCAA_MEN, "personal", 5, 0, False, Award()),
        (NCAA_MEN, "personal", 6, 0, False, Award(2, one_and_one=True)),
        (NCAA_MEN, "personal", 8, 0, False, Award(2, one_and_one=True)),
        (NCAA_MEN, "personal", 9, 0, False, Award(2)),
        (NCAA_MEN, "technical", 0, 0, False, Award(2)),
        (NCAA_WOMEN, "personal", 4, 0, False, Award(2)),
        (NFHS, "personal", 4, 0, False, Award(2)),
        (NFHS, "technical", 0, 0, False, Award(2, ball=True)),
        (YOUTH, "personal", 6, 0, False, Award(2, one_and_one=True)),
        (YOUTH, "personal", 9, 0, False, Award(2)),
    ],
)
def test_what_a_foul_gives(
    rules: Rules, kind: str, fouls: int, shot: int, made: bool, award: Award
) -> None:
    assert rules.free_throws_for(kind, 1, fouls, shot=shot, made=made) == award


@pytest.mark.parametrize(
    ("rules", "kinds", "gone"),
    [
        (FIBA, {"technical": 1}, False),
        (FIBA, {"technical": 2}, True),
        (FIBA, {"technical": 1, "unsportsmanlike": 1}, True),
        (FIBA, {"disqualifying": 1}, True),
        (FIBA, {"personal": 4}, False),
        (NBA, {"flagrant1": 1, "technical": 1}, False),
        (NBA, {"flagrant1": 2}, True),
        (NBA, {"flagrant2": 1}, True),
        (NFHS, {"flagrant": 1}, True),
        (NFHS, {"intentional": 4}, False),
        (NCAA_MEN, {"flagrant1": 3}, False),
        (YOUTH, {"technical": 1, "unsportsmanlike": 1}, True),
    ],
)
def test_who_has_to_leave(rules: Rules, kinds: dict[str, int], gone: bool) -> None:
    assert rules.ejected(kinds) is gone


def test_fouling_out() -> None:
    assert [rules.fouled_out(5) for rules in (FIBA, NBA, NFHS)] == [True, False, True]
    assert NBA.fouled_out(6)
    assert not rules_of('{"base": "youth", "foul_out": 0}').fouled_out(9)


@pytest.mark.parametrize(
    ("rules", "x_m", "y_m", "value"),
    [
        (FIBA, None, None, 2),
        (FIBA, 5.0, None, 2),
        (FIBA, 12.4, 0.0, 2),
        (FIBA, 14 - 1.575 - 6.7, 0.0, 2),
        (FIBA, 14 - 1.575 - 6.8, 0.0, 3),
        (FIBA, -(14 - 1.575 - 6.8), 0.0, 3),
        (FIBA, 13.5, 6.5, 2),
        (FIBA, -13.5, -6.7, 3),
        (FIBA, 0.0, 0.0, 3),
        (NBA, 14.3 - 1.6 - 7.0, 0.0, 2),
        (WNBA, 14.3 - 1.6 - 7.0, 0.0, 3),
        (NBA, 14.0, 6.65, 2),
        (NBA, 14.0, 6.75, 3),
        (NFHS, 12.8 - 1.6 - 6.1, 0.0, 3),
        (rules_of('{"base": "youth", "field_goal_values": [2]}'), 0.0, 0.0, 2),
        (rules_of('{"base": "fiba", "field_goal_values": [1, 2]}'), 0.0, 0.0, 2),
        (rules_of('{"base": "fiba", "field_goal_values": [1, 2]}'), 12.4, 0.0, 1),
        (rules_of('{"base": "fiba", "field_goal_values": [1, 2, 3]}'), None, None, 2),
    ],
)
def test_the_value_of_a_shot_follows_from_its_place(
    rules: Rules, x_m: float | None, y_m: float | None, value: int
) -> None:
    assert rules.value_at(x_m, y_m) == value
