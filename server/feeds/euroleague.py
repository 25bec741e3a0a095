"""live.euroleague.net: PlaybyPlay.json and Boxscore.json, and Points.json where it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.feeds import files
from server.feeds.derived import EUROLEAGUE, official_derived
from server.feeds.euroleague_order import clocks, doubtful, other_orders, periods
from server.feeds.euroleague_pairs import Play, blocked, drawn, kind, person, shots_first
from server.feeds.roster import Listed, Roster
from server.feeds.teller import Teller
from server.feeds.told import Doubt, Official, Reading, Side, Told
from server.feeds.trips import Trips
from server.feeds.values import minutes_ms, plain, shot_counts, whole
from server.game.events import SIDES, other
from server.game.rules import FIBA, MINUTE

NAME = "euroleague"
FILES = ("PlaybyPlay.json", "Boxscore.json")
_SHOTS = {
    **dict.fromkeys(("2FGM", "LAYUPMD", "DUNK"), (2, True)),
    **dict.fromkeys(("2FGA", "LAYUPATT", "2FGAB", "DUNKATT"), (2, False)),
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
_OF_TEAM = ("bench", "coach")
_TECHNICAL = ("technical", *_OF_TEAM)
# Shots rejected and fouls drawn are told with the block and the foul.
_QUIET = frozenset(("BP", "AG", "RV", "CCH", ""))


def read(folder: Path) -> Told:
    """The game in a folder; its name is the game's. FeedError as `feeds.read` says."""
    plays_path, box_path = (folder / name for name in FILES)
    data, box = files.read_json(plays_path), files.read_json(box_path)
    with files.of(plays_path, NAME):
        codes = [plain(data["CodeTeamA"]), plain(data["CodeTeamB"])]
        found = periods(data)
        if len(set(codes)) != 2:
            raise ValueError("both teams have one code")
    with files.of(box_path, NAME):
        stats = _home_first(box["Stats"], codes)
        roster, lines, starting = Roster(), {}, {}
        margins = _has_margins(stats)
        for side, team in zip(SIDES, stats, strict=True):
            players = team["PlayersStats"]
            roster.seat(side, [_listed(player, margins) for player in players])
            totals = team["totr"]
            lines[side] = Official(_counts(totals), derived=official_derived(totals, EUROLEAGUE))
            starting[side] = [
                five for p in players if p.get("IsStarter") and (five := roster.find(_key(p)))
            ]
        # Some games write another code in the plays than at their head.
        of_players = {
            plain(p.get("Team")): side
            for side, team in zip(SIDES, stats, strict=True)
            for p in team["PlayersStats"]
        }
        names = {side: plain(team.get("Team")) for side, team in zip(SIDES, stats, strict=True)}
    with files.of(plays_path, NAME):
        side_of = of_players | dict(zip(codes, SIDES, strict=True))
        where = _positions(folder / "Points.json")

        def told(ordered: list[list[Play]]) -> Teller:
            teller = Teller(FIBA)
            teller.starters(starting)
            reader = _Reader(teller, roster, side_of, where)
            for number, actions in enumerate(ordered, 1):
                reader.drawn, reader.blocked = drawn(actions), blocked(actions)
                ready = shots_first(actions)
                for action, at_ms in zip(ready, clocks(ready), strict=True):
                    reader.tell(action, number, at_ms)
            return teller

        teller = told(found)
        steps = teller.steps()
        otherwise = tuple(
            Reading(why, said)
            for why, ordered in other_orders(found)
            if (said := told(ordered).steps()) != steps
        )
        doubts = tuple(
            Doubt(why, frozenset(filter(None, map(roster.find, people))))
            for why, people in doubtful(found)
        )
    sides = {side: Side(names[side], roster.people(side), lines[side]) for side in SIDES}
    game = folder.resolve().name
    return Told(NAME, game, {"base": FIBA.name}, sides, steps, otherwise, doubts, teller.unknown)


def _home_first(stats: list[dict[str, Any]], codes: list[str]) -> list[dict[str, Any]]:
    """The two teams of the box in the order of the plays' codes, by the codes of the players."""
    if len(stats) != 2:
        raise ValueError("there are not two teams")
    said = [{plain(p.get("Team")) for p in team["PlayersStats"]} for team in stats]
    swapped = said[0] == {codes[1]} and said[1] == {codes[0]}
    return stats[::-1] if swapped else stats


def _has_margins(stats: list[dict[str, Any]]) -> bool:
    """Old seasons have no plus/minus: nothing, or 0 for everybody."""
    return any(p.get("Plusminus") for team in stats for p in team["PlayersStats"])


def _key(player: Mapping[str, Any]) -> str:
    return str(player["Player_ID"]).strip()


def _listed(player: Mapping[str, Any], margins: bool) -> Listed:
    margin = player.get("Plusminus")
    official = Official(
        _counts(player),
        minutes_ms(player["Minutes"]),
        whole(margin) if margins and margin is not None else None,
        derived=official_derived(player, EUROLEAGUE),
    )
    return Listed(_key(player), plain(player.get("Dorsal")), plain(player["Player"]), official)


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


def _positions(path: Path) -> dict[Any, dict[str, Any]]:
    """Where the shots were taken, by the number of the play: the feed has centimetres from the
    basket, which is 1.575 m from the end of the court; all are told at one end."""
    if not path.is_file():
        return {}
    rows = files.read_json(path)
    with files.of(path, NAME):
        return {
            row["NUM_ANOT"]: {
                "x_m": round(14 - 1.575 - float(row["COORD_Y"]) / 100, 2),
                "y_m": round(float(row["COORD_X"]) / 100, 2),
            }
            for row in files.listed(rows["Rows"])
            if str(row["ID_ACTION"]).strip() in _SHOTS
        }


@dataclass(slots=True)
class _Reader:
    """Says play after play. where: positions of shots; drawn: who was fouled; blocked: the shot
    of a block; all by number."""

    teller: Teller
    roster: Roster
    side_of: Mapping[str, str]
    where: Mapping[Any, Mapping[str, Any]]
    drawn: Mapping[Any, str] = field(default_factory=dict)
    blocked: Mapping[Any, Any] = field(default_factory=dict)
    trips: Trips = field(default_factory=Trips)

    def tell(self, action: Play, period: int, at_ms: int | None) -> None:
        word = kind(action)
        if word == "EP":
            self.teller.end()
            return
        if word == "EG":
            self.teller.finish()
            return
        self.teller.start(period)
        someone = person(action)
        team = self.roster.side_of(someone) or self.side_of.get(plain(action.get("CODETEAM")))
        if word == "TOUT_TV":
            self.teller.say("timeout", at_ms, kind="media")
        elif team is not None and word not in _QUIET:
            self._play(word, team, someone, action, at_ms)

    def _play(self, word: str, team: str, someone: str, action: Play, at_ms: int | None) -> None:
        say = self.teller.say
        player = self.roster.find(someone)
        if player is None and someone and _FOULS.get(word) not in _OF_TEAM:
            player = self.roster.admit(team, someone, plain(action.get("PLAYER")))
        who = {"team": team, "player": player}
        number = action["NUMBEROFPLAY"]
        key = f"n{number}"
        if word in _SHOTS:
            value, made = _SHOTS[word]
            where = self.where.get(number, {})
            say("field_goal", at_ms, key=key, value=value, made=made, **who, **where)
        elif word in ("FTM", "FTA"):
            parent = self.trips.foul_of(team, at_ms or 0, technical=False, shooter=player)
            say("free_throw", at_ms, parent=parent, made=word == "FTM", **who)
        elif word in _REBOUNDS:
            say("rebound", at_ms, kind=_REBOUNDS[word], **who)
        elif word in _PLAYS:
            shot = self.blocked.get(number)
            parent = None if shot is None else f"n{shot}"
            say(_PLAYS[word], at_ms, parent=parent, **who)
        elif word in _FOULS:
            foul = _FOULS[word]
            if foul in _OF_TEAM or player is None:
                foul, who["player"] = (foul if foul in _OF_TEAM else "bench"), None
            drawn_by = self.roster.find(self.drawn.get(number, ""))
            if drawn_by is not None and not drawn_by.startswith(other(team)):
                drawn_by = None
            say("foul", at_ms, key=key, kind=foul, drawn_by=drawn_by, **who)
            self.trips.foul(key, team, at_ms or 0, foul in _TECHNICAL, drawn_by)
        elif word in ("IN", "OUT"):
            if player is not None:
                say("substitution", at_ms, team=team, **{f"player_{word.lower()}": player})
        elif word == "TOUT":
            say("timeout", at_ms, team=team)
        elif word in ("JB", "TPOFF"):
            opening = self.teller.period == 1 and (at_ms or 0) >= 9 * MINUTE
            say("jump_ball", at_ms, kind="opening" if opening else "held", **who)
        else:
            self.teller.puzzled(word)
