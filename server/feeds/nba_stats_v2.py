"""stats.nba.com version 2: playbyplayv2.json and boxscoretraditionalv2.json."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from server.feeds.nba_lineups import Row, Starters, clock_ms
from server.feeds.told import (
    FeedError,
    Official,
    Person,
    Side,
    Teller,
    Told,
    minutes_ms,
    read_json,
    whole,
)
from server.feeds.trips import Trips
from server.game.rules import MINUTE, NBA, Rules
from server.projections.boxscore import COLUMNS

NAME = "nba_stats_v2"

# Most columns have their own name in capitals.
_COLUMNS = {column: {"tov": "TO"}.get(column, column.upper()) for column in COLUMNS}
# Who a row is about, by PERSON1TYPE: team, player and coach of the home and the away side.
_SIDES = {2: "home", 4: "home", 6: "home", 3: "away", 5: "away", 7: "away"}
# EVENTMSGACTIONTYPE of fouls; what is not named here is a common personal foul.
_FOULS = {
    **dict.fromkeys((2, 29), "shooting"),
    **dict.fromkeys((4, 26), "offensive"),
    **dict.fromkeys((11, 12, 13, 16, 17, 18, 19, 25, 30), "technical"),
    14: "flagrant1",
    **dict.fromkeys((8, 15), "flagrant2"),
}
_DOUBLE = (10, 16)
# The development league shoots one free throw for all the points of a trip.
_WORTH = re.compile(r"Free Throw.* ([123])PT")
_REBOUNDS = re.compile(r"\(Off:(\d+) Def:(\d+)\)")


def read(folder: Path) -> Told:
    """The game in a folder. FeedError as `feeds.read` says.

    A period's starters are in no row; period_starters_override.json may name those that no
    row gives away: `{period: {team id: [player id, ...]}}`.
    """
    rows = _table(read_json(folder / "playbyplayv2.json"), "PlayByPlay")
    box = read_json(folder / "boxscoretraditionalv2.json")
    players, teams = _table(box, "PlayerStats"), _table(box, "TeamStats")
    home = next((r["PLAYER1_TEAM_ID"] for r in rows if r["PERSON1TYPE"] == 4), None)
    if home is None or home not in [team["TEAM_ID"] for team in teams] or len(teams) != 2:
        raise FeedError(f"{folder} does not tell which of two teams is at home")
    side_of = {team["TEAM_ID"]: "home" if team["TEAM_ID"] == home else "away" for team in teams}
    ids = {p["PLAYER_ID"]: f"{side_of[p['TEAM_ID']]}-{p['PLAYER_ID']}" for p in players}
    named = folder / "period_starters_override.json"
    overrides = read_json(named) if named.exists() else {}
    first = {ids[p["PLAYER_ID"]] for p in players if p["START_POSITION"]}
    official_ms = {ids[player["PLAYER_ID"]]: minutes_ms(player["MIN"]) for player in players}
    starters = Starters(rows, ids, first, overrides, official_ms)
    rules = _rules(rows)
    reader = _Reader(Teller(rules), ids, starters)
    for row in rows:
        reader.tell(row)
    reader.close(rows)
    sides = {side_of[team["TEAM_ID"]]: _side(team, players, ids) for team in teams}
    ordered = {side: sides[side] for side in ("home", "away")}
    return Told(NAME, str(rows[0]["GAME_ID"]), rules, ordered, reader.teller.steps())


def _table(document: Mapping[str, Any], name: str) -> list[Row]:
    for found in document["resultSets"]:
        if found["name"] == name:
            if not found["rowSet"]:
                raise ValueError(f"{name} is empty")
            return [dict(zip(found["headers"], row, strict=True)) for row in found["rowSet"]]
    raise ValueError(f"there is no {name}")


def _rules(rows: list[Row]) -> Rules:
    """The NBA's, with the lengths of periods that the rows show: other leagues use it too."""
    longest = {True: 0, False: 0}
    for row in rows:
        regular = row["PERIOD"] <= NBA.periods
        longest[regular] = max(longest[regular], clock_ms(row["PCTIMESTRING"]))
    return replace(
        NBA,
        period_ms=-(-longest[True] // MINUTE) * MINUTE or NBA.period_ms,
        overtime_ms=-(-longest[False] // MINUTE) * MINUTE or NBA.overtime_ms,
    )


def _side(team: Row, players: list[Row], ids: Mapping[int, str]) -> Side:
    people = [
        Person(
            ids[player["PLAYER_ID"]],
            player["PLAYER_NAME"],
            Official(_counts(player), minutes_ms(player["MIN"]), whole(player["PLUS_MINUS"])),
        )
        for player in players
        if player["TEAM_ID"] == team["TEAM_ID"]
    ]
    name = f"{team['TEAM_CITY']} {team['TEAM_NAME']}"
    # The feed's turnovers of a team are the sum of its players'.
    official = Official(_counts(team), without_own=frozenset({"tov"}))
    return Side(name, tuple(people), official)


def _counts(line: Row) -> dict[str, int]:
    return {column: whole(line[name]) for column, name in _COLUMNS.items()}


@dataclass(slots=True)
class _Reader:
    """Says row after row. A rebound's kind is told by the player's own running counts."""

    teller: Teller
    ids: Mapping[int, str]
    starters: Starters
    trips: Trips = field(default_factory=Trips)
    _offensive: dict[str, int] = field(default_factory=dict)
    _shooters: str | None = None

    def tell(self, row: Row) -> None:
        period = int(row["PERIOD"])
        if period > self.teller.period:
            self.teller.start(period)
            for side, five in self.starters.of(period).items():
                if five:
                    self.teller.say("starters", None, team=side, players=list(five))
        at_ms = clock_ms(row["PCTIMESTRING"])
        kind = row["EVENTMSGTYPE"]
        if kind == 13:
            self.teller.end()
            return
        team = _SIDES.get(row["PERSON1TYPE"])
        player = self.ids.get(row["PLAYER1_ID"])
        if player is not None:
            team = player.partition("-")[0]
        if team is None:
            return
        who = {"team": team, "player": player}
        text = str(row["HOMEDESCRIPTION" if team == "home" else "VISITORDESCRIPTION"] or "")
        say = self.teller.say
        match kind:
            case 1 | 2:
                self._shot(row, at_ms, team, player, text)
            case 3:
                made = not text.startswith("MISS")
                self._shooters = team if not made else self._shooters
                parent = self.trips.foul_of(team, at_ms, "technical" in text.lower())
                worth = _WORTH.search(text)
                value = None if worth is None else int(worth[1])
                say("free_throw", at_ms, parent=parent, made=made, value=value, **who)
            case 4:
                say("rebound", at_ms, kind=self._rebound(team, player, text), **who)
            case 5:
                say("turnover", at_ms, **who)
                self._other("steal", row, 2, at_ms)
            case 6:
                self._foul(row, at_ms, team, player)
            case 8:
                going, coming = player, self.ids.get(row["PLAYER2_ID"])
                say("substitution", at_ms, team=team, player_in=coming, player_out=going)
            case 9:
                say("timeout", at_ms, team=team)
            case 10:
                self._other("jump_ball", row, 3, at_ms)

    def close(self, rows: list[Row]) -> None:
        """End the game when its last row ends a deciding period."""
        last = rows[-1]
        score = next((r["SCORE"] for r in reversed(rows) if r["SCORE"]), None)
        decided = score is not None and len({int(part) for part in score.split("-")}) == 2
        if last["EVENTMSGTYPE"] == 13 and last["PERIOD"] >= NBA.periods and decided:
            self.teller.finish()

    def _shot(self, row: Row, at_ms: int, team: str, player: str | None, text: str) -> None:
        made, key = row["EVENTMSGTYPE"] == 1, f"e{row['EVENTNUM']}"
        value = 3 if re.search(r"\b3PT\b", text) else 2
        self._shooters = team if not made else self._shooters
        self.teller.say(
            "field_goal", at_ms, key=key, team=team, player=player, value=value, made=made
        )
        if made:
            self._other("assist", row, 2, at_ms, key)
        else:
            self._other("block", row, 3, at_ms, key)

    def _rebound(self, team: str, player: str | None, text: str) -> str:
        found = _REBOUNDS.search(text)
        if player is None or found is None:
            return "offensive" if self._shooters == team else "defensive"
        offensive, before = int(found[1]), self._offensive.get(player, 0)
        self._offensive[player] = offensive
        return "offensive" if offensive > before else "defensive"

    def _foul(self, row: Row, at_ms: int, team: str, player: str | None) -> None:
        action, key = row["EVENTMSGACTIONTYPE"], f"e{row['EVENTNUM']}"
        word = _FOULS.get(action, "personal")
        technical = word == "technical"
        if technical and player is None:
            word = "coach"
        self.teller.say("foul", at_ms, key=key, team=team, player=player, kind=word)
        self.trips.foul(key, team, at_ms, technical)
        if action in _DOUBLE:
            self._other("foul", row, 2, at_ms, kind=word)

    def _other(
        self,
        kind: str,
        row: Row,
        number: int,
        at_ms: int,
        parent: str | None = None,
        /,
        **fields: Any,
    ) -> None:
        """What the second or third person of a row did, when there is one of ours."""
        player = self.ids.get(row[f"PLAYER{number}_ID"])
        if player is not None:
            said = {**fields, "team": player.partition("-")[0], "player": player}
            self.teller.say(kind, at_ms, parent=parent, **said)
