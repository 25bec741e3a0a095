"""A picture and when it was taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""(H, W, 3) uint8, BGR."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture of one camera.

    image: (H, W, 3) uint8, BGR.
    media_s: seconds on the camera's own time line (continues over reconnections).
    captured_s: monotonic seconds at which the frame's last packet arrived.
    """

    image: Image
    media_s: float
    captured_s: float

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or self.image.dtype != np.uint8:
            got = f"{self.image.shape} {self.image.dtype}"
            raise ValueError(f"a frame is (H, W, 3) uint8, not {got}")
