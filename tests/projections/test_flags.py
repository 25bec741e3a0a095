"""Flags of plays: raised by what cannot be right, silent on what can, gone when it is mended."""

from __future__ import annotations

from typing import Any

import pytest

from tests.game.table import Table
from tests.projections.flagged import flags, types

# What belongs together


@pytest.mark.parametrize("orphan", ["assist", "block", "steal", "rebound"])
def test_a_stat_without_its_parent(table: Table, orphan: str) -> None:
    seq = table.seq(orphan, team="home", player="4", clock_ms=500_000)
    (flag,) = flags(table)
    assert (flag["type"], flag["seq"]) == ("stat-without-parent", seq)
    table.say("void", links=seq)
    assert flags(table) == []


@pytest.mark.parametrize(
    ("orphan", "parent"),
    [
        ("assist", {"type": "field_goal", "team": "home", "player": "5", "made": True}),
        ("block", {"type": "field_goal", "team": "away", "made": False}),
        ("steal", {"type": "turnover", "team": "away"}),
        ("rebound", {"type": "field_goal", "team": "away", "made": False}),
        ("free_throw", {"type": "foul", "team": "away"}),
    ],
)
def test_the_parent_may_be_told_later_in_the_same_moment(
    table: Table, orphan: str, parent: dict[str, Any]
) -> None:
    fields = {"made": True} if orphan == "free_throw" else {}
    table.say(orphan, team="home", player="4", clock_ms=500_000, **fields)
    assert len(flags(table)) == 1
    said = dict(parent)
    table.say(said.pop("type"), clock_ms=500_000, **said)
    assert flags(table) == []
    # The next moment does not change it, and a parent in another moment would not do.
    table.say("timeout", team="home", clock_ms=400_000)
    assert flags(table) == []


def test_a_parent_serves_one_child_of_each_kind(table: Table) -> None:
    basket = table.seq("field_goal", team="home", player="5", made=True, clock_ms=500_000)
    table.say("assist", team="home", player="4", links=basket, clock_ms=500_000)
    second = table.seq("assist", team="home", player="6", links=basket, clock_ms=500_000)
    table.say("assist", team="home", player="7", clock_ms=500_000)
    found = flags(table)
    assert [flag["type"] for flag in found] == ["stat-without-parent"] * 2
    assert f"the second one that belongs to entry {basket}" in found[0]["text"]
    table.say("void", links=second)
    assert len(flags(table)) == 1


def test_nobody_assists_the_own_basket(table: Table) -> None:
    table.say("field_goal", team="home", player="4", made=True)
    table.say("assist", team="home", player="4")
    assert [flag["text"] for flag in flags(table)] == ["Home #4 assists the own basket."]


def test_team_and_dead_ball_rebounds_need_no_miss(table: Table) -> None:
    table.say("rebound", team="home")
    table.say("rebound", team="home", player="4", kind="dead_ball")
    assert flags(table) == []


def test_a_rebound_of_a_free_throw(table: Table) -> None:
    table.say("foul", team="away")
    table.say("free_throw", team="home", player="4", made=False, clock_ms=500_000)
    table.say("rebound", team="away", player="10", clock_ms=498_000)
    assert flags(table) == []


def test_a_rebound_that_was_put_in_without_a_link(table: Table) -> None:
    table.say("field_goal", team="home", made=False, clock_ms=500_000)
    table.say("timeout", team="home", clock_ms=400_000)
    table.say("rebound", team="away", player="10", clock_ms=498_000)
    assert flags(table) == []


def test_free_throws_need_a_foul(table: Table) -> None:
    table.say("foul", team="away", clock_ms=500_000)
    table.say("free_throw", team="home", made=True, clock_ms=500_000)
    table.say("free_throw", team="home", made=True, clock_ms=499_000)
    assert flags(table) == []
    table.say("field_goal", team="away", made=True, clock_ms=480_000)
    throw = table.seq("free_throw", team="home", made=True, clock_ms=450_000)
    assert types(table) == ["free-throw-without-foul"]
    table.say("foul", team="away", clock_ms=450_000)
    assert flags(table) == []
    table.say("void", links=throw)
    assert flags(table) == []


def test_a_throw_may_belong_to_the_basket_of_its_foul(table: Table) -> None:
    basket = table.seq("field_goal", team="home", player="4", made=True, clock_ms=500_000)
    table.say("free_throw", team="home", player="4", made=True, links=basket, clock_ms=500_000)
    assert types(table) == ["free-throw-without-foul"]
    table.say("foul", team="away", clock_ms=500_000)
    assert types(table) == []


def test_an_offensive_foul_has_a_turnover(table: Table) -> None:
    table.say("foul", team="home", player="4", kind="offensive", clock_ms=500_000)
    assert flags(table) == []  # there is still time
    table.say("timeout", team="away", clock_ms=490_000)
    assert types(table) == ["foul-without-turnover"]
    table.say("turnover", team="home", player="4", clock_ms=500_000)
    assert flags(table) == []


def test_two_offensive_fouls_need_two_turnovers(table: Table) -> None:
    for player in ("4", "5"):
        table.say("foul", team="home", player=player, kind="offensive", clock_ms=500_000)
    table.say("turnover", team="home", clock_ms=500_000)
    table.say("timeout", team="away", clock_ms=490_000)
    assert types(table) == ["foul-without-turnover"]


# The order of the game


def test_two_shots_without_a_rebound(table: Table) -> None:
    table.say("field_goal", team="home", made=False, clock_ms=500_000)
    table.say("field_goal", team="home", made=True, clock_ms=490_000)
    assert types(table) == ["possession-order"]
    table.say("rebound", team="home", clock_ms=495_000)
    assert types(table) == []


def test_the_rebound_may_be_told_after_the_tip_in(table: Table) -> None:
    table.say("field_goal", team="home", made=False, clock_ms=500_000)
    table.say("field_goal", team="home", made=True, clock_ms=500_000)
    table.say("rebound", team="home", player="4", clock_ms=500_000)
    table.say("turnover", team="away", clock_ms=490_000)
    assert types(table) == []


def test_a_shot_by_the_side_that_lost_the_ball(table: Table) -> None:
    table.say("field_goal", team="home", made=False, clock_ms=500_000)
    table.say("rebound", team="away", player="10", clock_ms=498_000)
    shot = table.seq("field_goal", team="home", made=True, clock_ms=480_000)
    (flag,) = flags(table)
    assert (flag["type"], flag["seq"]) == ("possession-order", shot)
    table.say("turnover", team="away", clock_ms=485_000)
    assert flags(table) == []


def test_a_basket_gives_the_ball_away(table: Table) -> None:
    table.say("turnover", team="away", clock_ms=550_000)
    table.say("field_goal", team="home", made=True, clock_ms=500_000)
    table.say("field_goal", team="home", made=True, clock_ms=480_000)
    assert types(table) == ["possession-order"]
    table.say("foul", team="away", clock_ms=490_000)
    assert types(table) == []


def test_who_writes_down_baskets_only_is_left_alone(table: Table) -> None:
    for clock_ms in (500_000, 480_000, 460_000):
        table.say("field_goal", team="home", made=True, clock_ms=clock_ms)
    assert flags(table) == []


def test_a_book_without_rebounds_has_one_flag_for_them_all(table: Table) -> None:
    for clock_ms in (500_000, 480_000, 460_000, 440_000):
        table.say("field_goal", team="home", made=False, clock_ms=clock_ms)
    (flag,) = flags(table)
    assert flag["text"].endswith("This game's book has no rebound at all.")


def test_a_dead_ball_rebound_says_nothing_of_who_has_the_ball(table: Table) -> None:
    table.say("field_goal", team="home", made=False, clock_ms=500_000)
    table.say("rebound", team="away", kind="dead_ball", clock_ms=500_000)
    table.say("field_goal", team="home", made=False, clock_ms=490_000)
    assert types(table) == []


def test_what_was_put_after_must_not_come_before(table: Table) -> None:
    first = table.seq("timeout", team="home", clock_ms=500_000)
    wrong = table.seq("timeout", team="away", after=first, clock_ms=550_000)
    (flag,) = flags(table)
    assert (flag["type"], flag["seq"]) == ("clock-out-of-order", wrong)
    table.say("amend", links=wrong, clock_ms=450_000)
    assert flags(table) == []


def test_a_child_must_not_come_before_its_parent(table: Table) -> None:
    basket = table.seq("field_goal", team="home", player="4", made=True, clock_ms=500_000)
    assist = table.seq("assist", team="home", player="5", clock_ms=500_000)
    table.say("amend", links=assist, clock_ms=550_000)
    assert "clock-out-of-order" in types(table)
    # Moving the basket up to it mends it, too.
    table.say("amend", links=basket, clock_ms=560_000)
    assert types(table) == []


def test_nothing_is_played_after_the_period_s_end(table: Table) -> None:
    end = table.seq("period_end", clock_ms=20_000)
    table.say("field_goal", team="home", made=True, clock_ms=10_000)
    assert types(table) == ["clock-out-of-order"]
    table.say("amend", links=end, clock_ms=10_000)
    assert types(table) == []


# Score and periods


def test_a_confirmed_score_that_the_plays_do_not_add_up_to(table: Table) -> None:
    basket = table.seq("field_goal", team="home", made=True)
    table.say("confirm", score={"home": 2, "away": 0})
    assert flags(table) == []
    table.say("amend", links=basket, value=3)
    (flag,) = flags(table)
    assert flag["type"] == "score-mismatch"
    assert flag["text"] == "Q1 was confirmed at 2-0, and the plays add up to 3-0."
    table.say("confirm", score={"home": 3, "away": 0})
    assert flags(table) == []


def test_only_the_points_of_the_periods_until_then_count(table: Table) -> None:
    table.say("field_goal", team="home", made=True)
    table.say("period_end")
    table.say("confirm")
    table.say("period_start")
    table.say("field_goal", team="away", made=True)
    assert flags(table) == []


def test_periods_are_ended_and_confirmed(table: Table) -> None:
    table.say("period_end")
    table.say("period_start")
    table.say("period_end")
    table.say("confirm")
    table.say("period_start")
    assert [flag["id"] for flag in flags(table)] == ["period-not-confirmed-p1"]
    table.say("confirm", period=1)
    table.say("finalize")
    (flag,) = flags(table)
    assert (flag["type"], flag["seq"], flag["text"]) == (
        "period-not-ended",
        None,
        "Q3 was not ended.",
    )
