"""What the inference thread measures of itself, and the plan that follows from it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from pipeline.governor import Governor, Plan, Window, in_words, load
from server.clock import Clock

log = logging.getLogger(__name__)

WINDOW_S = 2.0
"""Long enough for a few looks on a slow machine, short enough to act before a play is over."""

MOST_SAVED_S = 0.05
"""Time for the gaps that may be saved up: a pause must not be followed by a long absence."""

MOST_OWED_S = 0.5
"""Debt of a piece that took long, at most: one hiccup must not shut the gaps for long."""

SMOOTHED = 3
"""Windows whose best counts as the looks a second: one bad window is no news to an operator."""


class Meters(Protocol):
    """What is counted of one stage or look; called from the inference thread."""

    def stage_took(self, stage: str, seconds: float) -> None: ...

    def plan_changed(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Going:
    """How it goes, for `/readyz` and `/metrics`.

    looks, offered: frames a second of each camera that were looked at, and that there were.
    load: share of the thread's time that the plan's looks take; above 1 they cannot be had.
    trouble: in words for an operator; empty: none.
    """

    plan: Plan
    cameras: int = 0
    looks: float = 0.0
    offered: float = 0.0
    age_s: float = 0.0
    load: float = 0.0
    trouble: str = ""


class Pace:
    """Use from the inference thread; `going` may be read from any other."""

    def __init__(self, governor: Governor, clock: Clock, meters: Meters) -> None:
        self._governor = governor
        self._clock = clock
        self._meters = meters
        self._usual = governor.plan
        self._recent: deque[float] = deque(maxlen=SMOOTHED)
        self._saved_s = 0.0
        self._earned_s = clock.monotonic_s()
        self.going = Going(governor.plan)
        self._begin(offered=0)

    @property
    def plan(self) -> Plan:
        """How to look now."""
        return self._governor.plan

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure one stage of one frame (of one batch: `detect`)."""
        before_s = self._clock.monotonic_s()
        yield
        self._meters.stage_took(name, self._clock.monotonic_s() - before_s)

    def paid(self, work: Callable[[], bool]) -> bool:
        """Do something between frames, paid from the time that was saved; whether it did."""
        before_s = self._clock.monotonic_s()
        did = work()
        if did:
            took_s = self._clock.monotonic_s() - before_s
            self._saved_s = max(self._saved_s - took_s, -MOST_OWED_S)
            self._meters.stage_took("gap", took_s)
        return did

    def may_pause(self) -> bool:
        """Whether there is time for something between frames. What comes out longer than was
        saved is earned back before there is time again."""
        now_s = self._clock.monotonic_s()
        earned_s = (now_s - self._earned_s) * self.plan.spare
        self._earned_s = now_s
        self._saved_s = min(self._saved_s + earned_s, MOST_SAVED_S)
        return self._saved_s > 0 and bool(self.plan.stages)

    def looked(self, pictures: int, detect_s: float, turn_s: float, ages_s: list[float]) -> None:
        """One turn is over: a batch of so many pictures, frames of these ages.

        detect_s: of the turn's seconds, those in the network.
        """
        self._pictures += pictures
        self._detect_s += detect_s
        self._other_s += turn_s - detect_s
        self._ages_s += ages_s

    def settle(self, cameras: int, games: int, offered: int) -> None:
        """See whether the plan still fits; once in `WINDOW_S`, otherwise nothing.

        offered: frames that ever came from the cameras that are attached now.
        """
        seconds = self._clock.monotonic_s() - self._began_s
        if seconds < WINDOW_S:
            return
        ages_s = sorted(self._ages_s)
        # Cameras that came or left in between make the sum of their frames jump.
        came = max(0, offered - self._offered) if cameras == self.going.cameras else 0
        window = Window(
            seconds=seconds,
            cameras=cameras,
            offered=max(came, len(ages_s)) / seconds / max(1, cameras),
            frames=len(ages_s),
            pictures=self._pictures,
            detect_s=self._detect_s,
            other_s=self._other_s,
            age_s=ages_s[int(0.95 * (len(ages_s) - 1))] if ages_s else 0.0,
        )
        before, plan = self.plan, self._governor.update(window)
        self._report(window, before, plan, games)
        self._begin(offered)

    def _begin(self, offered: int) -> None:
        self._began_s = self._clock.monotonic_s()
        self._offered = offered
        self._pictures = 0
        self._detect_s = self._other_s = 0.0
        self._ages_s: list[float] = []

    def _report(self, window: Window, before: Plan, plan: Plan, games: int) -> None:
        if window.cameras != self.going.cameras:
            self._recent.clear()
        self._recent.append(window.looks)
        looks = max(self._recent)
        trouble = ""
        if len(self._recent) == SMOOTHED or plan != before:
            trouble = in_words(plan, self._usual, looks, window.offered, window.cameras, games)
        self.going = Going(
            plan,
            window.cameras,
            looks,
            window.offered,
            window.age_s,
            load(window, before, before),
            trouble,
        )
        if plan != before:
            self._meters.plan_changed()
            log.log(
                logging.WARNING if trouble else logging.INFO,
                "inference: from now on %s (cameras %d, looks a second %.1f each, age %.0f ms)%s",
                plan_in_words(plan),
                window.cameras,
                window.looks,
                1000 * window.age_s,
                f": {trouble}" if trouble else "",
            )


def plan_in_words(plan: Plan) -> str:
    """`whole and close in turns, 245760 pixels, with numbers and scoreboard`."""
    how = {1: "whole and close at once", 2: "whole and close in turns"}
    turns = how.get(plan.whole_every, f"whole at every {plan.whole_every}rd look")
    return f"{turns}, {plan.area} pixels, with {' and '.join(sorted(plan.stages)) or 'no extras'}"
