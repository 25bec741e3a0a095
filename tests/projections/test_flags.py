"""Each flag: raised by what cannot be right, silent on what can, gone when it is mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from server.game.rules import FIBA
from server.game.state import new_game
from server.projections.sheet import Sheet
from tests.game.table import AWAY, HOME, Table

PLAYERS = {"home": tuple(f"home-{n}" for n in HOME), "away": tuple(f"away-{n}" for n in AWAY)}
FIVE = {"home": ["0", "4", "5", "6", "7"], "away": ["10", "11", "12", "13", "14"]}


def flags(table: Table) -> list[dict[str, Any]]:
    players = {side: tuple(ids) for side, ids in table.game.first_players.items()}
    found: list[dict[str, Any]] = Sheet(table.game, players).sections()["flags"]
    return found


def types(table: Table) -> list[str]:
    return [flag["type"] for flag in flags(table)]


@pytest.fixture
def table() -> Table:
    """The first period is on, nobody said who plays."""
    table = Table()
    table.say("period_start")
    return table


@pytest.fixture
def court(table: Table) -> Table:
    """Both line-ups are known."""
    for side, five in FIVE.items():
        table.say("starters", team=side, players=five)
    return table


def test_a_flag_says_what_where_and_how_to_mend_it(court: Table) -> None:
    shot = court.seq("field_goal", team="home", player="8", made=True, clock_ms=500_000)
    (flag,) = flags(court)
    assert flag == {
        "id": f"player-not-on-court-{shot}",
        "type": "player-not-on-court",
        "seq": shot,
        "period": 1,
        "clock_ms": 500_000,
        "team": "home",
        "player": "home-8",
        "text": "Home #8 has a basket and is not on the court.",
        "mend": f"Insert the substitution that brought #8 in before entry {shot}, or amend the "
        "player.",
    }


# Who is on the court


def test_nobody_is_a_stranger_where_no_line_up_was_given(table: Table) -> None:
    table.say("field_goal", team="home", player="8", made=True)
    table.say("substitution", team="home", player_in="8", player_out="4")
    assert types(table) == []


@pytest.mark.parametrize(
    "mend",
    [
        lambda t, shot: t.say("amend", links=shot, player="7"),
        lambda t, shot: t.say("void", links=shot),
        lambda t, _: t.say(
            "substitution", team="home", player_in="8", player_out="4", clock_ms=550_000
        ),
        lambda t, _: t.say(
            "substitution", team="home", players=["0", "5", "6", "7", "8"], clock_ms=550_000
        ),
    ],
)
def test_a_stranger_is_gone_when_mended(court: Table, mend: Callable[[Table, int], Any]) -> None:
    shot = court.seq("field_goal", team="home", player="8", made=True, clock_ms=500_000)
    assert types(court) == ["player-not-on-court"]
    mend(court, shot)
    assert types(court) == []


def test_a_substitution_of_the_same_moment_is_in_time(court: Table) -> None:
    court.say("foul", team="home", player="8", clock_ms=500_000)
    court.say("substitution", team="home", player_in="8", player_out="4", clock_ms=500_000)
    court.say("turnover", team="home", player="4", clock_ms=500_000)
    court.say("turnover", team="away", player="10", clock_ms=480_000)
    assert types(court) == []


def test_one_missing_substitution_is_one_flag(court: Table) -> None:
    for clock_ms in (500_000, 480_000, 460_000):
        court.say("foul", team="home", player="8", clock_ms=clock_ms)
    assert types(court) == ["player-not-on-court"]
    # When he comes in and goes again, he may be a stranger once more.
    court.say("substitution", team="home", player_in="8", player_out="4", clock_ms=440_000)
    court.say("substitution", team="home", player_in="4", player_out="8", clock_ms=420_000)
    court.say("foul", team="home", player="8", clock_ms=400_000)
    assert types(court) == ["player-not-on-court"] * 2


def test_technicals_come_to_the_bench_too(court: Table) -> None:
    court.say("foul", team="home", player="8", kind="technical", clock_ms=500_000)
    court.say("foul", team="home", kind="bench", clock_ms=480_000)
    assert types(court) == []


def test_coming_in_twice_and_going_without_being_there(court: Table) -> None:
    court.say("substitution", team="home", player_in="4", clock_ms=500_000)
    court.say("substitution", team="home", player_out="8", clock_ms=500_000)
    assert types(court) == ["missing-substitution"] * 2
    assert [flag["player"] for flag in flags(court)] == ["home-4", "home-8"]


def test_a_change_through_one_moment_may_touch_a_player_twice(court: Table) -> None:
    court.say("substitution", team="home", player_in="8", player_out="4", clock_ms=500_000)
    court.say("substitution", team="home", player_in="00", player_out="4", clock_ms=500_000)
    assert "missing-substitution" not in types(court)


def test_not_five_while_the_clock_runs(court: Table) -> None:
    gone = court.seq("substitution", team="home", player_out="4", clock_ms=500_000)
    assert types(court) == []
    court.say("turnover", team="away", clock_ms=480_000)
    court.say("turnover", team="away", clock_ms=470_000)
    (flag,) = flags(court)
    assert (flag["type"], flag["id"]) == ("five-on-court", f"five-on-court-home-{gone}")
    assert flag["text"].startswith("Home has 4 on the court")
    court.say("substitution", team="home", player_in="8", clock_ms=500_000)
    assert types(court) == []


def test_each_time_it_is_not_five_is_a_flag(court: Table) -> None:
    court.say("substitution", team="home", player_out="4", clock_ms=500_000)
    court.say("substitution", team="home", player_in="4", clock_ms=490_000)
    court.say("turnover", team="away", clock_ms=480_000)
    court.say("substitution", team="home", player_in="8", clock_ms=470_000)
    court.say("turnover", team="away", clock_ms=460_000)
    assert types(court) == ["five-on-court"] * 2


def test_a_side_with_four_players_has_four_on_the_court() -> None:
    table = Table()
    table.game = new_game(FIBA, PLAYERS["home"][:4], PLAYERS["away"])
    table.say("period_start")
    table.say("starters", team="home", players=["0", "00", "4", "5"])
    table.say("turnover", team="away", clock_ms=500_000)
    assert types(table) == []
    table.say("substitution", team="home", player_out="4", clock_ms=400_000)
    table.say("turnover", team="away", clock_ms=300_000)
    assert types(table) == ["five-on-court"]


# Fouled out and ejected


def fouled_out(table: Table, player: str = "4") -> int:
    """The fifth foul of a home player, at 9:00."""
    for _ in range(4):
        table.say("foul", team="home", player=player, clock_ms=550_000)
    return table.seq("foul", team="home", player=player, clock_ms=540_000)


def test_a_fouled_out_player_stays_and_acts(court: Table) -> None:
    fouled_out(court)
    assert types(court) == []
    court.say("turnover", team="away", clock_ms=530_000)
    assert types(court) == ["missing-substitution"]
    court.say("turnover", team="home", player="4", clock_ms=520_000)
    court.say("turnover", team="home", player="4", clock_ms=510_000)
    assert types(court) == ["missing-substitution", "fouled-out-player"]


def test_a_fouled_out_player_who_is_replaced_is_fine(court: Table) -> None:
    fouled_out(court)
    court.say("substitution", team="home", player_in="8", player_out="4", clock_ms=540_000)
    court.say("turnover", team="away", clock_ms=530_000)
    assert types(court) == []


def test_the_clock_must_not_start_with_a_fouled_out_player(court: Table) -> None:
    fouled_out(court)
    court.say("clock_start", clock_ms=540_000)
    court.say("turnover", team="away", clock_ms=530_000)
    assert types(court) == ["missing-substitution"]


def test_a_wrong_foul_that_is_mended_lets_him_play_on(court: Table) -> None:
    last = fouled_out(court)
    court.say("turnover", team="home", player="4", clock_ms=520_000)
    assert "fouled-out-player" in types(court)
    court.say("amend", links=last, player="5")
    assert types(court) == []


def test_a_fouled_out_player_comes_in_again(court: Table) -> None:
    fouled_out(court)
    court.say("substitution", team="home", player_in="8", player_out="4", clock_ms=540_000)
    court.say("substitution", team="home", player_in="4", player_out="8", clock_ms=500_000)
    assert types(court) == ["fouled-out-player"]


def test_a_technical_after_fouling_out_and_the_charge_s_turnover_are_fine(court: Table) -> None:
    for _ in range(4):
        court.say("foul", team="home", player="4", clock_ms=550_000)
    charge = court.seq("foul", team="home", player="4", kind="offensive", clock_ms=540_000)
    court.say("substitution", team="home", player_in="8", player_out="4", clock_ms=540_000)
    court.say("turnover", team="home", player="4", links=charge, clock_ms=539_000)
    court.say("foul", team="home", player="4", kind="technical", clock_ms=500_000)
    assert "fouled-out-player" not in types(court)


def test_two_unsportsmanlike_fouls_eject(court: Table) -> None:
    for clock_ms in (550_000, 540_000):
        court.say("foul", team="home", player="4", kind="unsportsmanlike", clock_ms=clock_ms)
    court.say("substitution", team="home", player_in="8", player_out="4", clock_ms=540_000)
    court.say("foul", team="home", player="4", clock_ms=500_000)
    court.say("starters", team="home", players=["4", "5", "6", "7", "8"], clock_ms=490_000)
    assert types(court) == ["player-not-on-court", "ejected-player"]


def test_with_only_five_a_fouled_out_player_may_stay() -> None:
    rules = replace(FIBA, stay_with_five=True)
    table = Table()
    table.game = new_game(rules, PLAYERS["home"][:5], PLAYERS["away"])
    table.say("period_start")
    fouled_out(table)
    table.say("turnover", team="home", player="4", clock_ms=500_000)
    assert types(table) == []
    # A sixth player who joins can take the place.
    table.say("roster_add", team="home", player="99", clock_ms=490_000)
    table.say("turnover", team="home", player="4", clock_ms=480_000)
    assert types(table) == ["fouled-out-player"]


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


def test_without_a_clock_a_moment_ends_with_the_next_shot() -> None:
    table = Table("youth")
    table.say("period_start")
    for side, five in FIVE.items():
        table.say("starters", team=side, players=five)
    table.say("field_goal", team="home", player="8", made=True)
    table.say("field_goal", team="away", player="10", made=True)
    table.say("substitution", team="home", player_in="8", player_out="4")
    table.say("period_end")
    assert types(table) == ["player-not-on-court"]
