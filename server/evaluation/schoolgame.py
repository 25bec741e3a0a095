"""Teams and numbers in seven seconds of a real game, against labels by eye.

The camera stands until its last second. Whole pictures are looked at ten times a second, and at
the labelled frames; the roster has the five numbers that can be read and seven a side that nobody
wears. The first two thirds were looked at while developing, the last third was not.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from pipeline.boxes import iou
from pipeline.digits import Reader
from pipeline.frame import Frame, Image
from pipeline.identity import likeliest
from pipeline.people import Cast, People
from pipeline.setup import Colour, Setup
from pipeline.shift import Shift
from server.evaluation.labels import FOLDER, LabelledFrame, labelled_clips
from server.evaluation.tally import Answer, Line, line
from server.evaluation.tracking import MEETS, SURE, Look

CLIP = "school_game_sideline.mp4"
SPLIT = "the first two thirds were looked at, the last third is held out"

SHIRTS: tuple[Colour, Colour] = ((225, 220, 225), (60, 35, 35))
NUMBERS = (
    frozenset({"23", "3", "10", "12", "24", "31", "33", "40", "44"}),
    frozenset({"15", "20", "22", "5", "11", "30", "32", "41", "50"}),
)
_SIDES = ("light", "dark")
_EACH = 3  # frames, of 30 a second


def evaluate(clips: Path, look: Look, labels: Sequence[str], reader: Reader | None) -> list[Line]:
    """Team and number of each labelled player. Raises FileNotFoundError without the clip."""
    if not (clips / CLIP).is_file():
        raise FileNotFoundError(f"{clips / CLIP} is not there")
    truth = json.loads((FOLDER / CLIP.replace(".mp4", ".people.json")).read_text())["frames"]
    clip = labelled_clips()[CLIP]
    wanted = {one.frame: one for one in clip.frames}
    held = max(wanted) * 2 / 3
    team: dict[bool, list[Answer]] = {False: [], True: []}
    number: dict[bool, list[Answer]] = {False: [], True: []}
    asked = {False: [0, 0], True: [0, 0]}
    ids = itertools.count(1)
    people, shift = People(labels, lambda: next(ids), reader), Shift()
    people.configure(Setup(shirts=SHIRTS, numbers=NUMBERS))
    for index, at_s, image in _frames(clips / CLIP):
        if index % _EACH and index not in wanted:
            continue
        cast = people.look(Frame(image, at_s, at_s), look(image), None, shift.update(image))
        if index not in wanted:
            continue
        late = index > held
        for chance, row, (side, worn) in _labelled(cast, wanted[index], truth[str(index)]):
            best = int(chance.argmax())
            if side is not None:
                asked[late][0] += 1
                if chance[best] >= SURE:
                    right = best < 2 and _SIDES[best] == side
                    team[late].append(Answer(right, float(chance[best]), right))
            if worn is not None:
                asked[late][1] += 1
                told = people.numbers(row) if row >= 0 else []
                said = likeliest(told, SURE)
                if said is not None:
                    number[late].append(Answer(said == worn, told[0][1], said == worn))
    return [
        line(f"{what} right, {part}", kept[late], f"where told, of {asked[late][k]} followed")
        for late, part in ((False, "looked at"), (True, "held out"))
        for k, (what, kept) in enumerate((("team", team), ("number", number)))
    ]


def _labelled(
    cast: Cast, frame: LabelledFrame, told: Sequence[tuple[str | None, str | None]]
) -> Iterator[tuple[np.ndarray, int, tuple[str | None, str | None]]]:
    """(chances of team, row, (team, number) by eye) of each labelled player that is followed."""
    players = [box.xyxy for box in frame.boxes if box.label == "player" and not box.apart]
    overlap = iou(np.array(players, np.float32).reshape(-1, 4), cast.tracks.xyxy)
    for k, one in enumerate(told):
        if overlap.shape[1] and overlap[k].max() >= MEETS:
            i = int(overlap[k].argmax())
            yield cast.team[i], int(cast.row[i]), one


def _frames(path: Path) -> Iterator[tuple[int, float, Image]]:
    """(index, media seconds, picture) of a clip."""
    film = cv2.VideoCapture(str(path))
    try:
        for index in itertools.count():
            at_s = float(film.get(cv2.CAP_PROP_POS_MSEC)) / 1000
            there, image = film.read()
            if not there:
                return
            yield index, at_s, np.asarray(image, np.uint8)
    finally:
        film.release()
