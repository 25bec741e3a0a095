"""The box of cdn.nba.com live data: lines of players and teams."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from server.feeds.derived import NBA_PLAYER, NBA_TEAM, official_derived
from server.feeds.roster import Listed
from server.feeds.told import Official
from server.feeds.values import plain, whole
from server.game.rules import MINUTE

_COLUMNS = {
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
_DURATION = re.compile(r"PT(?:(\d{1,4})M)?(?:(\d{1,5}(?:\.\d+)?)S)?")


def duration_ms(text: Any) -> int:
    """`PT09M41.00S` as milliseconds; nothing is 0. ValueError for what is no time."""
    found = _DURATION.fullmatch(text or "PT")
    if found is None:
        raise ValueError(f"{text!r} is no time")
    return int(found[1] or 0) * MINUTE + round(float(found[2] or 0) * 1000)


def team_name(team: Mapping[str, Any]) -> str:
    return plain(f"{plain(team.get('teamCity'))} {plain(team.get('teamName'))}")


def listed(player: Mapping[str, Any]) -> Listed:
    official, stats = None, player.get("statistics")
    if stats:
        margin = stats.get("plusMinusPoints")
        official = Official(
            {column: whole(stats[name]) for column, name in _COLUMNS.items()},
            duration_ms(stats.get("minutes")),
            None if margin is None else round(margin),
            derived=official_derived(stats, NBA_PLAYER),
        )
    name = player.get("name") or f"{plain(player.get('firstName'))} " + plain(
        player.get("familyName")
    )
    return Listed(player["personId"], plain(player.get("jerseyNum")), plain(name), official)


def team_line(stats: Mapping[str, Any]) -> Official:
    counts = {column: whole(stats[name]) for column, name in _COLUMNS.items()}
    # What the feed calls the total holds the team's own rebounds; the printed box does not.
    counts["reb"] = counts["oreb"] + counts["dreb"]
    counts["tov"] = whole(stats.get("turnoversTotal", counts["tov"]))
    own = stats.get("reboundsTeam")
    return Official(
        counts,
        team_rebounds=None if own is None else whole(own),
        derived=official_derived(stats, NBA_TEAM),
    )
