"""Shots in film and in simulation: how many were seen, how many were none, made or missed.

Pictures go through the detector and `pipeline.vision` as live. A look takes its time, as on a
machine that looks at `rate` whole pictures a second; meanwhile frames pass by unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import av
import numpy as np

from pipeline.detect import GROW, Finds
from pipeline.frame import Frame, Image
from pipeline.judge import asks
from pipeline.sight import Sighting
from pipeline.view import View, shown
from pipeline.vision import Vision
from server.evaluation.labels import Shot, read_shots
from server.evaluation.tally import Answer, Line, line, yes_or_no
from server.simulator.game import SimulatedGame
from server.simulator.look import Look

WITHIN_S = 1.0
"""A sighting farther from the labelled moment is another's."""

WHOLE = 384 * 640
"""Pixels of the network's input for a whole picture."""

OVERHEAD_S = 0.004
"""What a look costs beside the network: conversion, motion about the rims, tracking."""

Film = Iterable[tuple[Image, float]]
"""(H, W, 3) BGR pictures and their media seconds, in order."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A film with its labelled shots; `open` decodes it from the beginning."""

    name: str
    open: Callable[[], Film]
    shots: tuple[Shot, ...]


def watch(film: Film, detector: Finds, rate: float, vision: Vision | None = None) -> list[Sighting]:
    """What is sighted in a film by a machine that looks at `rate` whole pictures a second.

    A look at a part costs as much less as it has fewer pixels. Like the live loop it takes the
    newest frame when it is free.
    """
    vision = vision or Vision(detector.labels)
    sightings: list[Sighting] = []
    free_s, previous_s = -1.0, 0.0
    for image, t_s in film:
        frame_s, previous_s = t_s - previous_s, t_s
        if t_s < free_s:
            continue
        frame = Frame(image, t_s, t_s)
        views = vision.prepare(frame)
        found = detector.detect(*shown(views))
        sightings += vision.advance(frame, views, found).sightings
        cost_s = OVERHEAD_S + sum(cost(view) for view in views) / rate
        free_s = max(free_s, t_s - frame_s) + cost_s
    return sightings


def cost(view: View) -> float:
    """What a look costs the network, in looks at a whole picture."""
    if view.kind == "whole":
        return 1.0
    height, width = view.image.shape[:2]
    return float(min(view.area(WHOLE) or WHOLE, GROW * height * width) / WHOLE)


@dataclass(slots=True)
class Tally:
    """Answers so far: labelled shots, sightings told, and of those that met: how they ended."""

    found: list[Answer] = field(default_factory=list)
    told: list[Answer] = field(default_factory=list)
    ended: list[Answer] = field(default_factory=list)
    asked: list[bool] = field(default_factory=list)

    def add(self, shots: Sequence[Shot], sightings: Sequence[Sighting]) -> None:
        """One film. A shot whose end the eye could not tell counts as found only."""
        for shot, sighting in met(shots, sightings):
            if shot is None:
                assert sighting is not None  # noqa: S101  (one of the two is there)
                self.told.append(Answer(False, sighting.score, False))
                continue
            self.found.append(Answer(sighting is not None, 1.0, sighting is not None))
            if sighting is None:
                continue
            self.told.append(Answer(True, sighting.score, True))
            if shot.made is not None and sighting.made is not None:
                self.ended.append(yes_or_no(sighting.made, shot.made))
                self.asked.append(asks(sighting.made))

    def lines(self, note: str = "") -> list[Line]:
        """The table."""
        false = [Answer(not one.came, one.said, not one.came) for one in self.told]
        asked = [Answer(one, 0.0, one) for one in self.asked]
        sure = [one for one, ask in zip(self.ended, self.asked, strict=True) if not ask]
        return [
            line("found", self.found, note, said=False),
            line("false, of those told", false, note, said=False),
            line("a shot, when told", self.told, note),
            line("made or missed, of those found", self.ended, note),
            line("made or missed, when not asked", sure, note),
            line("asked, of those found", asked, note, said=False),
        ]


def met(
    shots: Sequence[Shot], sightings: Sequence[Sighting]
) -> list[tuple[Shot | None, Sighting | None]]:
    """Every shot with the sighting nearest to it, and the sightings that no shot took."""
    left = [one for one in sightings if one.kind in ("shot", "free_throw")]
    pairs: list[tuple[Shot | None, Sighting | None]] = []
    for shot in shots:
        near = [one for one in left if abs(one.at_s - shot.t) <= WITHIN_S]
        best = min(near, key=lambda one: abs(one.at_s - shot.t)) if near else None
        if best is not None:
            left.remove(best)
        pairs.append((shot, best))
    return [*pairs, *((None, one) for one in left)]


def clips(folder: Path) -> list[Clip]:
    """The clips of `folder`/clips with their labels: those beside them, and ours. Raises
    LabelError, or FileNotFoundError for a labelled clip that is not there."""
    beside = folder / "clips" / "shots.json"
    labels = {**read_shots(), **read_shots(beside)}
    found = []
    for name, shots in labels.items():
        path = folder / "clips" / name
        if not path.is_file():
            raise FileNotFoundError(path)
        found.append(Clip(name, opener(path), shots))
    return found


def opener(path: Path) -> Callable[[], Film]:
    """Decodes a file each time it is called."""
    return lambda: decoded(path)


def decoded(path: Path) -> Iterator[tuple[Image, float]]:
    """The pictures of a file with the seconds since its first."""
    with av.open(str(path)) as film:
        first: float | None = None
        for picture in film.decode(video=0):
            t_s = float(picture.time or 0.0)
            first = t_s if first is None else first
            yield picture.to_ndarray(format="bgr24").astype(np.uint8, copy=False), t_s - first


def simulated(seed: int, seconds: float, size: tuple[int, int] = (1280, 720)) -> Clip:
    """A simulated game, drawn 15 times a second; the seed says what court it is and where the
    phone stands. Its truth is there once the film has been seen."""
    rng = np.random.default_rng([seed, 4])
    game = SimulatedGame(seed, size=size, look=Look.random(rng), vary=0.6)
    step = 2
    frames = round(seconds * game.fps / step)

    def film() -> Film:
        for picture, truth in islice(game.frames(step), frames):
            yield picture, truth.media_s

    truth = [
        Shot(one.t, one.type == "made", value=one.value)
        for now in islice(game.standing(step), frames)
        for one in now.events
        if one.type in ("made", "missed")
    ]
    return Clip(f"seed {seed}", film, tuple(truth))


def evaluate(clips: Iterable[Clip], detector: Finds, rate: float) -> dict[str, Tally]:
    """A tally for each clip, by name."""
    tallies = {}
    for clip in clips:
        tally = Tally()
        tally.add(clip.shots, watch(clip.open(), detector, rate))
        tallies[clip.name] = tally
    return tallies


def together(tallies: Iterable[Tally]) -> Tally:
    """All answers in one."""
    all_of_it = Tally()
    for one in tallies:
        all_of_it.found += one.found
        all_of_it.told += one.told
        all_of_it.ended += one.ended
        all_of_it.asked += one.asked
    return all_of_it
