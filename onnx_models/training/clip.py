"""The school game as material: whole frames with the public network's people, and cut-outs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import iou

Image = NDArray[np.uint8]
Boxes = NDArray[np.float32]

TRAIN_SHARE = 2 / 3
"""The clip's first two thirds train; the last third is kept to measure on."""

# Seen by eye, in pixels of the first 640x360 picture; the camera hardly moves in the part that
# trains, and what it moves is followed by matching the hoop.
HOOP = (22.0, 129.0, 50.0, 157.0)
"""The hoop in play: ring and net."""

UNSURE = ((350, 2, 378, 30), (596, 221, 614, 290))
"""A hoop folded up under the ceiling and a rack of balls: blurred, neither taught nor denied."""

BALL_PATH = ((95, 170.0, 79.5), (100, 135.0, 67.0), (105, 101.0, 71.0), (110, 69.0, 92.0),
             (115, 36.0, 126.0))  # fmt: skip
"""Where the free throw was: frame, x, y; a parabola lies between."""

BALL_RADIUS = 7.5

REFEREES = (
    ((0, 203, 199, 275, 360), (15, 217, 206, 287, 360), (30, 216, 205, 292, 360),
     (45, 201, 203, 269, 360), (60, 186, 205, 260, 360), (75, 179, 205, 255, 360),
     (90, 157, 201, 247, 360), (97, 138, 195, 215, 360), (100, 133, 166, 206, 360),
     (110, 92, 166, 162, 360), (120, 42, 163, 117, 360), (130, 0, 162, 76, 360)),
    ((0, 66, 203, 94, 297), (20, 68, 196, 90, 293), (30, 64, 198, 81, 260)),
)  # fmt: skip
"""The two referees: frame, then the box; they move evenly in between."""


@dataclass(frozen=True)
class Cut:
    """A person cut out of a frame: pixels (H, W, 4), colours multiplied by opacity."""

    sprite: NDArray[np.float32]
    referee: bool = False


def read_frames(path: Path) -> list[Image]:
    """Every frame of a film, BGR."""
    film = cv2.VideoCapture(str(path))
    frames: list[Image] = []
    while True:
        more, frame = film.read()
        if not more:
            break
        frames.append(np.asarray(frame, np.uint8))
    film.release()
    if not frames:
        raise ValueError(f"no frame could be read from {path}")
    return frames


def label_frames(frames: list[Image]) -> list[tuple[Image, list[tuple[int, Boxes]]]]:
    """The frames that train, unsure places blurred, each with (class, (4,) box) of ball and rim.

    Classes as in `compose.LABELS`.
    """
    count = int(len(frames) * TRAIN_SHARE)
    first = frames[0]
    pattern = first[112:170, 2:90]
    at, xs, ys = np.array(BALL_PATH).T
    path_x, path_y = np.polyfit(at, xs, 2), np.polyfit(at, ys, 2)
    out: list[tuple[Image, list[tuple[int, Boxes]]]] = []
    for index, frame in enumerate(frames[:count]):
        match = cv2.matchTemplate(frame[100:190, :110], pattern, cv2.TM_CCOEFF_NORMED)
        _, _, _, best = cv2.minMaxLoc(match)
        dx, dy = best[0] - 2, best[1] - 12
        clean = frame.copy()
        for x1, y1, x2, y2 in UNSURE:
            part = clean[max(0, y1 + dy) : y2 + dy, max(0, x1 + dx) : x2 + dx]
            part[:] = cv2.GaussianBlur(part, (0, 0), 9)
        boxes = [(2, np.array(HOOP, np.float32) + np.array([dx, dy, dx, dy], np.float32))]
        if at[0] - 2 <= index <= at[-1] - 1:
            x, y, r = np.polyval(path_x, index), np.polyval(path_y, index), BALL_RADIUS
            boxes.append((1, np.array([x - r, y - r, x + r, y + r], np.float32)))
        boxes += [(3, box) for box in referees(index)]
        out.append((clean, boxes))
    return out


def referees(index: int) -> list[Boxes]:
    """Where the referees are in a frame of the part that trains, (4,) each."""
    out = []
    for path in REFEREES:
        at, *sides = np.array(path, np.float32).T
        if index <= at[-1]:
            out.append(np.array([np.interp(index, at, side) for side in sides], np.float32))
    return out


def cut_people(frame: Image, people: Boxes, index: int) -> list[Cut]:
    """People of at least 40 pixels with a little of what is around them, fading at the edge.

    Cutting along the outline (GrabCut) took heads off: the crowd behind is too like them.
    """
    cuts = []
    whistles = np.array(referees(index), np.float32).reshape(-1, 4)
    for box in people:
        x1, y1, x2, y2 = np.round(box).astype(int)
        w, h = x2 - x1, y2 - y1
        inside = x1 > 4 and y1 > 4 and x2 < frame.shape[1] - 4
        if h < 40 or w < 12 or h / w < 1.3 or not inside:
            continue
        piece = frame[y1 - 2 : y2 + 2, x1 - 2 : x2 + 2].astype(np.float32)
        soft = np.zeros(piece.shape[:2], np.float32)
        cv2.rectangle(soft, (3, 3), (piece.shape[1] - 4, piece.shape[0] - 4), 1.0, -1)
        soft = cv2.GaussianBlur(soft, (0, 0), 1.5).astype(np.float32)[..., None]
        sprite = np.dstack([piece * soft, soft * 255]).astype(np.float32)
        known = len(whistles) and float(iou(whistles, box[None]).max()) > 0.5
        cuts.append(Cut(sprite, referee=bool(known)))
    return cuts
