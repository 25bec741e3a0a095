"""The scoreboard: score, fouls, bonus, timeouts, clock, who is on the court."""

from __future__ import annotations

from typing import Any

from tests.game.table import Table
from tests.projections.test_boxscore import sections


def board(table: Table) -> dict[str, Any]:
    return dict(sections(table)["scoreboard"])


def test_before_anything_happened() -> None:
    assert board(Table()) == {
        "status": "scheduled",
        "rules": "fiba",
        "period": 0,
        "period_label": "",
        "period_ms": 600_000,
        "periods": 4,
        "clock": "stop",
        "clock_ms": 600_000,
        "clock_running": False,
        "clock_at": None,
        "possession": None,
        **{
            side: {
                "name": None,
                "score": 0,
                "fouls": 0,
                "bonus": False,
                "one_and_one": False,
                "timeouts": 2,
                "by_period": [],
            }
            for side in ("home", "away")
        },
    }


def test_score_by_period() -> None:
    table = Table()
    table.say("period_start")
    table.say("field_goal", team="home", value=3, made=True)
    table.say("field_goal", team="home", value=3, made=False)
    table.say("free_throw", team="away", made=True)
    table.say("period_end")
    table.say("period_start")
    table.say("field_goal", team="home", value=2, made=True)
    table.say("adjust", team="away", points=5)
    shown = board(table)
    assert (shown["status"], shown["period"], shown["period_label"]) == ("live", 2, "Q2")
    assert (shown["home"]["score"], shown["home"]["by_period"]) == (5, [3, 2])
    assert (shown["away"]["score"], shown["away"]["by_period"]) == (6, [1, 5])


def test_the_clock_says_when_it_was_true() -> None:
    table = Table()
    table.say("period_start")
    table.wait(5)
    table.say("clock_start")
    shown = board(table)
    assert (shown["clock_ms"], shown["clock_running"]) == (600_000, True)
    assert shown["clock_at"] == table.now.isoformat()
    table.wait(30)
    table.say("field_goal", team="home", made=True)
    assert board(table)["clock_ms"] == 600_000
    table.say("clock_stop")
    assert (board(table)["clock_ms"], board(table)["clock_running"]) == (570_000, False)


def test_team_fouls_and_bonus_are_of_this_period() -> None:
    table = Table()
    table.say("period_start")
    for _ in range(4):
        table.say("foul", player="away-10")
    table.say("foul", team="away", kind="coach")
    shown = board(table)
    assert (shown["away"]["fouls"], shown["away"]["bonus"]) == (4, False)
    assert (shown["home"]["fouls"], shown["home"]["bonus"]) == (0, True)
    table.say("period_end")
    assert board(table)["away"]["fouls"] == 4
    table.say("period_start")
    shown = board(table)
    assert (shown["away"]["fouls"], shown["home"]["bonus"]) == (0, False)


def test_timeouts_left() -> None:
    table = Table()
    table.say("period_start")
    table.say("timeout", team="home")
    assert (board(table)["home"]["timeouts"], board(table)["away"]["timeouts"]) == (1, 2)


def test_who_is_on_the_court() -> None:
    table = Table()
    table.say("starters", players=["home-0", "home-00", "home-4", "home-5", "home-6"])
    table.say("substitution", team="home", player_in="7", player_out="0")
    table.say("substitution", team="home", player_in="8")
    roster = sections(table)["roster"]["home"]["players"]
    on_court = [player["number"] for player in roster if player["on_court"]]
    assert on_court == ["00", "4", "5", "6", "7", "8"]
    assert roster[0] == {
        "id": "home-0",
        "number": "0",
        "name": None,
        "on_court": False,
        "out": False,
    }


def test_the_arrow_turns_with_each_held_ball_and_each_later_period() -> None:
    table = Table()
    table.say("period_start")
    assert board(table)["possession"] is None
    table.say("jump_ball", player="home-4", kind="opening")
    assert board(table)["possession"] == "away"
    table.say("jump_ball", team="away", kind="held")
    assert board(table)["possession"] == "home"
    table.say("period_end")
    table.say("period_start")
    assert board(table)["possession"] == "away"
    table.say("possession", team="home")
    assert board(table)["possession"] == "home"


def test_without_alternating_possession_nobody_has_the_arrow() -> None:
    table = Table("nba")
    table.say("jump_ball", player="home-4")
    assert board(table)["possession"] is None
    table.say("possession", team="home")
    assert board(table)["possession"] == "home"


def test_the_seventh_foul_of_a_half_is_one_and_one_and_the_tenth_two() -> None:
    table = Table("ncaa_men")
    table.say("period_start")
    seen = []
    for _ in range(9):
        table.say("foul", player="away-10")
        seen.append((board(table)["home"]["bonus"], board(table)["home"]["one_and_one"]))
    assert seen == [(False, False)] * 5 + [(True, True)] * 3 + [(True, False)]
    assert not board(table)["away"]["bonus"]


def test_the_second_foul_in_the_last_two_minutes_of_a_period_gives_throws() -> None:
    table = Table("nba")
    table.say("period_start")
    table.say("foul", player="away-10", clock_ms=300_000)
    table.say("foul", player="away-10", clock_ms=121_000)
    assert not board(table)["home"]["bonus"]
    table.say("foul", player="away-10", clock_ms=119_000)
    assert board(table)["home"]["bonus"]


def test_a_timeout_of_nobody_is_nobodys() -> None:
    table = Table()
    table.say("timeout", kind="official")
    assert [board(table)[side]["timeouts"] for side in ("home", "away")] == [2, 2]


def test_a_new_player_joins_the_roster() -> None:
    table = Table()
    table.say("roster_add", team="away", player="00")
    assert sections(table)["roster"]["away"]["players"][-1]["id"] == "away-00"
    assert sections(table)["boxscore"]["away"]["players"][-1]["number"] == "00"


def test_whose_game_is_over_is_out() -> None:
    table = Table()
    table.say("period_start")
    for kind in ("personal", "shooting", "personal", "offensive"):
        table.say("foul", player="home-7", kind=kind)
    for kind in ("technical", "unsportsmanlike"):
        table.say("foul", player="away-4", kind=kind)
    table.say("foul", team="home", kind="coach")

    def out() -> list[str]:
        roster = sections(table)["roster"]
        return [p["id"] for side in ("home", "away") for p in roster[side]["players"] if p["out"]]

    assert out() == ["away-4"]
    table.say("foul", player="home-7", kind="personal")
    assert out() == ["home-7", "away-4"]
    table.say("undo")
    assert out() == ["away-4"]
