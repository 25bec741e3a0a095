"""When each call of a told game is due, were it being played now."""

from __future__ import annotations

from collections.abc import Sequence

from server.feeds.told import Step
from server.game.rules import Rules

# What a break or a dead ball takes here: nobody wants to watch a scoreboard for a quarter of an
# hour, and what happens with the clock stopped should not all come at once.
BREAK_MS = 20_000
STOPPED_MS = 400


def due_ms(steps: Sequence[Step], rules: Rules) -> list[int]:
    """Milliseconds from the start at which each step is due: the game clock that has run, a
    short pause between periods, a moment for each thing that happens while it stands still.
    Never decreasing."""
    found: list[int] = []
    now_ms, left_ms = 0, rules.period_ms
    for step in steps:
        body = step.body
        if body["type"] == "period_start":
            now_ms += BREAK_MS if found and body["period"] > 1 else 0
            left_ms = rules.period_length_ms(body["period"])
        elif body["type"] not in ("starters", "finalize"):
            ran_ms = left_ms - body["clock_ms"]
            now_ms += ran_ms if ran_ms > 0 else STOPPED_MS
            left_ms = min(left_ms, body["clock_ms"])
        found.append(now_ms)
    return found
