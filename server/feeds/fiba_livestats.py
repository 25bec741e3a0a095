"""Genius Sports FIBA LiveStats: data.json with plays (newest first) and box in one."""

from __future__ import annotations

from collections import defaultdict, deque
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
    minutes_ms,
    read_json,
    shot_counts,
    whole,
)
from server.feeds.trips import Trips
from server.game.rules import FIBA, MINUTE, Rules

NAME = "fiba_livestats"

Action = Mapping[str, Any]

_SIDES = {"1": "home", "2": "away"}
_FOULS = {
    "personal": "personal",
    "offensive": "offensive",
    "unsportsmanlike": "unsportsmanlike",
    "disqualifying": "disqualifying",
    "technical": "technical",
    "coachtechnical": "coach",
    "coachdisqualifying": "coach",
    "admintechnical": "bench",
    "benchtechnical": "bench",
    "benchdisqualifying": "bench",
}


def read(folder: Path) -> Told:
    """The game in a folder; its name is the game's. FeedError as `feeds.read` says."""
    data = read_json(folder / "data.json")
    plays = data["pbp"]
    if not isinstance(plays, list):
        raise FeedError(f"{folder / 'data.json'} has no list of plays")
    rules = _rules(data)
    ids: dict[tuple[str, str], str] = {}
    sides, fives = {}, {}
    for number, side in _SIDES.items():
        team = data["tm"][number]
        shirts = {key: str(player.get("shirtNumber") or "") for key, player in team["pl"].items()}
        found = ids_of(side, shirts)
        ids |= {(side, key): player for key, player in found.items()}
        sides[side] = _side(team, found)
        fives[side] = [found[key] for key, player in team["pl"].items() if player.get("starter")]
    teller = Teller(rules)
    for side, five in fives.items():
        if five:
            teller.say("starters", None, team=side, players=five)
    trips = Trips()
    for action, partner in _paired(_in_order(plays, rules)):
        _tell(teller, action, partner, ids, trips, rules)
    return Told(NAME, folder.resolve().name, rules, sides, teller.steps())


def _rules(data: Mapping[str, Any]) -> Rules:
    """FIBA's, with the number and the lengths of periods of this competition."""
    return replace(
        FIBA,
        periods=int(data.get("periodsMax") or FIBA.periods),
        period_ms=int(data.get("periodLengthREGULAR") or FIBA.period_ms // MINUTE) * MINUTE,
        overtime_ms=int(data.get("periodLengthOVERTIME") or FIBA.overtime_ms // MINUTE) * MINUTE,
    )


def _side(team: Mapping[str, Any], ids: Mapping[str, str]) -> Side:
    people = []
    for key, player in team["pl"].items():
        margin = player.get("sPlusMinusPoints")
        official = Official(
            _counts(player, "s"),
            minutes_ms(player["sMinutes"]),
            None if margin is None else int(margin),
        )
        people.append(Person(ids[key], str(player.get("name") or ""), official))
    return Side(str(team["name"]), tuple(people), Official(_counts(team, "tot_s")))


def _counts(line: Mapping[str, Any], prefix: str) -> dict[str, int]:
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


def _in_order(plays: list[Action], rules: Rules) -> list[Action]:
    """By period, clock and number: a correction gets a late number and the right clock."""

    def place(action: Action) -> tuple[int, int, int]:
        return period_of(action, rules), -clock_ms(action["clock"]), int(action["actionNumber"])

    return sorted(plays, key=place)


def period_of(action: Action, rules: Rules) -> int:
    extra = rules.periods if action["periodType"] == "OVERTIME" else 0
    return int(action["period"]) + extra


def clock_ms(text: str) -> int:
    """`09:39:50` (minutes, seconds and, in most files, hundredths) as milliseconds."""
    minutes, seconds, *rest = (int(part) for part in text.split(":"))
    return minutes * MINUTE + seconds * 1000 + (rest[0] * 10 if rest else 0)


def _paired(actions: list[Action]) -> list[tuple[Action, Action | None]]:
    """Each action with its other half: the k-th who comes in for the k-th who goes out, of a
    team at one clock. The pair stands where its first half stood; else a free throw that was
    written between the two would find four on the court."""
    waiting: dict[tuple[object, ...], deque[int]] = defaultdict(deque)
    found: list[tuple[Action, Action | None] | None] = []
    for action in actions:
        if action["actionType"] == "substitution":
            place = (action["periodType"], action["period"], action["clock"], action["tno"])
            coming = action["subType"] == "in"
            halves = waiting[(*place, not coming)]
            if halves:
                first = halves.popleft()
                found[first] = (found[first][0], action)  # type: ignore[index]
                continue
            waiting[(*place, coming)].append(len(found))
        found.append((action, None))
    return [pair for pair in found if pair is not None]


def _tell(
    teller: Teller,
    action: Action,
    partner: Action | None,
    ids: Mapping[tuple[str, str], str],
    trips: Trips,
    rules: Rules,
) -> None:
    kind, sort = action["actionType"], str(action["subType"])
    if kind == "game":
        if sort == "end":
            teller.finish()
        return
    teller.start(period_of(action, rules))
    if kind == "period" and sort == "end":
        teller.end()
        return
    team = _SIDES.get(str(action["tno"]))
    if team is None:
        return
    at_ms = clock_ms(action["clock"])
    player = ids.get((team, str(action["pno"])))
    who = {"team": team, "player": player}
    key, made = f"a{action['actionNumber']}", bool(action.get("success"))
    before = action.get("previousAction")
    parent = f"a{before}" if before else None
    match kind:
        case "2pt" | "3pt":
            teller.say("field_goal", at_ms, key=key, value=int(kind[0]), made=made, **who)
        case "freethrow":
            foul = trips.foul_of(team, at_ms, technical=False)
            teller.say("free_throw", at_ms, key=key, parent=foul, made=made, **who)
        case "rebound" if sort in ("offensive", "defensive"):
            teller.say("rebound", at_ms, parent=parent, kind=sort, **who)
        case "turnover":
            teller.say("turnover", at_ms, key=key, kind=sort or None, **who)
        case "assist" | "steal" | "block":
            teller.say(kind, at_ms, parent=parent, **who)
        case "foul":
            word = _FOULS.get(sort.lower(), "personal")
            if player is None and word != "coach":
                word = "bench"
            teller.say("foul", at_ms, key=key, kind=word, **who)
            trips.foul(key, team, at_ms, word in ("technical", "coach", "bench"))
        case "substitution":
            halves = [half for half in (action, partner) if half is not None]
            named = {f"player_{h['subType']}": ids.get((team, str(h["pno"]))) for h in halves}
            teller.say("substitution", at_ms, team=team, **named)
        case "timeout":
            teller.say("timeout", at_ms, team=team)
        case "jumpball" if sort == "won":
            teller.say("jump_ball", at_ms, **who)
