"""The derived figures. None where nothing was tried, so nothing can be said.

Arguments are the columns of the box score. Values are not rounded.
"""

from __future__ import annotations

from collections.abc import Mapping

Counts = Mapping[str, int]

# What share of free throws ends a possession: the others are and-ones, technicals and all but
# the last of a trip. Source: Hollinger, Pro Basketball Forecast, on NBA play-by-plays.
THROW_SHARE = 0.44


def ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def efficiency(counts: Counts) -> int:
    """EFF = PTS + REB + AST + STL + BLK - missed field goals - missed free throws - TOV.

    Source: FIBA LiveStats `eff_1`, equal for 3,414 of 3,414 players (SCORING.md section 1).
    """
    good = sum(counts[column] for column in ("pts", "reb", "ast", "stl", "blk"))
    missed = counts["fga"] - counts["fgm"] + counts["fta"] - counts["ftm"]
    return good - missed - counts["tov"]


def index_rating(counts: Counts, fouls_drawn: int, blocks_received: int) -> int:
    """PIR = EFF + fouls drawn - fouls - blocks received.

    Source: EuroLeague's `Valuation`, equal for 617 of 617 players (SCORING.md section 1; Genius
    Sports' `sEfficiency`, developer.geniussports.com, takes technicals off once more).
    """
    return efficiency(counts) + fouls_drawn - counts["pf"] - blocks_received


def effective_field_goals(counts: Counts) -> float | None:
    """eFG% = (FGM + 0.5 3PM) / FGA, as a share of 1. Source: Oliver, Basketball on Paper."""
    return ratio(counts["fgm"] + 0.5 * counts["fg3m"], counts["fga"])


def true_shooting(counts: Counts) -> float | None:
    """TS% = PTS / (2 (FGA + 0.44 FTA)), as a share of 1. Source: Hollinger, Pro Basketball
    Forecast; NBA live data `trueShootingPercentage`."""
    return ratio(counts["pts"], 2 * (counts["fga"] + THROW_SHARE * counts["fta"]))


def plays_used(counts: Counts) -> float:
    """FGA + 0.44 FTA + TOV: what usage and the turnover share are measured in."""
    return counts["fga"] + THROW_SHARE * counts["fta"] + counts["tov"]


def possessions(counts: Counts) -> float:
    """FGA - OREB + TOV + 0.44 FTA: an estimate. Source: Oliver, Basketball on Paper; Hudl's
    guide to basketball statistics."""
    return plays_used(counts) - counts["oreb"]


def usage(counts: Counts, ms: int, team: Counts, team_ms: int) -> float | None:
    """USG% = plays used x (team minutes / 5) / (minutes x the team's plays used), as a share of
    1. Source: basketball-reference.com, glossary.

    ms: of the player; team_ms: of all its players together.
    """
    return ratio(plays_used(counts) * team_ms / 5, ms * plays_used(team))


def four_factors(counts: Counts, against: Counts) -> dict[str, float | None]:
    """Shares of 1. Source: Oliver, Basketball on Paper; the free-throw factor in the version
    FTM / FGA (basketball-reference.com), not FTA / FGA.

    against: the opponents' counts, for the rebounds that they left.
    """
    return {
        "efg_pct": effective_field_goals(counts),
        "tov_pct": ratio(counts["tov"], plays_used(counts)),
        "oreb_pct": ratio(counts["oreb"], counts["oreb"] + against["dreb"]),
        "ft_rate": ratio(counts["ftm"], counts["fga"]),
    }


def double_figures(counts: Counts) -> int:
    """In how many of points, rebounds, assists, steals and blocks there are ten or more: two
    make a double-double, three a triple-double."""
    return sum(counts[column] >= 10 for column in ("pts", "reb", "ast", "stl", "blk"))
