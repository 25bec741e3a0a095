"""A game in the shape of FIBA LiveStats' `data.json`: box, shots and plays in one.

Clocks have hundredths of a second there. Notes stay here: they are free text and may name
people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.exports.boxscore_csv import minutes
from server.exports.gamebook import Fact, GameBook
from server.exports.words import FOULS, TAGS, fiba_turnover, figures, percent
from server.game.court import FIBA_COURT
from server.game.events import (
    SIDES,
    Assist,
    Block,
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
    other,
)
from server.game.rules import MINUTE
from server.projections.boxscore import number_of

Line = Mapping[str, Any]
Action = dict[str, Any]

_TNO = {"home": 1, "away": 2}
# Their name of a figure -> ours at /stats.
_FIGURES = {
    "eff_1": "eff",
    "sFoulsOn": "fouls_drawn",
    "sBlocksReceived": "blocks_received",
    "sPointsInThePaint": "points_in_paint",
    "sPointsFastBreak": "fast_break_points",
    "sPointsSecondChance": "second_chance_points",
}
_TEAM_FIGURES = {
    **{f"tot_{theirs}": ours for theirs, ours in _FIGURES.items()},
    "tot_sPointsFromTurnovers": "points_off_turnovers",
    "tot_sBenchPoints": "bench_points",
    "tot_sBiggestLead": "biggest_lead",
    "tot_sBiggestScoringRun": "biggest_run",
    "tot_sLeadChanges": "lead_changes",
    "tot_sTimesScoresLevel": "times_tied",
}


def data(book: GameBook) -> dict[str, Any]:
    """The whole document; plays newest first."""
    writer = _Writer(book)
    for fact in book.facts:
        writer.tell(fact)
    board, rules = book.board, book.rules
    period = max(1, board["period"])
    over = period > rules.periods
    return {
        "clock": _clock(board["clock_ms"] or 0)[:5],
        "period": period - rules.periods if over else period,
        "periodLength": rules.period_length_ms(period) // MINUTE,
        "periodType": "OVERTIME" if over else "REGULAR",
        "inOT": int(over),
        "tm": {str(_TNO[side]): _team(book, side, writer.shots[side]) for side in SIDES},
        "pbp": writer.actions[::-1],
        "disableMatch": 0,
        "attendance": 0,
        "periodsMax": rules.periods,
        "periodLengthREGULAR": rules.period_ms // MINUTE,
        "periodLengthOVERTIME": rules.overtime_ms // MINUTE,
        "timeline": [],
        "officials": {},
        "othermatches": [],
    }


def _team(book: GameBook, side: str, shots: list[Action]) -> dict[str, Any]:
    board, box, name = book.board[side], book.box[side], book.team(side)
    regular = board["by_period"][: book.rules.periods]
    extra = board["by_period"][book.rules.periods :]
    own, totals = box["team"], box["totals"]
    players = box["players"]
    # Team rebounds are inside FIBA's totals, whatever the rule set of the game says.
    rebounds = {
        column: sum(line[column] for line in players) + own[column]
        for column in ("oreb", "dreb", "reb")
    }
    return {
        "name": name,
        "shortName": name,
        "code": "".join(letter for letter in name.upper() if letter.isalnum())[:3],
        "score": board["score"],
        "full_score": board["score"],
        **{f"p{number}_score": score for number, score in enumerate(regular, 1)},
        **({"ot_score": sum(extra)} if extra else {}),
        "fouls": board["fouls"],
        "timeouts": board["timeouts"],
        **_counts({**totals, **rebounds}, "tot_s"),
        **figures(_TEAM_FIGURES, book.statistics["teams"][side], book.statistics["game"]),
        "tot_sReboundsTeam": own["reb"],
        "tot_sReboundsTeamOffensive": own["oreb"],
        "tot_sReboundsTeamDefensive": own["dreb"],
        "tot_sTurnoversTeam": own["tov"],
        "pl": {str(number): _player(book, side, line) for number, line in enumerate(players, 1)},
        "shot": shots,
    }


def _player(book: GameBook, side: str, line: Line) -> dict[str, Any]:
    player = line["id"]
    name = book.label(player)
    first, _, family = name.rpartition(" ")
    return {
        "sMinutes": minutes(line["min_ms"] or 0),
        **_counts(line, "s"),
        "sPlusMinusPoints": line["plus_minus"] or 0,
        **figures(_FIGURES, book.figures_of(player)),
        "firstName": first,
        "familyName": family,
        "active": 0,
        "starter": int(player in book.began[side]),
        "shirtNumber": number_of(player),
        "name": f"{first[:1]}. {family}" if first else name,
    }


def _counts(line: Line, prefix: str) -> dict[str, Any]:
    pairs = {
        "FieldGoals": (line["fgm"], line["fga"]),
        "ThreePointers": (line["fg3m"], line["fg3a"]),
        "TwoPointers": (line["fgm"] - line["fg3m"], line["fga"] - line["fg3a"]),
        "FreeThrows": (line["ftm"], line["fta"]),
    }
    found: dict[str, Any] = {}
    for name, (made, tried) in pairs.items():
        found[f"{prefix}{name}Made"] = made
        found[f"{prefix}{name}Attempted"] = tried
        found[f"{prefix}{name}Percentage"] = 100 * made // tried if tried else 0
    counts = {
        "ReboundsDefensive": line["dreb"],
        "ReboundsOffensive": line["oreb"],
        "ReboundsTotal": line["reb"],
        "Assists": line["ast"],
        "Turnovers": line["tov"],
        "Steals": line["stl"],
        "Blocks": line["blk"],
        "FoulsPersonal": line["pf"],
        "Points": line["pts"],
    }
    return found | {prefix + name: count for name, count in counts.items()}


def _clock(ms: int) -> str:
    """`09:39:50`: minutes, seconds, hundredths."""
    minutes, rest = divmod(ms, MINUTE)
    return f"{minutes:02d}:{rest // 1000:02d}:{rest % 1000 // 10:02d}"


class _Writer:
    def __init__(self, book: GameBook) -> None:
        self._book = book
        self._pno = {
            player: number for side in SIDES for number, player in enumerate(book.players[side], 1)
        }
        self._blocked = {fact.event.links for fact in book.facts if isinstance(fact.event, Block)}
        self._numbers: dict[int, int] = {}
        self._shooters = "home"
        self.actions: list[Action] = []
        self.shots: dict[str, list[Action]] = {side: [] for side in SIDES}

    def tell(self, fact: Fact) -> None:
        event = fact.event
        match event:
            case PeriodStarted():
                self._add(fact, "period", "start", qualifier=["confirmed"])
            case PeriodEnded():
                self._add(fact, "period", "end", qualifier=["confirmed"])
            case Finalized():
                self._add(fact, "game", "end", qualifier=["confirmed"])
            case FieldGoal():
                self._shot(fact, event)
            case FreeThrow():
                self._free_throw(fact, event)
            case Rebound():
                self._rebound(fact, event)
            case Turnover(kind=kind):
                self._add(fact, "turnover", fiba_turnover(kind), qualifier=_own(event.player))
            case Assist(links=links) | Steal(links=links) | Block(links=links):
                self._add(fact, event.name, "", previous=links)
            case Foul():
                self._foul(fact, event)
            case Timeout(kind=kind):
                self._add(fact, "timeout", kind or "full")
            case JumpBall():
                self._add(fact, "jumpball", "won")
            case Starters() | Substitution():
                for sort, players in (("out", fact.going), ("in", fact.coming)):
                    for player in players:
                        self._add(fact, "substitution", sort, who=player)

    def _shot(self, fact: Fact, shot: FieldGoal) -> None:
        self._shooters = shot.team
        kind = f"{max(2, shot.value)}pt"
        qualifier = self._tags(fact)
        if fact.seq in self._blocked:
            qualifier.append("blocked")
        self._add(fact, kind, "jumpshot", success=int(shot.made), scoring=1, qualifier=qualifier)
        place = percent(shot, FIBA_COURT)
        if not place:
            return
        action = self.actions[-1]
        self.shots[shot.team].append(
            {
                "r": int(shot.made),
                **place,
                "p": action["pno"],
                "per": action["period"],
                "perType": action["periodType"],
                **{
                    name: action[name]
                    for name in ("pno", "tno", "actionType", "actionNumber", "previousAction")
                },
                **{name: action[name] for name in ("subType", "player", "shirtNumber")},
            }
        )

    def _tags(self, fact: Fact) -> list[str]:
        return [TAGS[tag] for tag in self._book.tags[fact.seq] if tag in TAGS]

    def _free_throw(self, fact: Fact, throw: FreeThrow) -> None:
        self._shooters = throw.team
        trip = f"{throw.nth or 1}of{throw.of or throw.nth or 1}"
        qualifier = self._tags(fact)
        self._add(fact, "freethrow", trip, success=int(throw.made), scoring=1, qualifier=qualifier)

    def _rebound(self, fact: Fact, rebound: Rebound) -> None:
        sort = rebound.kind
        if sort == "dead_ball":
            own = rebound.team == self._shooters
            sort = "offensivedeadball" if own else "defensivedeadball"
        self._add(fact, "rebound", sort, previous=rebound.links, qualifier=_own(rebound.player))

    def _foul(self, fact: Fact, foul: Foul) -> None:
        qualifier = ["shooting"] if foul.kind == "shooting" else []
        if foul.throws:
            qualifier.append(f"{foul.throws}freethrow")
        sort = FOULS.get(foul.kind, FOULS["personal"])[2]
        if foul.player is None and foul.kind not in ("bench", "coach"):
            # The format knows no foul of nobody; its readers take one for the bench's.
            qualifier.append("unnamed")
        self._add(fact, "foul", sort, qualifier=qualifier)
        if foul.drawn_by in self._pno:
            self._add(
                fact, "foulon", "", who=foul.drawn_by, team=other(foul.team), previous=fact.seq
            )

    def _add(
        self,
        fact: Fact,
        kind: str,
        sort: str,
        *,
        who: str | None = None,
        team: str | None = None,
        previous: int | None = None,
        **more: Any,
    ) -> None:
        event, rules = fact.event, self._book.rules
        number = len(self.actions) + 1
        over = event.period > rules.periods
        player = who or getattr(event, "player", None)
        clock = _clock(event.clock_ms)
        home, away = fact.score
        self.actions.append(
            {
                "gt": clock[:5],
                "clock": clock,
                "s1": str(home),
                "s2": str(away),
                "lead": home - away,
                "tno": _TNO.get(team or getattr(event, "team", None) or "", 0),
                "period": event.period - rules.periods if over else event.period,
                "periodType": "OVERTIME" if over else "REGULAR",
                "pno": self._pno.get(player or "", 0),
                "player": "" if player is None else self._book.label(player),
                "success": 1,
                "actionType": kind,
                "actionNumber": number,
                "previousAction": self._numbers.get(previous or 0, ""),
                "qualifier": [],
                "subType": sort,
                "scoring": 0,
                "shirtNumber": "" if player is None else number_of(player),
                **more,
            }
        )
        self._numbers.setdefault(fact.seq, number)


def _own(player: str | None) -> list[str]:
    """The qualifier of what belongs to the team and to nobody in it."""
    return ["team"] if player is None else []
