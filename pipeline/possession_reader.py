"""From positions to what a scorekeeper writes of a shot, each with its probability."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.court import Floor
from pipeline.possession import Array, Positions
from pipeline.possession_assist import assist_signs
from pipeline.possession_block import block_signs
from pipeline.possession_rebound import rebound_signs
from pipeline.possession_shot import (
    AFTER,
    Attempt,
    Release,
    find,
    release,
    shooter_signs,
    value_signs,
)
from pipeline.possession_touch import Touches, read
from pipeline.possession_trees import Trees, chance, shares, trees

WEIGHTS = Path(__file__).parent / "possession_weights.json"

Doubt = Callable[[Array], Array]
"""From a place, (2,) metres, to the (2, 2) covariance of the error with which it was told. The
error is taken as one and the same for all that is near: that of the map of the floor."""

_GAUSS = ((0.0, 2 / 3), (3**0.5, 1 / 6), (-(3**0.5), 1 / 6))
"""Gauss-Hermite quadrature with three points: (standard deviations, weight)."""

_WORTH_A_LOOK = 0.02  # a shooter less likely than this has no say in points and assist

USUALLY_THREE = 0.27
"""Of the baskets that the fits were made from, 784 of 2928: all that is known of a shot by somebody
whose place nobody saw."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One fit: who shot, was it a three, was it assisted, who got the rebound, who blocked."""

    shooter: Trees
    three: Trees
    assisted: Trees
    rebounder: Trees
    blocker: Trees

    def plain(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name).plain() for one in fields(self)}


def weights(plain: Mapping[str, Any]) -> Weights:
    """Read what `Weights.plain` wrote; raises KeyError, TypeError or ValueError."""
    return Weights(**{one.name: trees(plain[one.name]) for one in fields(Weights)})


@lru_cache(maxsize=1)
def shipped(path: Path = WEIGHTS) -> tuple[Weights, ...]:
    """The fits of the folds, in their order: fit k never saw the games of fold k."""
    return tuple(weights(one) for one in json.loads(path.read_text())["folds"])


@dataclass(frozen=True, slots=True, eq=False)
class ShotReading:
    """What the floor plan says of one shot from the field.

    shooter: (N,) chances, they sum to 1. three: that it was tried from behind the line.
    assisted: that it was assisted, if it was made. assister: (N,) chances, given that it was.
    blocker: (N,) chances that he blocked it, if it was missed; their sum is that anybody did.
    rim_s: media seconds at which the ball is at the ring.
    """

    shooter: Array
    three: float
    assisted: float
    assister: Array
    blocker: Array
    rim_s: float


class Reader:
    """Reads shots; several fits answer by the mean of their probabilities."""

    def __init__(self, fits: Sequence[Weights], floor: Floor) -> None:
        if not fits:
            raise ValueError("a reader needs at least one fit")
        self._fits = tuple(fits)
        self._floor = floor

    def shot(
        self,
        positions: Positions,
        basket: Array,
        rim_s: float,
        spread_s: float,
        doubt: Doubt | None = None,
    ) -> ShotReading:
        """The shot whose ball is at `basket` about `rim_s`, give or take `spread_s`.

        The stretch should reach AFTER looks past the ring; what is later is not used. doubt: two
        or three is answered over all places where the shooter may have been.
        """
        attempt = find(positions, basket, rim_s, spread_s)
        positions = positions.part(0, attempt.rim + AFTER + 1)
        touches = read(positions)
        rows = shooter_signs(positions, touches, attempt)
        shooter = np.mean([shares(fit.shooter.logit(rows)) for fit in self._fits], axis=0)
        three, assisted, share = 0.0, 0.0, 0.0
        assister = np.zeros(len(shooter))
        for who in np.flatnonzero(shooter >= min(_WORTH_A_LOOK, shooter.max())):
            let_go = release(positions, touches, attempt, int(who))
            helps = assist_signs(positions, touches, attempt, let_go, self._floor)[None]
            weight = float(shooter[who])
            share += weight
            if np.isfinite(positions.players[let_go.left, who]).all():
                three += weight * self._three(positions, touches, attempt, let_go, doubt)
            else:
                three += weight * USUALLY_THREE
            assisted += weight * self._mean([f.assisted.logit(helps) for f in self._fits])
            assister += weight * self._assister(positions, touches, let_go)
        return ShotReading(
            shooter,
            three / share,
            assisted / share,
            assister / share,
            self._blocker(positions, touches, attempt, int(shooter.argmax())),
            positions.media_s(attempt.rim),
        )

    def rebound(self, positions: Positions, basket: Array, rim_s: float, spread_s: float) -> Array:
        """(N,) who got the ball that came off the ring about `rim_s`; they sum to 1.

        The stretch begins at the release or before it and ends when somebody has the ball.
        """
        attempt = find(positions, basket, rim_s, spread_s)
        rows = rebound_signs(positions, read(positions), attempt)
        return np.asarray(
            np.mean([shares(fit.rebounder.logit(rows)) for fit in self._fits], axis=0)
        )

    def _blocker(
        self, positions: Positions, touches: Touches, attempt: Attempt, shooter: int
    ) -> Array:
        """(N,) opponents' chances of a block; what they sum to is that one of them did it."""
        let_go = release(positions, touches, attempt, shooter)
        rows = block_signs(positions, touches, attempt, let_go)
        alone = np.mean([chance(fit.blocker.logit(rows)) for fit in self._fits], axis=0)
        alone = np.where(positions.team != positions.team[shooter], alone, 0.0)
        anybody = 1.0 - float(np.prod(1.0 - alone))
        return np.asarray(alone * anybody / max(float(alone.sum()), 1e-12))

    def _three(
        self,
        positions: Positions,
        touches: Touches,
        attempt: Attempt,
        let_go: Release,
        doubt: Doubt | None,
    ) -> float:
        """That it was tried from behind the line, over the error across the line."""
        across = np.zeros(2)
        if doubt is not None:
            feet = positions.there[let_go.left, let_go.shooter]
            toward = np.array(
                [
                    self._floor.beyond_line(feet + step, attempt.basket)
                    - self._floor.beyond_line(feet - step, attempt.basket)
                    for step in np.eye(2) * 0.05
                ]
            )
            toward /= max(float(np.linalg.norm(toward)), 1e-9)
            across = toward * float(np.sqrt(toward @ doubt(feet) @ toward))
        three = 0.0
        for sigmas, weight in _GAUSS if across.any() else ((0.0, 1.0),):
            moved = positions.moved(sigmas * across)
            values = value_signs(moved, touches, attempt, let_go, self._floor)[None]
            three += weight * self._mean([fit.three.logit(values) for fit in self._fits])
        return three

    @staticmethod
    def _mean(logits: Sequence[Array]) -> float:
        return float(np.mean([chance(one) for one in logits]))

    @staticmethod
    def _assister(positions: Positions, touches: Touches, let_go: Release) -> Array:
        """(N,) among the mates, who touched it before the shooter."""
        people = len(positions.team)
        mates = positions.team == positions.team[let_go.shooter]
        mates[let_go.shooter] = False
        before = np.where(mates, touches.passers(let_go.left, let_go.shooter)[:people], 0.0)
        before += 1e-4 * mates
        return np.asarray(before / max(float(before.sum()), 1e-12))
