"""Pictures of the simulator with all their boxes.

    python -m onnx_models.training.drawn --seed 1 --games 50 --backgrounds DIR --out 1.npz

draws some in advance: drawing is slower than training.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from onnx_models.training import scenery
from onnx_models.training.hoop import NET_M, RING_M
from server.simulator.game import Extent, SimulatedGame
from server.simulator.look import Look

Image = NDArray[np.uint8]
Box = tuple[int, NDArray[np.float32]]
CLASSES = {"player": 0, "ball": 1, "rim": 2, "referee": 3}


def draw_games(
    seed: int, games: int, pictures: list[Image], each: int = 4, apart: int = 45
) -> list[tuple[Image, list[Box]]]:
    """`each` pictures of every game, `apart` frames from one another, every look random.

    One game in eight has the demo's own look, for the demo's players are to be found.
    """
    rng = np.random.default_rng(seed)
    views: tuple[Literal["sideline", "corner", "baseline"], ...]
    views = ("sideline", "sideline", "corner", "baseline")
    out: list[tuple[Image, list[Box]]] = []
    for index in range(games):
        behind = (
            pictures[int(rng.integers(len(pictures)))] if pictures and rng.random() < 0.3 else None
        )
        usual = index % 8 == 0
        extent: Extent = "full" if rng.random() < 0.25 else "half"
        game = SimulatedGame(
            int(rng.integers(1 << 30)),
            size=((960, 540), (1280, 720), (640, 360))[int(rng.integers(3))],
            fps=15,
            court=extent,
            view="sideline" if usual else views[int(rng.integers(4))],
            look=Look() if usual else Look.random(rng, behind),
            vary=0.3 if usual else 1.0,
        )
        count = 0
        skip = int(rng.integers(apart))
        for image, truth in game.frames(step=apart):
            count += 1
            if count == 1 and skip > apart // 2:
                continue
            out.append((image, [b for b in map(_box, truth.boxes) if b is not None]))
            if count >= each:
                break
    return out


def _box(box: object) -> Box | None:
    label, xyxy = getattr(box, "label", ""), np.array(getattr(box, "xyxy", ()), np.float32)
    least = 0.25 if label in ("player", "referee") else 0.35
    if label not in CLASSES or getattr(box, "visible", 0.0) < least:
        return None
    if label == "rim":
        # The simulator's box holds the ring only; ours reaches as far down as a net would.
        x1, y1, x2, y2 = xyxy
        xyxy = np.array([x1, y1, x2, max(y2, (y1 + y2) / 2 + (x2 - x1) * NET_M / (2 * RING_M))])
    return CLASSES[label], xyxy.astype(np.float32)


def save(path: Path, pictures: list[tuple[Image, list[Box]]]) -> None:
    """Keep pictures (as JPEG) and boxes in one file."""
    arrays: dict[str, NDArray[np.float32] | NDArray[np.uint8]] = {}
    for index, (image, boxes) in enumerate(pictures):
        arrays[f"p{index}"] = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
        rows = [np.concatenate([[label], box]) for label, box in boxes]
        arrays[f"b{index}"] = np.array(rows, np.float32).reshape(-1, 5)
    np.savez(path, allow_pickle=False, **arrays)


def load(path: Path) -> list[tuple[Image, list[Box]]]:
    """What `save` kept."""
    out: list[tuple[Image, list[Box]]] = []
    with np.load(path) as kept:
        for index in range(len(kept.files) // 2):
            image = cv2.imdecode(kept[f"p{index}"], cv2.IMREAD_COLOR)
            rows = kept[f"b{index}"]
            out.append((np.asarray(image, np.uint8), [(int(r[0]), r[1:]) for r in rows]))
    return out


def main() -> None:
    """Draw and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--games", type=int, default=50)
    parser.add_argument("--backgrounds", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pictures = scenery.read_pictures(args.backgrounds)
    save(args.out, draw_games(args.seed, args.games, pictures))


if __name__ == "__main__":
    main()
