"""Shooting by zone of the floor."""

from __future__ import annotations

from collections.abc import Callable

from server.game.events import FieldGoal
from server.projections.boxscore import is_heave
from server.projections.shots import ZONES, Spot
from server.projections.tally import Tally


class Zones:
    """Counts shots whose place is known; a missed heave is nobody's attempt."""

    def __init__(self) -> None:
        self._made = {zone: Tally() for zone in ZONES}
        self._tried = {zone: Tally() for zone in ZONES}

    def add(self, shot: FieldGoal, spot: Spot | None) -> None:
        if spot is not None and not is_heave(shot):
            self._tried[spot.zone].add(shot.team, shot.player)
            self._made[spot.zone].add(shot.team, shot.player, int(shot.made))

    def of(self, side: str, player: str) -> dict[str, dict[str, int]]:
        """`{zone: {"made","tried"}}` of a player, zones that he shot from."""
        return self._shown(lambda tally: tally.of(side, player))

    def of_side(self, side: str) -> dict[str, dict[str, int]]:
        """The same of a side."""
        return self._shown(lambda tally: tally.of_side(side))

    def _shown(self, count: Callable[[Tally], int]) -> dict[str, dict[str, int]]:
        return {
            zone: {"made": count(self._made[zone]), "tried": count(tried)}
            for zone, tried in self._tried.items()
            if count(tried)
        }
