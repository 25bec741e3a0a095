"""A mixture of Gaussians with an even background, fitted by expectation and maximisation.

After A. Dempster, N. Laird and D. Rubin, "Maximum likelihood from incomplete data via the EM
algorithm" (1977); variances are diagonal and held above a floor, so that few samples of one
colour do not become a certainty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_STEPS = 15
_STARTS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """K clusters over F features.

    mean: (K, F). var: (K, F). weight: (K,) shares of all samples; what they lack to 1 is the
    background's. even: log density of the background, the same everywhere.
    """

    mean: Array
    var: Array
    weight: Array
    even: float

    def log_joint(self, x: Array) -> Array:
        """(N, F) to (N, K + 1): log of weight times density; the background comes last."""
        off = (x[:, None] - self.mean) ** 2 / self.var
        density = -0.5 * (off + np.log(2 * np.pi * self.var)).sum(axis=2)
        rest = max(1.0 - float(self.weight.sum()), 1e-6)
        even = np.full((len(x), 1), self.even + np.log(rest))
        return np.hstack([density + np.log(np.maximum(self.weight, 1e-9)), even])

    def posterior(self, x: Array) -> Array:
        """(N, F) to (N, K + 1): chances of each cluster and of the background."""
        log = self.log_joint(x)
        chance = np.exp(log - log.max(axis=1, keepdims=True))
        return np.asarray(chance / chance.sum(axis=1, keepdims=True))

    def fitted(self, x: Array, floor: Array, steps: int = _STEPS) -> Mixture:
        """This one moved towards (N, F) samples. floor: (F,) least standard deviation."""
        now = self
        for _ in range(steps):
            share = now.posterior(x)
            mass = share.sum(axis=0)[:-1]
            per = share[:, :-1] / np.maximum(mass, 1e-9)
            mean = per.T @ x
            var = np.maximum(per.T @ x**2 - mean**2, floor**2)
            # A cluster without samples stays where it was.
            held = (mass > 1e-3)[:, None]
            now = Mixture(
                np.where(held, mean, now.mean),
                np.where(held, var, now.var),
                mass / len(x),
                self.even,
            )
        return now

    def score(self, x: Array) -> float:
        """Bayesian information criterion (G. Schwarz, 1978), half of it: more is better."""
        log = self.log_joint(x)
        top = log.max(axis=1)
        likely = float((top + np.log(np.exp(log - top[:, None]).sum(axis=1))).sum())
        free = self.mean.size + self.var.size + len(self.weight)
        return likely - 0.5 * free * float(np.log(len(x)))


def fit(x: Array, clusters: int, floor: Array, even: float) -> Mixture:
    """The best of a few starts, each from samples far apart (D. Arthur and S. Vassilvitskii,
    "k-means++", 2007), drawn alike for the same samples.

    x: (N, F). floor: (F,) least standard deviation. even: log density of the background.
    """
    rng = np.random.default_rng(len(x))
    best: Mixture | None = None
    best_score = -np.inf
    wide = np.maximum(x.std(axis=0) / 2, floor)
    for _ in range(_STARTS):
        mean = x[rng.integers(len(x), size=1)]
        while len(mean) < clusters:
            far = (((x[:, None] - mean) / wide) ** 2).sum(axis=2).min(axis=1)
            mean = np.vstack([mean, x[rng.choice(len(x), p=(far + 1e-9) / (far + 1e-9).sum())]])
        even_share = np.full(clusters, 0.95 / clusters)
        start = Mixture(mean, np.tile(wide**2, (clusters, 1)), even_share, even)
        made = start.fitted(x, floor)
        score = made.score(x)
        if best is None or score > best_score:
            best, best_score = made, score
    assert best is not None  # noqa: S101  (there is at least one start)
    return best
