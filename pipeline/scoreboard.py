"""Reads the gym's scoreboard inside a rectangle that somebody marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.frame import Image
from pipeline.segments import chances
from pipeline.setup import Quad

HIGH = 160
"""Pixels of the height to which a board is brought."""

WIDEST = 640

LEVELS = 6
"""Brightnesses at which lamps are cut from their ground: glow, blur and dim lamps differ."""

SURE = 0.6
"""Chance from which a digit is one."""

DARK = 0.9
"""The ground of a lamp is at most so bright, in parts of the lamp; letters are painted on lighter
ground or are smaller."""

CUT_SHORT = 0.4
"""What remains of the chance of a number beside which more is lit than was read."""

SMALL = 0.55
"""Digits below this part of the tallest one's height are letters, or of no interest."""


@dataclass(frozen=True, slots=True)
class Group:
    """Digits side by side: `38`, `1:46`, `46.3`. sure: the chance that all are right."""

    text: str
    xyxy: tuple[float, float, float, float]
    sure: float


def flat(image: Image, quad: Quad) -> Image:
    """The board as seen from the front, `HIGH` pixels high."""
    height, width = image.shape[:2]
    corners = np.array(quad.scaled((width, height)).corners, np.float32)
    top, right, low, left = (
        float(np.linalg.norm(corners[i] - corners[(i + 1) % 4])) for i in range(4)
    )
    wide = round(min(WIDEST, max(HIGH / 2, HIGH * (top + low) / max(1.0, left + right))))
    target = np.array([(0, 0), (wide, 0), (wide, HIGH), (0, HIGH)], np.float32)
    turn = cv2.getPerspectiveTransform(corners, target)
    return cv2.warpPerspective(image, turn, (wide, HIGH), flags=cv2.INTER_CUBIC).astype(
        np.uint8, copy=False
    )


def read(board: Image) -> tuple[Group, ...]:
    """The numbers on a board (as `flat` makes it), from its top left on."""
    ways = _brightnesses(board)
    digits, rest = _digits(ways)
    return tuple(_groups(digits, rest, ways[1]))


@dataclass(frozen=True, slots=True)
class _Box:
    """Pixels of the board, and what is in it."""

    x1: int
    y1: int
    x2: int
    y2: int
    digit: int = 0
    sure: float = 0.0

    @property
    def height(self) -> int:
        return self.y2 - self.y1

    @property
    def width(self) -> int:
        return self.x2 - self.x1

    def shared(self, other: _Box) -> float:
        """Share of the smaller one that lies in both."""
        across = min(self.x2, other.x2) - max(self.x1, other.x1)
        down = min(self.y2, other.y2) - max(self.y1, other.y1)
        if across <= 0 or down <= 0:
            return 0.0
        return across * down / min(self.width * self.height, other.width * other.height)


def _brightnesses(board: Image) -> tuple[NDArray[np.float32], ...]:
    """A red lamp is dark as grey, but its strongest channel is bright whatever its colour; where
    that is drowned in its own glow, or the paint is red as well, the grey shows the lamp's core."""
    ways = (board.max(axis=2), cv2.cvtColor(board, cv2.COLOR_BGR2GRAY))
    soft = (cv2.GaussianBlur(one.astype(np.float32), (3, 3), 0) for one in ways)
    return tuple(one.astype(np.float32, copy=False) for one in soft)


def _digits(brightnesses: Sequence[NDArray[np.float32]]) -> tuple[list[_Box], list[_Box]]:
    """The digits, and what else is lit on dark ground and not read."""
    boxes: list[_Box] = []
    pictures = []
    for bright in brightnesses:
        low, high = np.quantile(bright, (0.1, 0.995))
        for level in np.linspace(low, high, LEVELS + 2)[1:-1]:
            lit = bright > level
            for box in _cut(lit):
                parts = _split(bright, lit, box)
                boxes += parts
                pictures += [bright[one.y1 : one.y2, one.x1 : one.x2] for one in parts]
    found, _ = chances(pictures)
    lamps = [
        _Box(one.x1, one.y1, one.x2, one.y2, int(row.argmax()), float(row.max()))
        for one, row in zip(boxes, found, strict=True)
        if _on_dark(brightnesses[0], one)
    ]
    told = [one for one in lamps if one.sure >= SURE]
    kept: list[_Box] = []
    # A digit seen whole contains parts that look like others: the taller of two sure ones counts.
    for one in sorted(told, key=lambda box: -box.sure * box.height):
        if all(one.shared(other) < 0.3 for other in kept):
            kept.append(one)
    # Any bar may pass for a 1: it sets no measure.
    tallest = max((one.height for one in kept if one.digit != 1), default=0)
    kept = [one for one in kept if SMALL * tallest <= one.height <= tallest / SMALL]
    return kept, [one for one in lamps if all(one.shared(other) < 0.3 for other in kept)]


def _on_dark(bright: NDArray[np.float32], box: _Box) -> bool:
    """Whether what surrounds a digit is dark against it."""
    edge = max(2, box.height // 10)
    y1, x1 = max(0, box.y1 - edge), max(0, box.x1 - edge)
    around = bright[y1 : box.y2 + edge, x1 : box.x2 + edge]
    lamp = _at(bright[box.y1 : box.y2, box.x1 : box.x2], 0.9)
    ring = np.ones(around.shape, np.bool_)
    ring[box.y1 - y1 : box.y2 - y1, box.x1 - x1 : box.x2 - x1] = False
    return _at(around[ring], 0.5) <= DARK * lamp


def _at(values: NDArray[np.float32], share: float) -> float:
    """The value that a share of the others lies below; a quarter of the cost of `np.quantile`."""
    flat = values.ravel()
    place = int(share * (len(flat) - 1))
    return float(np.partition(flat, place)[place])


def _cut(lit: NDArray[np.bool_]) -> list[_Box]:
    """Boxes of lit areas that may be digits; paint and lamps that run out of the board are none."""
    height, width = lit.shape
    mask = cv2.morphologyEx(lit.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = []
    for x, y, w, h, area in stats[1:].tolist():
        inside = x > 0 and y > 0 and x + w < width and y + h < height
        sized = 0.1 * height <= h <= 0.7 * height and 0.08 * h <= w <= 4.5 * h
        if inside and sized and area >= 0.12 * w * h:
            found.append(_Box(x, y, x + w, y + h))
    return found


def _split(bright: NDArray[np.float32], lit: NDArray[np.bool_], box: _Box) -> list[_Box]:
    """The digits of an area that may hold several: cut where it is darkest."""
    many = max(1, round(box.width / (0.66 * box.height)))
    if many == 1:
        return [box]
    inner = bright[box.y1 : box.y2, box.x1 : box.x2]
    columns = inner.mean(axis=0)
    cuts = [0]
    for at in range(1, many):
        middle, reach = at * box.width / many, 0.3 * box.width / many
        start = int(middle - reach)
        cuts.append(start + int(columns[start : int(middle + reach) + 1].argmin()))
    cuts.append(box.width)
    found = []
    for left, right in pairwise(cuts):
        rows = np.flatnonzero(lit[box.y1 : box.y2, box.x1 + left : box.x1 + right].any(axis=1))
        across = np.flatnonzero(lit[box.y1 : box.y2, box.x1 + left : box.x1 + right].any(axis=0))
        if len(rows) and len(across) and right - left > 2:
            found.append(
                _Box(
                    box.x1 + left + int(across[0]),
                    box.y1 + int(rows[0]),
                    box.x1 + left + int(across[-1]) + 1,
                    box.y1 + int(rows[-1]) + 1,
                )
            )
    return [one for one in found if one.height > 0.6 * box.height]


def _groups(
    digits: Sequence[_Box], rest: Sequence[_Box], bright: NDArray[np.float32]
) -> list[Group]:
    """Digits of one height side by side become numbers, with what stands between them."""
    left = sorted(digits, key=lambda one: one.x1)
    groups: list[list[_Box]] = []
    for one in left:
        for group in groups:
            last = group[-1]
            tall = max(last.height, one.height)
            # A 4 whose lamps end in points is shorter than its neighbours.
            alike = abs(last.height - one.height) < 0.35 * tall
            level = abs(last.y1 + last.y2 - one.y1 - one.y2) / 2 < 0.25 * tall
            gap = one.x1 - last.x2
            near = gap < 0.7 * tall or (gap < 1.2 * tall and _between(bright, last, one) == ":")
            if alike and level and near:
                group.append(one)
                break
        else:
            groups.append([one])
    height, width = bright.shape
    found = []
    for group in groups:
        text = str(group[0].digit)
        for before, after in pairwise(group):
            text += _between(bright, before, after) + str(after.digit)
        x1, x2 = group[0].x1 / width, group[-1].x2 / width
        y1, y2 = min(one.y1 for one in group) / height, max(one.y2 for one in group) / height
        sure = float(np.prod([one.sure for one in group]))
        if any(_goes_on(group, one) for one in rest):
            sure *= CUT_SHORT
        found.append(Group(text, (x1, y1, x2, y2), sure))
    return sorted(found, key=lambda one: (round(one.xyxy[1] * 5), one.xyxy[0]))


def _goes_on(group: Sequence[_Box], other: _Box) -> bool:
    """Whether something lit that was not read stands in the row of these digits: 3 may be 38."""
    tall = max(one.height for one in group)
    y1, y2 = min(one.y1 for one in group), max(one.y2 for one in group)
    level = min(y2, other.y2) - max(y1, other.y1) > 0.5 * tall and other.height < 1.4 * tall
    gap = max(group[0].x1 - other.x2, other.x1 - group[-1].x2)
    return level and gap < 0.8 * tall


def _between(bright: NDArray[np.float32], before: _Box, after: _Box) -> str:
    """`:` or `.` where the gap of two digits has lamps, else nothing."""
    y1, y2 = min(before.y1, after.y1), max(before.y2, after.y2)
    if after.x1 - before.x2 < 2:
        return ""
    lit = bright[y1:y2, before.x1 : after.x2]
    level = (float(np.quantile(lit, 0.1)) + float(np.quantile(lit, 0.95))) / 2
    rows = bright[y1:y2, before.x2 : after.x1].max(axis=1) > level
    edges = np.flatnonzero(np.diff(np.concatenate([[0], rows.astype(np.int8), [0]])))
    dots = [(a / len(rows), b / len(rows)) for a, b in edges.reshape(-1, 2).tolist()]
    if any(b - a > 0.35 for a, b in dots):
        return ""
    if len(dots) == 2 and dots[0][0] > 0.1 and dots[0][1] < 0.55 < 0.6 < dots[1][1] < 0.95:
        return ":"
    return "." if len(dots) == 1 and dots[0][0] > 0.65 else ""
