"""Points by how they came about: in the paint, on a fast break, second chance, off turnovers."""

from __future__ import annotations

from server.game.events import FieldGoal, FreeThrow
from server.projections.shots import IN_THE_KEY, Spot
from server.projections.tally import Tally

# Figure -> the tag that a scorekeeper says.
CREDITS = {
    "points_in_paint": "paint",
    "fast_break_points": "fast_break",
    "second_chance_points": "second_chance",
    "points_off_turnovers": "off_turnover",
}


class Credits:
    """Points of each figure, of baskets and throws that went in.

    What was said about a shot (`tags`) counts. Where nothing was said, the paint follows from
    its place, second chance and turnovers from the possession, and a fast break from nothing:
    it is judged by eye. Definitions: SCORING.md section 1.
    """

    def __init__(self) -> None:
        self._tallies = {figure: Tally() for figure in CREDITS}
        self._placed = self._tagged = False

    def add_basket(self, shot: FieldGoal, spot: Spot | None, derived: frozenset[str]) -> None:
        """A field goal. derived: the tags that its possession gives it."""
        if spot is not None:
            self._placed = True
            if spot.zone in IN_THE_KEY:
                derived |= {"paint"}
        self._credit(shot, derived)

    def add_throw(self, throw: FreeThrow, derived: frozenset[str]) -> None:
        """A free throw: never in the paint."""
        self._credit(throw, derived)

    def of(self, figure: str, side: str, player: str | None) -> int | None:
        """The points of a player, or a side's own; None where nobody kept that figure."""
        return self._tallies[figure].of(side, player) if self._kept(figure) else None

    def of_side(self, figure: str, side: str) -> int | None:
        """The points of a side and all its players."""
        return self._tallies[figure].of_side(side) if self._kept(figure) else None

    def _kept(self, figure: str) -> bool:
        if figure == "points_in_paint":
            return self._tagged or self._placed
        return self._tagged or figure != "fast_break_points"

    def _credit(self, event: FieldGoal | FreeThrow, derived: frozenset[str]) -> None:
        self._tagged |= event.tags is not None
        tags = derived if event.tags is None else event.tags
        for figure, tag in CREDITS.items():
            if tag in tags:
                self._tallies[figure].add(event.team, event.player, event.value)
