"""The tall frame around a clip's picture: a scoreboard above it, the play in words below.

The text is drawn with the typeface that OpenCV brings along (Rubik, and WenQuanYi for what it
lacks): nothing has to be installed, and it looks the same on every server.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from server.clips.story import Score, Story

WIDTH, HEIGHT = 1080, 1920
"""What the feeds of phones ask for: less is blown up there, and text shows that first."""
_MARGIN = 60
_BOARD = 500
_WORDS = 440
"""Heights that are kept free above and below the picture, pixels."""
_LINE = 1.25
"""From line to line, in heights of the text."""
_REGULAR, _BOLD = 500, 700
_SMALLEST = 34

# RGB, of the web pages' scoreboard.
_GROUND = (16, 21, 29)
_INK = (245, 247, 250)
_SOFT = (167, 177, 192)
_LIT = (255, 184, 77)
_HOME = (122, 167, 255)
_AWAY = (255, 146, 120)

# Other symbols, modifiers, joiners and what chooses between two looks of one sign.
_DECORATION = ("So", "Sk", "Cf", "Mn", "Cn")

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the frame the picture is, pixels; all even."""

    left: int
    top: int
    width: int
    height: int


def place(width: int, height: int) -> Place:
    """The whole picture, as large as it can be."""
    scale = min(WIDTH / width, (HEIGHT - _BOARD - _WORDS) / height)
    wide, high = (max(2, round(side * scale / 2) * 2) for side in (width, height))
    # Above the middle: over the lower end the feeds lay their own words and buttons.
    top = _BOARD + (HEIGHT - _BOARD - _WORDS - high) // 4
    return Place((WIDTH - wide) // 4 * 2, top // 2 * 2, wide, high)


def poster(story: Story, score: Score, told: bool, picture: Place) -> Image:
    """(1920, 1080, 3) RGB; told: also what happened."""
    image: Image = np.full((HEIGHT, WIDTH, 3), _GROUND, np.uint8)
    top = picture.top
    middle, quarter = WIDTH // 2, WIDTH // 4
    room = middle - _MARGIN - 20
    points_size = 190 if max(score.home, score.away) < 100 else 150
    for side, name, points, colour in (
        (quarter + 10, story.home, score.home, _HOME),
        (WIDTH - quarter - 10, story.away, score.away, _AWAY),
    ):
        size, lines = _wrapped(name, 58, room, 2)
        for number, line in enumerate(reversed(lines)):
            base = top - 320 - round(number * size * _LINE)
            _line(image, line, side, base, size, _BOLD, colour, room)
        _line(image, str(points), side, top - 130, points_size, _BOLD, _INK, room)
    _line(image, "–", middle, top - 145, 120, _REGULAR, _SOFT, 120)
    _line(image, story.when, middle, top - 50, 48, _REGULAR, _LIT, WIDTH - 2 * _MARGIN)
    if told:
        below = top + picture.height + 140
        size, lines = _wrapped(story.words, 72, WIDTH - 2 * _MARGIN, 4)
        for number, line in enumerate(lines):
            base = below + round(number * size * _LINE)
            _line(image, line, middle, base, size, _BOLD, _INK, WIDTH - 2 * _MARGIN)
    return image


def written(name: str) -> str | None:
    """As it can be drawn, without emoji; None where the typeface lacks a letter or would put them
    in the wrong order. It has Latin, Greek, Cyrillic, Chinese, Japanese and Korean ones; what is
    written from right to left it would turn around."""
    letters = unicodedata.normalize("NFC", name)
    letters = "".join(one for one in letters if unicodedata.category(one) not in _DECORATION)
    found = " ".join(letters.split())
    turned = any(unicodedata.bidirectional(one) in ("R", "AL") for one in found)
    return None if turned or not found or not all(map(_has, found)) else found


@functools.lru_cache(4096)
def _has(letter: str) -> bool:
    # What is missing is drawn as a question mark, and nothing else tells.
    return letter in "? " or not np.array_equal(_drawn(letter), _drawn("?"))


def _drawn(letter: str) -> Image:
    image: Image = np.zeros((48, 64, 3), np.uint8)
    _put(image, letter, (8, 36), (255, 255, 255), 32, _REGULAR)
    return image


def _line(
    image: Image, text: str, middle: int, base: int, size: int, weight: int, colour: Any, room: int
) -> None:
    """One line around `middle`, its letters standing on `base`; smaller, then cut where it is
    wider than `room`."""
    # The typeface strikes its zeros through; its O is nearly as narrow, and plain.
    text = text.replace("0", "O")
    while size > _SMALLEST and _width(text, size, weight) > room:
        size -= 2
    if _width(text, size, weight) > room:
        while text and _width(f"{text}…", size, weight) > room:
            text = text[:-1].rstrip()
        text += "…"
    _put(image, text, (middle - _width(text, size, weight) // 2, base), colour, size, weight)


def _wrapped(text: str, size: int, room: int, most: int) -> tuple[int, list[str]]:
    """In `most` lines at the most, as large as `size` or as goes; the size and the lines."""
    while size > _SMALLEST and not _fit(_broken(text, size, room), size, room, most):
        size -= 2
    lines = _broken(text, size, room)
    # As narrow as that many lines allow: no word stands alone in the last one.
    while True:
        room -= 20
        narrower = _broken(text, size, room)
        if len(narrower) != len(lines) or not _fit(narrower, size, room, most):
            return size, lines[:most]
        lines = narrower


def _broken(text: str, size: int, room: int) -> list[str]:
    """Its words in lines of that width, where no word alone is wider."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(longer, size, _BOLD) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _fit(lines: list[str], size: int, room: int, most: int) -> bool:
    return len(lines) <= most and all(_width(line, size, _BOLD) <= room for line in lines)


def _width(text: str, size: int, weight: int) -> int:
    _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), _face(), size, weight)
    return int(width)


def _put(image: Image, text: str, at: tuple[int, int], colour: Any, size: int, weight: int) -> None:
    cv2.putText(image, text, at, colour, _face(), size, weight)


def _face() -> cv2.FontFace:
    # It costs microseconds; one that threads shared would remember the weight of another's text.
    return cv2.FontFace("sans")
