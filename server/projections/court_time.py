"""Time on the court and plus/minus: who was there while the clock ran and when points fell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.game.events import (
    SIDES,
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    Starters,
    Substitution,
    other,
)
from server.game.rules import Rules
from server.projections.clock import PlayedClock
from server.projections.on_court import Five, OnCourt


@dataclass(frozen=True, slots=True)
class Stay:
    """ms: game clock spent on the court. plus_minus: own points less theirs meanwhile."""

    ms: int
    plus_minus: int


NOWHERE = Stay(0, 0)


@dataclass(slots=True)
class Spell:
    """What a group of players gathered together: game clock, points for and against."""

    ms: int = 0
    points_for: int = 0
    points_against: int = 0

    @property
    def margin(self) -> int:
        return self.points_for - self.points_against


class CourtTime:
    """Accumulates facts in the order of the game.

    Points count for those on the court when they fall. Under rules with `margin_at_foul` a free
    throw that is linked to its foul counts for those who were there at the foul (NBA: measured
    on 8 real games, 139 of 139 players; FIBA the other way, SCORING.md section 1).
    An adjustment of the score belongs to nobody.
    """

    # All of them: each says how far the clock has run.
    concerns = (Event,)

    def __init__(self, rules: Rules, on_court: OnCourt) -> None:
        """on_court: takes in each fact after this fold did."""
        self._rules = rules
        self.on_court = on_court
        # Minutes and margins are kept by group; what a player has is the sum of his groups.
        self._spells: dict[str, dict[Five, Spell]] = {side: {} for side in SIDES}
        self._at_foul: dict[int, Mapping[str, Five]] = {}
        self.clock = PlayedClock(rules)
        # Time that those who are on the court have not been given yet.
        self._waiting_ms = 0

    def add(self, seq: int, event: Event) -> None:
        """Take in the fact of entry `seq`."""
        self._waiting_ms += self.clock.run_to(event)
        if isinstance(event, Starters | Substitution):
            self._bank()
        elif isinstance(event, FieldGoal | FreeThrow):
            if event.made:
                self._score(event)
        elif isinstance(event, Foul) and self._rules.margin_at_foul:
            self._at_foul[seq] = self.on_court.fives()

    def stays(self, side: str) -> dict[str, Stay]:
        """What each player of a side who was on the court has gathered."""
        found: dict[str, list[int]] = {}
        for five, spell in self.spells(side).items():
            ms, margin = spell.ms, spell.margin
            for player in five:
                gathered = found.setdefault(player, [0, 0])
                gathered[0] += ms
                gathered[1] += margin
        return {player: Stay(ms, margin) for player, (ms, margin) in found.items()}

    def spells(self, side: str) -> Mapping[Five, Spell]:
        """Every group that was on the court together."""
        self._bank()
        return self._spells[side]

    def _score(self, event: FieldGoal | FreeThrow) -> None:
        there = None
        if isinstance(event, FreeThrow) and event.links is not None:
            there = self._at_foul.get(event.links)
        there = self.on_court.fives() if there is None else there
        against = other(event.team)
        self._spell(event.team, there[event.team]).points_for += event.value
        self._spell(against, there[against]).points_against += event.value

    def _bank(self) -> None:
        if self._waiting_ms:
            for side in SIDES:
                self._spell(side, self.on_court.five(side)).ms += self._waiting_ms
            self._waiting_ms = 0

    def _spell(self, side: str, five: Five) -> Spell:
        spells = self._spells[side]
        spell = spells.get(five)
        if spell is None:
            spell = spells[five] = Spell()
        return spell
