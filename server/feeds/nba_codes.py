"""The codes of stats.nba.com version 2: EVENTMSGTYPE, and EVENTMSGACTIONTYPE within it."""

from __future__ import annotations

import re

MADE, MISSED, FREE_THROW, REBOUND, TURNOVER, FOUL = 1, 2, 3, 4, 5, 6
VIOLATION, SUBSTITUTION, TIMEOUT, JUMP_BALL, EJECTION = 7, 8, 9, 10, 11
PERIOD_START, PERIOD_END, EMPTY, REPLAY, STOPPAGE = 12, 13, 14, 18, 20
# Rows that change nothing in a box score.
QUIET = frozenset((VIOLATION, EJECTION, PERIOD_START, EMPTY, REPLAY, STOPPAGE))

# Fouls; what is not named here is a common personal foul (1 common, 3 loose ball, 5 inbound,
# 6 away from the play, 9 clear path, 10 double, 27 block, 28 take, 31 transition take).
_FOULS = {
    **dict.fromkeys((2, 29), "shooting"),
    **dict.fromkeys((4, 26), "offensive"),
    **dict.fromkeys((11, 12, 13, 16, 17, 18, 19, 25, 30), "technical"),
    14: "flagrant1",
    **dict.fromkeys((8, 15), "flagrant2"),
}
TECHNICAL_THROW = 16
# Not the end of `FLAGRANT.FOUL`.
_TECHNICAL = re.compile(r"(?<![A-Z])T\.FOUL|TECHNICAL", re.IGNORECASE)
DOUBLE_FOULS = (10, 16)
# Called on whoever, also on the bench; three seconds in defence (17) is on the court.
BENCH_FOULS = frozenset((11, 12, 13, 16, 18, 19, 25, 30))
TURNOVERS = {
    **dict.fromkeys((1, 45), "bad_pass"),
    **dict.fromkeys((2, 7, 41), "ball_handling"),
    4: "travel",
    **dict.fromkeys((5, 37), "offensive_foul"),
    6: "double_dribble",
    8: "three_seconds",
    **dict.fromkeys((9, 36), "five_seconds"),
    10: "eight_seconds",
    11: "shot_clock",
    **dict.fromkeys((12, 20), "inbound"),
    13: "backcourt",
    15: "offensive_goaltending",
    17: "lane_violation",
    19: "kicked_ball",
    21: "palming",
    **dict.fromkeys((39, 40), "out_of_bounds"),
    44: "too_many_players",
}
TIMEOUTS = {1: "full", 2: "short"}


def foul(action: int, text: str, of_player: bool) -> str:
    """Our kind of foul. text: the row's words, which old seasons trust more than the code."""
    word = _FOULS.get(action, "personal")
    if _TECHNICAL.search(text):
        word = "technical"
    if of_player:
        return word
    return "coach" if word == "technical" and action not in (18, 30) else "bench"
