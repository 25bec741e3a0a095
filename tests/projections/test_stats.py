"""The derived figures of small games that can be counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from server.projections.shots import shots
from server.projections.stats import stats
from tests.game.table import Table
from tests.projections.test_boxscore import PLAYERS

FIVES = {"home": ["0", "00", "4", "5", "6"], "away": ["4", "10", "11", "12", "13"]}


def started(rules: str = "fiba") -> Table:
    table = Table(rules)
    for side, five in FIVES.items():
        table.say("starters", team=side, players=five)
    table.say("period_start")
    return table


def figures(table: Table) -> dict[str, Any]:
    return stats(table.game, PLAYERS)


def player(table: Table, who: str) -> dict[str, Any]:
    return next(line for line in figures(table)["players"] if line["id"] == who)


def team(table: Table, side: str = "home") -> dict[str, Any]:
    found: dict[str, Any] = figures(table)["teams"][side]
    return found


def test_a_game_without_facts_says_nothing() -> None:
    found = figures(Table())
    home = found["teams"]["home"]
    unknown: tuple[str, ...] = (
        "fg_pct",
        "ts_pct",
        "rating",
        "points_in_paint",
        "fast_break_points",
        "pir",
    )
    unknown += ("bench_points", "biggest_lead", "biggest_run", "time_leading_ms", "min_ms")
    assert {home[name] for name in unknown} == {None}
    assert set(home["four_factors"].values()) == {None}
    assert (home["second_chance_points"], home["possessions"]) == (0, 0)
    assert found["lineups"] == []
    assert len(found["players"]) == sum(len(ids) for ids in PLAYERS.values())
    assert found["players"][0]["usg_pct"] is None


# Possessions: what is derived when nobody said it


def test_second_chance_and_off_turnover_follow_from_the_possession() -> None:
    table = started()
    table.say("field_goal", player="home-4", made=False)
    table.say("rebound", player="home-5")
    table.say("field_goal", player="home-5", made=True)  # second chance
    table.say("turnover", player="away-4", kind="travel")
    table.say("field_goal", player="home-4", made=False)
    table.say("rebound", player="home-6")
    table.say("field_goal", player="home-6", value=3, made=True)  # both
    table.say("field_goal", player="away-10", made=True)
    table.say("field_goal", player="home-4", made=True)  # neither
    assert team(table)["second_chance_points"] == 5
    assert team(table)["points_off_turnovers"] == 3
    assert player(table, "home-6")["second_chance_points"] == 3
    assert team(table, "away")["points_off_turnovers"] == 0
    assert (team(table)["possessions_counted"], team(table, "away")["possessions_counted"]) == (
        3,
        2,
    )


def test_free_throws_belong_to_the_possession_that_won_them() -> None:
    table = started()
    table.say("turnover", player="away-4")
    table.say("field_goal", player="home-4", made=True, clock_ms=500_000)
    foul = table.seq("foul", player="away-10", clock_ms=500_000)
    table.say("free_throw", player="home-4", made=True, links=foul)  # and one: off the turnover
    technical = table.seq("foul", player="away-10", kind="technical", clock_ms=490_000)
    table.say("free_throw", player="home-5", made=True, links=technical)  # of no possession
    table.say("foul", player="away-11", clock_ms=480_000)
    table.say("free_throw", player="home-6", made=True, clock_ms=480_000)  # a new one
    assert team(table)["points_off_turnovers"] == 3
    assert team(table)["possessions_counted"] == 2
    assert team(table)["technicals"] == 0
    assert player(table, "away-10")["technicals"] == 1


def test_a_rebound_within_a_trip_is_no_second_chance() -> None:
    table = started("nba")
    table.say("foul", player="away-10")
    table.say("free_throw", player="home-4", made=False, nth=1, of=2)
    table.say("rebound", team="home", kind="offensive")
    table.say("free_throw", player="home-4", made=True, nth=2, of=2)
    assert team(table)["second_chance_points"] == 0
    assert team(table)["possessions_counted"] == 1


def test_a_new_period_a_jump_ball_and_a_rebound_end_what_was() -> None:
    table = started()
    table.say("turnover", player="away-4")
    table.say("period_end")
    table.say("period_start")
    table.say("field_goal", player="home-4", made=True)
    table.say("turnover", player="home-4")
    table.say("jump_ball", team="home")
    table.say("field_goal", player="home-4", made=False)
    table.say("jump_ball", team="home")  # keeps it
    table.say("rebound", team="home", kind="dead_ball")
    table.say("field_goal", player="home-4", made=True)
    table.say("rebound", player="away-4", kind="offensive")  # nobody saw how they got it
    table.say("field_goal", player="away-4", made=True)
    assert team(table)["points_off_turnovers"] == team(table)["second_chance_points"] == 0
    assert team(table, "away")["second_chance_points"] == 2
    assert team(table)["dead_ball_rebounds"] == 1


def test_what_was_said_goes_before_what_follows() -> None:
    table = started()
    table.say("turnover", player="away-4")
    table.say("field_goal", player="home-4", made=True, tags=[])
    table.say("field_goal", player="away-4", made=True, tags=["off_turnover", "paint"])
    table.say("free_throw", player="away-11", made=True, tags=["fast_break"])
    assert team(table)["points_off_turnovers"] == 0
    assert team(table)["points_in_paint"] == 0
    away = team(table, "away")
    assert (away["points_off_turnovers"], away["points_in_paint"]) == (2, 2)
    assert away["fast_break_points"] == 1


# Where shots were taken


def test_both_halves_of_the_floor_are_one() -> None:
    table = started()
    # The ring is 12.425 m from the centre; home attacks to the right, later to the left.
    table.say("field_goal", player="home-4", made=True, x_m=12, y_m=0.5)
    table.say("field_goal", player="home-4", made=False, value=3, x_m=12, y_m=7)
    table.say("field_goal", player="home-4", made=False, value=3, x_m=-3, y_m=1)  # desperate
    for _ in range(2):
        table.say("period_end")
        table.say("period_start")
    table.say("field_goal", player="home-4", made=True, value=3, x_m=-5, y_m=-1)
    table.say("field_goal", player="home-5", made=True, x_m=-9, y_m=-1)
    table.say("field_goal", player="home-5", made=True, x_m=-8, y_m=-1)
    table.say("field_goal", player="away-10", made=False)
    told = {shot["seq"]: shot for shot in shots(table.game)}
    zones = [shot["zone"] for shot in told.values()]
    assert zones == [
        *("restricted", "left_corner_3", "backcourt", "above_break_3", "paint", "mid_range"),
        None,
    ]
    first, fourth = (shot for shot in told.values() if shot["made"] and shot["player"] == "home-4")
    assert (first["along_m"], first["across_m"]) == (0.43, 0.5)
    assert (fourth["along_m"], fourth["across_m"]) == (7.43, 1.0)
    assert fourth["distance_m"] == 7.49
    assert (fourth["x_m"], fourth["y_m"]) == (-5, -1)
    assert team(table)["points_in_paint"] == 4
    assert team(table, "away")["points_in_paint"] == 0
    assert team(table)["zones"]["backcourt"] == {"made": 0, "tried": 1}
    assert player(table, "home-5")["zones"] == {
        "paint": {"made": 1, "tried": 1},
        "mid_range": {"made": 1, "tried": 1},
    }


def test_one_shot_to_each_side_is_to_the_nearer_basket() -> None:
    table = started()
    table.say("field_goal", player="home-4", made=True, x_m=12, y_m=0)
    table.say("field_goal", player="home-4", made=True, x_m=-12, y_m=0)
    assert [shot["zone"] for shot in shots(table.game)] == ["restricted", "restricted"]


@pytest.mark.parametrize(
    ("rules", "along_m", "zone"),
    # From the end line: FIBA's and the NBA's key is about 5.8 m deep, the narrow ones too.
    [("fiba", 4.2, "paint"), ("fiba", 4.3, "mid_range"), ("nba", 4.1, "paint")],
)
def test_the_key_of_each_floor(rules: str, along_m: float, zone: str) -> None:
    table = started(rules)
    court = table.game.rules.court
    x_m = court.length_m / 2 - court.basket_m - along_m
    table.say("field_goal", player="home-4", made=True, x_m=x_m, y_m=0)
    table.say("field_goal", player="home-4", made=True, x_m=x_m, y_m=court.key_width_m / 2 + 0.01)
    assert [shot["zone"] for shot in shots(table.game)] == [zone, "mid_range"]


def test_a_high_school_court_has_no_half_circle() -> None:
    table = started("nfhs")
    x_m = table.game.rules.court.length_m / 2 - table.game.rules.court.basket_m
    table.say("field_goal", player="home-4", made=True, x_m=x_m - 0.1, y_m=0)
    table.say("field_goal", player="home-4", made=True, value=3, x_m=x_m + 0.5, y_m=-6.5)
    assert [shot["zone"] for shot in shots(table.game)] == ["paint", "right_corner_3"]


def test_a_missed_heave_is_nobodys_attempt() -> None:
    table = started("nba")
    table.say("field_goal", player="home-4", made=False, value=3, x_m=-2, y_m=0, tags=["heave"])
    table.say("field_goal", player="home-5", made=True, value=3, x_m=-2, y_m=0, tags=["heave"])
    assert (player(table, "home-4")["fga"], player(table, "home-4")["heaves"]) == (0, 1)
    assert player(table, "home-5")["fg3m"] == 1
    assert (team(table)["fga"], team(table)["heaves"]) == (1, 1)
    assert sum(zone["tried"] for zone in team(table)["zones"].values()) == 1


# How the score went


def test_leads_ties_and_runs() -> None:
    table = started()
    for side, value, clock_s in (
        *(("home", 2, 590), ("home", 3, 580), ("away", 3, 560), ("away", 2, 550)),
        *(("away", 2, 500), ("home", 3, 480), ("away", 2, 470)),
    ):
        table.say("field_goal", team=side, value=value, made=True, clock_ms=clock_s * 1000)
    table.say("period_end")
    found = figures(table)
    assert found["game"] == {"lead_changes": 3, "times_tied": 1, "time_tied_ms": 60_000}
    home, away = found["teams"]["home"], found["teams"]["away"]
    assert home["biggest_lead"] == {
        "points": 5, "score": [5, 0], "period": 1, "clock_ms": 580_000,
    }  # fmt: skip
    assert home["biggest_run"] == {
        "points": 5, "from": [0, 0], "to": [5, 0], "period": 1, "clock_ms": 580_000,
    }  # fmt: skip
    assert away["biggest_run"] == {
        "points": 7, "from": [5, 0], "to": [5, 7], "period": 1, "clock_ms": 500_000,
    }  # fmt: skip
    assert (home["time_leading_ms"], away["time_leading_ms"]) == (50_000, 490_000)


def test_an_adjustment_moves_the_score_and_is_no_run() -> None:
    table = started()
    table.say("field_goal", player="home-4", made=True)
    table.say("adjust", team="away", points=9)
    table.say("field_goal", player="home-4", made=True)
    home, away = team(table), team(table, "away")
    assert (home["biggest_run"]["points"], away["biggest_run"]) == (4, None)
    assert away["biggest_lead"]["points"] == 7
    assert figures(table)["game"]["lead_changes"] == 1


# Lines


def test_the_ratings_of_a_player() -> None:
    table = started()
    shot = table.seq("field_goal", player="home-4", made=False, clock_ms=590_000)
    table.say("block", player="away-10", links=shot)
    table.say("rebound", player="home-4", links=shot)
    table.say("field_goal", player="home-4", made=True, value=3, clock_ms=580_000)
    table.say("foul", player="away-10", drawn_by="home-4", clock_ms=580_000)
    table.say("free_throw", player="home-4", made=False)
    table.say("foul", player="home-4", kind="offensive", clock_ms=400_000)
    table.say("turnover", player="home-4", kind="offensive_foul")
    table.say("period_end")
    line = player(table, "home-4")
    assert line["eff"] == 3 + 1 - 1 - 1 - 1  # points, rebound, two misses, turnover
    assert line["pir"] == line["eff"] + 1 - 1 - 1  # foul drawn, foul, block received
    assert (line["fouls_drawn"], line["blocks_received"], line["offensive_fouls"]) == (1, 1, 1)
    assert (line["efg_pct"], line["ts_pct"]) == (0.75, round(3 / (2 * 2.44), 4))
    assert (line["fg_pct"], line["fg3_pct"], line["ft_pct"]) == (0.5, 1.0, 0.0)
    # All of the team's plays in all of its minutes, with five on the court.
    assert line["usg_pct"] == 1.0
    assert player(table, "home-5")["usg_pct"] == 0.0
    assert player(table, "home-7")["usg_pct"] is None
    assert team(table)["four_factors"] == {
        "efg_pct": 0.75, "tov_pct": round(1 / 3.44, 4), "oreb_pct": 1.0, "ft_rate": 0.0,
    }  # fmt: skip
    assert team(table)["possessions"] == 2.4
    assert team(table)["rating"] == round(100 * 3 / 2.44, 1)


def test_a_block_that_nobody_linked_is_the_teams() -> None:
    table = started()
    table.say("block", team="away")
    assert team(table)["blocks_received"] == 1
    assert sum(line["blocks_received"] for line in figures(table)["players"]) == 0


def test_double_doubles() -> None:
    table = started()
    for _ in range(10):
        table.say("free_throw", player="home-4", made=True)
        table.say("rebound", player="home-4", kind="defensive")
    line = player(table, "home-4")
    assert (line["double_double"], line["triple_double"]) == (True, False)
    for _ in range(10):
        table.say("steal", player="home-4")
    assert player(table, "home-4")["triple_double"] is True


def test_bench_points_and_periods() -> None:
    table = started()
    table.say("substitution", team="home", player_in="7", player_out="4")
    table.say("field_goal", player="home-7", made=True)
    table.say("field_goal", player="home-5", made=True, tags=["goaltending"])
    table.say("period_end")
    table.say("period_start")
    table.say("free_throw", player="home-7", made=True)
    home = team(table)
    assert home["bench_points"] == 3
    assert home["goaltended"] == 1
    assert [(p["period"], p["label"], p["pts"], p["fta"]) for p in home["by_period"]] == [
        (1, "Q1", 4, 0),
        (2, "Q2", 1, 1),
    ]


def test_line_ups() -> None:
    table = started()
    table.say("field_goal", player="home-4", made=True, clock_ms=550_000)
    table.say("field_goal", player="away-4", made=False, clock_ms=540_000)
    table.say("substitution", team="home", player_in="7", player_out="4", clock_ms=530_000)
    table.say("substitution", team="away", player_out="4", clock_ms=530_000)
    table.say("field_goal", player="away-10", made=True, value=3, clock_ms=500_000)
    table.say("period_end")
    home = [line for line in figures(table)["lineups"] if line["team"] == "home"]
    assert home == [
        {
            "team": "home",
            "players": ["home-0", "home-00", "home-5", "home-6", "home-7"],
            "ms": 530_000,
            "points_for": 0,
            "points_against": 3,
            "margin": -3,
            "possessions": 0,
            "possessions_against": 0,
        },
        {
            "team": "home",
            "players": ["home-0", "home-00", "home-4", "home-5", "home-6"],
            "ms": 70_000,
            "points_for": 2,
            "points_against": 0,
            "margin": 2,
            "possessions": 1,
            "possessions_against": 1,
        },
    ]
    # Away played on with four, which is no line-up.
    assert len(figures(table)["lineups"]) == 3


def test_a_side_without_a_line_up_has_neither_minutes_nor_margins() -> None:
    table = Table()
    table.say("starters", team="away", players=FIVES["away"])
    table.say("period_start")
    assert (player(table, "away-4")["plus_minus"], player(table, "away-14")["plus_minus"]) == (0, 0)
    table.say("field_goal", player="home-4", made=True, clock_ms=500_000)
    home, away = player(table, "home-4"), player(table, "away-4")
    assert (home["min_ms"], home["plus_minus"], home["usg_pct"]) == (None, None, None)
    assert (away["min_ms"], away["plus_minus"]) == (100_000, -2)
    assert (team(table)["min_ms"], team(table, "away")["min_ms"]) == (None, 500_000)


def test_a_game_without_a_clock_has_no_minutes() -> None:
    table = started("youth")
    table.say("field_goal", player="home-4", made=True)
    table.say("period_end")
    table.say("period_start")
    table.say("field_goal", player="away-4", made=True)
    found = figures(table)
    assert {line["min_ms"] for line in found["players"]} == {None}
    assert {line["ms"] for line in found["lineups"]} == {None}
    assert found["teams"]["home"]["time_leading_ms"] is found["game"]["time_tied_ms"] is None
    assert player(table, "home-5")["plus_minus"] == 0
    assert player(table, "home-4")["usg_pct"] is None
