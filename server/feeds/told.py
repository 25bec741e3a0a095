"""What every feed becomes: a roster, calls in order, and the official box to compare with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from server.game.rules import Rules


class FeedError(Exception):
    """A file that is missing, broken or not of this feed; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call. key: a name for its entry; parent: the key of the entry that it belongs to."""

    body: Mapping[str, Any]
    key: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Official:
    """A line of the official box. counts: the 15 columns; ms and plus_minus where it has them.

    team_rebounds: the team's own, where the box keeps them apart.
    without_own: columns of a team's line that hold its players' counts only.
    """

    counts: Mapping[str, int]
    ms: int | None = None
    plus_minus: int | None = None
    team_rebounds: int | None = None
    without_own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """id: as in the log, `home-7`."""

    id: str
    name: str
    official: Official


@dataclass(frozen=True, slots=True)
class Side:
    name: str
    players: tuple[Person, ...]
    official: Official


@dataclass(frozen=True, slots=True)
class Told:
    """One game of a feed. steps: calls in the order in which they are said."""

    feed: str
    game: str
    rules: Rules
    sides: Mapping[str, Side]
    steps: tuple[Step, ...]


@dataclass(slots=True)
class Teller:
    """Collects calls; within a period the clock that is told never goes back up.

    Feeds correct late and stamp late, so their order says more than their clock. Minutes hang
    on substitutions: those keep their time, and what lies between them gives way.
    """

    rules: Rules
    period: int = 0
    _steps: list[Step] = field(default_factory=list)
    _said: list[Step] = field(default_factory=list)
    _open: bool = False

    def start(self, period: int) -> None:
        """Start a period unless it is being played; an older one that is open ends."""
        if period <= self.period:
            return
        self.end()
        self.period, self._open = period, True
        self._steps.append(Step({"type": "period_start", "period": period}))

    def end(self) -> None:
        """End the period that is open, if one is."""
        self._settle()
        if self._open:
            self._open = False
            self._steps.append(Step({"type": "period_end", "clock_ms": 0}))

    def finish(self) -> None:
        """The game is over; feeds may say so twice."""
        self.end()
        if not any(step.body["type"] == "finalize" for step in self._steps):
            self._steps.append(Step({"type": "finalize"}))

    def say(
        self,
        kind: str,
        clock_ms: int | None,
        /,
        *,
        key: str | None = None,
        parent: str | None = None,
        **fields: Any,
    ) -> None:
        """One call in the period being played; fields that are None are left out.

        clock_ms: None when the feed has none, then it is that of the call before.
        """
        length_ms = self.rules.period_length_ms(max(1, self.period))
        if clock_ms is None:
            clock_ms = self._said[-1].body["clock_ms"] if self._said else length_ms
        body = {
            "type": kind,
            "period": max(1, self.period),
            "clock_ms": max(0, min(length_ms, clock_ms)),
            **{name: value for name, value in fields.items() if value is not None},
        }
        self._said.append(Step(body, key, parent))

    def steps(self) -> tuple[Step, ...]:
        """All that was said, in order."""
        self._settle()
        return tuple(self._steps)

    def _settle(self) -> None:
        clocks = steady(
            [step.body["clock_ms"] for step in self._said],
            [step.body["type"] == "substitution" for step in self._said],
        )
        for step, clock_ms in zip(self._said, clocks, strict=True):
            self._steps.append(replace(step, body={**step.body, "clock_ms": clock_ms}))
        self._said = []


def steady(clocks: list[int], firm: list[bool]) -> list[int]:
    """The clocks made to run down only. Firm ones give way to earlier firm ones alone."""
    floors, lowest = [], max(clocks, default=0)
    for clock_ms, is_firm in zip(clocks, firm, strict=True):
        lowest = min(lowest, clock_ms) if is_firm else lowest
        floors.append(lowest if is_firm else 0)
    coming = 0
    for index in range(len(floors) - 1, -1, -1):
        coming = max(coming, floors[index])
        floors[index] = coming
    found: list[int] = []
    for clock_ms, is_firm, floor in zip(clocks, firm, floors, strict=True):
        told = floor if is_firm else max(clock_ms, floor)
        found.append(min(told, found[-1]) if found else told)
    return found


def read_json(path: Path) -> Any:
    """The document in a file. FeedError when it is missing, cut off or no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise FeedError(f"{path} is not readable JSON: {error}") from error


def whole(value: Any) -> int:
    """A count; null is 0."""
    return 0 if value is None else int(value)


def minutes_ms(text: str | None) -> int:
    """`25:38` as milliseconds; 0 for the words of somebody who did not play."""
    if not text or ":" not in text:
        return 0
    minutes, seconds = text.split(":")
    return int(float(minutes)) * 60_000 + round(float(seconds) * 1000)


def shot_counts(fg2: tuple[int, int], fg3: tuple[int, int], ft: tuple[int, int]) -> dict[str, int]:
    """Columns of shots from (made, attempted) pairs of twos, threes and free throws."""
    return {
        "fgm": fg2[0] + fg3[0],
        "fga": fg2[1] + fg3[1],
        "fg3m": fg3[0],
        "fg3a": fg3[1],
        "ftm": ft[0],
        "fta": ft[1],
    }


def ids_of(side: str, numbers: Mapping[str, str]) -> dict[str, str]:
    """Feed's key of each player -> id. numbers: shirt numbers by the feed's key; one that is
    missing or worn twice is replaced by the feed's own key."""
    worn = [number.strip() for number in numbers.values()]
    found = {}
    for key, number in numbers.items():
        plain = number.strip()
        found[key] = f"{side}-{plain if plain and worn.count(plain) == 1 else 'p' + key.strip()}"
    return found
