"""What is counted and has no column of its own in the box score."""

from __future__ import annotations

from collections.abc import Iterable

from server.game.events import Block, FieldGoal, Foul, Rebound, other
from server.projections.boxscore import is_heave
from server.projections.order import Fact
from server.projections.possessions import TECHNICAL_KINDS
from server.projections.tally import Tally

EXTRAS = (
    *("fouls_drawn", "blocks_received", "technicals", "offensive_fouls"),
    *("goaltended", "heaves", "dead_ball_rebounds"),
)


class Extras:
    """Counts of a whole game, whatever the order of its facts.

    fouls_drawn: by who was fouled, where that was said. blocks_received: shots of that player
    that were blocked; one that nobody linked to its block is his side's own. goaltended: shots
    that counted because of goaltending.
    """

    def __init__(self, facts: Iterable[Fact]) -> None:
        """facts: all that stand."""
        self._tallies = {figure: Tally() for figure in EXTRAS}
        self._drawn_said = False
        shooters: dict[int | None, str | None] = {}
        blocks = []
        for seq, event in facts:
            if isinstance(event, FieldGoal):
                shooters[seq] = event.player
                self._shot(event)
            elif isinstance(event, Foul):
                self._foul(event)
            elif isinstance(event, Block):
                blocks.append(event)
            elif isinstance(event, Rebound) and event.kind == "dead_ball":
                self._count("dead_ball_rebounds", event.team, event.player)
        for block in blocks:
            self._count("blocks_received", other(block.team), shooters.get(block.links))

    def of(self, figure: str, side: str, player: str | None) -> int | None:
        """The count of a player, or a side's own; None where nobody kept that figure."""
        return self._tallies[figure].of(side, player) if self._kept(figure) else None

    def of_side(self, figure: str, side: str) -> int | None:
        """The count of a side and all its players."""
        return self._tallies[figure].of_side(side) if self._kept(figure) else None

    def _kept(self, figure: str) -> bool:
        return figure != "fouls_drawn" or self._drawn_said

    def _shot(self, shot: FieldGoal) -> None:
        if is_heave(shot):
            self._count("heaves", shot.team, shot.player)
        elif shot.tags is not None and "goaltending" in shot.tags:
            self._count("goaltended", shot.team, shot.player)

    def _foul(self, foul: Foul) -> None:
        if foul.kind in TECHNICAL_KINDS:
            self._count("technicals", foul.team, foul.player)
        elif foul.kind == "offensive":
            self._count("offensive_fouls", foul.team, foul.player)
        if foul.drawn_by is not None:
            self._drawn_said = True
            self._count("fouls_drawn", other(foul.team), foul.drawn_by)

    def _count(self, figure: str, side: str, player: str | None) -> None:
        self._tallies[figure].add(side, player)
