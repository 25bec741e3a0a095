"""Measures a network on pictures that it was not trained on; one JSON object a line.

    python -m onnx_models.training.evaluate MODEL.onnx --shared ../shared \\
        --public ../shared/models/yolox_nano_384x640.onnx

Real pictures, the clean clip's last third and the simulator stand in lines of their own.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from onnx_models.training.clip import TRAIN_SHARE, read_frames
from onnx_models.training.hoop import NET_M, RING_M
from pipeline.boxes import Boxes, Detections, iou
from pipeline.detect import Detector
from server.simulator.game import SimulatedGame

LABELS = ("player", "ball", "rim")
PLAYER, BALL, RIM = range(3)
SCORE = 0.3
WIDE = (384, 640)

Image = NDArray[np.uint8]

# Ring and net by eye; these cameras stand still.
HOOPS = {
    "three_score_two_miss": (601.0, 174.5, 643.0, 211.0),
}


def only(found: Detections, label: int, least: float = SCORE) -> Boxes:
    """The boxes of one label from a score on."""
    chosen: Boxes = found.xyxy[(found.label == label) & (found.score >= least)]
    return chosen


def matched(truth: Boxes, found: Boxes, least: float) -> int:
    """How many true boxes have a found one of IoU above `least`, each found one used once."""
    if not len(truth) or not len(found):
        return 0
    table = iou(truth, found)
    count = 0
    for _ in range(min(table.shape)):
        row, column = np.unravel_index(int(table.argmax()), table.shape)
        if table[row, column] <= least:
            break
        count += 1
        table[row, :] = -1
        table[:, column] = -1
    return count


def photographs(detector: Detector, folder: Path) -> dict[str, object]:
    """The labelled phone pictures: ring and net at IoU > 0.5, ball at IoU > 0.3."""
    labels = json.loads((folder / "boxes.json").read_text())
    kinds = {"rim_and_net": (RIM, 0.5), "ball": (BALL, 0.3)}
    truths = dict.fromkeys(kinds, 0)
    hits = dict.fromkeys(kinds, 0)
    wrong = dict.fromkeys(kinds, 0)
    for name, boxes in sorted(labels.items()):
        image = cv2.imread(str(folder / "images" / name))
        if image is None:
            raise ValueError(f"{name} could not be read")
        height, width = image.shape[:2]
        found = detector.detect([image.astype(np.uint8)])[0]
        for kind, (label, least) in kinds.items():
            rows = [b["xywh"] for b in boxes if b["label"] == kind]
            truth = np.array(rows, np.float32).reshape(-1, 4)
            truth[:, 2:] += truth[:, :2]
            truth *= np.array([width, height, width, height], np.float32)
            mine = only(found, label)
            right = matched(truth, mine, least)
            truths[kind] += len(truth)
            hits[kind] += right
            wrong[kind] += len(mine) - right
    return {
        "set": "labelled photographs",
        "pictures": len(labels),
        "rim": f"{hits['rim_and_net']}/{truths['rim_and_net']}",
        "ball": f"{hits['ball']}/{truths['ball']}",
        "false_rims_per_picture": round(wrong["rim_and_net"] / len(labels), 3),
        "false_balls_per_picture": round(wrong["ball"] / len(labels), 3),
    }


def against_public(
    name: str, detector: Detector, public: Detector, frames: Iterable[Image]
) -> dict[str, object]:
    """Players found, of those that the public network is sure of (score 0.5, IoU > 0.5)."""
    truths = hits = mine = count = rims = right = balls = 0
    for frame in frames:
        found = detector.detect([frame])[0]
        theirs = only(public.detect([frame])[0], 0, 0.5)
        ours = only(found, PLAYER)
        truths += len(theirs)
        mine += len(ours)
        hits += matched(theirs, ours, 0.5)
        rims += len(only(found, RIM))
        balls += len(only(found, BALL))
        if name in HOOPS:
            right += matched(np.array([HOOPS[name]], np.float32), only(found, RIM), 0.5)
        count += 1
    line: dict[str, object] = {
        "set": name,
        "frames": count,
        "players_of_public": f"{hits}/{truths}",
        "players_per_frame": round(mine / count, 2),
        "rims_per_frame": round(rims / count, 2),
        "balls_per_frame": round(balls / count, 2),
    }
    if name in HOOPS:
        line["rim"] = f"{right}/{count}"
    return line


def simulated(detector: Detector, seed: int, count: int = 40, apart: int = 20) -> dict[str, object]:
    """The demo's view of a game that no training run has drawn."""
    game = SimulatedGame(seed)
    truths, hits, wrong = [0, 0, 0], [0, 0, 0], [0, 0, 0]
    for image, truth in itertools.islice(game.frames(step=apart), count):
        found = detector.detect([image])[0]
        for label, names in enumerate((("player", "referee"), ("ball",), ("rim",))):
            seen = [b for b in truth.boxes if b.label in names]
            clear = np.array([b.xyxy for b in seen if b.visible > 0.5], np.float32).reshape(-1, 4)
            every = np.array([b.xyxy for b in seen], np.float32).reshape(-1, 4)
            if label == RIM:
                clear, every = with_net(clear), with_net(every)
            mine = only(found, label)
            least = 0.3 if label == BALL else 0.5
            truths[label] += len(clear)
            hits[label] += matched(clear, mine, least)
            wrong[label] += len(mine) - matched(every, mine, least)
    line: dict[str, object] = {"set": "simulator, demo view", "frames": count}
    for label, name in enumerate(LABELS):
        line[name] = f"{hits[label]}/{truths[label]}"
        line[f"false_{name}s_per_frame"] = round(wrong[label] / count, 3)
    return line


def with_net(rings: Boxes) -> Boxes:
    """Rings of the simulator's truth as boxes that reach down as far as a net."""
    out = rings.copy()
    drop = (rings[:, 2] - rings[:, 0]) * NET_M / (2 * RING_M)
    out[:, 3] = np.maximum(out[:, 3], (rings[:, 1] + rings[:, 3]) / 2 + drop)
    return out


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("model", type=Path)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--public", type=Path, required=True)
    args = parser.parse_args()
    wide = Detector.open(args.model, LABELS, "cpu", size=WIDE, batch=1)
    tall = Detector.open(args.model, LABELS, "cpu", size=(416, 416), batch=1)
    public = Detector.open(args.public, [str(i) for i in range(80)], "cpu", batch=1)
    print(json.dumps(photographs(tall, args.shared / "video" / "labelled")), flush=True)
    clips = args.shared / "video" / "clips"
    school = read_frames(clips / "school_game_sideline.mp4")
    held = school[int(len(school) * TRAIN_SHARE) :: 3]
    print(json.dumps(against_public("school game, last third", wide, public, held)), flush=True)
    for name in ("three_score_two_miss", "gym_drill"):
        frames = read_frames(clips / f"{name}.mp4")[::6]
        print(json.dumps(against_public(name, wide, public, frames)), flush=True)
    print(json.dumps(simulated(wide, seed=2_000_000_001)), flush=True)


if __name__ == "__main__":
    main()
