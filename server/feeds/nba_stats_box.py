"""Tables of stats.nba.com version 2: rows by the names of their columns, lines of the box."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.feeds.roster import Listed
from server.feeds.told import Official
from server.feeds.values import minutes_ms, plain, whole
from server.projections.boxscore import COLUMNS

Row = dict[str, Any]

# Most columns have their own name in capitals.
_COLUMNS = {column: {"tov": "TO"}.get(column, column.upper()) for column in COLUMNS}


def table(document: Mapping[str, Any], name: str) -> list[Row]:
    for found in document["resultSets"]:
        if found["name"] == name:
            if not found["rowSet"]:
                raise ValueError(f"{name} is empty")
            return [dict(zip(found["headers"], row, strict=True)) for row in found["rowSet"]]
    raise ValueError(f"there is no {name}")


def listed(player: Row) -> Listed:
    margin, minutes = player.get("PLUS_MINUS"), player["MIN"]
    if margin is None and not minutes_ms(minutes):
        margin = 0
    official = Official(
        counts(player), minutes_ms(minutes), None if margin is None else whole(margin)
    )
    number = str(player["PLAYER_ID"])
    return Listed(player["PLAYER_ID"], number, plain(player["PLAYER_NAME"]), official)


def team_name(team: Row) -> str:
    return plain(f"{plain(team.get('TEAM_CITY'))} {plain(team.get('TEAM_NAME'))}")


def team_line(team: Row, players: list[Row]) -> Official:
    """A team's line. Its turnovers are mostly the sum of its players', without its own."""
    found = counts(team)
    mine = [counts(player) for player in players if player["TEAM_ID"] == team["TEAM_ID"]]
    summed = found["tov"] == sum(line["tov"] for line in mine)
    return Official(found, without_own=frozenset({"tov"} if summed else ()))


def counts(line: Row) -> dict[str, int]:
    return {column: whole(line[name]) for column, name in _COLUMNS.items()}
