"""Gradient boosting of symmetric trees (`pipeline.possession_trees`), in numpy, one core.

Friedman's gradient boosting with Newton leaves; each level of a tree asks one question of all
its leaves, the one that gains most over them together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.possession_trees import Trees, chance, shares

Array = NDArray[np.float64]
Loss = Callable[[Array], tuple[Array, Array]]
"""Logits to (gradient, curvature) of the loss, row by row."""

_BINS = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is learned.

    columns: share of the signs that a tree may look at; rows: share of the groups it is made from.
    ridge: added to every leaf's curvature.
    """

    trees: int = 110
    depth: int = 4
    rate: float = 0.08
    columns: float = 0.4
    rows: float = 0.7
    ridge: float = 4.0


def yes_or_no(truth: NDArray[np.bool_]) -> Loss:
    """Log loss of one answer a row."""

    def loss(logit: Array) -> tuple[Array, Array]:
        p = chance(logit)
        return p - truth, p * (1 - p)

    return loss


def one_of(truth: NDArray[np.int64], group: int) -> Loss:
    """Log loss of a choice among each `group` rows that follow one another."""

    def loss(logit: Array) -> tuple[Array, Array]:
        p = shares(logit.reshape(-1, group))
        wrong = p.copy()
        wrong[np.arange(len(truth)), truth] -= 1.0
        return wrong.ravel(), (p * (1 - p)).ravel()

    return loss


def boost(
    rows: Array, loss: Loss, plan: Plan, rng: np.random.Generator, *, group: int = 1, start: float
) -> Trees:
    """Learn from (M, F) rows; `group` rows that belong together are drawn together."""
    count, signs = rows.shape
    edges = [np.unique(np.quantile(c, np.linspace(0, 1, _BINS + 1)[1:-1])) for c in rows.T]
    bins = np.stack([np.searchsorted(e, c) for e, c in zip(edges, rows.T, strict=True)])
    logit = np.full(count, start)
    sign, over, leaf = [], [], []
    widths = np.array([len(e) for e in edges])
    usable = np.flatnonzero(widths)
    for _ in range(plan.trees):
        gradient, curvature = loss(logit)
        drawn = np.repeat(rng.random(count // group) < plan.rows, group)
        asked = rng.permutation(usable)[: max(1, round(plan.columns * len(usable)))]
        at = np.zeros(count, np.int64)
        questions: list[tuple[int, float]] = []
        for level in range(plan.depth):
            counted = _Counted(at[drawn], 1 << level, gradient[drawn], curvature[drawn])
            s, edge = _question(bins[:, drawn], widths, counted, asked, plan.ridge)
            at += (bins[s] > edge).astype(np.int64) << level
            questions.append((s, float(edges[s][edge])))
        leaves = 1 << plan.depth
        pull = np.bincount(at[drawn], gradient[drawn], leaves)
        bend = np.bincount(at[drawn], curvature[drawn], leaves)
        values = -plan.rate * pull / (bend + plan.ridge)
        logit += values[at]
        sign.append([q[0] for q in questions])
        over.append([q[1] for q in questions])
        leaf.append(values)
    return Trees(start, np.array(sign), np.array(over), np.array(leaf), signs)


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """The rows of one tree: the leaf each is in so far, of how many, and the loss's slopes."""

    at: NDArray[np.int64]
    leaves: int
    gradient: Array
    curvature: Array


def _question(
    bins: NDArray[np.int64],
    widths: NDArray[np.int64],
    rows: _Counted,
    asked: NDArray[np.int64],
    ridge: float,
) -> tuple[int, int]:
    """(sign, edge) whose split gains most, summed over the leaves so far."""
    best, answer = -np.inf, (int(asked[0]), 0)
    size, shape = rows.leaves * _BINS, (rows.leaves, _BINS)
    for s in asked:
        cell = rows.at * _BINS + bins[s]
        left = np.bincount(cell, rows.gradient, size).reshape(shape).cumsum(axis=1)
        weight = np.bincount(cell, rows.curvature, size).reshape(shape).cumsum(axis=1)
        right, rest = left[:, -1:] - left, weight[:, -1:] - weight
        gain = (left**2 / (weight + ridge) + right**2 / (rest + ridge)).sum(axis=0)
        edge = int(gain[: widths[s]].argmax())
        if gain[edge] > best:
            best, answer = float(gain[edge]), (int(s), edge)
    return answer
