"""Which foul a free throw belongs to, where the feed does not say."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.game.events import other


@dataclass(slots=True)
class Trips:
    """Remembers the last fouls of each side, technicals apart: a technical foul may be called
    and shot between two free throws of another trip."""

    _last: dict[tuple[str, bool], tuple[str, int]] = field(default_factory=dict)

    def foul(self, key: str, team: str, clock_ms: int, technical: bool) -> None:
        """A foul by `team` in entry `key`."""
        self._last[team, technical] = (key, clock_ms)

    def foul_of(self, team: str, clock_ms: int, technical: bool) -> str | None:
        """The foul that gave `team` its free throw, or None when nothing fits."""
        foulers = other(team)
        same = self._last.get((foulers, technical))
        unlike = self._last.get((foulers, not technical))
        # The clock stands still between a foul and its throws.
        for found in (same, unlike):
            if found is not None and found[1] == clock_ms:
                return found[0]
        return None if same is None else same[0]
