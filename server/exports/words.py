"""What other formats call our kinds and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.game.court import Court
from server.game.events import FieldGoal

# Kind of turnover -> (NBA live subType, FIBA LiveStats subType). The second column is what the
# real files use; words that neither knows go out with spaces, or run together.
_TURNOVERS: Mapping[str, tuple[str, str]] = {
    "bad_pass": ("bad pass", "badpass"),
    "ball_handling": ("lost ball", "ballhandling"),
    "travel": ("traveling", "travel"),
    "double_dribble": ("double dribble", "doubledribble"),
    "out_of_bounds": ("out-of-bounds", "outofbounds"),
    "palming": ("palming", "palming"),
    "three_seconds": ("3-second-violation", "3sec"),
    "five_seconds": ("5-second-violation", "5sec"),
    "eight_seconds": ("8-second-violation", "8sec"),
    "ten_seconds": ("10-second-violation", "10sec"),
    "shot_clock": ("shot clock", "24sec"),
    "backcourt": ("backcourt", "backcourt"),
    "offensive_foul": ("offensive foul", "offensive"),
    "offensive_goaltending": ("offensive goaltending", "offensivegoaltending"),
}

# Kind of foul -> (NBA live subType and descriptor, FIBA LiveStats subType). The NBA knows no
# unsportsmanlike or disqualifying foul and FIBA no flagrant one: the nearest stands for it.
FOULS: Mapping[str, tuple[str, str | None, str]] = {
    "personal": ("personal", None, "personal"),
    "shooting": ("personal", "shooting", "personal"),
    "offensive": ("offensive", None, "offensive"),
    "technical": ("technical", None, "technical"),
    "coach": ("technical", "coach", "coachTechnical"),
    "bench": ("technical", "bench", "benchTechnical"),
    "flagrant": ("personal", "flagrant-type-1", "unsportsmanlike"),
    "flagrant1": ("personal", "flagrant-type-1", "unsportsmanlike"),
    "flagrant2": ("personal", "flagrant-type-2", "disqualifying"),
    "intentional": ("personal", "flagrant-type-1", "unsportsmanlike"),
    "unsportsmanlike": ("personal", "flagrant-type-1", "unsportsmanlike"),
    "disqualifying": ("personal", "flagrant-type-2", "disqualifying"),
}
TECHNICALS = ("technical", "coach", "bench")

# Tag of a shot -> the qualifier that both feeds write.
TAGS: Mapping[str, str] = {
    "paint": "pointsinthepaint",
    "fast_break": "fastbreak",
    "second_chance": "2ndchance",
    "off_turnover": "fromturnover",
}


def nba_turnover(kind: str | None) -> str | None:
    """The NBA's word, None when nobody said what it was."""
    if kind is None:
        return None
    return _TURNOVERS[kind][0] if kind in _TURNOVERS else kind.replace("_", " ")


def fiba_turnover(kind: str | None) -> str:
    """FIBA's word, empty when nobody said what it was."""
    if kind is None:
        return ""
    return _TURNOVERS[kind][1] if kind in _TURNOVERS else kind.replace("_", "")


def percent(shot: FieldGoal, court: Court) -> dict[str, float]:
    """`x` and `y` of a shot in per cent of a court's length and width; nothing without a place."""
    if shot.x_m is None or shot.y_m is None:
        return {}
    return {
        "x": round(50 + 100 * shot.x_m / court.length_m, 4),
        "y": round(50 + 100 * shot.y_m / court.width_m, 4),
    }


def figures(names: Mapping[str, str], *lines: Mapping[str, Any]) -> dict[str, Any]:
    """Figures of /stats under the names of a format. What nobody kept is left out; a lead or a
    run is its points, and 0 where there was none."""
    found = {}
    for theirs, ours in names.items():
        line = next(line for line in lines if ours in line)
        value = line[ours]
        if ours in ("biggest_lead", "biggest_run"):
            value = value["points"] if value else 0
        if value is not None:
            found[theirs] = value
    return found
