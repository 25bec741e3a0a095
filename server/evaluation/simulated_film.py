"""The simulator's pictures through the whole of the seeing: what is told, and when.

Pictures are drawn, looked at some times a second by the detector and `pipeline.vision.Vision` as
live, and everything told is laid beside the truth. The court is marked as a person would: on the
first picture, each point that is in it, with an error of the finger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from onnx_models.registry import Model
from pipeline.court import landmarks
from pipeline.courtview import GeometryError
from pipeline.detect import Detector, Finds
from pipeline.digits import Reader as Digits
from pipeline.frame import Frame
from pipeline.setup import Colour, Marks, Setup
from pipeline.sight import Sighting
from pipeline.view import shown
from pipeline.vision import Vision
from server.floors import floor_of
from server.game.court import FIBA_COURT
from server.simulator.camera import Camera
from server.simulator.game import Extent, SimulatedGame
from server.simulator.players import Person
from server.simulator.scenarios import Scenario
from server.simulator.truth import Event, Truth

FLOOR = floor_of(FIBA_COURT)

TAP_PX = 3.0
"""Standard deviation of a finger's error in each axis."""

_EDGE_PX = 6


@dataclass(frozen=True, slots=True)
class Player:
    """Who plays. id: such as `home-7`, where a number is worn."""

    id: str
    team: str | None
    number: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """Pictures with their truth. people: who play, home first. half: x < 0 is not drawn.

    jersey, camera: of home and away; that took the first picture. None where nobody wrote it
    down. pictures: from how many to go on to the next looked at.
    """

    name: str
    seconds: float
    fps: int
    half: bool
    people: tuple[Player, ...]
    jersey: tuple[Colour, Colour] | None
    camera: Camera | None
    pictures: Callable[[int], Iterator[tuple[NDArray[np.uint8], Truth]]]
    live: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A film's truth and what was told of it, each with the media seconds of the telling."""

    film: Film
    truth: tuple[Event, ...]
    told: tuple[tuple[float, Sighting], ...]


def of_game(game: SimulatedGame, seconds: float, name: str) -> Film:
    """A simulated game as a film."""
    players, camera = game.begins()
    return Film(
        name,
        seconds,
        game.fps,
        game.court.half,
        _named(players),
        game.look.jersey,
        camera,
        game.frames,
    )


def of_scenario(one: Scenario) -> Film:
    """One hard case as a film."""
    players, camera = one.begins()
    return Film(
        one.name,
        one.seconds,
        one.fps,
        one.court == "half",
        _named(players),
        one.look.jersey,
        camera,
        one.frames,
        one.live,
    )


def _named(people: Iterable[Person]) -> tuple[Player, ...]:
    return tuple(Player(one.id, one.team, one.number) for one in people)


def marks(camera: Camera, half: bool, rng: np.random.Generator) -> Marks | None:
    """What a careful person taps: every named point of the court that is in the picture."""
    named = np.array([at for at in landmarks(FLOOR).values() if not half or at[0] >= 0])
    pixels, inside = camera.on_floor(named, _EDGE_PX)
    taps = pixels[inside] + rng.normal(0.0, TAP_PX, (int(inside.sum()), 2))
    points = tuple((*px, *at) for px, at in zip(taps.tolist(), named[inside].tolist(), strict=True))
    return Marks(camera.size, points) if len(points) >= 4 else None


def setup_of(film: Film, rng: np.random.Generator) -> Setup:
    """What a scorekeeper tells before the game; without marks where they fit no court, or where
    nobody knows where the camera stood."""
    home, away = (
        frozenset(one.number for one in film.people if one.number and one.team == team)
        for team in ("home", "away")
    )
    tapped = None if film.camera is None else marks(film.camera, film.half, rng)
    told = Setup(
        floor=FLOOR, marks=tapped, shirts=film.jersey or (None, None), numbers=(home, away)
    )
    try:
        told.view()
    except GeometryError:
        return replace(told, marks=None)
    return told


def as_told(film: Film) -> Setup:
    """The setup that `Eyes` look with: the same finger each time."""
    return setup_of(film, np.random.default_rng(1))


def drawn_games(seeds: Iterable[int], minutes: float, size: tuple[int, int]) -> Iterator[Film]:
    """Half court, seen as a parent sees it, and full court in turns; each hand shakes and pans."""
    for seed in seeds:
        court: Extent = "full" if seed % 2 == 0 else "half"
        game = SimulatedGame(seed, size=size, court=court, vary=0.5 if court == "half" else 0.0)
        yield of_game(game, 60 * minutes, f"{court} court, seed {seed}")


@dataclass(frozen=True, slots=True, eq=False)
class Eyes:
    """All that looks at films. looks: a second; digits: None where numbers are not read."""

    detector: Finds
    digits: Digits | None
    looks: float

    @classmethod
    def open(cls, model: Model, looks: float) -> Eyes:
        """On this machine's processor. Raises as `Detector.open` and `Digits.open`."""
        detector = Detector.open(model.path, model.labels, "cpu", size=model.size)
        return cls(detector, Digits.open(), looks)

    def watch(self, film: Film) -> Watched:
        """Gaps between frames are given to what waits for them, as live."""
        vision = Vision(self.detector.labels, digits=self.digits)
        vision.configure(as_told(film))
        truth: list[Event] = []
        told: list[tuple[float, Sighting]] = []
        for image, seen in film.pictures(max(1, round(film.fps / self.looks))):
            if seen.media_s >= film.seconds:
                break
            truth += seen.events
            frame = Frame(image, seen.media_s, seen.media_s)
            views = vision.prepare(frame)
            found = self.detector.detect(*shown(views)) if views else []
            scene = vision.advance(frame, views, found)
            told += [(seen.media_s, one) for one in scene.sightings]
            vision.spare()
        return Watched(film, tuple(truth), tuple(told))
