"""The fouls of each player, and when they end a player's game."""

from __future__ import annotations

from collections import Counter

from server.game.rules import Rules


class PlayerFouls:
    """Counts by kind; the order does not matter."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._kinds: dict[str, Counter[str]] = {}

    def add(self, player: str, kind: str) -> str | None:
        """Count one more. Why the player's game is over with it or before, `ejected` or
        `fouled-out`, or None."""
        kinds = self._kinds.setdefault(player, Counter())
        kinds[kind] += 1
        if self._rules.ejected(kinds):
            return "ejected"
        personal = sum(kinds[one] for one in kinds.keys() & self._rules.personal_kinds)
        return "fouled-out" if self._rules.fouled_out(personal) else None
