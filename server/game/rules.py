"""The rule sets as data. A value that a league changes is a value here, never code.

Sources: the public rule books named above each set, with the rule where it is known; where
sources disagree the newer season wins. `(general)` marks what is common knowledge and was not
looked up in the book.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from server.game.court import NBA_COURT, NCAA_COURT, NFHS_COURT, WNBA_COURT
from server.game.customrules import BadRules, custom_rules
from server.game.rulebook import MINUTE, SECOND, Award, Rules, TimeoutCap

__all__ = [
    "FIBA",
    "MINUTE",
    "NBA",
    "NCAA_MEN",
    "NCAA_WOMEN",
    "NFHS",
    "RULES",
    "WNBA",
    "YOUTH",
    "BadRules",
    "Rules",
    "rules_of",
]

_NOT_OF_A_PLAYER = frozenset({"bench", "coach"})
_COMMON = frozenset({"personal", "shooting", "offensive", "technical"}) | _NOT_OF_A_PLAYER
_FIBA_KINDS = _COMMON | {"throw_in", "unsportsmanlike", "disqualifying"}
_NBA_KINDS = _COMMON | {
    *("loose_ball", "away_from_play", "clear_path", "take"),
    *("flagrant", "flagrant1", "flagrant2", "intentional"),
}
_COLLEGE_KINDS = _COMMON | {"flagrant", "flagrant1", "flagrant2", "intentional", "disqualifying"}

_TWO_AND_BALL = Award(2, ball=True)
_ONE = Award(1)

# FIBA Official Basketball Rules 2024: periods art. 8; alternating possession 12; throw-in foul
# 17.2 (general); timeouts 18; shot clock 29 and 50; technical foul 36, unsportsmanlike 37,
# disqualifying 38 with their sanctions; five fouls 40; team fouls 41: all fouls of players
# count, those of bench and coach do not, and a foul of the team with the ball gives no throws;
# clock after a basket 49.2. Assists on free throws: FIBA statisticians' manual, and 665 of
# 6,095 assists in real games.
FIBA = Rules(
    name="fiba",
    title="FIBA",
    periods=4,
    period_word="Q",
    period_ms=10 * MINUTE,
    overtime_ms=5 * MINUTE,
    basket_stops_ms=2 * MINUTE,
    shot_clock_ms=24 * SECOND,
    shot_clock_offensive_ms=14 * SECOND,
    assists_on_free_throws=True,
    foul_kinds=_FIBA_KINDS,
    personal_kinds=_FIBA_KINDS - _NOT_OF_A_PLAYER,
    team_kinds=_FIBA_KINDS - _NOT_OF_A_PLAYER,
    no_bonus_kinds=frozenset({"offensive"}),
    awards={
        **dict.fromkeys(("technical", "bench", "coach"), _ONE),
        **dict.fromkeys(("unsportsmanlike", "disqualifying"), _TWO_AND_BALL),
        "throw_in": Award(1, ball=True),
    },
    foul_out=5,
    sanctions=(
        (("technical", 2),),
        (("unsportsmanlike", 2),),
        (("technical", 1), ("unsportsmanlike", 1)),
        (("disqualifying", 1),),
    ),
    coach_sanctions=((("coach", 2),), (("coach", 1), ("bench", 2)), (("bench", 3),)),
    foul_windows=(1, 2, 3, 4),
    bonus_foul=5,
    timeout_windows=((1, 2), (3, 3)),
    overtime_timeouts=1,
    timeout_caps=(TimeoutCap(4, 2 * MINUTE, 2),),
)

# NBA Official Rules 2025-26: who stays when nobody is left rule 3 I; clock after a basket 5 V;
# timeouts 5 VI; held balls are jumped 6; shot clock 7; technical fouls and ejections 12A V;
# flagrant fouls 12B IV; penalty 12B V: offensive fouls are no team fouls, the second foul of
# the last two minutes gives throws. Technicals have a column of their own. Heave: board of
# governors, September 2025. Team rebounds apart from the totals, free throws for the five at
# the foul: measured on real games. Free throws worth 1 to 3: the G League's rule, played with
# the same book.
NBA = Rules(
    name="nba",
    title="NBA",
    court=NBA_COURT,
    periods=4,
    period_word="Q",
    period_ms=12 * MINUTE,
    overtime_ms=5 * MINUTE,
    basket_stops_ms=2 * MINUTE,
    basket_stops_early_ms=1 * MINUTE,
    shot_clock_ms=24 * SECOND,
    shot_clock_offensive_ms=14 * SECOND,
    free_throw_values=(1, 2, 3),
    heave=True,
    team_rebounds_in_totals=False,
    margin_at_foul=True,
    arrow=False,
    foul_kinds=_NBA_KINDS,
    personal_kinds=_NBA_KINDS - _NOT_OF_A_PLAYER - {"technical"},
    team_kinds=_NBA_KINDS - _NOT_OF_A_PLAYER - {"technical", "offensive"},
    no_bonus_kinds=frozenset({"offensive"}),
    awards={
        **dict.fromkeys(("technical", "bench", "coach"), _ONE),
        **dict.fromkeys(("flagrant", "flagrant1", "flagrant2", "clear_path"), _TWO_AND_BALL),
        **dict.fromkeys(("away_from_play", "take"), Award(1, ball=True)),
    },
    foul_out=6,
    stay_with_five=True,
    sanctions=((("technical", 2),), (("flagrant1", 2),), (("flagrant2", 1),)),
    coach_sanctions=((("coach", 2),),),
    foul_windows=(1, 2, 3, 4),
    bonus_foul=5,
    overtime_fouls_own=True,
    overtime_bonus_foul=4,
    late_bonus_foul=2,
    late_bonus_ms=2 * MINUTE,
    timeout_windows=((1, 7),),
    overtime_timeouts=2,
    timeout_caps=(TimeoutCap(4, 12 * MINUTE, 4), TimeoutCap(4, 3 * MINUTE, 2)),
)

# WNBA: the NBA's book with other times (general); the clock after a basket from a comparison
# of the codes (Washington Post, 2021). Team rebounds and plus/minus measured like the NBA's.
WNBA = replace(
    NBA,
    name="wnba",
    title="WNBA",
    court=WNBA_COURT,
    period_ms=10 * MINUTE,
    basket_stops_ms=1 * MINUTE,
    free_throw_values=(1,),
    heave=False,
    late_bonus_ms=1 * MINUTE,
    timeout_windows=((1, 3), (3, 3)),
    timeout_caps=(TimeoutCap(4, 2 * MINUTE, 2),),
    timeout_kinds=("full", "short"),
)

# NCAA men's rules 2025-26: periods rule 5-1; timeouts 5-14 in a game with media timeouts, three
# of the four at most after half-time; alternating possession 6-3; shot clock 2-11; bonus: the
# seventh team foul of a half is one-and-one, the tenth two throws; overtime goes on with the
# second half. Sanctions, technicals and the last 59.9 s (general).
NCAA_MEN = Rules(
    name="ncaa_men",
    title="NCAA men",
    court=NCAA_COURT,
    periods=2,
    period_word="H",
    period_ms=20 * MINUTE,
    overtime_ms=5 * MINUTE,
    basket_stops_ms=59_900,
    shot_clock_ms=30 * SECOND,
    shot_clock_offensive_ms=20 * SECOND,
    foul_kinds=_COLLEGE_KINDS,
    personal_kinds=_COLLEGE_KINDS - _NOT_OF_A_PLAYER,
    team_kinds=_COLLEGE_KINDS - _NOT_OF_A_PLAYER,
    no_bonus_kinds=frozenset({"offensive"}),
    awards={
        **dict.fromkeys(("technical", "bench", "coach"), Award(2)),
        **dict.fromkeys(("flagrant", "flagrant1", "flagrant2"), _TWO_AND_BALL),
        **dict.fromkeys(("intentional", "disqualifying"), _TWO_AND_BALL),
    },
    foul_out=5,
    sanctions=((("technical", 2),), (("flagrant2", 1),), (("disqualifying", 1),)),
    coach_sanctions=((("coach", 2),), (("coach", 1), ("bench", 2)), (("bench", 3),)),
    foul_windows=(1, 2),
    bonus_foul=7,
    one_and_one=True,
    double_bonus_foul=10,
    timeout_windows=((1, 4),),
    overtime_timeouts=1,
    timeouts_carry=True,
    timeout_caps=(TimeoutCap(2, 20 * MINUTE, 3),),
    timeout_kinds=("full", "short"),
)

# NCAA women's rules 2025-26: quarters, the fifth team foul of a quarter gives two throws, and
# overtime goes on with the fourth; the rest as the men's (general).
NCAA_WOMEN = replace(
    NCAA_MEN,
    name="ncaa_women",
    title="NCAA women",
    periods=4,
    period_word="Q",
    period_ms=10 * MINUTE,
    foul_windows=(1, 2, 3, 4),
    bonus_foul=5,
    one_and_one=False,
    double_bonus_foul=0,
    timeout_caps=(TimeoutCap(3, 10 * MINUTE, 3),),
)

# NFHS rules since 2023-24: bonus 4-8-1, the fifth team foul of a quarter gives two throws,
# overtime goes on with the fourth; disqualification 4-14; team fouls 4-19-13: technicals of the
# bench count (general); periods 5-5 and 5-7; timeouts 5-11-1 and 5-12; penalties rule 10. A
# shot clock of 35 s where a state adopts it (2-14), a mercy rule where it has one (5-5 note).
NFHS = Rules(
    name="nfhs",
    title="NFHS (high school)",
    court=NFHS_COURT,
    periods=4,
    period_word="Q",
    period_ms=8 * MINUTE,
    overtime_ms=4 * MINUTE,
    foul_kinds=_COLLEGE_KINDS,
    personal_kinds=_COLLEGE_KINDS - _NOT_OF_A_PLAYER,
    team_kinds=_COLLEGE_KINDS,
    no_bonus_kinds=frozenset({"offensive"}),
    awards=dict.fromkeys(
        _COLLEGE_KINDS - {"personal", "shooting", "offensive"},
        _TWO_AND_BALL,
    ),
    foul_out=5,
    sanctions=(
        (("technical", 2),),
        *(((kind, 1),) for kind in ("flagrant", "flagrant2", "disqualifying")),
    ),
    coach_sanctions=((("coach", 2),), (("coach", 1), ("bench", 2)), (("bench", 3),)),
    foul_windows=(1, 2, 3, 4),
    bonus_foul=5,
    timeout_windows=((1, 5),),
    overtime_timeouts=1,
    timeouts_carry=True,
    timeout_kinds=("full", "short"),
)

# Youth: what many leagues play (general): 4 x 8 and nobody at the clock, team fouls by half with
# the seventh as one-and-one and the tenth as two, two timeouts a half, and a team of five plays
# on with five. A league's own values are a document (`customrules`).
YOUTH = Rules(
    name="youth",
    title="Youth",
    periods=4,
    period_word="Q",
    period_ms=8 * MINUTE,
    overtime_ms=3 * MINUTE,
    clock="none",
    foul_kinds=_FIBA_KINDS | _COLLEGE_KINDS,
    personal_kinds=(_FIBA_KINDS | _COLLEGE_KINDS) - _NOT_OF_A_PLAYER,
    team_kinds=(_FIBA_KINDS | _COLLEGE_KINDS) - _NOT_OF_A_PLAYER,
    no_bonus_kinds=frozenset({"offensive"}),
    awards={**NFHS.awards, **FIBA.awards},
    foul_out=5,
    stay_with_five=True,
    sanctions=tuple(dict.fromkeys((*FIBA.sanctions, *NFHS.sanctions))),
    coach_sanctions=FIBA.coach_sanctions,
    foul_windows=(1, 3),
    bonus_foul=7,
    one_and_one=True,
    double_bonus_foul=10,
    timeout_windows=((1, 2), (3, 2)),
    overtime_timeouts=1,
)

RULES: Mapping[str, Rules] = {
    rules.name: rules for rules in (FIBA, NBA, WNBA, NCAA_MEN, NCAA_WOMEN, NFHS, YOUTH)
}


def rules_of(text: str) -> Rules:
    """The rules of a game record: the name of a set, or the JSON text of a document of changes.

    BadRules when it is neither.
    """
    return RULES[text] if text in RULES else custom_rules(text, RULES)
