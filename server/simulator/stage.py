"""A script that somebody wrote: a story says who does what, and physics what comes of it.

A story is a generator that yields once a frame. Its verbs are the stage's methods:

    def story(stage: Stage) -> Story:
        yield from stage.hold(0, 1.0)
        yield from stage.shoot()
        yield from stage.rebound()
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from server.simulator.ball import GRAVITY, SUBSTEP_S, Ball, launch
from server.simulator.court import Court
from server.simulator.handling import How
from server.simulator.players import Squad
from server.simulator.script import TEAM, Script
from server.simulator.truth import Event

Array = NDArray[np.float64]
Story = Generator[None, None, None]

_RAISE_S = 0.55  # from the decision to shoot to the release
_CATCH_M = 1.3  # how high a pass is caught


class Stage(Script):
    """Ten players (0 to 4 home, 5 to 9 away), whoever else was brought, and the story's hand."""

    def __init__(
        self,
        court: Court,
        squad: Squad,
        rng: np.random.Generator,
        story: Callable[[Stage], Story],
    ) -> None:
        self._at_hoop = 0
        self._held: How = "hold"
        super().__init__(court, squad, rng)
        self._at_hoop = len(self.hoops) - 1
        self.holder = 0
        self._begin_attack(first=True)
        squad.at[:] = squad.goal
        self._carry(1.0)
        self.ball.velocity = np.zeros(3)
        self._story = story(self)

    @property
    def hoop_index(self) -> int:
        """The basket that the story is about."""
        return self._at_hoop

    def _how(self) -> How | None:
        if self.phase == "shoot":
            return "shoot"
        return self._held if self.phase == "play" else None

    def step(self, dt: float) -> tuple[Event, ...]:
        """As in `Script`; where the story has ended, everything only falls and stands."""
        self.now_s += dt
        self._events = []
        self.in_net = max(0.0, self.in_net - 3 * dt)
        if self.phase == "flight":
            self._flight(dt)
        elif self.phase in ("pass", "loose"):
            self._fly(dt)
        for ball in self.others:
            for _ in range(max(1, round(dt / SUBSTEP_S))):
                ball.step(SUBSTEP_S, self.hoops)
        next(self._story, None)
        self.squad.face = np.tile(self.ball.position[:2], (len(self.squad), 1))
        self.squad.step(dt)
        self._carry(dt)
        return tuple(self._events)

    # -- verbs -----------------------------------------------------------------------------

    def place(self, who: int, x: float, y: float) -> None:
        """Somebody stands there from the beginning."""
        self.squad.at[who] = self.squad.goal[who] = (x, y)

    def go(self, who: int, x: float, y: float, pace: float = 4.2) -> None:
        """Somebody runs there; pace: metres a second."""
        self.squad.goal[who], self.squad.pace[who] = (x, y), pace

    def attack_hoop(self, index: int) -> None:
        """What follows is about this basket."""
        self._at_hoop = index

    def wait(self, seconds: float) -> Story:
        until = self.now_s + seconds - 1e-6
        while self.now_s < until:
            yield

    def take(self, who: int, why: Literal["possession", "rebound", "steal"] = "possession") -> None:
        """The ball is in somebody's hands."""
        if self._shot is not None:
            self._finish("missed", self._nearest[1])
        change = who // TEAM != self.attack
        self.holder = who
        event = self._event(why)
        self._tell(replace(event, offensive=not change) if why == "rebound" else event)
        self._enter("play")
        self._held = "hold"
        self._handling.begin(1)

    def hold(self, who: int, seconds: float, how: Literal["hold", "dribble"] = "hold") -> Story:
        """Somebody has the ball for a while."""
        if self.holder != who or self.phase != "play":
            self.take(who)
        self._held = how
        yield from self.wait(seconds)

    def shoot(
        self, error: tuple[float, float, float] = (0.0, 0.0, 0.0), entry: float = 46
    ) -> Story:
        """The holder shoots; until the ring has decided. error: metres from the ring's middle;
        entry: degrees."""
        self._enter("shoot")
        self.squad.goal[self.holder] = self.squad.at[self.holder]
        self.squad.stance[self.holder] = "release"
        yield from self.wait(_RAISE_S - 0.17)
        self.squad.jump(self.holder, 0.36)
        yield from self.wait(0.17)
        yield from self._fly_at(error, entry)

    def tip(
        self, who: int, error: tuple[float, float, float] = (0.0, 0.0, 0.0), entry: float = 40
    ) -> Story:
        """Somebody pushes a ball in the air at the ring; the shot before it is missed."""
        if self._shot is not None:
            self._finish("missed", self._nearest[1])
        self.holder = who
        self.squad.stance[who] = "reach"
        yield from self._fly_at(error, entry)

    def _fly_at(self, error: tuple[float, float, float], entry: float) -> Story:
        self._let_go(np.array(error), float(np.radians(entry)))
        ring = self.hoops[self.hoop_index]
        while self._shot is not None:
            self._send(ring.centre[:2] - [ring.side * 0.9, 0.0], 4, "guard")
            yield
        self.squad.stance[self.holder] = "stand"

    def push(self, x: float, y: float, z: float) -> None:
        """A hand gives a free ball this velocity, metres a second."""
        self.ball.velocity = np.array([x, y, z])

    def throw(self, to: int, through: Array | None = None, lift: float = 0.18) -> None:
        """The holder passes. through: a point that the ball falls through on its way, metres;
        lift: radians above the horizon."""
        squad, start = self.squad, self.ball.position
        goal = np.append(squad.at[to], _CATCH_M) if through is None else through
        velocity = launch(start, goal, lift)
        self.ball = Ball(start, velocity)
        if through is not None:
            self.place(to, *lands(start, velocity, _CATCH_M))
        self._tell(replace(self._event("pass"), to=squad.people[to].id))
        self._enter("pass")

    def catch(self, who: int, why: Literal["possession", "steal"] = "possession") -> Story:
        """Until a pass has arrived there."""
        while self._gap(who, self.ball.position) > 0.45 and self.ball.position[2] > 0.3:
            yield
        self.take(who, why)

    def scramble(self, why: Literal["possession", "rebound", "steal"] = "rebound") -> Story:
        """Everyone near goes for a free ball; the first to reach it has it."""
        began = self.now_s
        while True:
            ball = self.ball.position
            self._send(ball[:2] + self.ball.velocity[:2] * 0.3, 5, "guard")
            near = min(range(2 * TEAM), key=lambda i: self._gap(i, ball))
            reach = self.squad.height[near] * 1.22
            if (self._gap(near, ball) < 0.6 and ball[2] < reach) or self.now_s - began > 6:
                self.take(near, why)
                return
            yield

    def bring(self, x: float, y: float, z: float = 1.0) -> Ball:
        """Another ball, at rest in the air; what it then does is the story's."""
        ball = Ball(np.array([x, y, z]))
        self.others.append(ball)
        return ball


def lands(start: Array, velocity: Array, height: float) -> tuple[float, float]:
    """Where on the floor (x, y) a free ball is above when it has fallen to a height."""
    rise, up = height - start[2], velocity[2]
    time = (up + np.sqrt(max(up * up - 2 * GRAVITY * rise, 0.0))) / GRAVITY
    x, y = (start[:2] + velocity[:2] * time).tolist()
    return x, y
