"""The rule sets as data, and what follows from them."""

from __future__ import annotations

import pytest

from server.game.rules import FIBA, NBA, NCAA_MEN, NFHS, RULES, YOUTH


def test_six_sets_are_known_by_name() -> None:
    assert set(RULES) == {"fiba", "nba", "ncaa_men", "ncaa_women", "nfhs", "youth"}
    for name, rules in RULES.items():
        assert rules.name == name
        assert rules.personal_kinds <= rules.foul_kinds
        assert rules.team_kinds <= rules.foul_kinds
        assert "personal" in rules.team_kinds


@pytest.mark.parametrize(
    ("rules", "period", "label", "length_s"),
    [(FIBA, 1, "Q1", 600), (FIBA, 6, "OT2", 300), (NBA, 4, "Q4", 720), (NCAA_MEN, 2, "H2", 1200),
     (NCAA_MEN, 3, "OT1", 300), (NFHS, 4, "Q4", 480), (NFHS, 5, "OT1", 240), (FIBA, 0, "", 600)],
)  # fmt: skip
def test_periods(rules: object, period: int, label: str, length_s: int) -> None:
    assert rules.period_label(period) == label  # type: ignore[attr-defined]
    assert rules.period_length_ms(period) == length_s * 1000  # type: ignore[attr-defined]


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
