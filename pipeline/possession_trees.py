"""Sums of small symmetric trees: how signs become a logit. Plain numbers, read from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.possession import Array


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """K trees of depth D that each ask the same D questions of everyone.

    start: the logit before any tree.
    sign: (K, D) int64, which sign a question looks at; over: (K, D), is it more than this?
    leaf: (K, 2 ** D), what the answers add; the first question is the lowest bit.
    signs: how many signs a row has.
    """

    start: float
    sign: NDArray[np.int64]
    over: Array
    leaf: Array
    signs: int

    def __post_init__(self) -> None:
        trees, depth = self.sign.shape
        if self.over.shape != (trees, depth) or self.leaf.shape != (trees, 2**depth):
            raise ValueError(f"shapes disagree: {self.sign.shape} {self.leaf.shape}")
        if trees and (self.sign.min() < 0 or self.sign.max() >= self.signs):
            raise ValueError("a tree asks for a sign that there is not")

    def logit(self, rows: Array) -> Array:
        """(M,) of (M, signs). Raises ValueError when the rows are of another width."""
        if rows.shape[1] != self.signs:
            raise ValueError(f"{rows.shape[1]} signs where the trees know {self.signs}")
        answers = rows[:, self.sign] > self.over
        leaves = answers @ (1 << np.arange(self.sign.shape[1]))
        added = self.leaf[np.arange(len(self.leaf)), leaves]
        return np.asarray(self.start + added.sum(axis=1), np.float64)

    def plain(self) -> dict[str, Any]:
        """As JSON holds it; five digits are more than the data can tell."""
        return {
            "start": round(self.start, 5),
            "signs": self.signs,
            "sign": self.sign.tolist(),
            "over": [[float(f"{x:.5g}") for x in row] for row in self.over.tolist()],
            "leaf": [[round(x, 5) for x in row] for row in self.leaf.tolist()],
        }


def trees(plain: Mapping[str, Any]) -> Trees:
    """Read what `plain` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    return Trees(
        float(plain["start"]),
        np.array(plain["sign"], np.int64),
        np.array(plain["over"], np.float64),
        np.array(plain["leaf"], np.float64),
        int(plain["signs"]),
    )


def chance(logit: Array) -> Array:
    """The logistic function."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logit, -40.0, 40.0))))


def shares(logit: Array) -> Array:
    """Softmax along the last axis."""
    parts = np.exp(logit - logit.max(axis=-1, keepdims=True))
    return np.asarray(parts / parts.sum(axis=-1, keepdims=True))
