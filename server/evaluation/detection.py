"""The detector against boxes drawn by eye: phone photographs, frames of clips, the simulator.

A picture's truth is `Picture`; a `Look` turns a picture into boxes (the network at some input
size, or the whole live loop). Recall counts true boxes that are met at `MEETS`, a false box meets
none. Where a person was found among spectators, that is counted apart.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from onnx_models.training.clip import TRAIN_SHARE, read_frames
from onnx_models.training.hoop import NET_M, RING_M
from pipeline.boxes import Boxes, Detections, area, iou
from pipeline.frame import Frame, Image
from pipeline.view import shown
from pipeline.vision import Vision
from server.evaluation.labels import FOLDER, Box, LabelledClip, labelled_clips
from server.evaluation.tally import Answer, Line, line
from server.evaluation.trajectories import DataError
from server.simulator.game import SimulatedGame

SPLIT = (
    "by video: nothing of the photographs and of five clips trained; of school_game_sideline "
    "only frames of the last third count; the simulator's seed is of no training run"
)

MEETS = {"player": 0.5, "referee": 0.5, "ball": 0.3, "rim": 0.5}
"""IoU above which a found box is the true one."""

PEOPLE = ("player", "referee")
WANTED = 0.1
"""False boxes a picture at which the curve is read."""

LOOKS, APART_S = 12, 0.25
"""The live loop sees a photograph so often, so far apart, before it says what is in it."""

SEED = 2_000_000_001
SCHOOL = "school_game_sideline.mp4"

Look = Callable[[Image], Detections]
NONE = np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """truth: (N, 4) by label, pixels. apart: (N, 4) by label, neither asked for nor false.
    crowd: (N, 4) regions of spectators."""

    image: Image
    truth: dict[str, Boxes]
    apart: dict[str, Boxes] = field(default_factory=dict)
    crowd: Boxes = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """One label over some pictures at one score.

    hits: true boxes that were met. true: all of them. false: found ones that met none. crowd:
    those of the false ones that are spectators, not counted in `false`.
    """

    hits: int
    true: int
    false: int
    crowd: int
    pictures: int

    def line(self, what: str) -> Line:
        answers = [Answer(k < self.hits, 1.0, k < self.hits) for k in range(self.true)]
        note = f"{self.false / max(1, self.pictures):.2f} false a picture"
        if self.crowd:
            note += f", {self.crowd / self.pictures:.2f} of the crowd"
        return line(what, answers, note, said=False)


Seen = tuple[Picture, Detections]


def boxes(found: Detections, labels: Sequence[str], names: Sequence[str], least: float) -> Boxes:
    """The boxes of some labels from a score on, strongest first."""
    wanted = [i for i, name in enumerate(labels) if name in names]
    chosen: Boxes = found.xyxy[np.isin(found.label, wanted) & (found.score >= least)]
    return chosen


def met(truth: Boxes, found: Boxes, least: float) -> list[tuple[int, int]]:
    """Pairs (row of truth, row of found) of IoU above `least`, best first, each used once."""
    pairs: list[tuple[int, int]] = []
    if not len(truth) or not len(found):
        return pairs
    table = iou(truth, found)
    for _ in range(min(table.shape)):
        row, column = np.unravel_index(int(table.argmax()), table.shape)
        if table[row, column] <= least:
            break
        pairs.append((int(row), int(column)))
        table[row, :] = -1
        table[:, column] = -1
    return pairs


def count(
    seen: Iterable[Seen], labels: Sequence[str], names: Sequence[str], least: float
) -> Counted:
    """names: what is one thing here (players and referees are people)."""
    hits = true = false = crowd = pictures = 0
    for picture, found in seen:
        asked = _joined(picture.truth, names)
        mine = boxes(found, labels, names, least)
        pairs = met(asked, mine, MEETS[names[0]])
        rest = np.delete(mine, [column for _, column in pairs], axis=0)
        rest = rest[_share(rest, _joined(picture.apart, names), by_iou=True) <= 0.3]
        among = (
            _share(rest, picture.crowd) > 0.5 if names[0] in PEOPLE else np.zeros(len(rest), bool)
        )
        hits += len(pairs)
        true += len(asked)
        false += int((~among).sum())
        crowd += int(among.sum())
        pictures += 1
    return Counted(hits, true, false, crowd, pictures)


def told_apart(
    seen: Iterable[Seen], labels: Sequence[str], least: float
) -> tuple[list[Answer], list[Answer]]:
    """Of the players, and of the referees, that were found as people: whether by their name."""
    out: dict[str, list[Answer]] = {name: [] for name in PEOPLE}
    for picture, found in seen:
        people = [i for i, name in enumerate(labels) if name in PEOPLE]
        kept = np.isin(found.label, people) & (found.score >= least)
        names = [labels[i] for i in found.label[kept].tolist()]
        for name in PEOPLE:
            for _, column in met(picture.truth.get(name, NONE), found.xyxy[kept], MEETS[name]):
                right = names[column] == name
                out[name].append(Answer(right, 1.0, right))
    return out["player"], out["referee"]


def at_most(seen: Sequence[Seen], labels: Sequence[str], name: str) -> tuple[float, Counted]:
    """The score with most found at no more than WANTED false a picture, and what it finds."""
    scores = sorted({round(float(s), 3) for _, found in seen for s in found.score})
    best = 1.0, count(seen, labels, (name,), 1.0)
    for score in scores[:: max(1, len(scores) // 200)]:
        now = count(seen, labels, (name,), score)
        if now.false <= WANTED * now.pictures and now.hits > best[1].hits:
            best = score, now
    return best


def photographs(folder: Path) -> list[Picture]:
    """The labelled phone pictures. Raises `DataError`."""
    held = _read(folder / "boxes.json")
    out = []
    for name, rows in sorted(held.items()):
        image = _image(folder / "images" / name)
        height, width = image.shape[:2]
        scale = np.array([width, height, width, height], np.float32)
        truth = {}
        for label, theirs in (("rim", "rim_and_net"), ("ball", "ball")):
            xywh = np.array([b["xywh"] for b in rows if b["label"] == theirs], np.float32)
            xywh = xywh.reshape(-1, 4)
            xywh[:, 2:] += xywh[:, :2]
            truth[label] = xywh * scale
        out.append(Picture(image, truth))
    return out


def clip(path: Path, labelled: LabelledClip) -> list[Picture]:
    """The frames with boxes that may be measured on. Raises `DataError`."""
    # A file's own count of its frames need not be how many can be read.
    first = int(len(read_frames(path)) * TRAIN_SHARE) if labelled.clip == SCHOOL else 0
    film = cv2.VideoCapture(str(path))
    wanted = {one.frame: one for one in labelled.frames if one.frame >= first}
    out: list[Picture] = []
    for index in itertools.count():
        more, image = film.read()
        if not more or len(out) == len(wanted):
            break
        if index in wanted:
            out.append(_picture(np.asarray(image, np.uint8), wanted[index].boxes))
    film.release()
    if len(out) < len(wanted):
        raise DataError(f"{path}: {len(out)} of {len(wanted)} labelled frames could be read")
    return out


def simulated(seed: int = SEED, pictures: int = 40, apart: int = 20) -> Iterator[Picture]:
    """The demo's view; what is less than half visible is apart."""
    game = SimulatedGame(seed)
    for image, truth in itertools.islice(game.frames(step=apart), pictures):
        clear: dict[str, Boxes] = {}
        rest: dict[str, Boxes] = {}
        for name in MEETS:
            rows = [b for b in truth.boxes if b.label == name]
            for into, half in ((clear, True), (rest, False)):
                some = [b.xyxy for b in rows if (b.visible > 0.5) == half]
                part = np.array(some, np.float32).reshape(-1, 4)
                into[name] = with_net(part) if name == "rim" else part
        yield Picture(image, clear, rest)


def with_net(rings: Boxes) -> Boxes:
    """Rings as boxes that reach down as far as a net, which is what `rim` means to the detector."""
    out = rings.copy()
    drop = (rings[:, 2] - rings[:, 0]) * NET_M / (2 * RING_M)
    out[:, 3] = np.maximum(out[:, 3], (rings[:, 1] + rings[:, 3]) / 2 + drop)
    return out


def live(
    labels: Sequence[str],
    detect: Callable[[Sequence[Image], Sequence[int | None]], list[Detections]],
) -> Look:
    """What the live loop says of a picture that stands still before the phone for some seconds.

    detect: as a detector's; it is shown the loop's own views at the loop's own sizes.
    """

    def see(image: Image) -> Detections:
        vision = Vision(labels)
        said = Detections(NONE, np.zeros(0, np.float32), np.zeros(0, np.int64))
        for k in range(1, LOOKS + 1):
            frame = Frame(image, k * APART_S, k * APART_S)
            views = vision.prepare(frame)
            scene = vision.advance(frame, views, detect(*shown(views)))
            if scene.tracks is not None:
                said = Detections(scene.tracks.xyxy, scene.tracks.score, scene.tracks.label)
        rim = np.isin(said.label, [labels.index("rim")])
        said.xyxy[rim] = with_net(said.xyxy[rim])  # the loop tells where the ring alone is
        return said

    return see


def see(pictures: Iterable[Picture], look: Look) -> list[Seen]:
    return [(picture, look(picture.image)) for picture in pictures]


def lines(
    seen: Sequence[Seen], labels: Sequence[str], scores: dict[str, float], prefix: str = ""
) -> list[Line]:
    """What was asked for in these pictures, at the scores that the model's card names."""
    out = []
    asked = {name for picture, _ in seen for name, some in picture.truth.items() if len(some)}
    if asked & set(PEOPLE):
        least = scores["player"]
        out.append(count(seen, labels, PEOPLE, least).line(f"{prefix}people"))
        players, referees = told_apart(seen, labels, least)
        out.append(line(f"{prefix}players called so", players, "of those found", said=False))
        if referees:
            out.append(line(f"{prefix}referees called so", referees, "of those found", said=False))
    out += [
        count(seen, labels, (name,), scores[name]).line(f"{prefix}{name}")
        for name in ("ball", "rim")
        if name in asked
    ]
    return out


def curve(seen: Sequence[Seen], labels: Sequence[str]) -> list[Line]:
    """Rim and ball at no more than WANTED false a picture; the score is read off these pictures."""
    out = []
    for name in ("rim", "ball"):
        score, best = at_most(seen, labels, name)
        one = best.line(f"{name} at <= {WANTED:g} false")
        out.append(Line(**{**one.plain(), "note": f"{one.note}, from score {score:.2f}"}))
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """name: for machines; about: for people."""

    name: str
    about: str
    lines: list[Line]


def tables(
    data: Path, looks: dict[str, Look], labels: Sequence[str], scores: dict[str, float]
) -> Iterator[Table]:
    """Every table, one after the other. Raises `DataError`.

    looks: by what they are called: "416", "640", "whole" and, where wanted, "live"; the clips and
    the simulator are seen by "whole". scores: from which a box counts, by label.
    """
    held = photographs(data / "labelled")
    for name, look in looks.items():
        seen = see(held, look)
        about = f"{len(held)} labelled photographs, {name}"
        told = lines(seen, labels, scores)
        if name != "live":  # what the loop says was sifted: its scores are no longer the network's
            told += curve(seen, labels)
        yield Table(f"detection_photographs_{name}", about, told)
    whole = looks["whole"]
    for name, pictures in clips(data).items():
        about = f"{len(pictures)} frames of {name}, boxes by eye"
        yield Table(
            f"detection_{Path(name).stem}", about, lines(see(pictures, whole), labels, scores)
        )
    about = "the simulator's demo view, 40 pictures"
    yield Table("detection_simulator", about, lines(see(simulated(), whole), labels, scores))


def clips(data: Path, folder: Path = FOLDER) -> dict[str, list[Picture]]:
    """Every labelled clip that is there, by name."""
    held = labelled_clips(folder)
    return {
        name: clip(data / "clips" / name, one)
        for name, one in held.items()
        if (data / "clips" / name).is_file()
    }


def _picture(image: Image, rows: Sequence[Box]) -> Picture:
    truth: dict[str, Boxes] = {}
    apart: dict[str, Boxes] = {}
    for name in MEETS:
        for into, wanted in ((truth, False), (apart, True)):
            some = [b.xyxy for b in rows if b.label == name and b.apart == wanted]
            part = np.array(some, np.float32).reshape(-1, 4)
            into[name] = with_net(part) if name == "rim" else part
    crowd = [b.xyxy for b in rows if b.label == "crowd"]
    return Picture(image, truth, apart, np.array(crowd, np.float32).reshape(-1, 4))


def _joined(held: dict[str, Boxes], names: Sequence[str]) -> Boxes:
    return np.concatenate([held.get(name, NONE) for name in names])


def _share(found: Boxes, regions: Boxes, *, by_iou: bool = False) -> NDArray[np.float32]:
    """(N,) how much of each found box lies in the region that holds most of it (or its IoU)."""
    if not len(found) or not len(regions):
        return np.zeros(len(found), np.float32)
    if by_iou:
        return np.asarray(iou(found, regions).max(axis=1), np.float32)
    low = np.maximum(found[:, None, :2], regions[None, :, :2])
    high = np.minimum(found[:, None, 2:], regions[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    return np.asarray((shared / np.maximum(area(found), 1e-6)[:, None]).max(axis=1), np.float32)


def _read(path: Path) -> dict[str, list[dict[str, object]]]:
    try:
        held: dict[str, list[dict[str, object]]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    return held


def _image(path: Path) -> Image:
    image = cv2.imread(str(path))
    if image is None:
        raise DataError(f"{path} could not be read")
    return image.astype(np.uint8)
