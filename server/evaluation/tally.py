"""One line of an evaluation: how often an answer was right, how sure that is, how calibrated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.evaluation.tables import brier, calibration_error, wilson


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question.

    right: the answer that was thought likeliest was the true one.
    said: a probability; came: whether what it was given to is so. For a yes or no it is the yes,
    for a choice the one chosen.
    """

    right: bool
    said: float
    came: bool


def yes_or_no(said: float, came: bool) -> Answer:
    """Of a yes that is said with some probability."""
    return Answer((said > 0.5) == came, said, came)


def choice(said: NDArray[np.float64], truth: int | None) -> Answer:
    """Of (N,) probabilities of which one it is; None: it is none of them."""
    chosen = int(said.argmax())
    return Answer(chosen == truth, float(said[chosen]), chosen == truth)


@dataclass(frozen=True, slots=True)
class Line:
    """right of `of` cases; low and high: the 95 % Wilson interval of the share.

    ece, brier: of the probabilities said; None where none were.
    """

    what: str
    right: int
    of: int
    share: float
    low: float
    high: float
    ece: float | None
    brier: float | None
    note: str = ""

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        ece = "" if self.ece is None else f"  ECE {self.ece:.3f}  Brier {self.brier:.3f}"
        of = f"{self.right} of {self.of}"
        return (
            f"{self.what:<34}{100 * self.share:6.1f} %  ({100 * self.low:.1f} to "
            f"{100 * self.high:.1f})  {of:>13}{ece}{'  ' + self.note if self.note else ''}"
        )


def line(what: str, answers: Iterable[Answer], note: str = "", *, said: bool = True) -> Line:
    """Count the answers; said=False where they carry no probability."""
    kept = list(answers)
    right = np.array([a.right for a in kept], np.bool_)
    chance = np.array([a.said for a in kept], np.float64)
    came = np.array([a.came for a in kept], np.bool_)
    low, high = wilson(int(right.sum()), len(kept))
    return Line(
        what,
        int(right.sum()),
        len(kept),
        float(right.mean()) if kept else 0.0,
        low,
        high,
        calibration_error(chance, came) if said else None,
        brier(chance, came) if said else None,
        note,
    )
