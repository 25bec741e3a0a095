"""The picture of a moment, small enough to keep."""

from __future__ import annotations

import cv2

from pipeline.frame import Image

MOST_BYTES = 60_000
_QUALITIES = (75, 50, 25)


def jpeg(picture: Image) -> bytes | None:
    """A BGR picture as JPEG of at most MOST_BYTES; None where even a poor one is larger."""
    for quality in _QUALITIES:
        done, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
        if done and len(data) <= MOST_BYTES:
            return data.tobytes()
    return None
