"""A whole simulated game: pictures and the truth about them, from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from server.simulator.camera import Camera, Shake
from server.simulator.court import SIZES, Court, Rules
from server.simulator.draw import Artist
from server.simulator.look import Look
from server.simulator.players import Person, Squad
from server.simulator.script import TEAM, Script
from server.simulator.truth import Event, Truth

View = Literal["sideline", "corner", "baseline"]
Extent = Literal["full", "half"]
Image = NDArray[np.uint8]

# Where the phone stands beside the right half, and the point it looks at.
_PLACES: dict[View, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "sideline": ((7.2, -12.0, 3.0), (9.4, 0.0, 1.75)),
    "corner": ((1.5, -10.0, 3.0), (9.8, 0.0, 1.75)),
    "baseline": ((14.8, -10.5, 3.0), (9.6, 0.0, 1.75)),
}
_FOCAL = 0.82  # of the picture's longer side


class SimulatedGame:
    """The same seed and arguments give the same pictures, bit for bit, on one machine."""

    def __init__(
        self,
        seed: int,
        size: tuple[int, int] = (1280, 720),
        fps: int = 30,
        court: Extent = "half",
        view: View = "sideline",
        shake: float = 0.002,
        pan: bool = True,
        look: Look | None = None,
        vary: float = 0.0,
        rules: Rules = "fiba",
    ) -> None:
        """
        size:  (width, height), pixels.
        shake: how unsteady the hand is, radians; 0 is a tripod.
        pan:   the phone follows the ball.
        vary:  0 puts the phone where the demo has it, 1 anywhere a parent might stand.
        """
        if size[0] < 64 or size[1] < 64 or fps < 1:
            raise ValueError(f"a picture needs 64 by 64 pixels and a frame rate: {size}, {fps}")
        self.seed, self.size, self.fps = seed, size, fps
        self.extent, self.view, self.pan, self.shake = court, view, pan, shake
        self.look = look if look is not None else Look()
        self.court = Court(SIZES[rules], half=court == "half")
        self._vary = vary
        self._events: list[Event] = []

    def events(self) -> tuple[Event, ...]:
        """What has happened so far in the film last begun."""
        return tuple(self._events)

    def frames(self, step: int = 1) -> Iterator[tuple[Image, Truth]]:
        """Endless (picture (H, W, 3) uint8 BGR, truth); every call begins the game anew.

        step: draw only each step-th picture (the game goes on between them).
        """
        streams = np.random.default_rng(self.seed).spawn(4)
        people = _people(streams[0], self.look.referees)
        script = Script(self.court, Squad(people, streams[0]), streams[0])
        operator = _Operator(self, script, streams[1])
        shake = Shake(streams[2], self.shake)
        artist = Artist(script, operator.wide(), self.look, streams[3])
        self._events = []
        dt, index = 1.0 / self.fps, 0
        fresh: list[Event] = []
        while True:
            fresh += script.step(dt)
            angles = shake.step(dt)
            camera = operator.camera(dt, angles)
            if index % step == 0:
                picture, boxes = artist.picture(camera)
                self._events += fresh
                yield picture, Truth(index, index * dt, boxes, tuple(fresh))
                fresh = []
            index += 1


class _Operator:
    """Whoever holds the phone: stands somewhere and follows the play."""

    def __init__(self, game: SimulatedGame, script: Script, rng: np.random.Generator) -> None:
        self._game, self._script = game, script
        place, aim = (np.array(v) for v in _PLACES[game.view])
        if game.extent == "full" and game.view == "sideline":
            place, aim = np.array([0.0, -12.5, 3.2]), np.array([6.0, 0.0, 1.75])
        vary = game._vary
        place = place + rng.uniform(-1, 1, 3) * np.array([3.0, 1.8, 1.2]) * vary
        aim = aim + rng.uniform(-1, 1, 3) * np.array([1.5, 1.0, 0.5]) * vary
        zoom = float(np.exp(rng.uniform(-0.15, 0.5) * vary))
        if game.extent == "full":
            zoom *= 1.12
        self._place = place
        self._focal = _FOCAL * max(game.size) * zoom
        self._aim = aim
        way = aim - place
        self._pitch = float(np.arctan2(way[2], np.hypot(way[0], way[1])))
        self._middle = float(np.arctan2(way[1], way[0]))
        self._half = float(np.arctan(game.size[0] / 2 / self._focal))
        ends = [self._toward(hoop.centre) for hoop in script.hoops] + [self._middle]
        slack = self._half * 0.75
        self._low, self._high = min(ends) - 0.02, max(ends) + 0.02
        if game.extent == "half":
            # The ring stays in the picture.
            self._low = max(self._low, ends[0] - slack)
            self._high = min(self._high, ends[0] + slack)
            reach = slack if game.pan else 0.0
            self._low, self._high = ends[0] - slack, ends[0] + slack
            self._middle = float(np.clip(self._middle, self._low, self._high))
            self._low = max(self._low, self._middle - reach)
            self._high = min(self._high, self._middle + reach)
        self._yaw = self._middle

    def _toward(self, point: NDArray[np.float64]) -> float:
        way = point - self._place
        return float(np.arctan2(way[1], way[0]))

    def wide(self) -> Camera:
        """A level camera that sees all that this one ever will."""
        game = self._game
        low, high = (self._low, self._high) if game.pan else (self._middle, self._middle)
        margin = 0.02 + 5 * game.shake
        reach = min((high - low) / 2 + self._half + margin, 1.35)
        width = 2 * int(self._focal * np.tan(reach))
        tall = np.arctan(game.size[1] / 2 / self._focal) + margin
        # Turned aside, the corners of a view lie further out.
        height = 2 * int(self._focal * np.tan(tall) / np.cos(min((high - low) / 2, 1.1)) + 8)
        return Camera.looking(
            self._place, (low + high) / 2, self._pitch, 0.0, self._focal, (width, height)
        )

    def camera(self, dt: float, shake: NDArray[np.float64]) -> Camera:
        """The view `dt` seconds later."""
        if self._game.pan:
            ball = self._script.ball.position
            hoop = self._script.hoops[self._script.hoop_index].centre
            wish = 0.65 * self._toward(ball) + 0.35 * self._toward(hoop)
            wish = float(np.clip(wish, self._low, self._high))
            self._yaw += (wish - self._yaw) * (1 - float(np.exp(-1.6 * dt)))
        yaw, pitch, roll = shake
        return Camera.looking(
            self._place, self._yaw + yaw, self._pitch + pitch, roll, self._focal, self._game.size
        )


def _people(rng: np.random.Generator, referees: int) -> tuple[Person, ...]:
    out = []
    for team in ("home", "away"):
        numbers = rng.choice(np.arange(4, 56), TEAM, replace=False)
        for number in sorted(int(n) for n in numbers):
            out.append(_person(rng, f"{team}-{number}", team, str(number)))
    out += [_person(rng, f"referee-{k}", "referee", None) for k in range(referees)]
    return tuple(out)


def _person(rng: np.random.Generator, name: str, team: str, number: str | None) -> Person:
    return Person(
        id=name,
        team=team,
        number=number,
        height=float(np.clip(rng.normal(1.78, 0.1), 1.5, 2.05)),
        build=float(rng.uniform(0.88, 1.22)),
        skin=int(rng.integers(7)),
        hair=int(rng.choice(6, p=[0.35, 0.25, 0.15, 0.1, 0.1, 0.05])),
        style=int(rng.choice(3, p=[0.12, 0.68, 0.2])),
    )
