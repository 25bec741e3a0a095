"""Genius Sports FIBA LiveStats: data.json with plays (newest first) and box in one."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.feeds import files, words
from server.feeds.derived import FIBA_TEAM, official_derived
from server.feeds.fiba_box import SIDES, counts, listed, positions
from server.feeds.league import league, rules_in
from server.feeds.roster import Roster
from server.feeds.teller import Teller
from server.feeds.told import Official, Reading, Side, Told
from server.feeds.trips import Trips, nth_of
from server.feeds.values import plain, within
from server.game.rules import FIBA, MINUTE, Rules

NAME = "fiba_livestats"
FILES = ("data.json",)

Action = Mapping[str, Any]
Pair = tuple[Action, Action | None]

_FOULS = {
    "": "personal",
    "personal": "personal",
    "offensive": "offensive",
    "unsportsmanlike": "unsportsmanlike",
    "disqualifying": "disqualifying",
    "flagrant": "unsportsmanlike",
    "flagrant1": "unsportsmanlike",
    "flagrant2": "disqualifying",
    "technical": "technical",
    "coachtechnical": "coach",
    "coachdisqualifying": "coach",
    "admintechnical": "bench",
    "benchtechnical": "bench",
    "benchdisqualifying": "bench",
}
_OF_TEAM = ("coach", "bench")
_REBOUNDS = {
    "offensive": "offensive",
    "defensive": "defensive",
    "offensivedeadball": "dead_ball",
    "defensivedeadball": "dead_ball",
}
_TEAMLESS = {"officials": "official", "official": "official", "commercial": "media"}
# What is neither a play nor unknown; who was fouled is told with the foul.
_QUIET = frozenset(("foulon", "possession", "clock", "period", "game", "headcoachchallenge"))
_AS_ENTERED = (
    "the official box was kept in the order of entry and not worked out again when an action "
    "was entered late"
)


def read(folder: Path) -> Told:
    """The game in a folder; its name is the game's. FeedError as `feeds.read` says."""
    path = folder / FILES[0]
    data = files.read_json(path)
    with files.of(path, NAME):
        plays = files.once(files.listed(data["pbp"]))
        document = _league(data)
        rules = rules_in(document)
        roster, starting, names, lines = Roster(), {}, {}, {}
        for number, side in SIDES.items():
            team = data["tm"][number]
            players = team["pl"] or {}
            roster.seat(side, [listed(side, key, player) for key, player in players.items()])
            starting[side] = [
                player
                for key, someone in players.items()
                if str(someone.get("starter")) in ("1", "True")
                and (player := roster.find((side, str(key))))
            ]
            names[side] = plain(team.get("name"))
            beyond = official_derived(team, FIBA_TEAM)
            lines[side] = Official(counts(team, "tot_s"), derived=beyond)
        where = positions(data["tm"])

        def told(actions: list[Pair]) -> Teller:
            teller = Teller(rules)
            teller.starters(starting)
            reader = _Reader(teller, roster, rules, where, _drawn(plays))
            for action, partner in actions:
                reader.tell(action, partner)
            return teller

        ordered = in_order(plays, rules)
        teller = told(paired(ordered))
        steps = teller.steps()
        entered = sorted(ordered, key=lambda a: int(a["actionNumber"]))
        by_period = sorted(entered, key=lambda a: period_of(a, rules))
        otherwise = tuple(
            Reading(_AS_ENTERED, said)
            for order in (by_period, entered)
            if order != ordered and (said := told(paired(order)).steps()) != steps
        )
    sides = {side: Side(names[side], roster.people(side), lines[side]) for side in names}
    return Told(
        NAME, folder.resolve().name, document, sides, steps, otherwise, unknown=teller.unknown
    )


def _league(data: Mapping[str, Any]) -> dict[str, Any]:
    """FIBA's rules, with the number and the lengths of periods of this competition."""

    def length(name: str, usual_ms: int) -> int:
        return within(int(float(data.get(name) or 0) * MINUTE)) or usual_ms

    return league(
        FIBA,
        int(data.get("periodsMax") or FIBA.periods),
        length("periodLengthREGULAR", FIBA.period_ms),
        length("periodLengthOVERTIME", FIBA.overtime_ms),
    )


def _drawn(plays: list[Action]) -> dict[str, str]:
    """Who was fouled, by the number of the foul."""
    return {
        str(action.get("previousAction")): str(action.get("pno"))
        for action in plays
        if action["actionType"] == "foulon"
    }


def in_order(plays: list[Action], rules: Rules) -> list[Action]:
    """By period, clock and number: a correction gets a late number and the right clock."""

    def place(action: Action) -> tuple[int, int, int]:
        at_ms = action_ms(action)
        end = action["actionType"] in ("period", "game") and action.get("subType") == "end"
        # What ends a period has no clock in some files, and comes last whatever it has.
        at_ms = 0 if at_ms is None else at_ms
        return period_of(action, rules), 1 if end else -at_ms, int(action["actionNumber"])

    return sorted(plays, key=place)


def period_of(action: Action, rules: Rules) -> int:
    """Overtimes count from 1 again; some files go on counting."""
    period = int(action["period"])
    over = action.get("periodType") == "OVERTIME" and period <= rules.periods
    return period + rules.periods if over else period


def action_ms(action: Action) -> int | None:
    """The clock of an action, None where it has none that can be read."""
    try:
        return clock_ms(str(action.get("clock") or action.get("gt")))
    except ValueError:
        return None


def clock_ms(text: str) -> int:
    """`09:39:50` (minutes, seconds and, in most files, hundredths) as milliseconds."""
    minutes, seconds, *rest = (int(part) for part in text.split(":"))
    return within(minutes * MINUTE + seconds * 1000 + (rest[0] * 10 if rest else 0))


def paired(actions: list[Action]) -> list[Pair]:
    """Each action with its other half: the k-th who comes in for the k-th who goes out, of a
    team at one clock. The pair stands where its first half stood; else a free throw that was
    written between the two would find four on the court."""
    waiting: dict[tuple[object, ...], deque[int]] = defaultdict(deque)
    found: list[Pair | None] = []
    for action in actions:
        if action["actionType"] == "substitution":
            place = (*(action.get(n) for n in ("periodType", "period", "clock", "tno")),)
            coming = action.get("subType") == "in"
            halves = waiting[(*place, not coming)]
            if halves:
                first = halves.popleft()
                found[first] = (found[first][0], action)  # type: ignore[index]
                continue
            waiting[(*place, coming)].append(len(found))
        found.append((action, None))
    return [pair for pair in found if pair is not None]


@dataclass(slots=True)
class _Reader:
    """Says action after action. where: positions of shots; drawn: who was fouled; both by the
    number of an action."""

    teller: Teller
    roster: Roster
    rules: Rules
    where: Mapping[str, Mapping[str, Any]]
    drawn: Mapping[str, str]
    trips: Trips = field(default_factory=Trips)

    def tell(self, action: Action, partner: Action | None) -> None:
        kind, sort = str(action["actionType"]).lower(), str(action.get("subType") or "").lower()
        if kind == "game":
            if sort == "end":
                self.teller.finish()
            return
        self.teller.start(period_of(action, self.rules))
        if kind == "period":
            if sort == "end":
                self.teller.end()
        elif kind not in _QUIET:
            self._play(kind, sort, action, partner)

    def _play(self, kind: str, sort: str, action: Action, partner: Action | None) -> None:
        at_ms, say = action_ms(action), self.teller.say
        team = SIDES.get(str(action.get("tno")))
        if kind == "timeout" and (team is None or sort in _TEAMLESS):
            say("timeout", at_ms, kind=_TEAMLESS.get(sort, "official"))
            return
        if team is None:
            return
        foul = _FOULS.get(sort, "personal") if kind == "foul" else None
        player = None if foul in _OF_TEAM else self._player(team, action)
        who = {"team": team, "player": player}
        number = str(action["actionNumber"])
        key, made = f"a{number}", str(action.get("success")) in ("1", "True")
        before = action.get("previousAction")
        parent = f"a{before}" if before else None
        tags = words.tags(action.get("qualifier"))
        match kind:
            case "2pt" | "3pt":
                where = self.where.get(number, {})
                value = int(kind[0])
                say("field_goal", at_ms, key=key, value=value, made=made, tags=tags, **who, **where)
            case "freethrow":
                given = self.trips.foul_of(team, at_ms or 0, technical=False, shooter=player)
                nth = nth_of(sort)
                say("free_throw", at_ms, key=key, parent=given, made=made, tags=tags, **who, **nth)
            case "rebound" if sort in _REBOUNDS:
                say("rebound", at_ms, parent=parent, kind=_REBOUNDS[sort], **who)
            case "turnover":
                say("turnover", at_ms, key=key, kind=words.turnover(sort), **who)
            case "assist" | "steal" | "block":
                say(kind, at_ms, parent=parent, **who)
            case "foul":
                self._foul(action, at_ms, str(foul), who, sort)
            case "substitution":
                self._substitution(team, action, partner, at_ms)
            case "timeout":
                say("timeout", at_ms, team=team, kind=sort if sort in ("full", "short") else None)
            case "jumpball":
                if sort == "won":
                    # Held balls go by the arrow and are won by nobody.
                    say("jump_ball", at_ms, kind="opening", **who)
            case _:
                self.teller.puzzled(kind, sort)

    def _player(self, team: str, action: Action) -> str | None:
        """Who acts; somebody whom the box does not list is taken in by the name."""
        key = (team, str(action.get("pno")))
        found = self.roster.find(key)
        if found is None and action.get("pno") and action.get("player"):
            return self.roster.admit(team, key, str(action["player"]))
        return found

    def _foul(
        self,
        action: Action,
        at_ms: int | None,
        word: str,
        who: Mapping[str, str | None],
        sort: str,
    ) -> None:
        if sort not in _FOULS:
            self.teller.puzzled("foul", sort)
        team, key = str(who["team"]), f"a{action['actionNumber']}"
        qualifiers = action.get("qualifier") or []
        # `unnamed` is ours: a player's foul, and nobody said whose.
        if who["player"] is None and word != "coach" and "unnamed" not in qualifiers:
            word = "bench"
        if word == "personal" and "shooting" in qualifiers:
            word = "shooting"
        victim = self.drawn.get(str(action["actionNumber"]))
        drawn_by = self.roster.find(("away" if team == "home" else "home", str(victim)))
        given = words.throws(qualifiers)
        self.teller.say("foul", at_ms, key=key, kind=word, drawn_by=drawn_by, throws=given, **who)
        technical = word in ("technical", *_OF_TEAM)
        self.trips.foul(key, team, at_ms or 0, technical, drawn_by)

    def _substitution(
        self, team: str, action: Action, partner: Action | None, at_ms: int | None
    ) -> None:
        named: dict[str, str | None] = {}
        for half in (action, partner):
            sort = "" if half is None else str(half.get("subType")).lower()
            if half is not None and sort in ("in", "out"):
                named[f"player_{sort}"] = self._player(team, half)
        players = {player for player in named.values() if player is not None}
        # Somebody who goes out and comes in at one clock was not changed at all.
        if players and not (len(named) == 2 and len(players) == 1 and None not in named.values()):
            self.teller.say("substitution", at_ms, team=team, **named)
