"""The rule sets as data. A value that a league changes is a value here, never code.

Sources: the public rule books named in each set's comment; where sources disagree the newer
season wins. Times are milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from server.game.court import NBA_COURT, NCAA_COURT, NFHS_COURT
from server.game.customrules import BadRules, custom_rules
from server.game.rulebook import MINUTE, Rules

__all__ = [
    "FIBA",
    "MINUTE",
    "NBA",
    "NCAA_MEN",
    "NCAA_WOMEN",
    "NFHS",
    "RULES",
    "YOUTH",
    "BadRules",
    "Rules",
    "rules_of",
]

_COMMON = frozenset({"personal", "shooting", "offensive", "technical", "bench", "coach"})
_FIBA_KINDS = _COMMON | {"unsportsmanlike", "disqualifying"}
_FLAGRANT_KINDS = _COMMON | {"flagrant", "flagrant1", "flagrant2", "intentional"}
_NOT_OF_A_PLAYER = {"bench", "coach"}

# FIBA: technicals on a player are personal and team fouls, those on bench and coach neither.
FIBA = Rules(
    name="fiba",
    title="FIBA",
    periods=4,
    period_word="Q",
    period_ms=10 * MINUTE,
    overtime_ms=5 * MINUTE,
    foul_out=5,
    foul_windows=(1, 2, 3, 4),
    bonus_foul=5,
    timeout_windows=((1, 2), (3, 3)),
    overtime_timeouts=1,
    foul_kinds=_FIBA_KINDS,
    personal_kinds=_FIBA_KINDS - _NOT_OF_A_PLAYER,
    team_kinds=_FIBA_KINDS - _NOT_OF_A_PLAYER,
    shot_clock_ms=24_000,
    shot_clock_offensive_ms=14_000,
    assists_on_free_throws=True,
)

# NBA: technicals have a column of their own, offensive fouls give no bonus; team rebounds are
# counted apart from the totals, and free throws belong to the five at the foul.
NBA = Rules(
    name="nba",
    title="NBA",
    court=NBA_COURT,
    periods=4,
    period_word="Q",
    period_ms=12 * MINUTE,
    overtime_ms=5 * MINUTE,
    foul_out=6,
    foul_windows=(1, 2, 3, 4),
    bonus_foul=5,
    overtime_fouls_own=True,
    overtime_bonus_foul=4,
    timeout_windows=((1, 7),),
    overtime_timeouts=2,
    foul_kinds=_FLAGRANT_KINDS,
    personal_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER - {"technical"},
    team_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER - {"technical", "offensive"},
    free_throw_values=(1, 2, 3),
    margin_at_foul=True,
    shot_clock_ms=24_000,
    shot_clock_offensive_ms=14_000,
    heave=True,
    arrow=False,
    team_rebounds_in_totals=False,
)

# NCAA men: halves; the seventh team foul of a half gives one-and-one, overtime goes on with
# the second half.
NCAA_MEN = Rules(
    name="ncaa_men",
    title="NCAA men",
    court=NCAA_COURT,
    periods=2,
    period_word="H",
    period_ms=20 * MINUTE,
    overtime_ms=5 * MINUTE,
    foul_out=5,
    foul_windows=(1, 2),
    bonus_foul=7,
    timeout_windows=((1, 4),),
    overtime_timeouts=1,
    timeouts_carry=True,
    timeout_kinds=("full", "short"),
    foul_kinds=_FLAGRANT_KINDS,
    personal_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
    team_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
)

# NCAA women: quarters, the fifth team foul of a quarter.
NCAA_WOMEN = Rules(
    name="ncaa_women",
    title="NCAA women",
    court=NCAA_COURT,
    periods=4,
    period_word="Q",
    period_ms=10 * MINUTE,
    overtime_ms=5 * MINUTE,
    foul_out=5,
    foul_windows=(1, 2, 3, 4),
    bonus_foul=5,
    timeout_windows=((1, 4),),
    overtime_timeouts=1,
    timeouts_carry=True,
    timeout_kinds=("full", "short"),
    foul_kinds=_FLAGRANT_KINDS,
    personal_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
    team_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
)

# NFHS since 2023-24: the fifth team foul of a quarter, overtime goes on with the fourth.
NFHS = Rules(
    name="nfhs",
    title="NFHS (high school)",
    court=NFHS_COURT,
    periods=4,
    period_word="Q",
    period_ms=8 * MINUTE,
    overtime_ms=4 * MINUTE,
    foul_out=5,
    foul_windows=(1, 2, 3, 4),
    bonus_foul=5,
    timeout_windows=((1, 5),),
    overtime_timeouts=1,
    timeouts_carry=True,
    timeout_kinds=("full", "short"),
    foul_kinds=_FLAGRANT_KINDS,
    personal_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
    team_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
)

# Youth: 4 x 8, team fouls by half with the seventh as in many leagues, two timeouts a half.
YOUTH = Rules(
    name="youth",
    title="Youth",
    clock="none",
    periods=4,
    period_word="Q",
    period_ms=8 * MINUTE,
    overtime_ms=3 * MINUTE,
    foul_out=5,
    foul_windows=(1, 3),
    bonus_foul=7,
    timeout_windows=((1, 2), (3, 2)),
    overtime_timeouts=1,
    foul_kinds=_FIBA_KINDS | _FLAGRANT_KINDS,
    personal_kinds=(_FIBA_KINDS | _FLAGRANT_KINDS) - _NOT_OF_A_PLAYER,
    team_kinds=(_FIBA_KINDS | _FLAGRANT_KINDS) - _NOT_OF_A_PLAYER,
)

RULES: Mapping[str, Rules] = {
    rules.name: rules for rules in (FIBA, NBA, NCAA_MEN, NCAA_WOMEN, NFHS, YOUTH)
}


def rules_of(text: str) -> Rules:
    """The rules of a game record: the name of a set, or the JSON text of a document of changes.

    BadRules when it is neither.
    """
    return RULES[text] if text in RULES else custom_rules(text, RULES)
