"""The box score in the shape of cdn.nba.com's live `boxscore.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.exports.gamebook import GameBook
from server.exports.nba_plays import TEAM_IDS, duration, meta, person_ids, tricode
from server.exports.words import figures
from server.game.events import SIDES, other
from server.projections.boxscore import number_of

Line = Mapping[str, Any]

# Their name of a figure -> ours at /stats.
_FIGURES = {
    "foulsDrawn": "fouls_drawn",
    "blocksReceived": "blocks_received",
    "foulsOffensive": "offensive_fouls",
    "foulsTechnical": "technicals",
    "pointsInThePaint": "points_in_paint",
    "pointsFastBreak": "fast_break_points",
    "pointsSecondChance": "second_chance_points",
}
_TEAM_FIGURES = {
    **_FIGURES,
    "pointsFromTurnovers": "points_off_turnovers",
    "benchPoints": "bench_points",
    "biggestLead": "biggest_lead",
    "biggestScoringRun": "biggest_run",
    "leadChanges": "lead_changes",
    "timesTied": "times_tied",
    "fieldGoalsEffectiveAdjusted": "efg_pct",
    "trueShootingPercentage": "ts_pct",
}

_STATUS = {"scheduled": 1, "live": 2, "break": 2, "final": 3}


def boxscore(book: GameBook) -> dict[str, Any]:
    """The whole document."""
    board = book.board
    clock_ms = 0 if board["clock_ms"] is None else board["clock_ms"]
    started = book.created_at.isoformat().replace("+00:00", "Z")
    game = {
        "gameId": book.game_id,
        "gameTimeUTC": started,
        "gameCode": book.game_id,
        "gameStatusText": "Final" if book.final else board["period_label"],
        "gameStatus": _STATUS[board["status"]],
        "regulationPeriods": book.rules.periods,
        "period": board["period"],
        "gameClock": duration(clock_ms),
        "arena": {},
        "officials": [],
        **{f"{side}Team": _team(book, side) for side in SIDES},
    }
    return {"meta": meta(), "game": game}


def _team(book: GameBook, side: str) -> dict[str, Any]:
    board, name = book.board[side], book.team(side)
    return {
        "teamId": TEAM_IDS[side],
        "teamName": name,
        "teamCity": "",
        "teamTricode": tricode(name),
        "score": board["score"],
        "inBonus": "1" if board["bonus"] else "0",
        "timeoutsRemaining": board["timeouts"],
        "periods": [
            {
                "period": period,
                "periodType": "REGULAR" if period <= book.rules.periods else "OVERTIME",
                "score": score,
            }
            for period, score in enumerate(board["by_period"], 1)
        ],
        "players": [
            _player(book, side, order, line)
            for order, line in enumerate(book.box[side]["players"], 1)
        ],
        "statistics": _team_statistics(book, side),
    }


def _player(book: GameBook, side: str, order: int, line: Line) -> dict[str, Any]:
    player = line["id"]
    name = book.label(player)
    first, _, family = name.rpartition(" ")
    return {
        "status": "ACTIVE",
        "order": order,
        "personId": person_ids(book)[player],
        "jerseyNum": number_of(player),
        "starter": "1" if player in book.began[side] else "0",
        "oncourt": "0",
        "played": "1" if line["min_ms"] else "0",
        "statistics": {
            **_counts(line),
            **figures(_FIGURES, book.figures_of(player)),
            "minutes": duration(line["min_ms"] or 0),
            "minutesCalculated": f"PT{round((line['min_ms'] or 0) / 60_000):02d}M",
            "plusMinusPoints": float(line["plus_minus"] or 0),
        },
        "name": name,
        "nameI": f"{first[:1]}. {family}" if first else name,
        "firstName": first,
        "familyName": family,
    }


def _team_statistics(book: GameBook, side: str) -> dict[str, Any]:
    """Rebounds of players only, as in the NBA's box; the team's own stand beside them."""
    box, statistics = book.box[side], book.statistics
    players, own, totals = box["players"], box["team"], box["totals"]
    oreb, dreb = (sum(line[column] for line in players) for column in ("oreb", "dreb"))
    of_team = own["oreb"] + own["dreb"]
    counts = _counts({**totals, "oreb": oreb, "dreb": dreb, "reb": oreb + dreb + of_team})
    return {
        **counts,
        "reboundsPersonal": oreb + dreb,
        "reboundsTeam": of_team,
        "reboundsTeamOffensive": own["oreb"],
        "reboundsTeamDefensive": own["dreb"],
        "turnovers": totals["tov"] - own["tov"],
        "turnoversTeam": own["tov"],
        "turnoversTotal": totals["tov"],
        "pointsAgainst": book.board[other(side)]["score"],
        "foulsTeam": book.board[side]["fouls"],
        **figures(_TEAM_FIGURES, statistics["teams"][side], statistics["game"]),
    }


def _counts(line: Line) -> dict[str, Any]:
    twos, tries = line["fgm"] - line["fg3m"], line["fga"] - line["fg3a"]
    return {
        "assists": line["ast"],
        "blocks": line["blk"],
        "fieldGoalsAttempted": line["fga"],
        "fieldGoalsMade": line["fgm"],
        "fieldGoalsPercentage": _share(line["fgm"], line["fga"]),
        "foulsPersonal": line["pf"],
        "freeThrowsAttempted": line["fta"],
        "freeThrowsMade": line["ftm"],
        "freeThrowsPercentage": _share(line["ftm"], line["fta"]),
        "points": line["pts"],
        "reboundsDefensive": line["dreb"],
        "reboundsOffensive": line["oreb"],
        "reboundsTotal": line["reb"],
        "steals": line["stl"],
        "threePointersAttempted": line["fg3a"],
        "threePointersMade": line["fg3m"],
        "threePointersPercentage": _share(line["fg3m"], line["fg3a"]),
        "turnovers": line["tov"],
        "twoPointersAttempted": tries,
        "twoPointersMade": twos,
        "twoPointersPercentage": _share(twos, tries),
    }


def _share(made: int, tried: int) -> float:
    return made / tried if tried else 0.0
