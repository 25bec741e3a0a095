"""A real game, told call by call, gives its official box score and its score by period."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from server.feeds.compare import compare
from server.feeds.feeds import read
from server.feeds.figures import figures
from server.feeds.play import play
from server.gamelog.memory import MemoryLog
from server.projections.sheet import Sheet
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
