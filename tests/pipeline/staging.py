"""Plays of the floor plan as a camera beside the court would show them to the pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import Tracks
from pipeline.court import landmarks
from pipeline.courtview import RIM_M, CourtView, solve
from pipeline.frame import Frame
from pipeline.hoops import RimShot
from pipeline.labels import Ball
from pipeline.people import Cast
from pipeline.play import Play
from pipeline.possession import Array, Positions
from pipeline.possession_reader import Reader, shipped
from pipeline.rim import Rim
from pipeline.shots import Shot
from pipeline.sight import Sighting
from server.simulator.camera import Camera
from tests.pipeline.plays import BASKET, FIBA

SIZE = (1280, 720)
PHONE = Camera.looking(np.array([7.0, -12.0, 3.0]), np.pi / 2 - 0.2, -0.1, 0.0, 1000.0, SIZE)
BLACK = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)


def view() -> CourtView:
    """As the marks of a careful person give it."""
    named = np.array(list(landmarks(FIBA).values()))
    px, depth = PHONE.project(np.hstack([named, np.zeros((len(named), 1))]))
    inside = (depth > 0.5) & (px >= 0).all(axis=1) & (px <= np.array(SIZE)).all(axis=1)
    return solve(px[inside], named[inside], SIZE)


def rim() -> Rim:
    """The ring at positive x."""
    (middle, edge), _ = PHONE.project(
        np.array([[*BASKET, RIM_M], [BASKET[0] + 0.225, BASKET[1], RIM_M]])
    )
    width = 2 * float(np.linalg.norm(edge - middle))
    return Rim(1, float(middle[0]), float(middle[1]), width, width / 4, 0.9, 0.0)


def cast(at: Array, order: NDArray[np.int64] | None = None, named: bool = True) -> Cast:
    """(10, 2) metres as boxes; whoever is NaN has none. order: in which they are given."""
    there = np.flatnonzero(np.isfinite(at).all(axis=1))
    if order is not None:
        there = np.array([i for i in order if i in there], np.int64)
    low, _ = PHONE.project(np.hstack([at[there], np.zeros((len(there), 1))]))
    high, _ = PHONE.project(np.hstack([at[there], np.full((len(there), 1), 1.8)]))
    tall = low[:, 1] - high[:, 1]
    boxes = np.stack(
        [low[:, 0] - tall / 5, high[:, 1], low[:, 0] + tall / 5, low[:, 1]], axis=1
    ).astype(np.float32)
    boxes = np.clip(boxes, 0, np.tile(np.array(SIZE, np.float32), 2))
    n = len(there)
    tracks = Tracks(100 + there, boxes, np.full(n, 0.9, np.float32), np.zeros(n, np.int64))
    team = np.stack([there < 5, there >= 5, np.zeros(n, np.bool_)], axis=1).astype(np.float64)
    return Cast(tracks, at[there], team, there.astype(np.int64), named)


def ball(at: Array, height: float = 1.1, score: float = 0.8) -> Ball:
    """What the detector finds of a ball so high above a place of the floor."""
    (px,), (depth,) = PHONE.project(np.array([[at[0], at[1], height]]))
    return (float(px[0]), float(px[1]), 0.24 * PHONE.focal / float(depth), score)


@dataclass(frozen=True)
class Told:
    """A sighting and the media second at which it was told."""

    at_s: float
    one: Sighting


def numbers(row: int) -> Sequence[tuple[str, float]]:
    """Row k wears k + 4, nine tenths sure."""
    return ((str(row + 4), 0.9),)


def run(
    positions: Positions,
    shot: tuple[float, float] | None = None,
    *,
    seen: CourtView | None,
    lost: frozenset[int] = frozenset(),
    order: NDArray[np.int64] | None = None,
    named: bool = True,
) -> list[Told]:
    """Look by look through `Play`. shot: when at the ring and how surely made; lost: looks in
    which no ball is found."""
    play = Play(lambda floor: Reader(shipped(), floor), numbers)
    play.configure(FIBA)
    told: list[Told] = []
    for look in range(len(positions)):
        now_s = positions.media_s(look)
        found = [] if look in lost else list(_ball(positions, look, shot))
        if shot is not None and look == positions.look(shot[0] + 0.5):
            seen_shot = Shot(shot[0] - 1.0, shot[0], now_s, shot[1], 0.9)
            play.shot(RimShot(seen_shot, 1, rim().xyxy()), seen)
        people = cast(positions.players[look], order, named)
        frame = Frame(BLACK, now_s, now_s)
        told += [Told(now_s, one) for one in play.look(frame, people, found, [rim()], seen)]
    return told


def _ball(positions: Positions, look: int, shot: tuple[float, float] | None) -> Iterator[Ball]:
    """High in the air on its way to the ring, else at a hand's height."""
    flies = shot is not None and shot[0] - 1.1 < positions.media_s(look) <= shot[0]
    yield ball(positions.ball[look], 3.0 if flies else 1.1)
