"""Statistics and the shot chart over HTTP."""

from __future__ import annotations

from tests.api.conftest import Game, problem


def test_everything_that_follows_from_the_facts(game: Game) -> None:
    game.call(call_id="a", type="period_start")
    shot = {"type": "field_goal", "player": "away-00", "made": True}
    game.call(call_id="b", **shot, value=2, x_m=12, y_m=0)
    game.call(call_id="c", **shot, value=3, clock_ms=500_000)
    stats = game.watch.get(f"{game.path}/stats").json()
    assert (stats["game_id"], stats["seq"]) == (game.id, 3)
    assert stats["teams"]["away"]["name"] == "Bears"
    assert stats["teams"]["away"]["points_in_paint"] == 2
    assert stats["teams"]["away"]["biggest_run"]["to"] == [0, 5]
    assert stats["teams"]["away"]["by_period"][0]["label"] == "Q1"
    line = next(player for player in stats["players"] if player["id"] == "away-00")
    assert (line["name"], line["ts_pct"], line["ft_pct"]) == (None, 1.25, None)
    assert line["zones"] == {"restricted": {"made": 1, "tried": 1}}
    assert stats["lineups"] == []
    assert stats["game"] == {"lead_changes": 0, "times_tied": 0, "time_tied_ms": 0}


def test_the_shot_chart(game: Game) -> None:
    game.call(call_id="a", type="period_start")
    shot = {"type": "field_goal", "player": "home-4"}
    game.call(call_id="b", **shot, made=False, value=3, x_m=-5.0, y_m=1.0)
    game.call(call_id="c", **shot, made=True, value=2)
    game.call(call_id="d", type="void", links=3)
    game.call(call_id="e", **shot, made=True, value=2, tags=["fast_break"])
    chart = game.watch.get(f"{game.path}/shots").json()
    assert [shot["seq"] for shot in chart["shots"]] == [2, 5]
    first, last = chart["shots"]
    assert (first["zone"], first["x_m"], first["across_m"]) == ("above_break_3", -5.0, -1.0)
    assert (last["zone"], last["x_m"], last["tags"]) == (None, None, ["fast_break"])


def test_names_that_are_hidden_from_watchers_are_not_in_the_statistics(game: Game) -> None:
    game.desk.patch(game.path, json={"names_hidden": True})
    for client, name in ((game.watch, None), (game.desk, "Lion 4")):
        stats = client.get(f"{game.path}/stats").json()
        assert {p["id"]: p["name"] for p in stats["players"]}["home-4"] == name


def test_both_are_for_who_may_watch(game: Game) -> None:
    for part in ("stats", "shots"):
        problem(game.nobody.get(f"{game.path}/{part}"), 401, "token-missing")
        problem(game.desk.get(f"/api/v1/games/no-such-game/{part}"), 403, "token-refused")
