"""What a camera saw, made up for tests: sightings of every kind, with their numbers."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np

from pipeline.sight import Kind, Sighting


class Eye:
    """One camera's eye: counts its sightings, as `Vision` does."""

    def __init__(self, camera: str = "main") -> None:
        self.camera = camera
        self._numbers = count(1)

    def sees(
        self, kind: Kind = "shot", at_s: float = 12.5, score: float = 0.95, **more: Any
    ) -> Sighting:
        """A sighting of something at media time `at_s`; `of`: what it belongs to."""
        parent: Sighting | None = more.pop("of", None)
        if kind in ("shot", "free_throw"):
            more.setdefault("made", 0.95)
        return Sighting(
            id=next(self._numbers),
            kind=kind,
            at_s=at_s,
            start_s=at_s - 1,
            end_s=at_s + 0.5,
            score=score,
            parent=None if parent is None else parent.id,
            **more,
        )


def picture(width: int = 480, height: int = 270) -> Any:
    """A still with something in it. (height, width, 3) BGR."""
    noise = np.random.default_rng(1).integers(0, 255, (height // 8, width // 8, 3), np.uint8)
    return np.kron(noise, np.ones((8, 8, 1), np.uint8))
