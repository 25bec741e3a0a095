"""The labels by eye: every file keeps the schema, and fits the clip it is about."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import av
import pytest

from server.evaluation.labels import (
    FOLDER,
    LabelError,
    labelled_clips,
    read_boxes,
    read_shots,
)
from tests.support import shared

SHOT = {"t": 2.0, "made": True}
BOX = {"label": "ball", "xyxy": [1, 2, 3, 4]}


@cache
def times(clip: Path) -> tuple[tuple[int, int], list[float]]:
    """Size, and the media second of each frame."""
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return (stream.width, stream.height), [f.time or 0.0 for f in container.decode(stream)]


def write(tmp_path: Path, held: object) -> Path:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(held))
    return path


def boxes(*held: object, frame: object = 0) -> dict[str, object]:
    frames = [{"frame": frame, "t": 0, "boxes": list(held)}]
    return {"clip": "a.mp4", "size": [10, 10], "frames": frames}


def test_every_file_is_of_a_kind_that_is_read() -> None:
    clips = labelled_clips()
    names = {path.name for path in FOLDER.iterdir()}
    boxes_by_eye = {f"{Path(clip).stem}.boxes.json" for clip in clips}
    of_the_school_game = {f"school_game_sideline.{kind}.json" for kind in ("people", "board")}
    assert names == {"shots.json"} | boxes_by_eye | of_the_school_game
    for clip in clips.values():
        assert len(clip.frames) >= 8
        for frame in clip.frames:
            assert any(box.label == "player" for box in frame.boxes)
            assert any(box.label == "rim" for box in frame.boxes)


def test_shots_are_in_the_clips() -> None:
    held = read_shots()
    assert {clip: len(shots) for clip, shots in held.items()} == {
        "unlabelled_one_shot.mp4": 1,
        "unlabelled_many_shots.mp4": 16,
    }
    for clip, shots in held.items():
        _, seconds = times(shared(f"video/clips/{clip}"))
        for before, shot in zip((None, *shots), shots, strict=False):
            assert shot.t <= seconds[-1]
            assert shot.release is not None
            assert before is None or before.t < shot.release


@pytest.mark.parametrize("name", sorted(labelled_clips()))
def test_boxes_fit_the_clip(name: str) -> None:
    clip = labelled_clips()[name]
    size, seconds = times(shared(f"video/clips/{name}"))
    assert clip.size == size
    for frame in clip.frames:
        assert frame.t == pytest.approx(seconds[frame.frame], abs=0.002)


def test_the_clips_own_list_has_the_same_schema() -> None:
    held = read_shots(shared("video/clips/shots.json"))
    (free_throw,) = held["school_game_sideline.mp4"]
    assert (free_throw.made, free_throw.kind) == (True, "free throw")


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ([], "is not an object"),
        ({"a": {}}, "a is not a list"),
        ({"a": [{"t": 1}]}, r"a\[0\] lacks made"),
        ({"a": [SHOT | {"when": 1}]}, "unknown field when"),
        ({"a": [SHOT | {"made": "yes"}]}, "made is 'yes'"),
        ({"a": [SHOT | {"made": None}]}, "does not say why"),
        ({"a": [SHOT | {"t": -1}]}, "not a number from 0"),
        ({"a": [SHOT | {"release": 2.0}]}, "released only"),
        ({"a": [SHOT | {"value": 4}]}, "value is 4"),
        ({"a": [SHOT | {"value": True}]}, "value is True"),
        ({"a": [SHOT | {"rim": 1}]}, "rim is 1, not text"),
        ({"a": [SHOT, SHOT]}, "not later"),
    ],
)
def test_what_is_wrong_with_shots_is_said(tmp_path: Path, held: object, says: str) -> None:
    with pytest.raises(LabelError, match=says):
        read_shots(write(tmp_path, held))


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ({"clip": "a.mp4"}, "lacks frames, size"),
        (boxes(BOX | {"label": "net"}), "label is 'net'"),
        (boxes(BOX | {"xyxy": [1, 2, 3]}), "holds 3 numbers"),
        (boxes(BOX | {"xyxy": [3, 2, 3, 4]}), "empty or leaves"),
        (boxes(BOX | {"xyxy": [1, 2, 11, 4]}), "empty or leaves"),
        (boxes(BOX | {"apart": 1}), "apart is 1"),
        (boxes(frame=-1), "frame is -1"),
    ],
)
def test_what_is_wrong_with_boxes_is_said(tmp_path: Path, held: object, says: str) -> None:
    with pytest.raises(LabelError, match=says):
        read_boxes(write(tmp_path, held))


def test_no_file_and_no_json_are_said(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"nowhere\.json"):
        read_shots(tmp_path / "nowhere.json")
    (tmp_path / "half.json").write_text("{")
    with pytest.raises(LabelError, match=r"half\.json"):
        read_boxes(tmp_path / "half.json")


def test_unsure_shots_and_plain_ones_are_read(tmp_path: Path) -> None:
    unsure = {"t": 3, "made": None, "note": "behind the board", "value": None, "release": None}
    (plain, told) = read_shots(write(tmp_path, {"note": "x", "a": [SHOT, unsure]}))["a"]
    assert (plain.t, plain.made, plain.value) == (2.0, True, None)
    assert (told.made, told.release, told.note) == (None, None, "behind the board")
