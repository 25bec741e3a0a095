"""A count for each player, each side's own, and so for each side."""

from __future__ import annotations

from collections import Counter

Who = tuple[str, str | None]


class Tally:
    """A side's own counts, which no player has, are under the player None."""

    def __init__(self) -> None:
        self._counts: Counter[Who] = Counter()

    def add(self, side: str, player: str | None, count: int = 1) -> None:
        self._counts[side, player] += count

    def of(self, side: str, player: str | None) -> int:
        """What a player has, or the side's own."""
        return self._counts[side, player]

    def of_side(self, side: str) -> int:
        """What the side and all its players have."""
        return sum(count for who, count in self._counts.items() if who[0] == side)
