"""A real game, told call by call, gives its official box score."""

from __future__ import annotations

import json
import re
from typing import Any

from server.game.state import Game, new_game
from server.projections.sheet import Sheet
from tests.game.table import Table
from tests.support import shared

OFFICIAL = {
    "pts": "points",
    "fgm": "fieldGoalsMade",
    "fga": "fieldGoalsAttempted",
    "fg3m": "threePointersMade",
    "fg3a": "threePointersAttempted",
    "ftm": "freeThrowsMade",
    "fta": "freeThrowsAttempted",
    "oreb": "reboundsOffensive",
    "dreb": "reboundsDefensive",
    "reb": "reboundsTotal",
    "ast": "assists",
    "stl": "steals",
    "blk": "blocks",
    "tov": "turnovers",
    "pf": "foulsPersonal",
}


def clock_ms(text: str) -> int:
    """`PT09M41.00S` as milliseconds."""
    found = re.fullmatch(r"PT(\d+)M([\d.]+)S", text)
    assert found is not None
    return int(found[1]) * 60_000 + round(float(found[2]) * 1000)


def tell(table: Table, action: dict[str, Any], sides: dict[int, str], ids: dict[int, str]) -> None:
    """Say at the table what the feed says; what no box score counts is passed over."""
    kind, sort = action["actionType"], action.get("subType")
    if kind == "period":
        table.say("period_start" if sort == "start" else "period_end")
        return
    place = {"period": action["period"], "clock_ms": clock_ms(action["clock"])}
    who = {"team": sides.get(action.get("teamId", 0)), "player": ids.get(action.get("personId", 0))}
    made = action.get("shotResult") == "Made"
    match kind:
        case "2pt" | "3pt":
            shot = table.seq("field_goal", value=int(kind[0]), made=made, **who, **place)
            if "assistPersonId" in action:
                passer = ids[action["assistPersonId"]]
                table.say("assist", player=passer, links=shot, **place)
        case "freethrow":
            table.say("free_throw", made=made, **who, **place)
        case "rebound" if who["player"] is not None:
            table.say("rebound", kind=sort, **who, **place)
        case "turnover" | "steal" | "block":
            table.say(kind, **who, **place)
        case "foul":
            words = {"offensive": "offensive", "technical": "technical"}
            table.say("foul", kind=words.get(str(sort), "personal"), **who, **place)


def test_a_real_nba_game_gives_its_official_box_score() -> None:
    folder = shared("games/nba_live/0022000001")
    box = json.loads((folder / "boxscore.json").read_text())["game"]
    actions = json.loads((folder / "playbyplay.json").read_text())["game"]["actions"]
    teams = {"home": box["homeTeam"], "away": box["awayTeam"]}
    sides = {team["teamId"]: side for side, team in teams.items()}
    ids = {
        player["personId"]: f"{side}-{player['jerseyNum']}"
        for side, team in teams.items()
        for player in team["players"]
    }
    roster = {
        side: tuple(ids[player["personId"]] for player in team["players"])
        for side, team in teams.items()
    }
    table = Table("nba")
    game: Game = new_game(table.game.rules, roster["home"], roster["away"])
    table.game = game
    for action in sorted(actions, key=lambda action: int(action["orderNumber"])):
        tell(table, action, sides, ids)

    sections = Sheet(table.game, roster).sections()
    differences = []
    for side, team in teams.items():
        ours = {player["id"]: player for player in sections["boxscore"][side]["players"]}
        for player in team["players"]:
            line = ours[ids[player["personId"]]]
            differences += [
                (player["name"], column, line[column], player["statistics"][official])
                for column, official in OFFICIAL.items()
                if line[column] != player["statistics"][official]
            ]
        board = sections["scoreboard"][side]
        assert board["score"] == int(team["score"])
        assert board["by_period"] == [period["score"] for period in team["periods"]]
    assert differences == []
