"""How far the picture as a whole has moved: a hand-held or panned camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.frame import Image

SIDE = 160
"""Pixels of the longer side at which movement is measured."""

SURE = 0.12
"""Below this peak of the correlation the movement is not known."""

STILL = 0.2
"""Small pixels: less is the noise of the measurement."""


class Shift:
    """Measures movement against a key picture, so that errors do not add up frame by frame."""

    def __init__(self) -> None:
        self._key: NDArray[np.float32] | None = None
        self._window: NDArray[np.float32] | None = None
        self._at = (0.0, 0.0)

    def update(self, image: Image) -> tuple[float, float] | None:
        """(dx, dy) pixels that the scene moved since the last call; None when it cannot be told,
        as at a cut or on the first picture."""
        small, scale = _small(image)
        if self._key is None or self._key.shape != small.shape:
            self._window = cv2.createHanningWindow(
                (small.shape[1], small.shape[0]), cv2.CV_32F
            ).astype(np.float32)
            self._start(small)
            return None
        assert self._window is not None  # noqa: S101  (set with the key)
        (dx, dy), sure = cv2.phaseCorrelate(self._key, small, self._window)
        if sure < SURE:
            self._start(small)
            return None
        if abs(dx) < STILL and abs(dy) < STILL:
            dx = dy = 0.0
        moved = (dx - self._at[0]) / scale, (dy - self._at[1]) / scale
        self._at = (dx, dy)
        if abs(dx) > 0.2 * small.shape[1] or abs(dy) > 0.2 * small.shape[0] or sure < 2 * SURE:
            self._start(small)
        return moved

    def _start(self, small: NDArray[np.float32]) -> None:
        self._key = small
        self._at = (0.0, 0.0)


def _small(image: Image) -> tuple[NDArray[np.float32], float]:
    scale = SIDE / max(image.shape[:2])
    size = (max(8, round(image.shape[1] * scale)), max(8, round(image.shape[0] * scale)))
    # Green alone is grey enough, and every few pixels are enough to shrink from.
    skip = max(1, max(image.shape[:2]) // (2 * SIDE))
    thin = np.ascontiguousarray(image[::skip, ::skip, 1])
    small = cv2.resize(thin, size, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32), scale
