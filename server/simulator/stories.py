"""The stories of `scenarios`. Rows: 0 to 4 home, 5 to 9 away, then referees and the bench."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from server.simulator.ball import launch
from server.simulator.players import Person
from server.simulator.stage import Stage, Story

SPOT = (8.0, 2.0)
"""Where most shots are taken, metres: some 4.9 m from the ring."""

# Found by trying: errors at the ring (metres) and angles (degrees) with which a shot from SPOT does
# what its name says. tests/simulator holds physics to it.
IN_AND_OUT = (0.14, -0.125, 0.0), 38.5
ROLL = (-0.148, 0.078, 0.0), 37.6
BANK = (0.477, -0.01, 0.0), 56.4
SHORT = (-0.33, 0.06, 0.0), 46.0


def _ready(stage: Stage, seconds: float = 0.8) -> Story:
    stage.place(0, *SPOT)
    yield from stage.hold(0, seconds)


def in_and_out(stage: Stage) -> Story:
    yield from _ready(stage)
    yield from stage.shoot(*IN_AND_OUT)
    yield from stage.scramble("rebound")


def roll(stage: Stage) -> Story:
    yield from _ready(stage)
    yield from stage.shoot(*ROLL)
    yield from stage.scramble("possession")


def bank(stage: Stage) -> Story:
    yield from _ready(stage)
    yield from stage.shoot(*BANK)
    yield from stage.scramble("possession")


def lob_in_front(stage: Stage) -> Story:
    """The lob falls through a point on the line from the phone to the ring."""
    phone, ring = np.array([7.2, -12.0, 2.6]), stage.hoops[0].centre
    stage.place(0, 6.0, -3.5)
    yield from stage.hold(0, 1.0, "dribble")
    stage.throw(1, through=phone + 0.72 * (ring - phone), lift=1.05)
    yield from stage.catch(1)
    yield from stage.hold(1, 1.0)


def two_shots(stage: Stage) -> Story:
    yield from _ready(stage)
    yield from stage.shoot()
    yield from stage.scramble("possession")
    yield from stage.hold(5, 0.6)
    stage.go(5, 7.4, -2.0)
    yield from stage.hold(5, 1.5, "dribble")
    yield from stage.shoot(*SHORT)
    yield from stage.scramble("rebound")


def putback(stage: Stage) -> Story:
    """The second attempt leaves the hands as the ball comes off the ring."""
    stage.place(1, 11.4, 0.5)
    yield from _ready(stage)
    yield from stage.shoot(*SHORT)
    ring = stage.hoops[0].centre
    stage.go(1, ring[0] - 0.7, 0.2, 5.5)
    while stage.ball.position[2] > 2.9:
        yield
    yield from stage.tip(1, entry=55)
    yield from stage.scramble("possession")


def foot_on_line(stage: Stage) -> Story:
    """The line's outer edge is 6.75 m from the ring; whose shoe touches it shoots for two."""
    ring = stage.hoops[0].x
    for step in (-0.08, 0.35):
        stage.go(0, ring - 6.75 - step, 0.0)
        yield from stage.hold(0, 2.0)
        yield from stage.shoot()
        yield from stage.scramble("possession")
        if stage.holder != 0:
            stage.throw(0)
            yield from stage.catch(0)


def scrum(stage: Stage) -> Story:
    stage.place(0, 9.0, 0.5)
    around = {1: (8.2, 0.0), 2: (9.8, 1.2), 5: (8.6, 1.2), 6: (9.6, -0.2), 7: (9.1, -0.6)}
    for row, (x, y) in around.items():
        stage.place(row, x, y)
    yield from stage.hold(0, 0.8, "dribble")
    stage.throw(1)
    for push in ((1.5, 1.0, 2.5), (-2.0, 0.6, 1.5), (0.8, -1.6, 2.0), (0.5, 0.4, 1.0)):
        stage.push(*push)
        for row in (0, 1, 2, 5, 6, 7):
            x, y = stage.ball.position[:2] + 0.35 * np.array([np.cos(row), np.sin(row)])
            stage.go(row, float(x), float(y), 3.0)
        yield from stage.wait(0.55)
    stage.take(5, "steal")
    stage.go(5, 4.0, -2.0)
    yield from stage.hold(5, 2.0, "dribble")


def end_to_end(stage: Stage) -> Story:
    """A shot at the right ring, a run, a shot at the left one."""
    stage.place(0, *SPOT)
    yield from stage.hold(0, 1.0, "dribble")
    yield from stage.shoot()
    stage.take(5)
    stage.attack_hoop(0)
    for row in range(10):
        x, y = stage.squad.at[row]
        stage.go(row, -float(x) * 0.8, float(y), 6.5)
    stage.go(5, -8.2, 1.6, 6.8)
    yield from stage.hold(5, 3.6, "dribble")
    yield from stage.shoot(*SHORT)
    yield from stage.scramble("rebound")


def crossing(stage: Stage) -> Story:
    """Pairs run past each other along the line of sight, three times."""
    yield from stage.hold(0, 0.5)
    for turn in range(3):
        side = -1 if turn % 2 else 1
        for k, row in enumerate((1, 2, 6, 7)):
            out = side if k % 2 else -side
            stage.go(row, 9.0 + 2.2 * out, -1.5 + k, 3.5)
        yield from stage.hold(0, 2.4, "dribble")


def unnumbered(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """The same people with nothing on their shirts."""
    return tuple(replace(person, number=None) for person in people)


def with_bench(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """One more of the home team, who waits beside the court."""
    return (*people, replace(people[4], id="home-98", number="98", height=1.9, skin=4, hair=1))


def substitution(stage: Stage) -> Story:
    bench = len(stage.squad) - 1
    stage.place(bench, 4.0, 8.6)
    yield from stage.hold(0, 1.5)
    x, y = stage.squad.at[3]
    stage.go(3, 3.2, 8.6, 2.5)
    stage.go(bench, float(x), float(y), 2.5)
    yield from stage.hold(0, 5.0)
    yield from stage.shoot()
    yield from stage.scramble("possession")


def second_ball(stage: Stage) -> Story:
    stage.bring(14.8, 2.5, 1.4)
    far = stage.bring(10.0, 10.5, 2.2)
    far.velocity = np.array([-1.0, 0.0, 2.0])
    yield from _ready(stage, 1.2)
    yield from stage.shoot()
    yield from stage.scramble("possession")


def warm_up(stage: Stage) -> Story:
    """Two more balls are shot from both sides while the first is."""
    ring = stage.hoops[0].centre
    left, right = stage.bring(9.5, -4.0, 2.2), stage.bring(9.0, 4.2, 2.2)
    for ball, out in ((left, 0.2), (right, -0.05)):
        ball.velocity = launch(ball.position, ring + np.array([out, 0.0, 0.0]), 1.0)
    yield from _ready(stage, 0.6)
    yield from stage.shoot()
    yield from stage.wait(1.0)
    left.position = np.array([8.5, -3.0, 2.2])
    left.velocity = launch(left.position, ring, 1.0)
    yield from stage.scramble("possession")
