"""The shot chart: every field goal with the place on the floor that it was taken from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot
from typing import Any

from server.game.court import Court
from server.game.events import FieldGoal
from server.game.rules import Rules
from server.game.state import Game
from server.projections.order import Fact, facts

IN_THE_KEY = ("restricted", "paint")
ZONES = (
    *IN_THE_KEY,
    *("mid_range", "left_corner_3", "right_corner_3", "above_break_3", "backcourt"),
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a shot was taken as the shooter sees it, whichever basket it went to.

    along_m: from below the ring towards midcourt, less than 0 behind it. across_m: to the left
    of somebody who faces the basket. zone: one of ZONES.
    """

    along_m: float
    across_m: float
    zone: str

    @property
    def distance_m(self) -> float:
        return hypot(self.along_m, self.across_m)


class Shots:
    """The field goals of a whole game.

    `x_m` runs along the court and `y_m` across, from its centre, to the right and away as the
    scorer's table sees them. Sides change baskets at half time, and nobody says who plays
    where: a side attacks the basket at which it took most of its shots of that half, so a shot
    from the own half of the floor is as far as it was.
    """

    def __init__(self, rules: Rules, facts: Iterable[Fact]) -> None:
        """facts: all that stand, in the order of the game."""
        self._rules = rules
        self._shots = [(seq, event) for seq, event in facts if isinstance(event, FieldGoal)]
        self._to_the_right: Counter[tuple[str, bool]] = Counter()
        for _, shot in self._shots:
            if shot.x_m is not None:
                self._to_the_right[self._half(shot)] += 1 if shot.x_m >= 0 else -1

    def spots(self) -> list[tuple[int, FieldGoal, Spot | None]]:
        """Every shot in the order of the game; None where nobody said from where."""
        return [(seq, shot, self._spot(shot)) for seq, shot in self._shots]

    def _half(self, shot: FieldGoal) -> tuple[str, bool]:
        return shot.team, 2 * shot.period > self._rules.periods

    def _spot(self, shot: FieldGoal) -> Spot | None:
        if shot.x_m is None or shot.y_m is None:
            return None
        # One shot to each side says nothing: then the nearer basket is meant.
        right = self._to_the_right[self._half(shot)] or shot.x_m
        x_m, y_m = (shot.x_m, shot.y_m) if right >= 0 else (-shot.x_m, -shot.y_m)
        court = self._rules.court
        along_m = court.length_m / 2 - court.basket_m - x_m
        return Spot(along_m, y_m, zone(court, along_m, y_m, three=shot.value == 3))


def zone(court: Court, along_m: float, across_m: float, *, three: bool) -> str:
    """The zone of a place (see Spot). Whether it was a three is what was said, not measured:
    the scorekeeper's finger is less sure of the line than his eye."""
    if along_m > court.length_m / 2 - court.basket_m:
        return "backcourt"
    if three:
        if along_m > court.break_m:
            return "above_break_3"
        return "left_corner_3" if across_m > 0 else "right_corner_3"
    if hypot(along_m, across_m) <= court.no_charge_m:
        return "restricted"
    in_key = along_m + court.basket_m <= court.key_m and abs(across_m) <= court.key_width_m / 2
    return "paint" if in_key else "mid_range"


def shots(game: Game) -> list[dict[str, Any]]:
    """Every field goal that stands, in the order of the game, as JSON."""
    found = Shots(game.rules, facts(game)).spots()
    return [_json(seq, shot, spot) for seq, shot, spot in found]


def _json(seq: int, shot: FieldGoal, spot: Spot | None) -> dict[str, Any]:
    where: dict[str, Any] = {"along_m": None, "across_m": None, "distance_m": None, "zone": None}
    if spot is not None:
        where = {
            "along_m": round(spot.along_m, 2),
            "across_m": round(spot.across_m, 2),
            "distance_m": round(spot.distance_m, 2),
            "zone": spot.zone,
        }
    return {
        "seq": seq,
        "team": shot.team,
        "player": shot.player,
        "period": shot.period,
        "clock_ms": shot.clock_ms,
        "made": shot.made,
        "value": shot.value,
        "tags": shot.tags,
        "x_m": shot.x_m,
        "y_m": shot.y_m,
        **where,
    }
