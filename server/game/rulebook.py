"""What one code of basketball says, as values: everything in which leagues differ.

Times are milliseconds, lengths are metres.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from math import hypot
from typing import Any

from server.game.court import FIBA_COURT, Court

SECOND = 1_000
MINUTE = 60 * SECOND

# Who looks after the clock. `none`: nobody; a fact has its period and its order, no time.
CLOCKS = ("stop", "running", "none")
# Sanctions: a player with so many of each kind has to leave.
Sanction = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Award:
    """What a foul gives the opponents. throws: free throws at most; one_and_one: the second
    only after the first went in; ball: they get the ball afterwards, whatever happened."""

    throws: int = 0
    one_and_one: bool = False
    ball: bool = False


@dataclass(frozen=True, slots=True)
class TimeoutCap:
    """From `left_ms` left in `period` to the end of regulation a team may take no more than
    `most`, whatever it has left."""

    period: int
    left_ms: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What differs between codes.

    Periods and clock
    periods: of regulation; any number of overtimes may follow.
    period_word: `Q` or `H`, before the number in a label.
    clock: one of CLOCKS.
    running_until_ms: a running clock stops for whistles in the last so many of the last period
      and of overtimes; 0: it never does.
    basket_stops_ms: after a basket the clock stops in the last so many of the last period and
      of overtimes; basket_stops_early_ms: the same in the periods before.
    shot_clock_ms: 0 where there is none; shot_clock_offensive_ms: after an offensive rebound.
    mercy_margin: points of lead at which a league's mercy rule begins; 0 for none.

    Shots
    field_goal_values, free_throw_values: points that one shot can be worth.
    court: the lines on the floor.
    heave: a long miss at the end of a period is charged to no player.
    assists_on_free_throws: the pass before a shooting foul is an assist when a throw goes in.
    team_rebounds_in_totals: a team's own rebounds are part of its OREB, DREB and REB.
    margin_at_foul: free throws count for the plus/minus of those on the court when the foul
      happened, not when the throw was taken.
    arrow: held balls go by alternating possession.

    Fouls
    foul_kinds: accepted kinds of foul; personal_kinds: those in the PF column; team_kinds:
      those that count for the bonus; no_bonus_kinds: those that give no bonus throws.
    awards: what a kind gives apart from the bonus.
    foul_out: personal fouls that end a player's game; 0 when nobody fouls out.
    stay_with_five: a fouled-out player stays while the team has only five.
    sanctions: what else ends a player's game; coach_sanctions: a coach's,
      counting the fouls of his team that are no player's.
    foul_windows: the first period of each span over which team fouls add up; overtime belongs
      to the last span unless `overtime_fouls_own`.
    bonus_foul: the team foul of a span that gives the opponents free throws; 0 for none;
      overtime_bonus_foul: the same in an overtime with its own span.
    one_and_one: the bonus is one-and-one until `double_bonus_foul` (0: for the whole span).
    late_bonus_foul: the same counted over the last `late_bonus_ms` of a period only.

    Timeouts
    timeout_windows: (first period, timeouts) of each span; overtime_timeouts: per overtime.
    timeouts_carry: unused ones are kept into the next span.
    timeout_caps: fewer towards the end of regulation.
    timeout_kinds: words for a team's timeouts, longest first.
    """

    name: str
    title: str
    periods: int
    period_word: str
    period_ms: int
    overtime_ms: int
    foul_windows: tuple[int, ...]
    bonus_foul: int
    timeout_windows: tuple[tuple[int, int], ...]
    overtime_timeouts: int
    foul_kinds: frozenset[str]
    personal_kinds: frozenset[str]
    team_kinds: frozenset[str]

    clock: str = "stop"
    running_until_ms: int = 0
    basket_stops_ms: int = 0
    basket_stops_early_ms: int = 0
    shot_clock_ms: int = 0
    shot_clock_offensive_ms: int = 0
    mercy_margin: int = 0

    field_goal_values: tuple[int, ...] = (2, 3)
    free_throw_values: tuple[int, ...] = (1,)
    court: Court = FIBA_COURT
    heave: bool = False
    assists_on_free_throws: bool = False
    team_rebounds_in_totals: bool = True
    margin_at_foul: bool = False
    arrow: bool = True

    no_bonus_kinds: frozenset[str] = frozenset()
    awards: Mapping[str, Award] = field(default_factory=dict, hash=False)
    foul_out: int = 5
    stay_with_five: bool = False
    sanctions: tuple[Sanction, ...] = ()
    coach_sanctions: tuple[Sanction, ...] = ()
    overtime_fouls_own: bool = False
    overtime_bonus_foul: int = 0
    one_and_one: bool = False
    double_bonus_foul: int = 0
    late_bonus_foul: int = 0
    late_bonus_ms: int = 0

    timeouts_carry: bool = False
    timeout_caps: tuple[TimeoutCap, ...] = ()
    timeout_kinds: tuple[str, ...] = ()

    # Periods

    def period_length_ms(self, period: int) -> int:
        return self.period_ms if period <= self.periods else self.overtime_ms

    def period_label(self, period: int) -> str:
        """`Q1`, `H2`, `OT1`; empty before the first period."""
        if period < 1:
            return ""
        if period <= self.periods:
            return f"{self.period_word}{period}"
        return f"OT{period - self.periods}"

    # Shots

    def value_at(self, x_m: float | None, y_m: float | None) -> int:
        """What a shot from there is worth: the most from beyond the line of the nearer basket
        (3, where it is 2 or 3), else the next lower; also where nobody said from where.

        x_m runs along the court from its centre.
        """
        *lower, most = sorted(self.field_goal_values)
        if not lower:
            return most
        if x_m is None or y_m is None:
            return lower[-1]
        court = self.court
        along_m = abs(x_m) - (court.length_m / 2 - court.basket_m)
        beyond = hypot(along_m, y_m) > court.arc_m or abs(y_m) > court.corner_m
        return most if beyond else lower[-1]

    # Fouls

    def foul_window(self, period: int) -> int:
        """A number that is the same for periods whose team fouls add up."""
        if period > self.periods and self.overtime_fouls_own:
            return period
        return bisect_right(self.foul_windows, period) - 1

    def in_bonus(self, period: int, opponent_fouls: int, late_fouls: int | None = None) -> bool:
        """Whether the next common foul of the opponents gives free throws.

        late_fouls: those of the last `late_bonus_ms` of the period, None before.
        """
        own_span = period > self.periods and self.overtime_fouls_own
        limit = self.overtime_bonus_foul if own_span else self.bonus_foul
        if limit and opponent_fouls >= limit - 1:
            return True
        if late_fouls is None or not self.late_bonus_foul:
            return False
        return late_fouls >= self.late_bonus_foul - 1

    def free_throws_for(
        self, kind: str, period: int, team_fouls: int, *, late_fouls: int | None = None,
        shot: int = 0, made: bool = False,
    ) -> Award:  # fmt: skip
        """What a foul gives. team_fouls, late_fouls: before this one; shot: the value of the
        shot that it was committed on, 0 for none."""
        on_shot = (1 if made else shot) if shot else 0
        if kind in self.awards:
            award = self.awards[kind]
            return Award(on_shot or award.throws, ball=award.ball)
        if on_shot:
            return Award(on_shot)
        if kind in self.no_bonus_kinds or not self.in_bonus(period, team_fouls, late_fouls):
            return Award()
        double = self.double_bonus_foul and team_fouls >= self.double_bonus_foul - 1
        return Award(2, one_and_one=self.one_and_one and not double)

    def fouled_out(self, personal_fouls: int) -> bool:
        """Whether so many fouls end a player's game."""
        return 0 < self.foul_out <= personal_fouls

    def ejected(self, kinds: Mapping[str, int]) -> bool:
        """Whether a player with so many fouls of each kind has to leave, whatever their sum."""
        return any(
            all(kinds.get(kind, 0) >= count for kind, count in sanction)
            for sanction in self.sanctions
        )

    # Timeouts

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

    def timeouts_at(self, period: int, clock_ms: int, taken: Sequence[tuple[int, int]]) -> int:
        """Timeouts left at a moment. taken: (period, clock_ms) of those that a team has had."""
        left = self.timeouts_left(period, Counter(in_period for in_period, _ in taken))
        for cap in self.timeout_caps:
            start = (cap.period, -cap.left_ms)
            if start <= (period, -clock_ms) and period <= self.periods:
                late = sum(1 for p, at_ms in taken if start <= (p, -at_ms) and p <= self.periods)
                left = min(left, max(0, cap.most - late))
        return left

    # As a document

    def document(self) -> dict[str, Any]:
        """The rules as JSON values."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


def _plain(value: Any) -> Any:
    match value:
        case frozenset():
            return sorted(value)
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case Court() | Award() | TimeoutCap():
            return asdict(value)
    return value
