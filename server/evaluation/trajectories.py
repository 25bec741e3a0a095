"""Real trajectories joined with play-by-play, as court coordinates.

A folder holds `scenes.npz` (`xy` int16 (frames, 11, 2), hundredths of a foot, index 0 the ball,
1 to 5 one team, 6 to 10 the other, -32768 missing; `start` (scenes + 1); `player_id`
(scenes, 10)) and `scenes.csv` with what the scorekeepers of those games wrote. 0.12 s a frame.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.possession import STEP_S, Positions, even
from server.floors import floor_of
from server.game.court import NBA_COURT

_UNIT_M = 0.3048 / 100
_MISSING = -32768
_TEAM = np.repeat(np.array([0, 1]), 5)
FOLDS = 5


class DataError(ValueError):
    """The folder is not what its kind of data should be."""


NBA_FLOOR = floor_of(NBA_COURT)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One scene and its labels; players by row 0 to 9, None where nobody is named.

    kind: `score` ends in a basket; `rebound` begins with a missed shot and ends in its rebound.
    """

    number: str
    game: str
    kind: Literal["score", "rebound"]
    positions: Positions
    shooter: int | None
    points: int | None
    assister: int | None
    blocker: int | None
    rebounder: int | None

    @property
    def fold(self) -> int:
        return fold_of(self.game)

    @property
    def end_s(self) -> float:
        return self.positions.media_s(len(self.positions) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A scene with what a shot detector would have told of it.

    basket: (2,) metres; the ball is at it about `rim_s`, give or take `spread_s`, media seconds.
    """

    scene: Scene
    basket: NDArray[np.float64]
    rim_s: float
    spread_s: float


RIM_BEFORE_END_S = 1.35
RIM_AFTER_START_S = 1.2
RIM_SPREAD_S = 1.0
"""A basket's scene ends when the clock was stopped or written down, so long after the ball was at
the ring; a rebound's begins when the shot is let go. It stands in for the shot detector."""


def case_of(scene: Scene) -> Case:
    """The ring is the one that the ball is near at the end (a score) or in the first looks."""
    ball = scene.positions.ball[-20:] if scene.kind == "score" else scene.positions.ball[:20]
    baskets = NBA_FLOOR.baskets()
    basket = baskets[np.linalg.norm(baskets - ball.mean(axis=0), axis=1).argmin()]
    rim_s = scene.end_s - RIM_BEFORE_END_S if scene.kind == "score" else RIM_AFTER_START_S
    return Case(scene, basket, rim_s, RIM_SPREAD_S)


def fold_of(game: str) -> int:
    """Which of FOLDS parts a game belongs to; the same everywhere, whatever else is there."""
    return hashlib.sha256(game.encode()).digest()[0] % FOLDS


def scenes(folder: Path) -> Iterator[Scene]:
    """Every scene with enough ball to be read. Raises DataError when the folder is not right."""
    try:
        with np.load(folder / "scenes.npz") as data:
            xy, start, ids = data["xy"], data["start"], data["player_id"]
        with (folder / "scenes.csv").open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{folder}: {error}") from error
    if len(rows) != len(ids) or len(start) != len(rows) + 1:
        raise DataError(f"{folder}: scenes.npz and scenes.csv are of different lengths")
    middle = np.array([NBA_FLOOR.length_m, NBA_FLOOR.width_m]) / 2
    for i, row in enumerate(rows):
        raw = xy[start[i] : start[i + 1]]
        if len(raw) < 2:
            continue
        at = np.asarray(raw * _UNIT_M - middle, np.float64)
        at[raw == _MISSING] = np.nan
        positions = even(np.arange(float(len(raw))) * STEP_S, at[:, 0], at[:, 1:], _TEAM)
        if positions is None:
            continue
        who = {str(name): k for k, name in enumerate(ids[i].tolist())}
        kind: Literal["score", "rebound"] = "score" if row["kind"] == "score" else "rebound"
        yield Scene(
            number=row["scene"],
            game=row["game_id"],
            kind=kind,
            positions=positions,
            shooter=who.get(row["shooter_id"]),
            points=int(row["points"]) if row["points"] else None,
            assister=who.get(row["assist_id"]),
            blocker=who.get(row["block_id"]),
            rebounder=who.get(row["reb_id"]),
        )
