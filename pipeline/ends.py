"""Which basket home shoots at, learnt from who shot where; teams change ends at half-time."""

from __future__ import annotations

import numpy as np

from pipeline.possession import Array

_BEFORE = np.array([0.35, 0.35, 0.3])
_TOLD = 0.9  # a person said so
_WRONG = 0.1  # a reading of the shooter's team is so often wrong, however sure
_CHANGED = 0.03  # since the last shot
_MOST = 0.95  # no basket says more about a team than this


class Ends:
    """Three ways to play: home shoots at basket 0 (negative x), at basket 1, or both teams shoot
    at the same ones, as on half a court. A Bayes filter over shots."""

    def __init__(self) -> None:
        self._chance: Array = _BEFORE.copy()

    def say(self, home_attacks: int | None) -> None:
        """Somebody told which basket home shoots at now (0 or 1); None: nobody knows."""
        self._chance = _BEFORE.copy()
        if home_attacks is not None:
            self._chance[:] = (1.0 - _TOLD) / 2
            self._chance[home_attacks] = _TOLD

    def saw(self, basket: int, home: float) -> None:
        """A shot at a basket; home: the chance, from who is where, that home threw it."""
        side = _WRONG + (1.0 - 2.0 * _WRONG) * home
        like = np.array([side, 1.0 - side, 0.5])
        if basket == 1:
            like = like[[1, 0, 2]]
        self._chance = self._chance * like
        self._chance /= self._chance.sum()
        self._chance = (1.0 - _CHANGED) * self._chance + _CHANGED * _BEFORE

    def home(self, basket: int) -> float:
        """The chance that home throws at a basket, before the shot is looked at."""
        at = float(self._chance[basket] + 0.5 * self._chance[2])
        return min(max(at, 1.0 - _MOST), _MOST)
