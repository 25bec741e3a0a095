"""cdn.nba.com live data: playbyplay.json and boxscore.json."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.feeds.told import (
    FeedError,
    Official,
    Person,
    Side,
    Teller,
    Told,
    ids_of,
    read_json,
    whole,
)
from server.feeds.trips import Trips
from server.game.rules import MINUTE, NBA, Rules

NAME = "nba_live"

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
_WORTH = re.compile(r"Free Throw.* ([123])PT")
_DURATION = re.compile(r"PT(?:(\d+)M)?(?:([\d.]+)S)?")


def read(folder: Path) -> Told:
    """The game in a folder. FeedError (or KeyError and its kin, see `feeds`) when it is none."""
    box = read_json(folder / "boxscore.json")["game"]
    actions = read_json(folder / "playbyplay.json")["game"]["actions"]
    if not isinstance(actions, list):
        raise FeedError(f"{folder / 'playbyplay.json'} has no list of actions")
    teams = {"home": box["homeTeam"], "away": box["awayTeam"]}
    rules = _rules(box, actions)
    ids: dict[int, str] = {}
    sides = {}
    for side, team in teams.items():
        numbers = {str(p["personId"]): str(p.get("jerseyNum") or "") for p in team["players"]}
        ids |= {int(key): found for key, found in ids_of(side, numbers).items()}
        sides[side] = _side(team, ids)
    teller = Teller(rules)
    for side, team in teams.items():
        five = [ids[p["personId"]] for p in team["players"] if p.get("starter") == "1"]
        if five:
            teller.say("starters", None, team=side, players=five)
    side_of = {team["teamId"]: side for side, team in teams.items()}
    trips = Trips()
    for action in sorted(actions, key=lambda action: int(action["orderNumber"])):
        _tell(teller, action, side_of, ids, trips)
    return Told(NAME, str(box["gameId"]), rules, sides, teller.steps())


def _rules(box: Mapping[str, Any], actions: list[dict[str, Any]]) -> Rules:
    """The NBA's, with the lengths of periods that the feed shows: other leagues use it too."""
    periods = int(box.get("regulationPeriods") or NBA.periods)
    longest = {True: 0, False: 0}
    for action in actions:
        regular = int(action["period"]) <= periods
        longest[regular] = max(longest[regular], duration_ms(action.get("clock") or "PT"))
    return replace(
        NBA,
        periods=periods,
        period_ms=_minutes(longest[True], NBA.period_ms),
        overtime_ms=_minutes(longest[False], NBA.overtime_ms),
    )


def _minutes(ms: int, usual_ms: int) -> int:
    return -(-ms // MINUTE) * MINUTE or usual_ms


def duration_ms(text: str) -> int:
    """`PT09M41.00S` as milliseconds."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no time")
    return int(found[1] or 0) * MINUTE + round(float(found[2] or 0) * 1000)


def _side(team: Mapping[str, Any], ids: Mapping[int, str]) -> Side:
    people = []
    for player in team["players"]:
        stats = player["statistics"]
        official = Official(
            {column: whole(stats[name]) for column, name in _COLUMNS.items()},
            duration_ms(stats.get("minutes") or "PT"),
            round(stats["plusMinusPoints"]),
        )
        people.append(Person(ids[player["personId"]], player["name"], official))
    stats = team["statistics"]
    counts = {column: whole(stats[name]) for column, name in _COLUMNS.items()}
    # What the feed calls the total holds the team's own rebounds; the printed box does not.
    counts["reb"] = counts["oreb"] + counts["dreb"]
    counts["tov"] = whole(stats.get("turnoversTotal", counts["tov"]))
    own = stats.get("reboundsTeam")
    official = Official(counts, team_rebounds=None if own is None else int(own))
    return Side(f"{team['teamCity']} {team['teamName']}", tuple(people), official)


def _tell(
    teller: Teller,
    action: Mapping[str, Any],
    side_of: Mapping[int, str],
    ids: Mapping[int, str],
    trips: Trips,
) -> None:
    kind, sort = action["actionType"], str(action.get("subType"))
    teller.start(int(action["period"]))
    if kind == "period" and sort == "end":
        teller.end()
        return
    if kind == "game" and sort == "end":
        teller.finish()
        return
    clock_ms = duration_ms(action["clock"])
    team = side_of.get(action.get("teamId") or 0)
    if team is None:
        return
    player = ids.get(action.get("personId") or 0)
    who = {"team": team, "player": player}
    made = action.get("shotResult") == "Made"
    key = f"a{action['actionNumber']}"
    match kind:
        case "2pt" | "3pt":
            teller.say("field_goal", clock_ms, key=key, value=int(kind[0]), made=made, **who)
            passer = ids.get(action.get("assistPersonId") or 0)
            if passer is not None:
                teller.say("assist", clock_ms, parent=key, team=team, player=passer)
        case "heave" if made:
            teller.say("field_goal", clock_ms, key=key, value=3, made=True, **who)
        case "heave":
            # A missed heave is an attempt of nobody; it stays in the log as a note.
            teller.say("note", clock_ms, text="heave", **who)
        case "freethrow":
            parent = trips.foul_of(team, clock_ms, _is_technical(action))
            value = _worth(action)
            teller.say("free_throw", clock_ms, parent=parent, made=made, value=value, **who)
        case "rebound":
            teller.say("rebound", clock_ms, kind=action.get("subType"), **who)
        case "turnover" | "steal" | "block":
            teller.say(kind, clock_ms, **who)
        case "foul":
            word = _foul_kind(action, player)
            teller.say("foul", clock_ms, key=key, kind=word, **who)
            trips.foul(key, team, clock_ms, word in ("technical", "coach", "bench"))
        case "substitution" if player is not None:
            coming = {"player_in": player} if sort == "in" else {"player_out": player}
            teller.say("substitution", clock_ms, team=team, **coming)
        case "timeout":
            teller.say("timeout", clock_ms, team=team)
        case "jumpball" if player is not None and sort == "recovered":
            teller.say("jump_ball", clock_ms, **who)


def _is_technical(action: Mapping[str, Any]) -> bool:
    return "technical" in f"{action.get('descriptor')} {action.get('subType')}".lower()


def _worth(action: Mapping[str, Any]) -> int | None:
    """Points of a free throw that stands for a whole trip, as in the development league."""
    found = _WORTH.search(str(action.get("description") or ""))
    return None if found is None else int(found[1])


def _foul_kind(action: Mapping[str, Any], player: str | None) -> str:
    words = f"{action.get('subType')} {action.get('descriptor')}".lower()
    if "technical" in words:
        return "coach" if player is None else "technical"
    if "flagrant" in words:
        return "flagrant2" if "2" in words else "flagrant1"
    if "offensive" in words:
        return "offensive"
    return "shooting" if "shooting" in words else "personal"
