"""A whole simulated game: pictures and the truth about them, from one seed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from server.simulator.camera import Camera
from server.simulator.court import SIZES, Court, Rules
from server.simulator.draw import Artist
from server.simulator.look import Look, html
from server.simulator.operator import Operator, Stand, View
from server.simulator.players import Person, Squad
from server.simulator.script import TEAM, Script
from server.simulator.truth import Event, Truth

Extent = Literal["full", "half"]
Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where everybody stands at one instant, and what became known since the last.

    players: the ten, home first; at: (10, 2) metres on the floor; ball: (3,) metres.
    """

    media_s: float
    players: tuple[Person, ...]
    at: NDArray[np.float64]
    ball: NDArray[np.float64]
    events: tuple[Event, ...]


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
        self.look = look if look is not None else Look()
        self.court = Court(SIZES[rules], half=court == "half")
        self._stand = Stand(size, view, pan, shake, vary)
        self._events: list[Event] = []
        self.camera: Camera | None = None
        """That took the last picture of the film last begun."""

    def header(self) -> dict[str, Any]:
        """The first line of a truth file."""
        stand, (_, camera) = self._stand, self.begins()
        facts: dict[str, Any] = {"seed": self.seed, "size": list(self.size), "fps": self.fps}
        extent = "half" if self.court.half else "full"
        facts |= {"court": extent, "view": stand.view, "camera": camera.plain()}
        shirts = dict(zip(("home", "away"), map(html, self.look.jersey), strict=True))
        return {"kind": "game", "schema": 1, **facts, "shirts": shirts}

    def events(self) -> tuple[Event, ...]:
        """What has happened so far in the film last begun."""
        return tuple(self._events)

    def begins(self) -> tuple[tuple[Person, ...], Camera]:
        """The ten players, home first, and the camera of the first picture."""
        streams = np.random.default_rng(self.seed).spawn(3)
        script = self._script(streams[0])
        camera = Operator(script, self._stand, streams[1]).step(1.0 / self.fps)
        return script.squad.people[: 2 * TEAM], camera

    def standing(self, step: int = 1) -> Iterator[Standing]:
        """The game that `frames` films, without camera and pictures: every step-th instant."""
        rng = np.random.default_rng(self.seed).spawn(3)[0]
        script = self._script(rng)
        players = script.squad.people[: 2 * TEAM]
        fresh: list[Event] = []
        for index in itertools.count():
            if index > 0:
                fresh += script.step(1.0 / self.fps)
            if index % step == 0:
                at = script.squad.at[: 2 * TEAM].copy()
                ball = script.ball.position.copy()
                yield Standing(index / self.fps, players, at, ball, tuple(fresh))
                fresh = []

    def frames(self, step: int = 1) -> Iterator[tuple[Image, Truth]]:
        """Endless (picture (H, W, 3) uint8 BGR, truth); every call begins the game anew.

        step: draw only each step-th picture (the game goes on between them).
        """
        streams = np.random.default_rng(self.seed).spawn(3)
        script = self._script(streams[0])
        operator = Operator(script, self._stand, streams[1])
        artist = Artist(script, operator.wide(), self.size, self.look, streams[2])
        self._events = []
        dt, index = 1.0 / self.fps, 0
        fresh: list[Event] = []
        while True:
            if index > 0:
                fresh += script.step(dt)
            camera = operator.step(dt)
            if index % step == 0:
                picture, boxes = artist.picture(camera)
                self.camera = camera
                self._events += fresh
                yield picture, Truth(index, index * dt, boxes, tuple(fresh))
                fresh = []
            index += 1

    def _script(self, rng: np.random.Generator) -> Script:
        return Script(self.court, Squad(people(rng, self.look.referees), rng), rng)


def demo_game(seed: int) -> SimulatedGame:
    """The game that `courtside demo` films: enough for the detector, drawn in half a core of a
    small machine."""
    return SimulatedGame(seed, size=(960, 540), fps=25)


def people(rng: np.random.Generator, referees: int) -> tuple[Person, ...]:
    """Both teams, home first, then the referees."""
    out: list[Person] = []
    for team in ("home", "away"):
        numbers = rng.choice(np.arange(4, 56), TEAM, replace=False)
        out += [_person(rng, f"{team}-{n}", team, str(n)) for n in sorted(numbers.tolist())]
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
