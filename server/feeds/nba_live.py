"""cdn.nba.com live data (NBA, WNBA, G League): playbyplay.json and boxscore.json."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.feeds import files, nba_fouls, words
from server.feeds.league import as_played, rules_in
from server.feeds.nba_live_box import duration_ms, listed, team_line, team_name
from server.feeds.roster import Roster
from server.feeds.teller import Teller
from server.feeds.told import Side, Told
from server.feeds.trips import Trips, nth_of
from server.feeds.values import letters, metres, plain, within
from server.game.rules import NBA

NAME = "nba_live"
FILES = ("playbyplay.json", "boxscore.json")

_WORTH = re.compile(r"Free (?:Throw|Technical).* ([123])PT")
# A game's id begins with its league: 00 NBA, 10 WNBA, 20 G League.
_DEVELOPMENT = "20"
_TIMEOUTS = {"full": "full", "short": "short", "challenge": "challenge"}
_TEAMLESS = {"official": "official", "tv": "media", "media": "media", "mandatory": "media"}
# What is neither a play nor unknown.
_QUIET = frozenset(
    ("period", "game", "violation", "stoppage", "ejection", "instantreplay", "memo", "replay")
)


def read(folder: Path) -> Told:
    """The game in a folder. FeedError when a file is missing, broken or of another shape."""
    plays, boxes = (folder / name for name in FILES)
    box_document, plays_document = files.read_json(boxes), files.read_json(plays)
    with files.of(boxes, NAME):
        box = box_document["game"]
        game = plain(box["gameId"]) or folder.resolve().name
        teams = {"home": box["homeTeam"], "away": box["awayTeam"]}
        side_of = {team["teamId"]: side for side, team in teams.items()}
        if len(side_of) != 2:
            raise ValueError("both teams have one id")
        roster = Roster()
        for side, team in teams.items():
            roster.seat(side, [listed(player) for player in team["players"]])
        lines = {side: team_line(team["statistics"]) for side, team in teams.items()}
        names = {side: team_name(team) for side, team in teams.items()}
        starting = {
            side: [
                player
                for p in team["players"]
                if str(p.get("starter")) == "1" and (player := roster.find(p["personId"]))
            ]
            for side, team in teams.items()
        }
    with files.of(plays, NAME):
        actions = in_order(files.listed(plays_document["game"]["actions"]))
        document = _league(box, actions)
        teller = Teller(rules_in(document))
        teller.starters(starting)
        reader = _Reader(teller, roster, side_of, game.startswith(_DEVELOPMENT))
        for action in actions:
            reader.tell(action)
        steps = teller.steps()
    sides = {side: Side(names[side], roster.people(side), lines[side]) for side in teams}
    return Told(NAME, game, document, sides, steps, unknown=teller.unknown)


def in_order(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By period and `orderNumber`. An action that is there twice was edited: the later edit
    stands."""
    latest: dict[Any, dict[str, Any]] = {}
    for action in actions:
        same = action["actionNumber"], action["actionType"]
        before = latest.get(same)
        if before is None or str(action.get("edited")) >= str(before.get("edited")):
            latest[same] = action

    def place(action: dict[str, Any]) -> tuple[int, float]:
        order = action.get("orderNumber")
        # Order numbers are action numbers times 10,000 with room between for insertions.
        return int(action["period"]), float(action["actionNumber"]) * 10_000 if order is None else (
            float(order)
        )

    return sorted(latest.values(), key=place)


def action_ms(action: Mapping[str, Any]) -> int | None:
    """The clock of an action, None where it has none that can be read."""
    try:
        return within(duration_ms(action["clock"])) if action.get("clock") else None
    except ValueError:
        return None


def _league(box: Mapping[str, Any], actions: list[dict[str, Any]]) -> dict[str, Any]:
    """The NBA's rules, with the lengths of periods that the feed shows: other leagues use it
    too."""
    periods = int(box.get("regulationPeriods") or NBA.periods)
    return as_played(NBA, periods, ((int(a["period"]), action_ms(a) or 0) for a in actions))


@dataclass(slots=True)
class _Reader:
    """Says action after action. one_throw: a trip to the line may be one throw."""

    teller: Teller
    roster: Roster
    side_of: Mapping[int, str]
    one_throw: bool = False
    trips: Trips = field(default_factory=Trips)
    _turnovers: Counter[str] = field(default_factory=Counter)
    _points: Counter[str] = field(default_factory=Counter)

    def tell(self, action: Mapping[str, Any]) -> None:
        kind, sort = str(action["actionType"]).lower(), str(action.get("subType") or "").lower()
        self.teller.start(int(action["period"]))
        if (kind, sort) == ("period", "end"):
            self.teller.end()
        elif (kind, sort) == ("game", "end"):
            self.teller.finish()
        elif kind not in _QUIET:
            self._play(kind, sort, action)

    def _play(self, kind: str, sort: str, action: Mapping[str, Any]) -> None:
        at_ms = action_ms(action)
        person = action.get("personId") or 0
        team = self.roster.side_of(person) or self.side_of.get(action.get("teamId") or 0)
        if kind == "timeout":
            self._timeout(sort, team, at_ms)
            return
        if team is None:
            return
        technical = kind == "foul" and nba_fouls.is_technical(action)
        player = self._player(team, person, action, admit=not technical)
        who, key = {"team": team, "player": player}, f"a{action['actionNumber']}"
        say = self.teller.say
        match kind:
            case "2pt" | "3pt" | "heave":
                self._shot(kind, action, at_ms, key, who)
            case "freethrow":
                self._throw(action, at_ms, key, who)
            case "rebound":
                parent = self._shot_of(action)
                known = sort if sort in ("offensive", "defensive") else None
                say(kind, at_ms, parent=parent, kind=known, **who)
            case "turnover":
                if self._counts(sort, player, action):
                    word = words.turnover(f"{sort}{action.get('descriptor') or ''}", sort)
                    say(kind, at_ms, key=key, kind=word, **who)
            case "steal" | "block" | "assist":
                # An assist of its own is ours: the feed has them on made shots only.
                say(kind, at_ms, **who)
            case "foul":
                self._foul(action, at_ms, key, who)
            case "substitution" if player is not None and sort in ("in", "out"):
                say(kind, at_ms, team=team, **{f"player_{sort}": player})
            case "jumpball":
                held = "opening" if action.get("descriptor") == "startperiod" else "held"
                say("jump_ball", at_ms, kind=held, **who)
            case _:
                self.teller.puzzled(kind, sort)

    def _player(self, team: str, person: Any, action: Mapping[str, Any], admit: bool) -> str | None:
        name = action.get("playerName")
        if not person or person in self.side_of or (not name and not self.roster.find(person)):
            return None
        found = self.roster.find(person)
        if found is None and admit:
            found = self.roster.admit(team, person, str(action.get("playerNameI") or name))
        return found

    def _shot(
        self,
        kind: str,
        action: Mapping[str, Any],
        at_ms: int | None,
        key: str,
        who: Mapping[str, str | None],
    ) -> None:
        tags = words.tags(action.get("qualifiers"))
        made = _made(action)
        if kind == "heave" and not made:
            # A missed heave is an attempt of nobody.
            tags = ["heave", *tags]
        where = metres(action.get("x"), action.get("y"), self.teller.rules.court)
        value = 2 if kind == "2pt" else 3
        self.teller.say(
            "field_goal", at_ms, key=key, value=value, made=made, tags=tags, **who, **where
        )
        if made and who["player"] is not None:
            self._points[who["player"]] += value
        passer = self.roster.find(action.get("assistPersonId") or 0)
        if made and passer is not None:
            self.teller.say("assist", at_ms, parent=key, team=who["team"], player=passer)

    def _throw(
        self,
        action: Mapping[str, Any],
        at_ms: int | None,
        key: str,
        who: Mapping[str, str | None],
    ) -> None:
        technical = "technical" in letters(action.get("descriptor"), action.get("subType"))
        parent = self.trips.foul_of(str(who["team"]), at_ms or 0, technical, who["player"])
        made, nth = _made(action), nth_of(action.get("subType"))
        value = self._worth(action, who["player"]) if nth.get("of", 1) == 1 else None
        if made and who["player"] is not None:
            self._points[who["player"]] += value or 1
        self.teller.say(
            "free_throw",
            at_ms,
            key=key,
            parent=parent,
            made=made,
            value=value,
            tags=words.tags(action.get("qualifiers")),
            **who,
            **nth,
        )

    def _worth(self, action: Mapping[str, Any], player: str | None) -> int | None:
        """Points of a throw that stands for a whole trip, as in the development league: in the
        words, or in the running total of the player."""
        said = _WORTH.search(str(action.get("description") or ""))
        if said is not None:
            return int(said[1])
        total = action.get("pointsTotal")
        if not self.one_throw or player is None or not isinstance(total, int):
            return None
        gained = total - self._points[player]
        return gained if _made(action) and gained in (2, 3) else None

    def _shot_of(self, action: Mapping[str, Any]) -> str | None:
        shot = action.get("shotActionNumber")
        return None if shot is None else f"a{shot}"

    def _counts(self, sort: str, player: str | None, action: Mapping[str, Any]) -> bool:
        """Whether a turnover is one: the feed keeps some as `no turnover`, which its own
        running count passes over."""
        total = action.get("turnoverTotal")
        if player is None:
            return True
        none = sort in ("", "no", "no turnover") and isinstance(total, int)
        if none and int(str(total)) <= self._turnovers[player]:
            return False
        self._turnovers[player] += 1
        return True

    def _foul(
        self,
        action: Mapping[str, Any],
        at_ms: int | None,
        key: str,
        who: Mapping[str, str | None],
    ) -> None:
        drawn_by = self.roster.find(action.get("foulDrawnPersonId") or 0)
        kind = nba_fouls.kind_of(action, who["player"])
        given = words.throws(action.get("qualifiers"))
        self.teller.say("foul", at_ms, key=key, kind=kind, drawn_by=drawn_by, throws=given, **who)
        technical = kind in ("technical", "coach", "bench")
        self.trips.foul(key, str(who["team"]), at_ms or 0, technical, drawn_by)

    def _timeout(self, sort: str, team: str | None, at_ms: int | None) -> None:
        if team is None:
            kind = _TEAMLESS.get(sort, "official")
            self.teller.say("timeout", at_ms, kind=kind)
        else:
            self.teller.say("timeout", at_ms, team=team, kind=_TIMEOUTS.get(sort))


def _made(action: Mapping[str, Any]) -> bool:
    return str(action.get("shotResult")).lower() == "made"
