"""The list of plays in the shape of cdn.nba.com's live `playbyplay.json`.

Where the NBA has no word for something that our box counts, an action of our own type says it
(`assist` without a basket, `adjustment` of a score): readers pass over types they do not know.
Notes stay here: they are free text and may name people.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from server.exports.gamebook import Fact, GameBook
from server.exports.words import FOULS, TAGS, TECHNICALS, nba_turnover, percent
from server.game.court import NBA_COURT
from server.game.events import (
    SIDES,
    Adjusted,
    Assist,
    Block,
    Event,
    FieldGoal,
    Finalized,
    Foul,
    FreeThrow,
    JumpBall,
    PeriodEnded,
    PeriodStarted,
    Rebound,
    Starters,
    Steal,
    Substitution,
    Timeout,
    Turnover,
)
from server.projections.boxscore import number_of

Action = dict[str, Any]

# The feed's numbers are those of the league; ours are made here and mean something in one game.
TEAM_IDS = {"home": 1, "away": 2}
_FIRST_PERSON = {"home": 1001, "away": 2001}


def playbyplay(book: GameBook) -> dict[str, Any]:
    """The whole document."""
    writer = _Writer(book)
    for fact in book.facts:
        writer.tell(fact)
    return {"meta": meta(), "game": {"gameId": book.game_id, "actions": writer.actions}}


def meta() -> dict[str, Any]:
    return {"version": 1, "code": 200, "request": "courtside", "time": ""}


def person_ids(book: GameBook) -> dict[str, int]:
    """The feed's number of each player: home from 1001, away from 2001, in roster order."""
    return {
        player: _FIRST_PERSON[side] + index
        for side in SIDES
        for index, player in enumerate(book.players[side])
    }


def tricode(name: str) -> str:
    """Three letters for a team: the first of its name."""
    return "".join(letter for letter in name.upper() if letter.isalnum())[:3]


def duration(ms: int) -> str:
    """`PT09M41.00S`; a third decimal only where the time has one."""
    minutes, rest = divmod(ms, 60_000)
    decimals = 2 if rest % 10 == 0 else 3
    return f"PT{minutes:02d}M{rest / 1000:0{decimals + 3}.{decimals}f}S"


class _Writer:
    def __init__(self, book: GameBook) -> None:
        self._book = book
        self._ids = person_ids(book)
        self._points: Counter[str] = Counter()
        self._fouls = {fact.seq: fact.event for fact in book.facts if isinstance(fact.event, Foul)}
        self._assists, self._alone = _assists(book)
        self._numbers: dict[int, int] = {}
        self._shooters = "home"
        self.actions: list[Action] = []

    def tell(self, fact: Fact) -> None:
        event = fact.event
        match event:
            case PeriodStarted():
                self._add(fact, "period", "start", description="Period Start")
            case PeriodEnded():
                self._add(fact, "period", "end", description="Period End")
            case Finalized():
                self._add(fact, "game", "end", description="Game End")
            case FieldGoal():
                self._shot(fact, event)
            case FreeThrow():
                self._free_throw(fact, event)
            case Rebound():
                self._rebound(fact, event)
            case Turnover(kind=kind):
                self._add(fact, "turnover", nba_turnover(kind), description="TURNOVER")
            case Steal() | Block():
                self._add(fact, event.name, None, description=event.name.upper())
            case Assist() if fact.seq in self._alone:
                self._add(fact, "assist", None, description="ASSIST")
            case Foul():
                self._foul(fact, event)
            case Timeout(kind=kind):
                self._add(fact, "timeout", kind or "full", description="Timeout")
            case JumpBall(kind=kind):
                descriptor = {"opening": "startperiod", "held": "heldball"}.get(kind or "")
                self._add(
                    fact, "jumpball", "recovered", descriptor=descriptor, description="Jump Ball"
                )
            case Adjusted(points=points):
                self._add(fact, "adjustment", None, points=points, description="Score adjusted")
            case Starters() | Substitution():
                self._substitution(fact)

    def _shot(self, fact: Fact, shot: FieldGoal) -> None:
        tags = self._book.tags[fact.seq]
        self._shooters = shot.team
        kind = "heave" if "heave" in tags else f"{shot.value}pt"
        more: Action = {"isFieldGoal": 1, **_where(shot)}
        passer = self._assists.get(fact.seq)
        if passer is not None:
            more["assistPersonId"] = self._ids[passer]
            more["assistPlayerNameInitial"] = self._book.label(passer)
        words = "3PT" if shot.value == 3 else "2PT"
        self._made(fact, kind, "Jump Shot", shot, tags, f"{words} Shot", more)

    def _free_throw(self, fact: Fact, throw: FreeThrow) -> None:
        self._shooters = throw.team
        foul = self._fouls.get(throw.links or 0)
        technical = foul is not None and foul.kind in TECHNICALS
        trip = f"{throw.nth or 1} of {throw.of or throw.nth or 1}"
        worth = "" if throw.value == 1 else f" {throw.value}PT"
        more = {"descriptor": "technical"} if technical else {}
        self._made(
            fact,
            "freethrow",
            trip,
            throw,
            self._book.tags[fact.seq],
            f"Free Throw {trip}{worth}",
            more,
        )

    def _made(
        self,
        fact: Fact,
        kind: str,
        sort: str,
        shot: FieldGoal | FreeThrow,
        tags: tuple[str, ...],
        words: str,
        more: Action,
    ) -> None:
        """A shot of either kind. What it says never holds a name: readers look for words."""
        if shot.made:
            self._points[shot.player or shot.team] += shot.value
            more["pointsTotal"] = self._points[shot.player or shot.team]
        more["qualifiers"] = [TAGS[tag] for tag in tags if tag in TAGS]
        if "goaltending" in tags:
            more["qualifiers"].append("defensivegoaltending")
        result = "Made" if shot.made else "Missed"
        self._add(fact, kind, sort, shotResult=result, description=words, **more)

    def _rebound(self, fact: Fact, rebound: Rebound) -> None:
        kind, qualifiers = rebound.kind, [] if _player(rebound) else ["team"]
        if kind == "dead_ball":
            kind = "offensive" if rebound.team == self._shooters else "defensive"
            qualifiers.append("deadball")
        more: Action = {"qualifiers": qualifiers}
        if rebound.links in self._numbers:
            more["shotActionNumber"] = self._numbers[rebound.links]
        self._add(fact, "rebound", kind, description=f"{kind} REBOUND", **more)

    def _foul(self, fact: Fact, foul: Foul) -> None:
        sort, descriptor, _ = FOULS.get(foul.kind, FOULS["personal"])
        more: Action = {"descriptor": descriptor}
        more["qualifiers"] = [f"{foul.throws}freethrow"] if foul.throws else []
        if foul.player is None and foul.kind not in TECHNICALS:
            # The feed knows no foul of nobody; its readers take one for the bench's.
            more["qualifiers"].append("unnamed")
        if foul.drawn_by in self._ids:
            more["foulDrawnPersonId"] = self._ids[foul.drawn_by]
            more["foulDrawnPlayerName"] = self._book.label(foul.drawn_by)
        self._add(fact, "foul", sort, description=f"{descriptor or sort} FOUL", **more)

    def _substitution(self, fact: Fact) -> None:
        for sort, players in (("out", fact.going), ("in", fact.coming)):
            for player in players:
                self._add(fact, "substitution", sort, who=player, description=f"SUB {sort}")

    def _add(
        self, fact: Fact, kind: str, sort: str | None, /, who: str | None = None, **more: Any
    ) -> None:
        event, number = fact.event, len(self.actions) + 1
        self._numbers[fact.seq] = number
        regular = event.period <= self._book.rules.periods
        action: Action = {
            "actionNumber": number,
            "clock": duration(event.clock_ms),
            "timeActual": fact.at.isoformat().replace("+00:00", "Z"),
            "period": event.period,
            "periodType": "REGULAR" if regular else "OVERTIME",
            **self._of_team(event),
            "actionType": kind,
            "subType": sort,
            "qualifiers": [],
            **self._of_player(who or _player(event)),
            "x": None,
            "y": None,
            "possession": 0,
            "scoreHome": str(fact.score[0]),
            "scoreAway": str(fact.score[1]),
            "edited": fact.at.isoformat().replace("+00:00", "Z"),
            "orderNumber": number * 10_000,
            "isFieldGoal": 0,
        }
        action |= {name: value for name, value in more.items() if value is not None}
        self.actions.append(action)

    def _of_team(self, event: Event) -> Action:
        team = getattr(event, "team", None)
        if team is None:
            return {}
        return {"teamId": TEAM_IDS[team], "teamTricode": tricode(self._book.team(team))}

    def _of_player(self, player: str | None) -> Action:
        if player is None:
            return {"personId": 0}
        return {
            "personId": self._ids[player],
            "playerName": self._book.label(player),
            "jerseyNumber": number_of(player),
        }


def _assists(book: GameBook) -> tuple[dict[int, str], set[int]]:
    """Shot -> who passed; and the assists that no basket carries."""
    shots = {
        fact.seq: fact.event.team
        for fact in book.facts
        if isinstance(fact.event, FieldGoal) and fact.event.made
    }
    carried: dict[int, str] = {}
    alone = set()
    for fact in book.facts:
        event = fact.event
        if not isinstance(event, Assist):
            continue
        shot = event.links or 0
        if event.player is not None and shots.get(shot) == event.team and shot not in carried:
            carried[shot] = event.player
        else:
            alone.add(fact.seq)
    return carried, alone


def _player(event: Event) -> str | None:
    """Whose it is. A dead ball's rebound is the team's in the NBA, whoever touched the ball."""
    if isinstance(event, Rebound) and event.kind == "dead_ball":
        return None
    found: str | None = getattr(event, "player", None)
    return found


def _where(shot: FieldGoal) -> Action:
    place = percent(shot, NBA_COURT)
    return {**place, "side": "left" if (shot.x_m or 0) < 0 else "right"} if place else {}
