"""Which foul a free throw belongs to, where the feed does not say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from server.game.events import other

_NTH = re.compile(r"(\d)\s*of\s*(\d)")


@dataclass(frozen=True, slots=True)
class _Foul:
    key: str
    clock_ms: int
    technical: bool
    drawn_by: str | None


@dataclass(slots=True)
class Trips:
    """Remembers the last fouls of each side, technicals apart: a technical foul may be called
    and shot between two free throws of another trip."""

    _fouls: dict[str, list[_Foul]] = field(default_factory=dict)

    def foul(
        self, key: str, team: str, clock_ms: int, technical: bool, drawn_by: str | None = None
    ) -> None:
        """A foul by `team` in entry `key`."""
        known = self._fouls.setdefault(team, [])
        # Older ones count only as the last of their sort.
        last = next((foul for foul in reversed(known) if foul.technical != technical), None)
        kept = [foul for foul in known if foul.clock_ms == clock_ms or foul is last]
        self._fouls[team] = [*kept, _Foul(key, clock_ms, technical, drawn_by)]

    def foul_of(
        self, team: str, clock_ms: int, technical: bool, shooter: str | None = None
    ) -> str | None:
        """The foul that gave `team` its free throw, or None when nothing fits."""
        fouls = self._fouls.get(other(team), [])
        # The clock stands still between a foul and its throws.
        now = [foul for foul in fouls if foul.clock_ms == clock_ms]
        same = [foul for foul in now if foul.technical == technical]
        drawn = [f for f in same if not technical and shooter and f.drawn_by == shooter]
        before = [foul for foul in fouls if foul.technical == technical]
        for found in (drawn, same, now, before):
            if found:
                return found[-1].key
        return None


def nth_of(text: Any) -> dict[str, Any]:
    """`nth` and `of` in `2 of 3`, `2of3`; nothing where the words do not say it."""
    found = _NTH.search(str(text or ""))
    if found is None or not 1 <= int(found[1]) <= int(found[2]) <= 3:
        return {}
    return {"nth": int(found[1]), "of": int(found[2])}
