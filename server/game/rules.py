"""The rule sets as data. A value that a league changes is a value here, never code.

Sources: the public rule books named in each set's comment; where sources disagree the newer
season wins. Times are milliseconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs between codes.

    periods: of regulation; any number of overtimes may follow.
    period_word: `Q` or `H`, before the number in a label.
    field_goal_values, free_throw_values: points that one shot can be worth.
    foul_out: personal fouls that end a player's game; 0 when nobody fouls out.
    foul_kinds: accepted kinds of foul; personal_kinds: those in the PF column; team_kinds:
      those that count for the bonus.
    foul_windows: the first period of each span over which team fouls add up; overtime belongs
      to the last span unless `overtime_fouls_own`.
    bonus_foul: the team foul of a span that gives the opponents free throws;
      overtime_bonus_foul: the same in an overtime with its own span.
    timeout_windows: (first period, timeouts) of each span; overtime_timeouts: per overtime.
    timeouts_carry: unused ones are kept into the next span.
    margin_at_foul: free throws count for the plus/minus of those on the court when the foul
      happened, not when the throw was taken.
    team_rebounds_in_totals: a team's own rebounds are part of its OREB, DREB and REB.
    """

    name: str
    periods: int
    period_word: str
    period_ms: int
    overtime_ms: int
    foul_out: int
    foul_windows: tuple[int, ...]
    bonus_foul: int
    timeout_windows: tuple[tuple[int, int], ...]
    overtime_timeouts: int
    foul_kinds: frozenset[str]
    personal_kinds: frozenset[str]
    team_kinds: frozenset[str]
    field_goal_values: tuple[int, ...] = (2, 3)
    free_throw_values: tuple[int, ...] = (1,)
    overtime_fouls_own: bool = False
    overtime_bonus_foul: int = 0
    timeouts_carry: bool = False
    margin_at_foul: bool = False
    team_rebounds_in_totals: bool = True

    def period_length_ms(self, period: int) -> int:
        return self.period_ms if period <= self.periods else self.overtime_ms

    def period_label(self, period: int) -> str:
        """`Q1`, `H2`, `OT1`; empty before the first period."""
        if period < 1:
            return ""
        if period <= self.periods:
            return f"{self.period_word}{period}"
        return f"OT{period - self.periods}"

    def foul_window(self, period: int) -> int:
        """A number that is the same for periods whose team fouls add up."""
        if period > self.periods and self.overtime_fouls_own:
            return period
        return bisect_right(self.foul_windows, period) - 1

    def in_bonus(self, period: int, opponent_fouls: int) -> bool:
        """Whether the next common foul of the opponents gives free throws."""
        own_span = period > self.periods and self.overtime_fouls_own
        limit = self.overtime_bonus_foul if own_span else self.bonus_foul
        return opponent_fouls >= limit - 1

    def timeouts_left(self, period: int, used: Mapping[int, int]) -> int:
        """Timeouts left in `period`, given how many were used in each period; never below 0."""
        spans = list(self.timeout_windows)
        spans += [(p, self.overtime_timeouts) for p in range(self.periods + 1, period + 1)]
        left = 0
        period = max(period, 1)
        for index, (first, count) in enumerate(spans):
            if first > period:
                break
            last = spans[index + 1][0] if index + 1 < len(spans) else None
            taken = sum(n for p, n in used.items() if p >= first and (last is None or p < last))
            left = max(0, (left if self.timeouts_carry else 0) + count - taken)
        return left


_COMMON = frozenset({"personal", "shooting", "offensive", "technical", "bench", "coach"})
_FIBA_KINDS = _COMMON | {"unsportsmanlike", "disqualifying"}
_FLAGRANT_KINDS = _COMMON | {"flagrant", "flagrant1", "flagrant2", "intentional"}
_NOT_OF_A_PLAYER = {"bench", "coach"}

# FIBA: technicals on a player are personal and team fouls, those on bench and coach neither.
FIBA = Rules(
    name="fiba",
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
)

# NBA: technicals have a column of their own, offensive fouls give no bonus; team rebounds are
# counted apart from the totals, and free throws belong to the five at the foul.
NBA = Rules(
    name="nba",
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
    team_rebounds_in_totals=False,
)

# NCAA men: halves; the seventh team foul of a half gives one-and-one, overtime goes on with
# the second half.
NCAA_MEN = Rules(
    name="ncaa_men",
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
    foul_kinds=_FLAGRANT_KINDS,
    personal_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
    team_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
)

# NCAA women: quarters, the fifth team foul of a quarter.
NCAA_WOMEN = Rules(
    name="ncaa_women",
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
    foul_kinds=_FLAGRANT_KINDS,
    personal_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
    team_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
)

# NFHS since 2023-24: the fifth team foul of a quarter, overtime goes on with the fourth.
NFHS = Rules(
    name="nfhs",
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
    foul_kinds=_FLAGRANT_KINDS,
    personal_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
    team_kinds=_FLAGRANT_KINDS - _NOT_OF_A_PLAYER,
)

# Youth: 4 x 8, team fouls by half with the seventh as in many leagues, two timeouts a half.
YOUTH = Rules(
    name="youth",
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
