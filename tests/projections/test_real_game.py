"""A real game, told call by call, gives its official box score and its score by period."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from server.feeds.compare import compare
from server.feeds.feeds import read
from server.feeds.figures import figures
from server.feeds.play import play
from server.game.events import FieldGoal, FreeThrow
from server.game.state import new_game, replay
from server.gamelog.memory import MemoryLog
from server.projections.sheet import Sheet
from server.projections.stats import stats
from tests.support import shared


def test_a_real_nba_game_gives_its_official_box_score() -> None:
    folder = shared("games/nba_live/0022000001")
    box = json.loads((folder / "boxscore.json").read_text())["game"]
    told = read("nba_live", folder)
    log = MemoryLog()
    played = play(told, log, datetime(2026, 1, 2, 18, 0, tzinfo=UTC))

    assert compare(told, figures(played))["differences"] == []
    assert list(played.game.history.entries()) == log.entries("0022000001")
    board = Sheet(played.game, dict(played.players)).sections()["scoreboard"]
    assert board["status"] == "final"
    for side, team in (("home", box["homeTeam"]), ("away", box["awayTeam"])):
        assert board[side]["score"] == int(team["score"])
        assert board[side]["by_period"] == [period["score"] for period in team["periods"]]


def test_what_nobody_tagged_is_derived_as_the_official_figures_say() -> None:
    folder = shared("games/nba_live/0022000001")
    box = json.loads((folder / "boxscore.json").read_text())["game"]
    played = play(read("nba_live", folder), MemoryLog(), datetime(2026, 1, 2, tzinfo=UTC))
    silent = [
        replace(entry, event=replace(entry.event, tags=None))
        if isinstance(entry.event, FieldGoal | FreeThrow)
        else entry
        for entry in played.game.history.entries()
    ]
    rosters = played.players
    game = replay(new_game(played.game.rules, rosters["home"], rosters["away"]), silent)
    for side, team in (("home", box["homeTeam"]), ("away", box["awayTeam"])):
        ours, official = stats(game, rosters)["teams"][side], team["statistics"]
        assert ours["points_in_paint"] == official["pointsInThePaint"]
        assert ours["second_chance_points"] == official["pointsSecondChance"]
        assert ours["points_off_turnovers"] == official["pointsFromTurnovers"]
        assert ours["bench_points"] == official["benchPoints"]
        assert ours["ts_pct"] == round(official["trueShootingPercentage"], 4)
        assert ours["biggest_lead"]["points"] == official["biggestLead"]
        # Judged by eye: without tags there is none.
        assert ours["fast_break_points"] is None
