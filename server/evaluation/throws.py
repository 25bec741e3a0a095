"""Many throws at one rim, drawn small or only told: what the judge of shots learns from.

The simulator's ball, ring, board and people, filmed by a phone that stands anywhere about the
hoop; only the neighbourhood of the ring is drawn. What moves there is read off the pictures as
live (`pipeline.basket`); whether the network would have seen the ball is drawn by lot (`Eye`), so
that the lesson does not depend on one network. A throw that is only told costs a thirtieth: what
moves is drawn by lot too. Nothing real is learned from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ball import Spot
from pipeline.basket import Basket
from pipeline.hoops import together
from pipeline.signs import Reach
from server.evaluation.phones import anywhere
from server.simulator.ball import RADIUS, SUBSTEP_S, Ball, Passage, launch
from server.simulator.basket import Basket as Drawn
from server.simulator.camera import Camera, Shake
from server.simulator.court import NET_DEPTH, RIM_INNER, SIZES, Court, Hoop
from server.simulator.draw import Artist
from server.simulator.game import people
from server.simulator.look import Look
from server.simulator.players import Squad
from server.simulator.script import Script

Array = NDArray[np.float64]
Image = NDArray[np.uint8]
Kind = Literal["shot", "lay-up", "past"]

_EACH = 6  # throws in one scene: painting its background costs as much as drawing so many
_BEFORE_S = 0.6  # the background is learned before the ball comes
_AFTER_S = 1.4
_AIRBALL_M = 0.9  # a ball that stays farther from the ring's centre was no shot at it


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: media seconds, where a ball may be, and the share of the net that moves."""

    t_s: float
    spots: tuple[Spot, ...]
    net: float


@dataclass(frozen=True, slots=True, eq=False)
class Throw:
    """One throw and what was seen of it.

    rim_s: when the ball was at the ring or nearest to it. shot: it was thrown at the ring and came
    near it; made: it went in. width: of the rim, pixels; sure: of the rim, 0 to 1.
    """

    looks: tuple[Seen, ...]
    kind: Kind
    shot: bool
    made: bool
    rim_s: float
    reach: Reach
    width: float
    sure: float


@dataclass(frozen=True, slots=True)
class Eye:
    """How a network sees the ball of one throw.

    rate: looks a second. seen: chance that a look finds it in free flight; in_net: times that,
    behind cords. noise: of the place, rim widths. clutter: false ones a look.
    """

    rate: float
    seen: float
    in_net: float
    noise: float
    clutter: float

    @classmethod
    def any(cls, rng: np.random.Generator) -> Eye:
        return cls(
            rate=float(rng.uniform(6, 18)),
            seen=float(rng.uniform(0.45, 1.0)),
            in_net=float(rng.uniform(0.3, 1.0)),
            noise=float(rng.uniform(0.02, 0.07)),
            clutter=float(rng.choice([0.0, 0.02, 0.1])),
        )


class Net:
    """How a net swings: thrown up by a ball that falls through, shaken by one on the ring."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._strength = float(rng.uniform(0.3, 1.5))
        self._beats = float(rng.uniform(2.0, 5.0))
        self._fades_s = float(rng.uniform(0.12, 0.45))
        self._shaken = float(rng.uniform(0.0, 0.35))
        self._swing, self._since_s = 0.0, 0.0

    def step(self, touched: set[str], dt: float) -> None:
        """After the ball met what it met for `dt` seconds."""
        self._since_s += dt
        self._swing *= math.exp(-dt / self._fades_s)
        strike = 1.0 if "net" in touched else self._shaken if "rim" in touched else 0.0
        if strike > self._swing:
            self._swing, self._since_s = strike, 0.0

    @property
    def pull(self) -> float:
        """For `server.simulator.basket.Basket.halves`."""
        turn = math.cos(2 * math.pi * self._beats * self._since_s)
        return self._strength * self._swing * (0.6 + 0.4 * turn)


class Stage:
    """One hoop, one phone, and people who run about beneath."""

    def __init__(self, rng: np.random.Generator, *, drawn: bool) -> None:
        self._rng = rng
        look = Look.random(rng)
        court = Court(SIZES["fiba"], half=True)
        self.script = Script(court, Squad(people(rng, look.referees), rng), rng)
        self.script.phase = "loose"  # nobody holds the ball
        self.hoop = court.hoops()[0]
        self.real = bool(rng.random() < 0.85)
        self.point = self.hoop.centre
        if not self.real:
            # Something else passes for a ring: people and what they carry move before it.
            self.point = self.point - [rng.uniform(0, 5), rng.normal(0, 2), rng.uniform(0.8, 2.2)]
        self.phone = anywhere(rng, self.hoop, Drawn(self.hoop, look), self.point)
        self._artist = (
            Artist(self.script, self.phone.wide, self.phone.camera.size, look, rng)
            if drawn
            else None
        )
        self._clear = float(rng.uniform(0.4, 1.0))  # how well motion tells from what is behind it
        self._busy = float(rng.choice([0.0, 0.1, 0.5]))  # other things that move, a look
        # Leaves and lamps: something that looks like motion in one place again and again.
        self._restless = rng.uniform(-2.9, 2.9, (int(rng.choice([0, 0, 1, 3])), 2))
        self._basket = Basket()
        self._shake = Shake(rng, float(rng.choice([0.0, 0.0, 0.0008, 0.002])))
        self._quality = int(rng.integers(35, 95))
        self.net = Net(rng)

    def begin(self) -> None:
        """Before each throw: what is behind the rim is learned anew."""
        self._basket = Basket()

    def look(self, ball: Ball, now_s: float, dt: float) -> tuple[list[Spot], float]:
        """What moves about the rim, and the share of the net that does."""
        if self._artist is None:
            return self._told(ball.position, now_s)
        x, y, width = self.phone.rim
        image = self._picture(self._artist, ball, now_s, dt)
        left, top, _, _ = self.phone.cut
        return self._basket.update(image, (x - left, y - top), width, now_s)

    def _told(self, place: Array, t_s: float) -> tuple[list[Spot], float]:
        """The same by lot: a blob is ragged, worse in the net; cords move with the ball and
        after it."""
        rng, net = (
            self._rng,
            min(1.0, 0.5 * max(0.0, self.net.pull)) * float(self._rng.uniform(0.3, 1.1)),
        )
        ball = self.phone.spot(place, t_s)
        spots = []
        in_net = abs(ball.x) < 0.6 and 0.1 < ball.y < 1.1
        inside = self.phone.shows(ball.x, ball.y) and max(abs(ball.x), abs(ball.y)) < 2.9
        if inside and rng.random() < self._clear * (0.6 if in_net else 1.0):
            ex, ey = rng.normal(0, 0.09 if in_net else 0.04, 2)
            size = ball.size * float(np.exp(rng.normal(0, 0.25 if in_net else 0.12)))
            spots.append(Spot(t_s, ball.x + ex, ball.y + ey, size, float(rng.uniform(0.3, 0.9))))
        for _ in range(int(rng.poisson(self._busy))):
            cx, cy = rng.uniform(-3, 3), rng.uniform(-0.5, 3)
            sure = float(rng.uniform(0.1, 0.8))
            spots.append(Spot(t_s, float(cx), float(cy), float(rng.uniform(0.3, 0.8)), sure))
        for cx, cy in self._restless:
            if rng.random() < 0.4:
                sure = float(rng.uniform(0.1, 0.5))
                spots.append(Spot(t_s, float(cx), float(cy), float(rng.uniform(0.3, 0.6)), sure))
        own = 0.3 * max(0.0, 1 - abs(ball.x) / 0.7) * max(0.0, 1 - abs(ball.y - 0.55) / 0.8)
        return spots, max(net, own if inside else 0.0)

    def _picture(self, artist: Artist, ball: Ball, now_s: float, dt: float) -> Image:
        """What the phone shows now."""
        self.script.ball, self.script.now_s, self.script.in_net = ball, now_s, self.net.pull
        squad = self.script.squad
        if self._rng.random() < 0.6 * dt:
            squad.goal = np.stack(
                [self._rng.uniform(3, 13.5, len(squad)), self._rng.uniform(-7, 7, len(squad))], 1
            )
        squad.step(dt)
        phone = self.phone
        yaw, pitch, _ = np.clip(self._shake.step(dt), -0.006, 0.006).tolist()
        camera = Camera.looking(
            phone.camera.position,
            phone.yaw + yaw,
            phone.pitch + pitch,
            0.0,
            phone.camera.focal,
            phone.camera.size,
        )
        image, _ = artist.picture(camera)
        left, top, right, bottom = phone.cut
        image = np.ascontiguousarray(image[top:bottom, left:right])
        coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self._quality])[1]
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def shot(rng: np.random.Generator, hoop: Hoop) -> tuple[Kind, Ball]:
    """(kind, ball as it leaves the hand) of a throw at the ring."""
    kind: Kind = "lay-up" if rng.random() < 0.25 else "shot"
    angle = rng.uniform(np.pi * 0.52, np.pi * 1.48)
    far = rng.uniform(0.5, 1.6) if kind == "lay-up" else rng.uniform(1.5, 8.0)
    height = rng.uniform(2.1, 2.9) if kind == "lay-up" else rng.uniform(1.6, 2.6)
    start = np.array([hoop.x + far * np.cos(angle), far * np.sin(angle), height])
    target = hoop.centre.copy()
    if rng.random() < (0.5 if kind == "lay-up" else 0.12):
        # Off the board: its mirror picture of the ring is aimed at.
        target[0] += hoop.side * 2 * (hoop.rim_to_board - RADIUS)
        target[2] += rng.uniform(0.0, 0.25)
    error = float(rng.choice([0.05, 0.12, 0.2, 0.35]))
    target[:2] += rng.normal(0, error, 2)
    velocity = launch(start, target, float(rng.uniform(0.8, 1.1)))
    angle = 0.8
    while start[2] + velocity[2] ** 2 / (2 * 9.81) < hoop.centre[2] + 0.3 and angle < 1.45:
        angle += 0.04
        velocity = launch(start, target, angle)
    return kind, Ball(start, velocity)


def past(rng: np.random.Generator, point: Array, phone: Array) -> tuple[Ball, float]:
    """(ball, seconds until it is there) of one that crosses a point only in the picture: a pass,
    a bounce, the next court's ball."""
    part = rng.uniform(0.3, 0.85) if rng.random() < 0.7 else rng.uniform(1.2, 1.7)
    at = phone + (point - phone) * part
    at = at + rng.normal(0, 0.35 * part, 3)
    at[2] = max(at[2], 0.4)
    turn = rng.uniform(0, 2 * np.pi)
    speed = rng.uniform(1.0, 9.0)
    velocity = np.array([np.cos(turn) * speed, np.sin(turn) * speed, rng.uniform(-5.0, 1.5)])
    back = float(rng.uniform(0.4, 0.9))
    start = at - velocity * back - 0.5 * back * back * np.array([0.0, 0.0, 9.81])
    velocity = velocity + back * np.array([0.0, 0.0, 9.81])
    return Ball(start, velocity), back


def _throw(rng: np.random.Generator, stage: Stage, eye: Eye) -> Throw:
    """One throw in a scene that stands."""
    hoop, phone = stage.hoop, stage.phone
    kind: Kind = "past"
    if rng.random() < 0.72:
        kind, ball = shot(rng, hoop)
        back = 3.2
    else:
        ball, back = past(rng, stage.point, phone.camera.position)
    waiting = Ball(ball.position.copy(), np.zeros(3))
    stage.begin()
    passage = Passage(hoop)
    made_s: float | None = None
    nearest, rim_s = math.inf, 0.0
    looks: list[Seen] = []
    now_s, next_s, last_s = 0.0, 0.0, 0.0
    end_s = _BEFORE_S + min(3.2, back + 1.0)
    while now_s < end_s:
        flies = now_s >= _BEFORE_S
        if flies:
            before = ball.position.copy()
            touched = ball.step(SUBSTEP_S, (hoop,))
            stage.net.step({str(one) for one in touched}, SUBSTEP_S)
            crossed = passage.step(before, ball.position, now_s)
            made_s = made_s if crossed is None else crossed
            gap = float(np.linalg.norm(ball.position - hoop.centre))
            if gap < nearest and (ball.velocity[2] < 0 or touched):
                nearest, rim_s = gap, now_s
                end_s = min(end_s, now_s + _AFTER_S) if gap < _AIRBALL_M else end_s
        now_s += SUBSTEP_S
        if now_s < next_s:
            continue
        next_s = now_s + float(rng.uniform(0.75, 1.25)) / eye.rate
        moving, net = stage.look(ball if flies else waiting, now_s, now_s - last_s)
        last_s = now_s
        found = _found(rng, eye, stage, ball.position, now_s) if flies else []
        looks.append(Seen(now_s, tuple(together(found, moving)), net))
    near = stage.real and kind != "past" and nearest < _AIRBALL_M
    return Throw(
        tuple(looks),
        kind,
        near,
        near and made_s is not None,
        rim_s if made_s is None else made_s,
        phone.reach,
        phone.rim[2],
        float(np.clip(rng.normal(0.65 if stage.real else 0.35, 0.2), 0.15, 0.95)),
    )


def _found(
    rng: np.random.Generator, eye: Eye, stage: Stage, place: Array, t_s: float
) -> list[Spot]:
    """What the network would have found, drawn by lot."""
    phone = stage.phone
    spots = []
    ball = phone.spot(place, t_s)
    inside = phone.shows(ball.x, ball.y) and max(abs(ball.x), abs(ball.y)) < 7
    off = place - stage.hoop.centre
    behind = -NET_DEPTH < off[2] < 0.05 and float(np.hypot(off[0], off[1])) < RIM_INNER
    chance = (
        eye.seen * (eye.in_net if behind else 1.0) * min(1.0, 0.5 + ball.size * phone.rim[2] / 16)
    )
    if inside and rng.random() < chance:
        ex, ey, es = rng.normal(0, [eye.noise, eye.noise, 0.1])
        sure = float(np.clip(rng.beta(4, 2) * (0.75 if behind else 1.0), 0.08, 0.95))
        spots.append(Spot(t_s, ball.x + ex, ball.y + ey, ball.size * float(np.exp(es)), sure, True))
    for _ in range(int(rng.poisson(eye.clutter))):
        cx, cy = rng.uniform(-3, 3, 2).tolist()
        spots.append(
            Spot(t_s, cx, cy, float(rng.uniform(0.3, 0.9)), float(rng.beta(2, 4)), seen=True)
        )
    return [one for one in spots if 0.3 < one.size < 1.2]


def throws(seed: int, count: int, *, drawn: bool) -> Iterator[Throw]:
    """So many throws, the same for the same seed. drawn: pictures are drawn and looked at."""
    rng = np.random.default_rng(seed)
    stage: Stage | None = None
    for number in range(count):
        if stage is None or number % _EACH == 0:
            stage = Stage(rng, drawn=drawn)
        yield _throw(rng, stage, Eye.any(rng))
