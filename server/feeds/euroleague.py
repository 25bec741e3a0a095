"""live.euroleague.net: PlaybyPlay.json and Boxscore.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from server.game.rules import FIBA, MINUTE

NAME = "euroleague"

_QUARTERS = ("FirstQuarter", "SecondQuarter", "ThirdQuarter", "ForthQuarter")
_SHOTS = {
    **dict.fromkeys(("2FGM", "LAYUPMD", "DUNK"), (2, True)),
    **dict.fromkeys(("2FGA", "LAYUPATT", "2FGAB"), (2, False)),
    "3FGM": (3, True),
    **dict.fromkeys(("3FGA", "3FGAB"), (3, False)),
}
_PLAYS = {"AS": "assist", "TO": "turnover", "ST": "steal", "FV": "block"}
_REBOUNDS = {"D": "defensive", "O": "offensive"}
_FOULS = {
    "CM": "personal",
    "OF": "offensive",
    "CMU": "unsportsmanlike",
    "CMT": "technical",
    "CMD": "disqualifying",
    "CMTI": "personal",  # at a throw-in
    "B": "bench",
    "C": "coach",
}
_TECHNICAL = ("technical", "bench", "coach")


def read(folder: Path) -> Told:
    """The game in a folder; its name is the game's. FeedError as `feeds.read` says."""
    data = read_json(folder / "PlaybyPlay.json")
    stats = read_json(folder / "Boxscore.json")["Stats"]
    if not isinstance(data["FirstQuarter"], list):
        raise FeedError(f"{folder / 'PlaybyPlay.json'} has no list of plays")
    side_of = {
        str(data["CodeTeamA"]).strip(): "home",
        str(data["CodeTeamB"]).strip(): "away",
    }
    if len(stats) != 2 or len(side_of) != 2:
        raise FeedError(f"{folder} does not have two teams")
    ids: dict[str, str] = {}
    sides, fives = {}, {}
    for side, team in zip(("home", "away"), stats, strict=True):
        players = team["PlayersStats"]
        shirts = {p["Player_ID"].strip(): str(p.get("Dorsal") or "") for p in players}
        found = ids_of(side, shirts)
        ids |= found
        sides[side] = _side(team, found)
        fives[side] = [found[p["Player_ID"].strip()] for p in players if p["IsStarter"]]
    teller = Teller(FIBA)
    for side, five in fives.items():
        if five:
            teller.say("starters", None, team=side, players=five)
    trips = Trips()
    for number, actions in enumerate(periods(data), 1):
        for action, at_ms in zip(actions, clocks(actions), strict=True):
            _tell(teller, action, number, at_ms, side_of, ids, trips)
    return Told(NAME, folder.resolve().name, FIBA, sides, teller.steps())


def _side(team: Mapping[str, Any], ids: Mapping[str, str]) -> Side:
    people = [
        Person(
            ids[player["Player_ID"].strip()],
            str(player["Player"]).strip(),
            Official(_counts(player), minutes_ms(player["Minutes"]), whole(player["Plusminus"])),
        )
        for player in team["PlayersStats"]
    ]
    return Side(str(team["Team"]), tuple(people), Official(_counts(team["totr"])))


def _counts(line: Mapping[str, Any]) -> dict[str, int]:
    def pair(made: str, attempted: str) -> tuple[int, int]:
        return whole(line[made]), whole(line[attempted])

    return {
        **shot_counts(
            pair("FieldGoalsMade2", "FieldGoalsAttempted2"),
            pair("FieldGoalsMade3", "FieldGoalsAttempted3"),
            pair("FreeThrowsMade", "FreeThrowsAttempted"),
        ),
        "pts": whole(line["Points"]),
        "oreb": whole(line["OffensiveRebounds"]),
        "dreb": whole(line["DefensiveRebounds"]),
        "reb": whole(line["TotalRebounds"]),
        "ast": whole(line["Assistances"]),
        "stl": whole(line["Steals"]),
        "blk": whole(line["BlocksFavour"]),
        "tov": whole(line["Turnovers"]),
        "pf": whole(line["FoulsCommited"]),
    }


def periods(data: Mapping[str, Any]) -> list[list[Mapping[str, Any]]]:
    """The plays of each period. All overtimes share one list: a new one begins after an end
    that is not the last, or at a second beginning."""
    found = [list(data[quarter] or ()) for quarter in _QUARTERS]
    extra = list(data.get("ExtraTime") or ())
    part: list[Mapping[str, Any]] = []
    for index, action in enumerate(extra):
        kind = action["PLAYTYPE"].strip()
        if kind == "BP" and any(said["PLAYTYPE"].strip() == "BP" for said in part):
            found.append(part)
            part = []
        part.append(action)
        more = any(later["PLAYTYPE"].strip() == "BP" for later in extra[index + 1 :])
        if kind == "EP" and more:
            found.append(part)
            part = []
    return [*found, part] if part else found


def clocks(actions: Sequence[Mapping[str, Any]]) -> list[int | None]:
    """The clock of each play of a period in milliseconds, None where it has none.

    At a whole minute the feed's clock has often not rolled over yet: `07:00` after `06:02` is
    06:00 (15 such stamps in 26 games; the official minutes agree).
    """
    found: list[int | None] = []
    lowest: int | None = None
    for action in actions:
        text = str(action["MARKERTIME"] or "").strip()
        if not text:
            found.append(None)
            continue
        at_ms = minutes_ms(text)
        if lowest is not None and at_ms % MINUTE == 0 and lowest < at_ms <= lowest + MINUTE:
            at_ms -= MINUTE
        lowest = at_ms if lowest is None else min(lowest, at_ms)
        found.append(at_ms)
    return found


def _tell(
    teller: Teller,
    action: Mapping[str, Any],
    period: int,
    at_ms: int | None,
    side_of: Mapping[str, str],
    ids: Mapping[str, str],
    trips: Trips,
) -> None:
    kind = str(action["PLAYTYPE"]).strip()
    if kind == "EP":
        teller.end()
        return
    if kind == "EG":
        teller.finish()
        return
    teller.start(period)
    team = side_of.get(str(action["CODETEAM"]).strip())
    if team is None:
        return
    player = ids.get(str(action["PLAYER_ID"]).strip())
    who = {"team": team, "player": player}
    key = f"n{action['NUMBEROFPLAY']}"
    if kind in _SHOTS:
        value, made = _SHOTS[kind]
        teller.say("field_goal", at_ms, key=key, value=value, made=made, **who)
    elif kind in ("FTM", "FTA"):
        parent = trips.foul_of(team, at_ms or 0, technical=False)
        teller.say("free_throw", at_ms, parent=parent, made=kind == "FTM", **who)
    elif kind in _REBOUNDS:
        teller.say("rebound", at_ms, kind=_REBOUNDS[kind], **who)
    elif kind in _PLAYS:
        teller.say(_PLAYS[kind], at_ms, **who)
    elif kind in _FOULS:
        word = _FOULS[kind] if player is not None or kind in ("B", "C") else "bench"
        teller.say("foul", at_ms, key=key, kind=word, **who)
        trips.foul(key, team, at_ms or 0, word in _TECHNICAL)
    elif kind in ("IN", "OUT") and player is not None:
        teller.say("substitution", at_ms, team=team, **{f"player_{kind.lower()}": player})
    elif kind == "TOUT":
        teller.say("timeout", at_ms, team=team)
    elif kind in ("JB", "TPOFF"):
        teller.say("jump_ball", at_ms, **who)
