"""What moves about a rim: a small picture that stays with it, and the background it learns."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ball import BALL, Spot
from pipeline.frame import Image

UNIT = 24
"""Pixels of a rim's width in the small picture."""

REACH = 3.0
"""Rim widths from the rim's centre to each edge of the small picture."""

SIDE = round(2 * REACH * UNIT)

LEARN = 45.0
"""Grey levels a second at which the background gives way: a ball passes, a banner stays."""

FIRST_S = 0.6
"""For that long after the start the background learns ten times as fast."""

STRAY = 0.6
"""Rim widths between anchor and rim at which the anchor is laid anew."""

TREMBLE = (0.15, 10.0)
"""Half-size pixels: less is noise, more is not trembling."""

WINDOW = cv2.createHanningWindow((SIDE // 2, SIDE // 2), cv2.CV_32F)

BALL_AREA = math.pi / 4 * (BALL * UNIT) ** 2

NET = (
    slice(round((REACH + 0.15) * UNIT), round((REACH + 1.0) * UNIT)),
    slice(round((REACH - 0.45) * UNIT), round((REACH + 0.45) * UNIT)),
)


class Basket:
    """Motion about one rim, in rim widths from its centre.

    The small picture keeps its own anchor: the detector's rim trembles from look to look, the
    background must not. The anchor goes where the scene goes, and is laid anew only when the
    rim turns out to be elsewhere.
    """

    def __init__(self) -> None:
        self._ground: NDArray[np.int16] | None = None
        self._anchor = (0.0, 0.0, 1.0)
        self._first_s = 0.0
        self._last_s = 0.0

    def reset(self) -> None:
        """Forget the background: the camera looks elsewhere."""
        self._ground = None

    def move(self, dx: float, dy: float) -> None:
        """The scene moved by so many pixels."""
        x, y, width = self._anchor
        self._anchor = (x + dx, y + dy, width)

    def update(
        self, image: Image, centre: tuple[float, float], width: float, t_s: float
    ) -> tuple[list[Spot], float]:
        """Spots that move and have a ball's size, and the share of the net that moves.

        centre, width: of the rim, pixels of `image`.
        """
        x, y, wide = self._anchor
        far = max(abs(centre[0] - x), abs(centre[1] - y)) > STRAY * wide
        if self._ground is None or far or not 1 / 1.25 < width / wide < 1.25:
            self._anchor = (*centre, width)
            self._ground = around(image, centre, width).astype(np.int16)
            self._first_s = self._last_s = t_s
            return [], 0.0
        small = self._aligned(image)
        change = small - self._ground
        # A camera that changes its exposure moves everything by the same amount.
        change -= np.median(change[::4, ::4], axis=(0, 1)).astype(np.int16)
        dt = min(max(t_s - self._last_s, 0.0), 0.5)
        step = LEARN * dt * (10.0 if t_s - self._first_s < FIRST_S else 1.0)
        most = max(1, round(step))
        self._ground = self._ground + np.clip(change, -most, most)
        self._last_s = t_s
        change = np.abs(change)
        strength = np.maximum(np.maximum(change[..., 0], change[..., 1]), change[..., 2])
        noise = float(np.median(strength[::2, ::2]))
        moving = (strength > max(20.0, 5 * noise)).astype(np.uint8)
        opened = cv2.morphologyEx(moving, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        moving = opened.astype(np.uint8, copy=False)
        if moving.mean() > 0.25:
            # The whole picture moves: nothing in it is a ball.
            return [], 0.0
        return [self._seen_from(spot, centre, width) for spot in blobs(moving, t_s)], float(
            moving[NET].mean()
        )

    def _aligned(self, image: Image) -> NDArray[np.int16]:
        """The small picture laid upon its background: a hand trembles by a few pixels."""
        x, y, width = self._anchor
        small = around(image, (x, y), width)
        assert self._ground is not None  # noqa: S101  (the caller made sure)
        # Green alone is grey enough.
        half = (SIDE // 2, SIDE // 2)
        ground, now = (
            cv2.resize(one[..., 1].astype(np.float32), half, interpolation=cv2.INTER_AREA)
            for one in (self._ground, small)
        )
        (dx, dy), sure = cv2.phaseCorrelate(ground, now, WINDOW)
        if sure < 0.15 or not TREMBLE[0] < np.hypot(dx, dy) < TREMBLE[1]:
            return small.astype(np.int16)
        scale = 2 * width / UNIT
        self.move(dx * scale, dy * scale)
        x, y, width = self._anchor
        return around(image, (x, y), width).astype(np.int16)

    def _seen_from(self, spot: Spot, centre: tuple[float, float], width: float) -> Spot:
        """A spot measured from the rim instead of the anchor."""
        x, y, wide = self._anchor
        return replace(
            spot,
            x=(spot.x * wide + x - centre[0]) / width,
            y=(spot.y * wide + y - centre[1]) / width,
            size=spot.size * wide / width,
        )


def around(image: Image, centre: tuple[float, float], width: float) -> Image:
    """(SIDE, SIDE, 3) the neighbourhood of a rim, its width `UNIT` pixels."""
    scale = UNIT / width
    shift = np.array(
        [
            [scale, 0, REACH * UNIT - centre[0] * scale],
            [0, scale, REACH * UNIT - centre[1] * scale],
        ],
        np.float32,
    )
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.warpAffine(
        image, shift, (SIDE, SIDE), flags=how, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8, copy=False)


def blobs(moving: NDArray[np.uint8], t_s: float) -> list[Spot]:
    """The patches of a mask that may be a ball, by size and shape; eight at most."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(moving)
    found: list[Spot] = []
    for index in range(1, count):
        _, _, width, height, size = (int(value) for value in stats[index])
        share = size / BALL_AREA
        longest = max(width, height) / UNIT
        if not 0.25 <= share <= 2.6 or longest > 2.2 * BALL:
            continue
        fill = size / (width * height)
        slim = min(width, height) / max(width, height)
        fits = math.exp(-abs(math.log(share)))
        sure = 0.9 * fits * min(1.0, fill / 0.75) * min(1.0, slim / 0.6)
        x, y = centres[index]
        # The diameter that a disc of this area has: a blob in the net is ragged.
        across = BALL * math.sqrt(share)
        found.append(Spot(t_s, float(x) / UNIT - REACH, float(y) / UNIT - REACH, across, sure))
    return sorted(found, key=lambda one: -one.sure)[:8]
