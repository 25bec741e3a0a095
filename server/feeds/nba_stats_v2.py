"""stats.nba.com version 2: playbyplayv2.json and boxscoretraditionalv2.json."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.feeds import files, nba_codes
from server.feeds.league import as_played, rules_in
from server.feeds.nba_lineups import Starters
from server.feeds.nba_stats_box import Row, listed, table, team_line, team_name
from server.feeds.nba_stats_words import rebound_kinds, text_of
from server.feeds.roster import Roster
from server.feeds.teller import Teller
from server.feeds.told import Doubt, Side, Told
from server.feeds.trips import Trips, nth_of
from server.feeds.values import clock_ms, minutes_ms, plain
from server.game.events import SIDES, other
from server.game.rules import MINUTE, NBA

NAME = "nba_stats_v2"
FILES = ("playbyplayv2.json", "boxscoretraditionalv2.json")
_OVERRIDES = "period_starters_override.json"

_GUESSED = "no row and no minutes tell that this player began a period"
# Who a row is about, by PERSON1TYPE: team, player and coach of the home and the away side.
_SIDES = {2: "home", 4: "home", 6: "home", 3: "away", 5: "away", 7: "away"}
# The development league shoots one free throw for all the points of a trip.
_WORTH = re.compile(r"Free (?:Throw|Technical).* ([123])PT")
_TURNOVERS = re.compile(r"\(P(\d+)\.")
_SCORE = re.compile(r"\s*(\d+)\s*-\s*(\d+)\s*")


def read(folder: Path) -> Told:
    """The game in a folder. FeedError as `feeds.read` says.

    A period's starters are in no row; period_starters_override.json may name those that no
    row gives away: `{period: {team id: [player id, ...]}}`.
    """
    plays_path, box_path = (folder / name for name in FILES)
    plays, box = files.read_json(plays_path), files.read_json(box_path)
    with files.of(box_path, NAME):
        players, teams = table(box, "PlayerStats"), table(box, "TeamStats")
        team_ids = [team["TEAM_ID"] for team in teams]
        if len(set(team_ids)) != 2:
            raise ValueError("there are not two teams")
    with files.of(plays_path, NAME):
        rows = in_order(files.once(table(plays, "PlayByPlay")))
        home = _home(rows, team_ids)
        game = plain(rows[0]["GAME_ID"]) or folder.resolve().name
    with files.of(box_path, NAME):
        side_of = {team_id: "home" if team_id == home else "away" for team_id in team_ids}
        roster, ids = Roster(), {}
        for team_id, side in side_of.items():
            mine = [player for player in players if player["TEAM_ID"] == team_id]
            roster.seat(side, [listed(player) for player in mine])
        ids = {p["PLAYER_ID"]: f"{side_of[p['TEAM_ID']]}-{p['PLAYER_ID']}" for p in players}
        first = {ids[p["PLAYER_ID"]] for p in players if plain(p["START_POSITION"])}
        official_ms = {ids[p["PLAYER_ID"]]: minutes_ms(p["MIN"]) for p in players}
        lines = {side_of[team["TEAM_ID"]]: team for team in teams}
        boxes = {side: team_line(team, players) for side, team in lines.items()}
    named = folder / _OVERRIDES
    overrides = files.read_json(named) if named.is_file() else {}
    with files.of(plays_path, NAME):
        document = _league(rows)
        reader = _Reader(Teller(rules_in(document)), roster, side_of, rows)
        ids |= reader.admitted()
        starters = Starters(rows, ids, first, overrides, official_ms)
        for row in rows:
            reader.tell(row, starters)
        reader.close(rows)
        steps = reader.teller.steps()
    sides = {side: Side(team_name(lines[side]), roster.people(side), boxes[side]) for side in SIDES}
    doubts = (Doubt(_GUESSED, frozenset(starters.guessed)),)
    return Told(NAME, game, document, sides, steps, (), doubts, reader.teller.unknown)


def in_order(rows: list[Row]) -> list[Row]:
    """By period; within one the order of the file says more than the numbers of the events."""
    return sorted(rows, key=lambda row: int(row["PERIOD"]))


def _home(rows: list[Row], team_ids: list[Any]) -> Any:
    """The id of the home team: rows say the side of everybody whom they name."""
    for row in rows:
        for number in (1, 2, 3):
            side = _SIDES.get(row[f"PERSON{number}TYPE"])
            person = row[f"PLAYER{number}_ID"]
            team = row[f"PLAYER{number}_TEAM_ID"] or (person if person in team_ids else None)
            if side is not None and team in team_ids:
                return team if side == "home" else next(t for t in team_ids if t != team)
    raise ValueError("no row tells which of the two teams is at home")


def _league(rows: list[Row]) -> dict[str, Any]:
    """The NBA's rules, with the lengths of periods that the rows show: other leagues use it too,
    and the WNBA played two halves of twenty minutes until 2005."""
    first = max(clock_ms(r["PCTIMESTRING"]) for r in rows if r["PERIOD"] == rows[0]["PERIOD"])
    periods = 2 if first == 20 * MINUTE else NBA.periods
    return as_played(NBA, periods, ((r["PERIOD"], clock_ms(r["PCTIMESTRING"])) for r in rows))


@dataclass(slots=True)
class _Reader:
    """Says row after row. Kinds of rebounds are told by the players' own running counts."""

    teller: Teller
    roster: Roster
    side_of: Mapping[Any, str]
    rows: list[Row]
    trips: Trips = field(default_factory=Trips)
    _offensive: dict[int, str] = field(default_factory=dict)
    _turnovers: Counter[str] = field(default_factory=Counter)
    _shooters: str | None = None

    def admitted(self) -> dict[Any, str]:
        """Take in everybody who acts and is in no box; all ids of those."""
        found = {}
        for row in self.rows:
            for number in (1, 2, 3):
                person, kind = row[f"PLAYER{number}_ID"], row[f"PERSON{number}TYPE"]
                if kind not in (4, 5) or not person or self.roster.find(person):
                    continue
                name = plain(row[f"PLAYER{number}_NAME"])
                found[person] = self.roster.admit(_SIDES[kind], person, name)
        self._offensive = rebound_kinds(self.rows)
        return found

    def tell(self, row: Row, starters: Starters) -> None:
        period = int(row["PERIOD"])
        if period > self.teller.period:
            self.teller.start(period)
            self.teller.starters(starters.of(period))
        at_ms, kind = clock_ms(row["PCTIMESTRING"]), row["EVENTMSGTYPE"]
        if kind == nba_codes.PERIOD_END:
            self.teller.end()
        elif kind == nba_codes.TIMEOUT and self._team(row) is None:
            self.teller.say("timeout", at_ms, kind="official")
        elif kind not in nba_codes.QUIET and (team := self._team(row)) is not None:
            self._play(row, at_ms, team)

    def close(self, rows: list[Row]) -> None:
        """End the game when its last period has ended and decided it."""
        last = int(rows[-1]["PERIOD"])
        ended = any(
            row["PERIOD"] == last and row["EVENTMSGTYPE"] == nba_codes.PERIOD_END for row in rows
        )
        scores = (_SCORE.fullmatch(str(row["SCORE"] or "")) for row in reversed(rows))
        score = next((found for found in scores if found), None)
        if ended and last >= self.teller.rules.periods and score and score[1] != score[2]:
            self.teller.finish()

    def _team(self, row: Row) -> str | None:
        person = row["PLAYER1_ID"]
        told = self.roster.side_of(person) or self.side_of.get(person)
        return told or _SIDES.get(row["PERSON1TYPE"])

    def _play(self, row: Row, at_ms: int, team: str) -> None:
        player = self.roster.find(row["PLAYER1_ID"])
        who = {"team": team, "player": player}
        text = text_of(row, team)
        say, key = self.teller.say, f"e{row['EVENTNUM']}"
        match row["EVENTMSGTYPE"]:
            case nba_codes.MADE | nba_codes.MISSED:
                self._shot(row, at_ms, who, text)
            case nba_codes.FREE_THROW:
                self._throw(row, at_ms, who, text)
            case nba_codes.REBOUND:
                say("rebound", at_ms, kind=self._rebound(team, row), **who)
            case nba_codes.TURNOVER:
                if self._counts(row, player, text):
                    word = nba_codes.TURNOVERS.get(row["EVENTMSGACTIONTYPE"], "other")
                    say("turnover", at_ms, key=key, kind=word, **who)
                    self._other("steal", row, 2, at_ms, key)
            case nba_codes.FOUL:
                self._foul(row, at_ms, who, text)
            case nba_codes.SUBSTITUTION:
                coming = self.roster.find(row["PLAYER2_ID"])
                if (player or coming) and player != coming:
                    say("substitution", at_ms, team=team, player_in=coming, player_out=player)
            case nba_codes.TIMEOUT:
                kind = nba_codes.TIMEOUTS.get(row["EVENTMSGACTIONTYPE"])
                say("timeout", at_ms, team=team, kind=kind)
            case nba_codes.JUMP_BALL:
                opening = at_ms == self.teller.rules.period_length_ms(self.teller.period)
                self._other("jump_ball", row, 3, at_ms, kind="opening" if opening else "held")
            case kind:
                self.teller.puzzled(f"EVENTMSGTYPE {kind}")

    def _shot(self, row: Row, at_ms: int, who: Mapping[str, Any], text: str) -> None:
        made, key = row["EVENTMSGTYPE"] == nba_codes.MADE, f"e{row['EVENTNUM']}"
        value = 3 if re.search(r"\b3PT\b", text) else 2
        self._shooters = who["team"] if not made else self._shooters
        # What goes for a miss from far at the end of a period since 2025-26: nobody's attempt.
        tags = ["heave"] if not made and re.search(r"\bheave\b", text, re.IGNORECASE) else None
        self.teller.say("field_goal", at_ms, key=key, value=value, made=made, tags=tags, **who)
        if made:
            self._other("assist", row, 2, at_ms, key)
        else:
            self._other("block", row, 3, at_ms, key)

    def _throw(self, row: Row, at_ms: int, who: Mapping[str, Any], text: str) -> None:
        made = not text.lstrip().upper().startswith("MISS") if text else bool(row["SCORE"])
        team = who["team"]
        self._shooters = team if not made else self._shooters
        technical = "technical" in text.lower()
        parent = self.trips.foul_of(team, at_ms, technical, who["player"])
        worth = _WORTH.search(text)
        value = None if worth is None else int(worth[1])
        self.teller.say(
            "free_throw", at_ms, parent=parent, made=made, value=value, **who, **nth_of(text)
        )

    def _rebound(self, team: str, row: Row) -> str:
        found = self._offensive.get(id(row))
        return found or ("offensive" if self._shooters == team else "defensive")

    def _counts(self, row: Row, player: str | None, text: str) -> bool:
        """Whether a turnover is one: `No Turnover` rows are none where the player's running
        count passes over them."""
        if player is None:
            return True
        total = _TURNOVERS.search(text)
        none = row["EVENTMSGACTIONTYPE"] == 0
        if none and total is not None and int(total[1]) <= self._turnovers[player]:
            return False
        self._turnovers[player] += 1
        return True

    def _foul(self, row: Row, at_ms: int, who: Mapping[str, Any], text: str) -> None:
        action, key = row["EVENTMSGACTIONTYPE"], f"e{row['EVENTNUM']}"
        team, player = str(who["team"]), who["player"]
        word = nba_codes.foul(action, text, player is not None)
        technical = word in ("technical", "coach", "bench")
        second = self.roster.find(row["PLAYER2_ID"])
        double = action in nba_codes.DOUBLE_FOULS
        drawn_by = None
        if second is not None and second.startswith(other(team)) and not (double or technical):
            drawn_by = second
        self.teller.say("foul", at_ms, key=key, kind=word, drawn_by=drawn_by, **who)
        self.trips.foul(key, team, at_ms, technical, drawn_by)
        if double:
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
        player = self.roster.find(row[f"PLAYER{number}_ID"])
        if player is not None:
            said = {**fields, "team": player.partition("-")[0], "player": player}
            self.teller.say(kind, at_ms, parent=parent, **said)
