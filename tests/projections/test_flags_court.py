"""Flags of who plays: raised by who cannot be there, silent on who can, gone when it is mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from server.game.rules import FIBA
from server.game.state import new_game
from tests.game.table import Table
from tests.projections.flagged import FIVE, PLAYERS, flags, types


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
