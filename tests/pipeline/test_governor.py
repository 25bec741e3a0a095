"""The governor on simulated machines: it settles, sheds in the stated order and comes back."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.governor import (
    AGE_S,
    FULL,
    SHED,
    UP_AT_MOST,
    Governor,
    Plan,
    Window,
    in_words,
    ladder,
    load,
    start,
)

PLANS = ladder((384, 640), free=True)
CPU = start(PLANS, gpu=False)
GPU = start(PLANS, gpu=True)


@dataclass(frozen=True)
class Machine:
    """look_s: one picture of 384x640 in the network. other_s: around it, for each frame."""

    look_s: float
    other_s: float
    cameras: int
    offered: float = 30.0
    noise: float = 0.0

    def window(self, plan: Plan, chance: random.Random, seconds: float = 2.0) -> Window:
        """What the inference thread would measure."""
        views = 3 if plan.whole_every == 1 else 1
        slower = 1 + self.noise * chance.uniform(-1, 1)
        detect_s = self.look_s * slower * views * plan.area / (384 * 640)
        other_s = self.other_s * slower
        able = seconds * (1 - plan.spare) / (detect_s + other_s)
        frames = max(1, round(min(able, self.cameras * self.offered * seconds)))
        return Window(
            seconds,
            self.cameras,
            self.offered,
            frames,
            frames * views,
            frames * detect_s,
            frames * other_s,
            1 / self.offered + detect_s + other_s,
        )


def run(machine: Machine, governor: Governor, windows: int, seed: int = 1) -> list[Plan]:
    chance = random.Random(seed)
    plans = []
    for _ in range(windows):
        governor.update(machine.window(governor.plan, chance))
        plans.append(governor.plan)
    return plans


def changes(plans: list[Plan]) -> int:
    return sum(a != b for a, b in pairwise(plans))


machines = st.builds(
    Machine,
    look_s=st.floats(0.0005, 0.6),
    other_s=st.floats(0.0002, 0.03),
    cameras=st.integers(1, 50),
    offered=st.sampled_from([10.0, 15.0, 30.0, 60.0]),
)


@given(machines, st.sampled_from([CPU, GPU]))
@settings(max_examples=50, deadline=None)
def test_it_settles_where_the_machine_can_keep_up(machine: Machine, at: int) -> None:
    governor = Governor(PLANS, at)
    plans = run(machine, governor, 400)
    # A rung above that is tried again and again is tried ever more seldom.
    assert changes(plans[-150:]) <= 4
    window = machine.window(governor.plan, random.Random(0))
    over = load(window, governor.plan, governor.plan) > FULL or window.age_s > AGE_S
    trying = changes(plans[-3:]) > 0
    assert governor.plan == PLANS[-1] or not over or trying


@given(machines, st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_noise_does_not_move_it_to_and_fro(machine: Machine, seed: int) -> None:
    noisy = Machine(machine.look_s, machine.other_s, machine.cameras, machine.offered, 0.2)
    plans = run(noisy, Governor(PLANS, CPU), 600, seed)
    assert changes(plans[-2 * UP_AT_MOST :]) <= 8


@given(machines)
@settings(max_examples=20, deadline=None)
def test_it_comes_back_up_when_there_is_room_again(machine: Machine) -> None:
    governor = Governor(PLANS, CPU)
    run(machine, governor, 100)
    quick = Machine(0.002, 0.0005, machine.cameras if machine.cameras < 4 else 3)
    plans = run(quick, governor, UP_AT_MOST + 20 * len(PLANS))
    assert PLANS.index(plans[-1]) < CPU


@given(machines)
@settings(max_examples=20, deadline=None)
def test_without_cameras_it_begins_again(machine: Machine) -> None:
    governor = Governor(PLANS, CPU)
    run(machine, governor, 50)
    assert governor.update(Window(2.0, 0, 0.0, 0, 0, 0.0, 0.0, 0.0)) == PLANS[CPU]


def test_what_waits_is_shed_before_the_picture_gets_smaller() -> None:
    order = PLANS[CPU:]
    shed = [[stage for stage in SHED if stage not in plan.stages] for plan in order]
    assert shed[: len(SHED) + 1] == [list(SHED[:count]) for count in range(len(SHED) + 1)]
    assert all(plan.area == order[0].area for plan in order[: len(SHED) + 1])
    assert [plan.area for plan in order] == sorted((p.area for p in order), reverse=True)
    assert [plan.area for plan in order[len(SHED) + 1 :][:2]] == [163840, 114688]


def test_a_network_of_one_size_is_never_asked_for_another() -> None:
    plans = ladder((416, 416), free=False)
    assert {plan.area for plan in plans} == {416 * 416}
    assert len(set(plans)) == len(plans)
    assert plans[start(plans, gpu=True)].whole_every == 1
    assert plans[start(plans, gpu=False)].whole_every == 2


def test_old_frames_alone_make_it_look_less_closely() -> None:
    governor = Governor(PLANS, CPU)
    late = Window(2.0, 1, 30.0, 40, 40, 0.4, 0.1, AGE_S + 0.1)
    governor.update(late)
    assert governor.plan == PLANS[CPU]
    governor.update(late)
    assert governor.plan == PLANS[CPU + 1]


@pytest.mark.parametrize(
    ("rung", "looks", "said"),
    [
        (CPU, 12.0, ""),
        (CPU, 4.2, "seeing at 4 looks a second: this machine is too slow for 3 games"),
        (
            CPU + 2,
            11.0,
            "numbers on shirts are not read, the gym's scoreboard is not read: "
            "this machine is busy with 3 games",
        ),
    ],
)
def test_an_operator_is_told_in_words(rung: int, looks: float, said: str) -> None:
    assert in_words(PLANS[rung], PLANS[CPU], looks, 30.0, 3, 3) == said


def test_a_slow_camera_is_no_slow_machine() -> None:
    assert in_words(PLANS[CPU], PLANS[CPU], 5.0, 5.0, 1, 1) == ""
