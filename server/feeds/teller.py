"""Collects the calls of a game in order, so that clocks run down and periods begin and end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from server.feeds.told import Step
from server.game.events import SIDES, TEAMLESS_TIMEOUTS
from server.game.rules import Rules

# Who does this is on the court; a technical foul may be called on the bench.
_ON_COURT = frozenset(
    ("field_goal", "free_throw", "rebound", "turnover", "steal", "block", "assist", "jump_ball")
)
_BENCH_FOULS = frozenset(("technical", "bench", "coach"))


@dataclass(slots=True)
class Teller:
    """Collects calls; within a period the clock that is told never goes back up.

    Feeds correct late and stamp late, so their order says more than their clock. Minutes hang
    on substitutions: those keep their time, and what lies between them gives way.
    """

    rules: Rules
    period: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    _steps: list[Step] = field(default_factory=list)
    _said: list[Step] = field(default_factory=list)
    _open: bool = False
    _final: bool = False

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
        """The game is over once everything is told; feeds may say so twice."""
        self._final = True

    def starters(self, fives: Mapping[str, Sequence[str]]) -> None:
        """Who begins a period on the court, for each side of which that is known."""
        for side, five in fives.items():
            if five:
                self.say("starters", None, team=side, players=list(five[:5]))

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
        if kind == "timeout" and fields.get("kind") not in self._timeouts():
            fields["kind"] = None
        if clock_ms is None:
            clock_ms = self._said[-1].body["clock_ms"] if self._said else length_ms
        body = {
            "type": kind,
            "period": max(1, self.period),
            "clock_ms": max(0, min(length_ms, clock_ms)),
            **{name: value for name, value in fields.items() if value is not None},
        }
        self._said.append(Step(body, key, parent))

    def puzzled(self, *words: Any) -> None:
        """The feed used words that the reader does not know; counted, never hidden."""
        said = (str(word)[:40].encode("ascii", "replace").decode() for word in words if word)
        self.unknown[" ".join(said)] += 1

    def steps(self) -> tuple[Step, ...]:
        """All that was said, in order. Who began the game is found out where no box says it."""
        self._settle()
        if self._final:
            self.end()
        said = [step for step in self._steps if step.body["type"] == "starters"]
        told = {step.body["team"] for step in said}
        missing = [
            Step({"type": "starters", "period": 1, "team": side, "players": five})
            for side in SIDES
            if side not in told and (five := began(self._steps, side))
        ]
        over = [Step({"type": "finalize"})] if self._final else []
        return (*missing, *self._steps, *over)

    def _timeouts(self) -> tuple[str, ...]:
        """The kinds of timeout that have a meaning under these rules."""
        return (*TEAMLESS_TIMEOUTS, *self.rules.timeout_kinds)

    def _settle(self) -> None:
        clocks = steady(
            [step.body["clock_ms"] for step in self._said],
            [step.body["type"] == "substitution" for step in self._said],
        )
        for step, clock_ms in zip(self._said, clocks, strict=True):
            self._steps.append(replace(step, body={**step.body, "clock_ms": clock_ms}))
        self._said = []


def began(steps: Iterable[Step], side: str) -> list[str]:
    """Who acts, or goes out, before coming in: the first five such players of a side."""
    there: dict[str, None] = {}
    came: set[str] = set()
    for step in steps:
        body = step.body
        if body.get("team") != side:
            continue
        going, coming, player = (body.get(n) for n in ("player_out", "player_in", "player"))
        fair = body["type"] == "foul" and body.get("kind") not in _BENCH_FOULS
        acts = player if fair or body["type"] in _ON_COURT else None
        for someone in (going, acts):
            if someone is not None and someone not in came:
                there[someone] = None
        if coming is not None and coming not in there:
            came.add(coming)
    return list(there)[:5]


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
