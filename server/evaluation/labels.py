"""What was labelled by eye in the evaluation's clips: shots, and boxes in some frames.

docs/evaluation-labels.md says what each field means and what counts. The labels lie in `labels/`
beside this module; the clips themselves do not belong to the repository.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn, get_args

FOLDER = Path(__file__).parent / "labels"
_SHOTS = "shots.json"
_BOXES = ".boxes.json"

Label = Literal["player", "referee", "ball", "rim", "crowd"]
LABELS: tuple[Label, ...] = get_args(Label)


class LabelError(ValueError):
    """A label file is not what docs/evaluation-labels.md says; the text names the place."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One attempt. Times in media seconds; None where the eye could not tell or nobody wrote it.

    t: the ball is first at the rim. release: the first frame in which no finger touches the ball.
    value: points that it is worth when made. kind: `free throw` or None.
    """

    t: float
    made: bool | None
    release: float | None = None
    rim: str | None = None
    value: int | None = None
    kind: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """xyxy: pixels of the clip, the visible extent. apart: neither asked for nor false if found."""

    label: Label
    xyxy: tuple[float, float, float, float]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class LabelledFrame:
    """Everything to be seen in one frame. frame: counted from 0 as decoded; t: its media second."""

    frame: int
    t: float
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """size: width and height in pixels."""

    clip: str
    size: tuple[int, int]
    frames: tuple[LabelledFrame, ...]
    note: str = ""


def read_shots(path: Path = FOLDER / _SHOTS) -> dict[str, tuple[Shot, ...]]:
    """Clip name to its shots in order of time. Raises LabelError."""
    held = _object(_load(path), str(path))
    return {
        clip: _shots(value, f"{path}: {clip}") for clip, value in held.items() if clip != "note"
    }


def read_boxes(path: Path) -> LabelledClip:
    """The labelled frames of one clip in order of time. Raises LabelError."""
    held = _object(_load(path), str(path), {"clip", "size", "frames"}, {"note"})
    size = _numbers(held["size"], 2, f"{path}: size")
    width, height = int(size[0]), int(size[1])
    frames: list[LabelledFrame] = []
    for k, value in enumerate(_list(held["frames"], f"{path}: frames")):
        frame = _frame(value, (width, height), f"{path}: frame {k}")
        if frames and (frame.frame <= frames[-1].frame or frame.t <= frames[-1].t):
            _wrong(f"{path}: frame {k}", "is not later than the one before")
        frames.append(frame)
    clip = _text(held["clip"], f"{path}: clip")
    return LabelledClip(
        clip, (width, height), tuple(frames), _text(held.get("note", ""), f"{path}: note")
    )


def labelled_clips(folder: Path = FOLDER) -> dict[str, LabelledClip]:
    """Clip name to its labelled frames, of each `*.boxes.json` there. Raises LabelError."""
    read = [read_boxes(path) for path in sorted(folder.glob(f"*{_BOXES}"))]
    return {one.clip: one for one in read}


def _shots(value: object, where: str) -> tuple[Shot, ...]:
    shots: list[Shot] = []
    for k, one in enumerate(_list(value, where)):
        shot = _shot(one, f"{where}[{k}]")
        if shots and shot.t <= shots[-1].t:
            _wrong(f"{where}[{k}]", "is not later than the one before")
        shots.append(shot)
    return tuple(shots)


def _shot(value: object, where: str) -> Shot:
    held = _object(value, where, {"t", "made"}, {"release", "rim", "value", "type", "note"})
    made, points = held["made"], held.get("value")
    if not (made is None or isinstance(made, bool)):
        _wrong(where, f"made is {made!r}, not true, false or null")
    if isinstance(points, bool) or not (points is None or points in (1, 2, 3)):
        _wrong(where, f"value is {points!r}, not 1, 2, 3 or null")
    t = _number(held["t"], f"{where}: t")
    release = None
    if held.get("release") is not None:
        release = _number(held["release"], f"{where}: release")
        if release >= t:
            _wrong(where, "is released only when it is at the rim")
    note = _text(held.get("note", ""), f"{where}: note")
    if made is None and not note:
        _wrong(where, "made is null, and the note does not say why")
    rim, kind = (
        None if held.get(name) is None else _text(held[name], f"{where}: {name}")
        for name in ("rim", "type")
    )
    value_ = points if isinstance(points, int) else None
    return Shot(t, made, release, rim, value_, kind, note)


def _frame(value: object, size: tuple[int, int], where: str) -> LabelledFrame:
    held = _object(value, where, {"frame", "t", "boxes"})
    number = held["frame"]
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        _wrong(where, f"frame is {number!r}, not a count from 0")
    boxes = tuple(
        _box(one, size, f"{where}, box {k}")
        for k, one in enumerate(_list(held["boxes"], f"{where}: boxes"))
    )
    return LabelledFrame(number, _number(held["t"], f"{where}: t"), boxes)


def _box(value: object, size: tuple[int, int], where: str) -> Box:
    held = _object(value, where, {"label", "xyxy"}, {"apart"})
    x0, y0, x1, y1 = _numbers(held["xyxy"], 4, f"{where}: xyxy")
    if not (x0 < x1 <= size[0] and y0 < y1 <= size[1]):
        _wrong(where, f"{[x0, y0, x1, y1]} is empty or leaves the picture of {size}")
    apart = held.get("apart", False)
    if not isinstance(apart, bool):
        _wrong(where, f"apart is {apart!r}, not true or false")
    label = next((known for known in LABELS if known == held["label"]), None)
    if label is None:
        _wrong(where, f"label is {held['label']!r}, not one of {', '.join(LABELS)}")
    return Box(label, (x0, y0, x1, y1), apart)


def _load(path: Path) -> object:
    try:
        loaded: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LabelError(f"{path}: {error}") from error
    return loaded


def _object(
    value: object, where: str, need: set[str] | None = None, may: set[str] | None = None
) -> dict[str, object]:
    """A JSON object; with `need`, one that has these fields and beside them only `may`."""
    if not isinstance(value, dict):
        _wrong(where, "is not an object")
    if need is not None:
        if lacks := need - value.keys():
            _wrong(where, f"lacks {', '.join(sorted(lacks))}")
        if strange := value.keys() - need - (may or set()):
            _wrong(where, f"has the unknown field {', '.join(sorted(strange))}")
    return value


def _list(value: object, where: str) -> list[object]:
    return value if isinstance(value, list) else _wrong(where, "is not a list")


def _text(value: object, where: str) -> str:
    return value if isinstance(value, str) else _wrong(where, f"is {value!r}, not text")


def _number(value: object, where: str) -> float:
    """No time and no place in the picture is below 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        _wrong(where, f"is {value!r}, not a number from 0 on")
    return float(value)


def _numbers(value: object, count: int, where: str) -> list[float]:
    held = _list(value, where)
    if len(held) != count:
        _wrong(where, f"holds {len(held)} numbers, not {count}")
    return [_number(one, where) for one in held]


def _wrong(where: str, what: str) -> NoReturn:
    raise LabelError(f"{where} {what}")
