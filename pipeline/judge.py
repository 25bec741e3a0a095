"""Whether a visit to a rim was a shot, and whether it went in: learned, calibrated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.possession_trees import Trees, chance, trees
from pipeline.signs import NAMES, Visit, row

WEIGHTS = Path(__file__).with_name("shot_weights.json")

ASK = (0.2, 0.8)
"""Between these chances of having gone in, the scorekeeper is asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Two sums of trees over the same signs.

    shot: that it was a shot; made: that it went in, if it was one. least: a visit that is less
    surely a shot is not told.
    """

    shot: Trees
    made: Trees
    least: float

    def judge(self, visit: Visit) -> tuple[float, float]:
        """(chance that it was a shot, chance that it went in)."""
        rows = row(visit)[None]
        return float(chance(self.shot.logit(rows))[0]), float(chance(self.made.logit(rows))[0])

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"shot": self.shot.plain(), "made": self.made.plain(), "least": self.least}


def read(plain: Mapping[str, Any]) -> Judge:
    """What `Judge.plain` wrote. Raises KeyError, TypeError or ValueError for anything else,
    and for weights that were made for other signs."""
    if tuple(plain["signs"]) != NAMES:
        raise ValueError(f"weights for the signs {plain['signs']}, not for {list(NAMES)}")
    return Judge(trees(plain["shot"]), trees(plain["made"]), float(plain["least"]))


@lru_cache(maxsize=1)
def shipped() -> Judge:
    """The weights that ship."""
    return read(json.loads(WEIGHTS.read_text(encoding="utf-8")))


def asks(made: float) -> bool:
    """Whether a person should say if it went in."""
    return ASK[0] < made < ASK[1]
