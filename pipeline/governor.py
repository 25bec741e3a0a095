"""How closely to look at every camera, chosen from what the machine gives.

Pure: what was measured over a few seconds goes in, a plan comes out. What may change is how much
is looked at, never how old a frame may be: frames are never queued (`server/slot.py`), so a slow
machine looks at fewer of them. This chooses which work that costs first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Stage = Literal["numbers", "scoreboard"]
"""What waits for a gap between frames: reading shirts, reading the gym's scoreboard."""

SHED: tuple[Stage, ...] = ("numbers", "scoreboard")
"""The order in which they are left out: a number costs most and the scorekeeper sees it anyway."""

SHARES: dict[Stage, float] = {"numbers": 0.12, "scoreboard": 0.06}
"""Of the inference thread's time, at most."""

AREAS = (1.8, 1.0, 2 / 3, 7 / 15)
"""Pixels of the network's input in parts of what the model was made for: 384x640 becomes 512x864,
384x640, 320x512, 256x448."""

THOROUGH = 25.0
"""Looks a second at each camera for which every frame is looked at whole and closely at once."""

WANTED = 12.0
"""Looks a second at each camera that are worth more than anything that may be left out: half of
them whole for the players, half at the rim where something moves there. On three clips shots were
found as well at 9 as at 13."""

LEAST = 8.0
"""Looks a second below which shots are missed, and an operator is told so."""

AGE_S = 0.35
"""95 % of the frames are to be handed over at this age or younger."""

FULL, ROOM = 1.0, 0.75
"""Parts of the thread's time: more than FULL is too much, and one goes back up where no more than
ROOM would be used. The gap between them keeps noise from moving the plan."""

DOWN_AFTER = 2
"""Windows in a row that must be too slow."""

UP_AFTER, UP_AT_MOST = 5, 160
"""Windows in a row that must have room; doubled, up to the second, each time that going up did not
last."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How every camera is looked at.

    area: pixels of the network's input for one picture, at most.
    whole_every: 1: each frame whole and closely at every rim; n: one view a frame, each n-th of
    them the whole picture while there is something to see closely.
    wanted: looks a second at each camera that this plan is for.
    stages: what is done in the gaps.
    """

    area: int
    whole_every: int
    wanted: float
    stages: frozenset[Stage]

    @property
    def spare(self) -> float:
        """Share of the time for what is done in the gaps, 0 to 1."""
        return sum(SHARES[stage] for stage in self.stages)


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured over some seconds.

    cameras: attached ones. offered: frames a second that came from a camera, their mean.
    frames: looked at. pictures: views of them that went through the network.
    detect_s: in the network. other_s: before and after it, without the gaps.
    age_s: of a frame at its hand-over, 95th percentile.
    """

    seconds: float
    cameras: int
    offered: float
    frames: int
    pictures: int
    detect_s: float
    other_s: float
    age_s: float

    @property
    def looks(self) -> float:
        """Looks a second at each camera."""
        return self.frames / self.seconds / self.cameras if self.cameras else 0.0


def ladder(size: tuple[int, int], *, free: bool) -> tuple[Plan, ...]:
    """The plans for a network, the best first.

    size: (height, width) of the input that it was made for. free: whether it takes others.
    """
    large, usual, *smaller = (round(size[0] * size[1] * part) for part in AREAS)
    everything = frozenset(SHED)
    best = Plan(large, 1, THOROUGH, everything)
    turns = Plan(usual, 2, WANTED, everything)
    plans = [best, replace(best, area=usual), turns]
    plans += [replace(turns, stages=frozenset(SHED[gone:])) for gone in range(1, len(SHED) + 1)]
    plans += [replace(plans[-1], area=area) for area in smaller]
    plans.append(replace(plans[-1], whole_every=3))
    if not free:
        plans = [replace(plan, area=usual) for plan in plans]
    return tuple(dict.fromkeys(plans))


def start(plans: Sequence[Plan], *, gpu: bool) -> int:
    """Where to begin: with all views at the usual size on a GPU, in turns on a CPU."""
    every = 1 if gpu else 2
    usual = sorted({plan.area for plan in plans if plan.whole_every == 1})[0]
    return next(
        i for i, plan in enumerate(plans) if plan.whole_every == every and plan.area == usual
    )


def load(window: Window, now: Plan, then: Plan) -> float:
    """Share of the inference thread's time that the looks of `then` would take, as measured
    under `now`. Above 1 they cannot be had."""
    if not window.frames or not window.pictures:
        return 0.0
    views = window.pictures / window.frames
    if (now.whole_every == 1) != (then.whole_every == 1):
        # Not known before it is tried: the whole picture and both rims.
        views = 3.0 if then.whole_every == 1 else 1.0
    look_s = window.detect_s / window.pictures * views * then.area / now.area
    look_s += window.other_s / window.frames
    wanted = min(then.wanted, window.offered)
    return window.cameras * wanted * look_s / (1.0 - then.spare)


class Governor:
    """Walks up and down a ladder of plans."""

    def __init__(self, plans: Sequence[Plan], at: int) -> None:
        """at: index of the plan to begin with, and to come back to without cameras."""
        self._plans = tuple(plans)
        self._first = self._at = at
        self._slow = self._calm = 0
        self._patience, self._since_up = UP_AFTER, 2 * UP_AT_MOST
        self._cameras = 0

    @property
    def plan(self) -> Plan:
        """The plan that holds now."""
        return self._plans[self._at]

    def update(self, window: Window) -> Plan:
        """Take in what was measured under the present plan; the plan from now on."""
        if window.cameras != self._cameras:
            # What was learnt about going up held for another number of cameras.
            self._cameras, self._patience, self._calm = window.cameras, UP_AFTER, 0
        if not window.cameras:
            self._at, self._slow = self._first, 0
        elif window.frames:
            self._weigh(window)
        return self.plan

    def _weigh(self, window: Window) -> None:
        self._since_up += 1
        if load(window, self.plan, self.plan) > FULL or window.age_s > AGE_S:
            self._slow, self._calm = self._slow + 1, 0
            if self._slow >= DOWN_AFTER:
                self._down(window)
            return
        self._slow = 0
        self._calm = self._calm + 1 if self._has_room_above(window) else 0
        if self._since_up == 2 * self._patience:
            # It lasted.
            self._patience = UP_AFTER
        if self._calm >= self._patience:
            self._at -= 1
            self._calm = self._since_up = 0

    def _down(self, window: Window) -> None:
        """To the best plan below that can be had, at once."""
        if self._at + 1 < len(self._plans) and self._since_up < 2 * self._patience:
            self._patience = min(2 * self._patience, UP_AT_MOST)
        now, self._slow = self.plan, 0
        for at in range(self._at + 1, len(self._plans)):
            self._at = at
            if load(window, now, self._plans[at]) <= FULL:
                return

    def _has_room_above(self, window: Window) -> bool:
        if self._at == 0:
            return False
        now, above = self.plan, self._plans[self._at - 1]
        needed = load(window, now, above)
        older = window.age_s * max(1.0, needed / max(load(window, now, now), 1e-9))
        return needed <= ROOM and older <= AGE_S


def in_words(
    plan: Plan, usual: Plan, looks: float, offered: float, cameras: int, games: int
) -> str:
    """What an operator is told about a plan that does less than usual; empty: nothing.

    looks, offered: frames a second of each camera that were looked at, and that there were.
    """
    many = f"{games} games" if games != 1 else "one game"
    if cameras > games:
        many += f" with {cameras} cameras"
    if cameras and looks < min(LEAST, 0.8 * offered):
        told = f"{looks:.0f}" if looks >= 2 else f"{looks:.1f}"
        return f"seeing at {told} looks a second: this machine is too slow for {many}"
    less = [f"{_SAID[stage]} not read" for stage in SHED if stage not in plan.stages]
    if plan.area < usual.area:
        less.append(f"pictures are looked at with {plan.area / usual.area:.0%} of the pixels")
    return f"{', '.join(less)}: this machine is busy with {many}" if less else ""


_SAID: dict[Stage, str] = {
    "numbers": "numbers on shirts are",
    "scoreboard": "the gym's scoreboard is",
}
