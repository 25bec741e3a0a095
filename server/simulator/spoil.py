"""What a bad line and a busy machine make of a film."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from server.simulator.truth import Truth

Image = NDArray[np.uint8]
Film = Iterator[tuple[Image, Truth]]


def blocky(film: Film, rng: np.random.Generator) -> Film:
    """The encoder has no bits: small pictures, coarse blocks, worst in the middle of each 3 s."""
    for image, truth in film:
        height, width = image.shape[:2]
        worse = 0.5 - 0.5 * np.cos(2 * np.pi * truth.media_s / 3)
        less = 0.65 - 0.35 * worse
        small = cv2.resize(image, None, fx=less, fy=less, interpolation=cv2.INTER_AREA)
        quality = int(np.clip(28 - 22 * worse + rng.normal(0, 2), 4, 40))
        coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        shown = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
        yield np.asarray(cv2.resize(shown, (width, height)), np.uint8), truth


def starved(film: Film, rng: np.random.Generator) -> Film:
    """Pictures come in bursts: some are lost, for up to 0.8 s, and some are shown twice.

    A picture shown twice keeps the later one's time, as a decoder repeats what it has; what
    happened meanwhile is told with the next picture that comes.
    """
    lost_until, held = 0.0, None
    waiting: tuple[Image, Truth] | None = None
    for image, truth in film:
        if waiting is not None:
            truth = replace(truth, events=waiting[1].events + truth.events)
            waiting = None
        if truth.media_s < lost_until:
            waiting = image, truth
            continue
        if rng.random() < 0.04:
            lost_until = truth.media_s + float(rng.uniform(0.15, 0.8))
        if held is not None and rng.random() < 0.1:
            image = held
        held = image
        yield image, truth
