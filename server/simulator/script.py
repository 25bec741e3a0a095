"""What happens next: dribble, pass, shoot, rebound, free throws. The flight decides the score."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from server.simulator import formation
from server.simulator.ball import SUBSTEP_S, Ball, Passage, launch, lob_time
from server.simulator.court import NET_DEPTH, RIM_HEIGHT, Court
from server.simulator.handling import Handling, How
from server.simulator.players import Squad
from server.simulator.truth import Event

Array = NDArray[np.float64]
Phase = Literal["play", "shoot", "flight", "pass", "loose"]

TEAM = 5  # people a team; home are 0 to 4, away 5 to 9, referees follow
_ERROR_M = (0.09, 0.003)  # a shooter's error at the ring: this, and this much a metre more
_FOULED = 0.12
_STOLEN = 0.05
_GATHER_S = 0.35  # a catch is held so long before the dribble


class Script:
    """One game without a clock: an endless row of possessions."""

    def __init__(self, court: Court, squad: Squad, rng: np.random.Generator) -> None:
        self.court, self.squad = court, squad
        self.hoops = court.hoops()
        self.ball = Ball(np.array([0.0, 0.0, 1.0]))
        self.now_s = 0.0
        self.phase: Phase = "play"
        self.holder = int(rng.integers(0, 2 * TEAM))
        self.free_throws = 0
        self.in_net: float = 0.0  # how strongly the ball pulls at a net just now
        self.others: list[Ball] = []  # balls that are not the game's
        self._rng = rng
        self._passages = [Passage(hoop) for hoop in self.hoops]
        self._events: list[Event] = []
        self._since_s = 0.0  # when the phase began
        self._decide_s = 1.5
        self._passes = 1
        self._handling = Handling()
        self._target = 0
        self._until_s = 0.0
        self._shot: Event | None = None
        self._nearest = (np.inf, 0.0)
        self._only: int | None = None  # the team that may pick up the loose ball
        self._scored = False
        self._rebounding = False
        self._spots = np.zeros((TEAM, 2))
        self._begin_attack(first=True)
        squad.at = squad.goal.copy()
        self._place()
        squad.at = formation.inside(court, squad.goal + rng.normal(0, 0.8, squad.at.shape), 0.0)
        squad.heading = rng.uniform(-np.pi, np.pi, len(squad))
        self._carry(1.0)
        self.ball.velocity = np.zeros(3)

    # -- who is who ------------------------------------------------------------------------

    @property
    def attack(self) -> int:
        """0 home, 1 away."""
        return self.holder // TEAM

    @property
    def hoop_index(self) -> int:
        return 0 if self.court.half else 1 - self.attack

    def grip(self) -> dict[int, tuple[Array, int]]:
        """Whose hands are at the ball, for drawing."""
        how = self._how()
        grip = None if how is None else self._handling.grip(self.ball, how)
        return {} if grip is None else {self.holder: grip}

    def _how(self) -> How | None:
        """How the ball is carried; None while it is free."""
        if self.phase == "shoot":
            return "shoot"
        if self.phase != "play":
            return None
        still = self.free_throws or self.now_s - self._since_s <= _GATHER_S
        return "hold" if still else "dribble"

    def _carry(self, dt: float) -> None:
        how, age = self._how(), self.now_s - self._since_s
        if how is not None:
            self.ball = self._handling.step(self.ball, self.squad, self.holder, how, age, dt)

    # -- time ------------------------------------------------------------------------------

    def step(self, dt: float) -> tuple[Event, ...]:
        """Live `dt` seconds (a thirtieth or so); what became known meanwhile, in order."""
        self.now_s += dt
        self._events = []
        self.in_net = max(0.0, self.in_net - 3 * dt)
        getattr(self, "_" + self.phase)(dt)
        self._place()
        self.squad.step(dt)
        self._carry(dt)
        return tuple(self._events)

    def _tell(self, event: Event) -> None:
        self._events.append(replace(event, t=round(event.t, 4)))

    def _event(self, kind: Literal["possession", "pass", "rebound", "steal", "foul"]) -> Event:
        person = self.squad.people[self.holder]
        return Event(self.now_s, kind, person.team, person.id)

    def _enter(self, phase: Phase) -> None:
        self.phase, self._since_s = phase, self.now_s

    # -- possession ------------------------------------------------------------------------

    def _begin_attack(self, first: bool = False) -> None:
        self._spots = formation.spots(self.hoops[self.hoop_index], self._rng)
        self._passes = int(self._rng.integers(0, 3))
        far = np.linalg.norm(self.squad.at[self.holder] - self._spots[0])
        self._decide_s = self.now_s + (1.0 if first else float(self._rng.uniform(1.7, 2.9)))
        if not self.court.half and not first:
            self._decide_s += 0.16 * float(far)
        self._place()

    def _mates(self) -> list[int]:
        return list(range(self.attack * TEAM, self.attack * TEAM + TEAM))

    def _place(self) -> None:
        """Write everyone's goal, pace, gaze and stance."""
        squad, ball = self.squad, self.ball.position
        squad.face = np.tile(ball[:2], (len(squad), 1))
        squad.stance = ["stand"] * len(squad)
        squad.pace[:] = 4.2
        hoop = self.hoops[self.hoop_index]
        mates = self._mates()
        order = [self.holder, *[m for m in mates if m != self.holder]]
        others = [i for i in range(2 * TEAM) if i not in mates]
        if self.free_throws and self.phase != "loose":
            squad.goal[order + others] = formation.lane(hoop, self.court)
            for i in order + others:
                squad.stance[i] = "rest" if i != self.holder else "stand"
        else:
            squad.goal[order] = self._spots
            squad.goal[others] = formation.guard(squad.at[mates], hoop, ball)
            for i in others:
                squad.stance[i] = "guard"
        squad.pace[others] = 4.8
        for i in range(2 * TEAM, len(squad)):
            aside = -1 if i % 2 else 1
            squad.goal[i] = formation.on_floor(hoop, np.array([6.5 + i % 2 * 2, aside * 6.8]))
        squad.goal[:] = formation.inside(self.court, squad.goal)
        self._place_phase(others)

    def _place_phase(self, others: list[int]) -> None:
        squad, ball = self.squad, self.ball.position
        ring = self.hoops[self.hoop_index].centre[:2]
        if self.phase == "shoot":
            squad.goal[self.holder] = squad.at[self.holder]
            squad.face[self.holder] = ring
            squad.stance[self.holder] = "release"
            if not self.free_throws:
                near = min(others, key=lambda i: self._gap(i, squad.at[self.holder]))
                squad.stance[near] = "contest"
                if (
                    self.now_s - self._since_s > 0.35
                    and self._gap(near, squad.at[self.holder]) < 1.6
                ):
                    squad.jump(near, 0.25)
        elif self.phase == "flight":
            if self.now_s - self._since_s < 0.5:
                squad.stance[self.holder] = "release"
                squad.goal[self.holder] = squad.at[self.holder]
            spot = ring + np.array([-self.hoops[self.hoop_index].side * 0.9, 0.0])
            if not self.free_throws:
                self._send(spot, 4, "guard")
        elif self.phase == "pass":
            squad.goal[self._target] = squad.at[self._target] + squad.velocity[self._target] * 0.2
            squad.stance[self._target] = "ready"
        elif self.phase == "loose":
            fall = max(ball[2] - 1.6, 0.0)
            wait = float(np.sqrt(2 * fall / 9.81)) * 0.8
            self._send(ball[:2] + self.ball.velocity[:2] * wait, 3, "guard")

    def _gap(self, who: int, point: Array) -> float:
        return float(np.hypot(*(self.squad.at[who] - point[:2])))

    def _send(self, spot: Array, count: int, stance: str) -> None:
        """The nearest people who may touch the ball go to a spot and reach up there."""
        may = [i for i in range(2 * TEAM) if self._only in (None, i // TEAM)]
        spot = formation.inside(self.court, spot)
        for k, i in enumerate(sorted(may, key=lambda i: self._gap(i, spot))[:count]):
            turn = k * 2.4
            self.squad.goal[i] = spot + 0.35 * min(k, 2) * np.array([np.cos(turn), np.sin(turn)])
            self.squad.pace[i] = 5.5
            high = self.ball.position[2] > 2.2 and self._gap(i, self.ball.position) < 1.3
            self.squad.stance[i] = "reach" if high else stance
            if high and 2.4 < self.ball.position[2] < 3.2 and self.ball.velocity[2] < 0:
                self.squad.jump(i, 0.35)

    # -- phases ----------------------------------------------------------------------------

    def _play(self, dt: float) -> None:
        squad = self.squad
        if self.now_s < self._decide_s:
            return
        hoop = self.hoops[self.hoop_index]
        far = self._gap(self.holder, hoop.centre)
        if self.free_throws:
            if self._gap(self.holder, squad.goal[self.holder]) < 0.3:
                self._enter("shoot")
            return
        if far > 9.5 and self.now_s < self._decide_s + 4:
            return
        if self._passes > 0:
            self._passes -= 1
            mates = [
                m
                for m in self._mates()
                if m != self.holder and 2 < self._gap(m, squad.at[self.holder]) < 9
            ]
            if mates:
                self._throw(int(self._rng.choice(mates)))
                return
        if self._rng.random() < _FOULED:
            self._call_foul()
        else:
            self._enter("shoot")

    def _call_foul(self) -> None:
        others = [i for i in range(2 * TEAM) if i // TEAM != self.attack]
        near = min(others, key=lambda i: self._gap(i, self.squad.at[self.holder]))
        person = self.squad.people[near]
        self._tell(Event(self.now_s, "foul", person.team, person.id))
        self.free_throws = 2
        self._decide_s = self.now_s + 1.5

    def _throw(self, target: int) -> None:
        squad = self.squad
        thief = None
        if not self.free_throws and self._rng.random() < _STOLEN:
            thief = target - TEAM if self.attack else target + TEAM
        receiver = target if thief is None else thief
        start = self.ball.position
        for _ in range(2):
            goal = np.append(squad.at[receiver] + squad.velocity[receiver] * 0.3, 1.25)
            velocity = launch(start, goal, 0.18)
            flight = lob_time(start, goal, velocity)
        self.ball = Ball(start, velocity)
        self._tell(replace(self._event("pass"), to=squad.people[target].id))
        self._target, self._until_s = receiver, self.now_s + flight
        self._enter("pass")

    def _pass(self, dt: float) -> None:
        self._fly(dt, collide=False)
        if self.now_s < self._until_s and self._gap(self._target, self.ball.position) > 0.3:
            return
        stolen = self._target // TEAM != self.attack
        self.holder = self._target
        if stolen:
            self._tell(self._event("steal"))
        self._hold(new_attack=stolen)

    def _hold(self, new_attack: bool) -> None:
        """The ball is now in the holder's hands."""
        self._tell(self._event("possession"))
        self._enter("play")
        self._handling.begin(int(self._rng.integers(0, 2)))
        if new_attack:
            self._begin_attack()
        else:
            self._decide_s = self.now_s + float(self._rng.uniform(0.8, 1.8))
            if not self.free_throws and self._rng.random() < 0.5:
                self._spots = formation.spots(self.hoops[self.hoop_index], self._rng)
                self._spots[0] = self.squad.at[self.holder] + self._rng.normal(0, 1.5, 2)

    def _shoot(self, dt: float) -> None:
        age = self.now_s - self._since_s
        if age > 0.38:
            self.squad.jump(self.holder, 0.12 if self.free_throws else 0.36)
        if age > 0.55:
            self._release()

    def _release(self) -> None:
        far = self._gap(self.holder, self.hoops[self.hoop_index].centre)
        error = self._rng.normal(0, _ERROR_M[0] + _ERROR_M[1] * far, 2)
        self._let_go(np.append(error, 0.0), np.radians(self._rng.normal(46, 3)))

    def _let_go(self, error: Array, entry: float) -> None:
        """The shot leaves the hands. error: (3,) metres from the ring's centre; entry: how
        steeply it comes down there, radians."""
        hoop, start = self.hoops[self.hoop_index], self.ball.position
        aim = hoop.centre + error
        rise = 2 * (aim[2] - start[2]) / max(float(np.hypot(*(aim - start)[:2])), 0.3)
        self.ball = Ball(start, launch(start, aim, float(np.arctan(np.tan(entry) + rise))))
        value = 1 if self.free_throws else 2
        x, y = self.squad.at[self.holder].tolist()
        if value == 2 and self.court.is_three(hoop, x, y):
            value = 3
        person = self.squad.people[self.holder]
        self._shot = Event(
            self.now_s, "shot", person.team, person.id, value=value, x=round(x, 3), y=round(y, 3)
        )
        self._tell(self._shot)
        self._nearest = (np.inf, self.now_s)
        self._only, self._scored = None, False
        self._enter("flight")

    def _fly(self, dt: float, collide: bool = True) -> None:
        """Free flight in small steps, each ring watched."""
        count = max(1, int(np.ceil(dt / SUBSTEP_S - 1e-9)))
        small = dt / count
        for k in range(count):
            before = self.ball.position
            touched = self.ball.step(small, self.hoops if collide else ())
            now = self.now_s - dt + (k + 1) * small
            if "net" in touched:
                self.in_net = 1.0
            for i, passage in enumerate(self._passages):
                made = passage.step(before, self.ball.position, now)
                if made is not None and self._shot is not None and i == self.hoop_index:
                    self._finish("made", made)
            if self._shot is not None:
                away = float(
                    np.linalg.norm(self.ball.position - self.hoops[self.hoop_index].centre)
                )
                self._nearest = min(self._nearest, (away, now))

    def _flight(self, dt: float) -> None:
        self._fly(dt)
        low = self.ball.position[2] < RIM_HEIGHT - NET_DEPTH - 0.1 and self.ball.velocity[2] < 0
        if self._shot is not None and (low or self.now_s - self._since_s > 6):
            self._finish("missed", self._nearest[1])
        if self._shot is None:
            self._enter("loose")

    def _finish(self, kind: Literal["made", "missed"], t: float) -> None:
        if self._shot is None:
            return
        self._tell(replace(self._shot, t=t, type=kind, hoop=self.hoop_index, x=None, y=None))
        self._shot, self._scored = None, kind == "made"
        last = self.free_throws <= 1
        self._rebounding = not self._scored and last
        if not last:
            self._only = self.attack
        else:
            self._only = 1 - self.attack if self._scored else None

    def _loose(self, dt: float) -> None:
        self._fly(dt)
        squad, ball = self.squad, self.ball.position
        age = self.now_s - self._since_s
        for i in sorted(range(2 * TEAM), key=lambda i: self._gap(i, ball)):
            if self._only not in (None, i // TEAM):
                continue
            reach = squad.height[i] * 1.22 + squad.lift[i]
            if (self._gap(i, ball) < 0.6 and ball[2] < reach and age > 0.12) or age > 8:
                self._take(i)
            return

    def _take(self, who: int) -> None:
        shooter, change = self.holder, who // TEAM != self.attack
        self.holder = who
        if self._rebounding:
            self._tell(replace(self._event("rebound"), offensive=not change))
            self._rebounding = False
        self._only = None
        if self.free_throws > 1:
            self.free_throws -= 1
            self._back_to(shooter)
            return
        self.free_throws = 0
        self._hold(new_attack=True)
        if not change and not self._scored and self._rng.random() < 0.4:
            self._passes, self._decide_s = 0, self.now_s + 0.6

    def _back_to(self, shooter: int) -> None:
        """Between two free throws the ball returns to the shooter."""
        self._tell(self._event("possession"))
        if shooter == self.holder:
            self._enter("play")
            self._decide_s = self.now_s + 1.5
        else:
            self._throw(shooter)
            self.holder = shooter
