"""The mean of two courses of training that began from the same weights.

    python -m onnx_models.training.average OLD.onnx NEW.onnx --share 0.75 --out FILE.onnx

What a second course moved too far (balls) comes back in part, what both agree on is left alone
(Wortsman et al. 2022, "Model soups"). NEW may have more classes than OLD: those, and `player`,
which they were taken from, are told as NEW tells them.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLAYER = 0


def mean_of(
    old: NDArray[np.float32], new: NDArray[np.float32], share: float
) -> NDArray[np.float32]:
    """share: 0 to 1, how much of `new`. Where `new` has more rows these are the classes."""
    count = len(old) if old.ndim else 0
    if old.shape == new.shape:
        return np.float32(1 - share) * old + np.float32(share) * new
    if count >= len(new) or old.shape[1:] != new.shape[1:]:
        raise ValueError(f"weights of {old.shape} and {new.shape} are not of one network")
    rows = new.copy()
    rows[PLAYER + 1 : count] = mean_of(old[PLAYER + 1 :], new[PLAYER + 1 : count], share)
    return rows


def average(old: Path, new: Path, share: float) -> Any:
    """The graph of `new` with the mean weights. ValueError when they are not of one network."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(new))
    before = {one.name: numpy_helper.to_array(one) for one in onnx.load(str(old)).graph.initializer}
    for one in graph.graph.initializer:
        now = numpy_helper.to_array(one)
        if now.dtype == np.float32 and one.name in before:
            mean = mean_of(before[one.name], now, share)
            one.CopyFrom(numpy_helper.from_array(mean.astype(np.float32), one.name))
    return graph


def main() -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--share", type=float, required=True, help="of NEW, 0 to 1")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.write_bytes(average(args.old, args.new, args.share).SerializeToString())


if __name__ == "__main__":
    main()
