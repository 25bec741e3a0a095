"""Draws scoreboards as gyms have them and as a phone sees them: lamps, angle, blur, noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]
Lamps = Literal["segments", "dots", "type"]

# Which of a to g (clockwise from the top, g in the middle) a digit lights.
_SEGMENTS = (
    "abcdef",
    "bc",
    "abdeg",
    "abcdg",
    "bcfg",
    "acdfg",
    "acdefg",
    "abc",
    "abcdefg",
    "abcdfg",
)
# Seven rows of five dots.
_DOTS = (
    ".###. #...# #...# #...# #...# #...# .###.",
    "..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.",
    ".###. #...# ....# ...#. ..#.. .#... #####",
    ".###. #...# ....# ..##. ....# #...# .###.",
    "...#. ..##. .#.#. #..#. ##### ...#. ...#.",
    "##### #.... ####. ....# ....# #...# .###.",
    ".###. #.... #.... ####. #...# #...# .###.",
    "##### ....# ...#. ...#. ..#.. ..#.. ..#..",
    ".###. #...# #...# .###. #...# #...# .###.",
    ".###. #...# #...# .#### ....# ....# .###.",
)
_LIT: tuple[Colour, ...] = ((60, 60, 255), (40, 190, 255), (80, 255, 90), (235, 240, 245))
_PAINT: tuple[Colour, ...] = (
    (30, 30, 32),
    (20, 20, 20),
    (60, 50, 160),
    (120, 60, 30),
    (50, 90, 40),
)
WIDE, HIGH = 720, 360


@dataclass(frozen=True, slots=True)
class BoardTruth:
    """What a board shows. clock: as written, with its colon or dot."""

    left: int
    right: int
    clock: str
    period: int


@dataclass(frozen=True, slots=True)
class BoardStyle:
    """How it is made. thick: a segment's, in digit heights; slant: how far a digit's top leans;
    panels: digits stand in dark windows of a painted board, otherwise the board is dark."""

    lamps: Lamps
    colour: Colour
    clock_colour: Colour
    paint: Colour
    panels: bool
    thick: float
    slant: float
    glow: float
    letters: bool

    @classmethod
    def of(cls, chance: np.random.Generator) -> BoardStyle:
        """One of many."""
        lamps: tuple[Lamps, ...] = ("segments", "segments", "dots", "type")
        lit = [_LIT[int(i)] for i in chance.integers(len(_LIT), size=2)]
        panels = bool(chance.random() < 0.5)
        paint = _PAINT[int(chance.integers(len(_PAINT) if panels else 2))]
        return cls(
            lamps[int(chance.integers(len(lamps)))],
            lit[0],
            lit[1],
            paint,
            panels,
            float(chance.uniform(0.11, 0.22)),
            float(chance.choice([0.0, 0.0, 0.08, 0.14])),
            float(chance.uniform(0.0, 0.6)),
            bool(chance.random() < 0.7),
        )


def draw_board(truth: BoardTruth, style: BoardStyle) -> Image:
    """(HIGH, WIDE, 3) BGR, the board from the front: clock on top, scores at the sides, the
    period between them, fouls further in and smaller."""
    board = np.empty((HIGH, WIDE, 3), np.uint8)
    board[:] = style.paint
    for text, x, y, high, colour in (
        (truth.clock, 360, 30, 110, style.clock_colour),
        (str(truth.left), 130, 200, 120, style.colour),
        (str(truth.right), 590, 200, 120, style.colour),
        (str(truth.period), 360, 220, 90, style.clock_colour),
    ):
        _write(board, text, (x, y), high, colour, style)
    if style.letters:
        for text, x in (("HOME", 75), ("GUEST", 525)):
            where, font = (x, 185), cv2.FONT_HERSHEY_DUPLEX
            cv2.putText(board, text, where, font, 1.3, (235, 235, 235), 2, cv2.LINE_AA)
    return board


def filmed(
    board: Image,
    chance: np.random.Generator,
    digit_px: float = 22.0,
    noise: float = 6.0,
    angle: np.random.Generator | None = None,
) -> tuple[Image, tuple[tuple[float, float], ...]]:
    """The board on a wall as a camera shows it, and its corners in that picture as a person would
    mark them, from the top left on, clockwise.

    digit_px: height of a score's digits in the picture. noise: standard deviation, 0 to 255.
    angle: where the camera stands and what hangs in its light; its own chance, so that one camera
    can take several pictures.
    """
    scale = digit_px / 120
    wide, high = WIDE * scale, HIGH * scale
    size = (round(2.2 * wide), round(2.2 * high))
    angle = angle or chance
    skew = angle.uniform(-0.12, 0.12, (4, 2)) * high
    flat = np.array([(0, 0), (wide, 0), (wide, high), (0, high)])
    corners = (flat + np.array([0.6 * wide, 0.6 * high]) + skew).astype(np.float32)
    source = np.array([(0, 0), (WIDE, 0), (WIDE, HIGH), (0, HIGH)], np.float32)
    # Shrinking picks single pixels unless the picture is soft enough before.
    soft = cv2.GaussianBlur(board, (0, 0), max(0.3, 0.45 / scale))
    turn = cv2.getPerspectiveTransform(source, corners)
    wall = np.full((size[1], size[0], 3), angle.integers(60, 190), np.uint8)
    cv2.warpPerspective(
        soft, turn, size, dst=wall, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    blurred = cv2.GaussianBlur(wall, (0, 0), float(angle.uniform(0.3, 1.0)))
    grainy = blurred * angle.uniform(0.6, 1.1) + chance.normal(0, noise, blurred.shape)
    coded = np.clip(grainy, 0, 255).astype(np.uint8)
    quality = int(chance.integers(45, 90))
    _, data = cv2.imencode(".jpg", coded, [cv2.IMWRITE_JPEG_QUALITY, quality])
    image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    marked = corners + angle.uniform(-0.03, 0.03, (4, 2)) * high
    return image, tuple((float(x), float(y)) for x, y in marked)


def _write(
    board: Image, text: str, place: tuple[int, int], high: int, colour: Colour, style: BoardStyle
) -> None:
    """Lamps of a text, its middle at `place` (x of the middle, y of the top)."""
    width, gap = round(0.55 * high), round(0.18 * high)
    widths = [width if one.isdigit() else gap for one in text]
    total = sum(widths) + gap * (len(text) - 1)
    x, y = place[0] - total // 2, place[1]
    if style.panels:
        edge = round(0.15 * high)
        cv2.rectangle(board, (x - 2 * edge, y - edge), (x + total + 2 * edge, y + high + edge),
                      (28, 26, 30), -1)  # fmt: skip
    lamps = np.zeros(board.shape[:2], np.uint8)
    for one, across in zip(text, widths, strict=True):
        if one.isdigit():
            _lamp_digit(lamps, int(one), (x, y), (across, high), style)
        else:
            middle, dot = x + across // 2, max(2, round(0.08 * high))
            for part in (0.3, 0.7) if one == ":" else (0.95,):
                cv2.circle(lamps, (middle, y + round(part * high)), dot, (255,), -1)
        x += across + gap
    lit = lamps.astype(np.float32)[..., None] / 255
    soft = cv2.GaussianBlur(lamps, (0, 0), 0.12 * high).astype(np.float32)[..., None] / 255
    light = np.maximum(lit, style.glow * soft)
    board[:] = (board * (1 - light) + np.array(colour, np.float32) * light).astype(np.uint8)


def _lamp_digit(
    lamps: Image, digit: int, place: tuple[int, int], size: tuple[int, int], style: BoardStyle
) -> None:
    (x, y), (width, high) = place, size
    if style.lamps == "dots":
        pitch = high / 7
        for row, dots in enumerate(_DOTS[digit].split()):
            for column, dot in enumerate(dots):
                if dot == "#":
                    centre = (round(x + (column + 0.5) * width / 5), round(y + (row + 0.5) * pitch))
                    cv2.circle(lamps, centre, max(1, round(0.42 * pitch)), (255,), -1)
    elif style.lamps == "type":
        size_of, _ = cv2.getTextSize(str(digit), cv2.FONT_HERSHEY_TRIPLEX, 1.0, 1)
        scale, bold = high / size_of[1], max(2, round(style.thick * high * 0.6))
        place = (x, y + high)
        font = cv2.FONT_HERSHEY_TRIPLEX
        cv2.putText(lamps, str(digit), place, font, scale, (255,), bold, cv2.LINE_AA)
    else:
        _segments(lamps, digit, place, size, style)


def _segments(
    lamps: Image, digit: int, place: tuple[int, int], size: tuple[int, int], style: BoardStyle
) -> None:
    """Each segment is a bar with pointed ends."""
    (x, y), (width, high) = place, size
    half = style.thick * high / 2
    left, right, top, low, middle = half, width - half, half, high - half, high / 2
    ends = {
        "a": ((left, top), (right, top)),
        "b": ((right, top), (right, middle)),
        "c": ((right, middle), (right, low)),
        "d": ((left, low), (right, low)),
        "e": ((left, middle), (left, low)),
        "f": ((left, top), (left, middle)),
        "g": ((left, middle), (right, middle)),
    }
    for name in _SEGMENTS[digit]:
        (x1, y1), (x2, y2) = ends[name]
        along = np.array([x2 - x1, y2 - y1]) / max(1e-6, float(np.hypot(x2 - x1, y2 - y1)))
        across = np.array([-along[1], along[0]]) * half
        inset = along * half * 0.25
        start, end = np.array([x1, y1]) + inset, np.array([x2, y2]) - inset
        points = [
            start,
            start + along * half + across,
            end - along * half + across,
            end,
            end - along * half - across,
            start + along * half - across,
        ]
        leaning = [(x + px + style.slant * (high - py), y + py) for px, py in points]
        cv2.fillPoly(lamps, [np.rint(leaning).astype(np.int32)], (255,))
