"""What every table of the evaluation says of a figure: how sure it is and how calibrated."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959964
_DRAWS = 1000


def wilson(right: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (E. B. Wilson, 1927); (0, 1) where nothing was counted."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = right / of, Z95 * Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def calibration_error(said: NDArray[np.float64], came: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: |mean said - share that came| over `bins` of equal width,
    weighted by how many fall in each; 0 where nothing was said."""
    if len(said) == 0:
        return 0.0
    where = np.minimum((said * bins).astype(np.int64), bins - 1)
    count = np.bincount(where, minlength=bins)
    off = np.bincount(where, said, bins) - np.bincount(where, came.astype(np.float64), bins)
    return float(np.abs(off).sum() / count.sum())


def calibration_noise(said: NDArray[np.float64]) -> tuple[float, float]:
    """(mean, 95th percentile) of the `calibration_error` that these cases show where every chance
    is exact: outcomes are drawn from the chances, always the same draws."""
    random = np.random.default_rng(0)
    drawn = random.random((_DRAWS, len(said))) < said
    errors = [calibration_error(said, came) for came in drawn]
    return float(np.mean(errors)), float(np.quantile(errors, 0.95))


def brier(said: NDArray[np.float64], came: NDArray[np.bool_]) -> float:
    """Mean squared difference of what was said and what came; 0 where nothing was said."""
    return float(((said - came) ** 2).mean()) if len(said) else 0.0
