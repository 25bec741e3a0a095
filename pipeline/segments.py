"""Digits of lamps on a dark ground: seven segments, dots, or plain type.

Recognisers of printed text take a seven-segment 3 for an 8 or a 9. Here a digit is compared with
drawings of all ten in the ways that scoreboards write them, by correlation, so brightness,
contrast and colour do not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Picture = NDArray[np.floating[Any] | np.integer[Any]]

ROWS, COLUMNS = 24, 16
"""Pixels to which the box of a digit is brought."""

NARROW = 0.42
"""Width by height below which only a 1 of bare segments fits."""

SHARP = 22.0
"""How much a difference of correlations counts when they become chances; set by hand."""

LEAST = 0.62
"""Correlation below which it is no digit."""

# Which of the segments a (top), b, c, d, e, f (clockwise) and g (middle) are lit; 6, 7 and 9 are
# written in two ways.
_LIT = {
    "0": ("abcdef",),
    "1": ("bc",),
    "2": ("abdeg",),
    "3": ("abcdg",),
    "4": ("bcfg",),
    "5": ("acdfg",),
    "6": ("acdefg", "cdefg"),
    "7": ("abc", "abcf"),
    "8": ("abcdefg",),
    "9": ("abcdfg", "abcfg"),
}
# The usual 5 x 7 dots, a row of five bits each.
_DOTS = {
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 2, 12),
}
_FINE = 4  # drawn so many times larger, then shrunk


def chances(boxes: Sequence[Array]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each tight box may be: (N, 10) chances of the digits, rows sum to 1 or, where nothing
    fits, to 0; and (N,) the best correlation.

    boxes: (h, w) brightness of any scale, lamps brighter than the ground.
    """
    drawn, digits = _drawings()
    out, best = np.zeros((len(boxes), 10)), np.zeros(len(boxes))
    wide, pictures = [], []
    for at, box in enumerate(boxes):
        if box.shape[1] < NARROW * box.shape[0]:
            best[at], out[at, 1] = _bar(box)
        else:
            wide.append(at)
            pictures.append(_sized(box))
    if not wide:
        return out, best
    fits = np.stack(pictures) @ drawn.T
    by_digit = np.maximum.reduceat(fits, np.searchsorted(digits, np.arange(10)), axis=1)
    best[wide] = by_digit.max(axis=1)
    odds = np.exp(SHARP * (by_digit - by_digit.max(axis=1, keepdims=True)))
    odds /= odds.sum(axis=1, keepdims=True)
    out[wide] = np.where(best[wide, None] >= LEAST, odds, 0.0)
    return out, best


def _bar(box: Array) -> tuple[float, float]:
    """(fit, chance) that a narrow box is the bar of a 1: lit from top to bottom, but for the gap
    between its two lamps."""
    low, high = float(box.min()), float(box.max())
    if high - low < 1e-3 or box.shape[0] < 4:
        return 0.0, 0.0
    lit = (box.max(axis=1) - low) / (high - low)
    fit = float(np.quantile(lit, 0.25))
    return fit, fit if fit >= LEAST else 0.0


@cache
def _drawings() -> tuple[Array, NDArray[np.int64]]:
    """(K, ROWS * COLUMNS) drawings of zero mean and unit length, and the digit of each, rising."""
    drawn, digits = [], []
    for digit in range(10):
        plain = [
            _tight(_segments(lit, thick, slant))
            for lit in _LIT[str(digit)]
            for thick in (0.12, 0.17, 0.23)
            for slant in (0.0, 0.12)
            if digit != 1
        ]
        plain += [_tight(_dotted(digit)), *(_tight(_typed(digit, *how)) for how in _TYPES)]
        for picture in plain:
            for blur in (0.0, 0.06, 0.1):
                # A kernel of one pixel leaves the picture as it is.
                sigma, kernel = blur * picture.shape[0], (0, 0) if blur else (1, 1)
                drawn.append(_sized(cv2.GaussianBlur(picture, kernel, sigma)))
                digits.append(digit)
    return np.stack(drawn), np.array(digits)


# Font and thickness of the pen.
_TYPES = (
    (cv2.FONT_HERSHEY_SIMPLEX, 13),
    (cv2.FONT_HERSHEY_SIMPLEX, 24),
    (cv2.FONT_HERSHEY_DUPLEX, 13),
    (cv2.FONT_HERSHEY_DUPLEX, 24),
)


def _segments(lit: str, thick: float, slant: float) -> Array:
    """Seven segments; thick: in heights. slant: how far the top leans right, in heights."""
    height, width = ROWS * _FINE, int(0.55 * ROWS * _FINE)
    bar, gap = thick * height, 0.015 * height
    right, low, middle = width - bar, height - bar, (height - bar) / 2
    boxes = {
        "a": (bar / 2, 0.0, width - bar / 2, bar),
        "d": (bar / 2, low, width - bar / 2, height),
        "g": (bar / 2, middle, width - bar / 2, middle + bar),
        "f": (0.0, bar / 2, bar, height / 2),
        "b": (right, bar / 2, width, height / 2),
        "e": (0.0, height / 2, bar, height - bar / 2),
        "c": (right, height / 2, width, height - bar / 2),
    }
    picture = np.zeros((height, width + int(slant * height) + 1), np.float32)
    for name in lit:
        x1, y1, x2, y2 = boxes[name]
        corners = [
            (x1 + gap, y1 + gap),
            (x2 - gap, y1 + gap),
            (x2 - gap, y2 - gap),
            (x1 + gap, y2 - gap),
        ]
        leaning = np.array([(x + slant * (height - y), y) for x, y in corners])
        cv2.fillPoly(picture, [np.rint(leaning).astype(np.int32)], (1.0,))
    return picture


def _dotted(digit: int) -> Array:
    side = 3 * _FINE
    picture = np.zeros((7 * side, 5 * side), np.float32)
    for row, bits in enumerate(_DOTS[str(digit)]):
        for column in range(5):
            if bits >> (4 - column) & 1:
                centre = (column * side + side // 2, row * side + side // 2)
                cv2.circle(picture, centre, int(0.45 * side), (1.0,), -1)
    return picture


def _typed(digit: int, font: int, pen: int) -> Array:
    picture = np.zeros((ROWS * _FINE * 2, ROWS * _FINE * 2), np.uint8)
    cv2.putText(picture, str(digit), (20, 150), font, 4.5, (255,), pen, cv2.LINE_AA)
    return np.asarray(picture, np.float32)


def _tight(picture: Array) -> Array:
    rows, columns = np.flatnonzero(picture.max(axis=1)), np.flatnonzero(picture.max(axis=0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _sized(picture: Picture) -> Array:
    """(ROWS * COLUMNS,) of zero mean and unit length, so that a product is a correlation."""
    small = cv2.resize(picture, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    flat = np.asarray(small, np.float32).reshape(-1)
    flat = flat - flat.mean()
    return np.asarray(flat / max(float(np.linalg.norm(flat)), 1e-6), np.float32)
