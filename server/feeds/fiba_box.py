"""The box of FIBA LiveStats: lines of players and teams, places of shots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.feeds.derived import FIBA_PLAYER, official_derived
from server.feeds.roster import Listed
from server.feeds.told import Official
from server.feeds.values import metres, minutes_ms, plain, shot_counts, whole
from server.game.rules import FIBA

# The feed numbers the teams.
SIDES = {"1": "home", "2": "away"}


def listed(side: str, key: Any, player: Mapping[str, Any]) -> Listed:
    official = None
    if "sPoints" in player:
        margin = player.get("sPlusMinusPoints")
        official = Official(
            counts(player, "s"),
            minutes_ms(player.get("sMinutes")),
            None if margin is None or margin == "" else whole(margin),
            derived=official_derived(player, FIBA_PLAYER),
        )
    name = plain(player.get("name") or player.get("scoreboardName"))
    return Listed((side, str(key)), plain(player.get("shirtNumber")), name, official)


def counts(line: Mapping[str, Any], prefix: str) -> dict[str, int]:
    def column(name: str) -> int:
        return whole(line[prefix + name])

    def pair(name: str) -> tuple[int, int]:
        return column(f"{name}Made"), column(f"{name}Attempted")

    return {
        **shot_counts(pair("TwoPointers"), pair("ThreePointers"), pair("FreeThrows")),
        "pts": column("Points"),
        "oreb": column("ReboundsOffensive"),
        "dreb": column("ReboundsDefensive"),
        "reb": column("ReboundsTotal"),
        "ast": column("Assists"),
        "stl": column("Steals"),
        "blk": column("Blocks"),
        "tov": column("Turnovers"),
        "pf": column("FoulsPersonal"),
    }


def positions(teams: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Where the shots were taken, by the number of the action."""
    shots = (shot for number in SIDES for shot in teams[number].get("shot") or ())
    return {
        str(shot.get("actionNumber")): metres(shot.get("x"), shot.get("y"), FIBA.court)
        for shot in shots
    }
