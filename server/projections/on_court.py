"""Who is on the court: starters and substitutions, folded once for everybody who asks."""

from __future__ import annotations

from server.game.events import SIDES, Event, Starters, Substitution

Five = tuple[str, ...]


class OnCourt:
    """Accumulates facts in the order of the game.

    The folds that ask take in a fact before this one does, so they see who was there when it
    happened. It may be fewer or more than five: nothing that was said is left out.
    """

    concerns = (Starters, Substitution)

    def __init__(self) -> None:
        self._fives: dict[str, Five] = dict.fromkeys(SIDES, ())
        self._first: dict[str, Starters] = {}

    def add(self, _seq: int, event: Event) -> None:
        """Take in one fact that stands."""
        if isinstance(event, Substitution):
            self._fives[event.team] = _after(self._fives[event.team], event)
        elif isinstance(event, Starters):
            self._fives[event.team] = tuple(sorted(event.players))
            # A feed names who starts each period; what is said again at once is a slip mended.
            first = self._first.setdefault(event.team, event)
            if (first.period, first.clock_ms) == (event.period, event.clock_ms):
                self._first[event.team] = event

    def five(self, side: str) -> Five:
        """The ids of those who are there, sorted."""
        return self._fives[side]

    def fives(self) -> dict[str, Five]:
        """Both sides."""
        return dict(self._fives)

    def starters(self, side: str) -> Five:
        """Who began the game; empty while nobody said so."""
        first = self._first.get(side)
        return () if first is None else first.players


def _after(five: Five, event: Substitution) -> Five:
    if event.players is not None:
        return tuple(sorted(event.players))
    coming = () if event.player_in is None else (event.player_in,)
    return tuple(sorted({player for player in five if player != event.player_out}.union(coming)))
