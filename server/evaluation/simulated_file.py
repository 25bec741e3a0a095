"""Films in a folder with their truth beside them, as `python -m server.simulator` writes them.

OUT.mp4 and OUT.truth.jsonl belong together: picture i of the film is the frame of index i. A truth
file is read twice: whole before anything is looked at, so that what is damaged is said at once, and
again line by line beside the pictures, so that a long film needs no memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.setup import Colour
from server.evaluation.simulated_film import Film, Player
from server.evaluation.trajectories import DataError
from server.simulator.camera import Camera
from server.simulator.truth import Box, Event, Truth, read_line

TRUTH = ".truth.jsonl"
SPLIT = "by film, nothing trains on them"
_SCHEMA = 1


@dataclass(frozen=True, slots=True, eq=False)
class _Header:
    """The first line. camera: of the first picture; jersey: of home and away, None in old files."""

    size: tuple[int, int]
    fps: int
    half: bool
    camera: Camera | None
    jersey: tuple[Colour, Colour] | None


def films(folder: Path) -> list[Film]:
    """All films of a folder with a truth beside them, by name.

    Raises DataError where there are none, or one of them is not whole.
    """
    found = sorted(folder.glob(f"*{TRUTH}"))
    if not found:
        raise DataError(
            f"{folder} holds no films with their truth (OUT.mp4 and OUT{TRUTH}); "
            f"`python -m server.simulator {folder / 'OUT.mp4'}` writes both"
        )
    return [read(one.with_name(one.name.removesuffix(TRUTH) + ".mp4")) for one in found]


def read(film: Path) -> Film:
    """One film. Raises DataError; the pictures do too, where they turn out to be others."""
    truth = film.with_suffix(TRUTH)
    header, frames = _opened(truth)
    players: dict[str, Player] = {}
    count = 0
    for frame in frames:
        count += 1
        players |= {box.id: Player(box.id, box.team, box.number) for box in _playing(frame.boxes)}
    if count == 0:
        raise DataError(f"{truth}: it tells of no picture")
    _fits(film, header.size, count)
    return Film(
        film.name,
        count / header.fps,
        header.fps,
        header.half,
        tuple(sorted(players.values(), key=_place)),
        header.jersey,
        header.camera,
        partial(_pictures, film, truth),
    )


def _playing(boxes: tuple[Box, ...]) -> Iterator[Box]:
    return (box for box in boxes if box.label == "player")


def _place(one: Player) -> tuple[bool, int, str]:
    """Home first, by number."""
    number = one.number or ""
    return one.team != "home", len(number), number


def _fits(film: Path, size: tuple[int, int], count: int) -> None:
    """What a film says of itself. Raises DataError where its truth speaks of another."""
    if not film.is_file():
        raise DataError(f"{film} is missing: its truth is there without it")
    try:
        with av.open(str(film)) as container:
            stream = next(iter(container.streams.video), None)
            if stream is None:
                raise DataError(f"{film}: there are no pictures in it")
            is_size, is_count = (stream.width, stream.height), stream.frames
    except av.FFmpegError as error:
        raise DataError(f"{film}: not a film that can be read ({error.strerror})") from error
    if is_size != size:
        raise DataError(f"{film}: {_by(is_size)} pixels, but its truth is of {_by(size)}")
    # Not every container says how many; they are counted again when they are looked at.
    if is_count and is_count != count:
        raise DataError(f"{film}: {is_count} pictures, but its truth tells of {count}")


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _pictures(film: Path, truth: Path, step: int) -> Iterator[tuple[NDArray[np.uint8], Truth]]:
    """Every step-th picture (H, W, 3) BGR, with what became known since the one before it."""
    _, frames = _opened(truth)
    fresh: list[Event] = []
    try:
        with av.open(str(film)) as container:
            for picture, frame in zip_longest(container.decode(video=0), frames):
                if picture is None or frame is None:
                    less = "fewer" if picture is None else "more"
                    raise DataError(f"{film}: {less} pictures than its truth tells of")
                fresh += frame.events
                if frame.index % step == 0:
                    image = picture.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
                    yield image, replace(frame, events=tuple(fresh))
                    fresh = []
    except av.FFmpegError as error:
        raise DataError(f"{film}: damaged ({error.strerror})") from error


def _opened(truth: Path) -> tuple[_Header, Iterator[Truth]]:
    """The first line, and the frames, each with the events after it. Raises DataError, as they
    do."""
    lines = _lines(truth)
    first = next(lines, None)
    if first is None:
        raise DataError(f"{truth}: it is empty")
    try:
        header = _header(first)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(truth, 1, error) from error
    return header, _frames(truth, lines, header.fps)


def _lines(truth: Path) -> Iterator[str]:
    try:
        with truth.open(encoding="utf-8") as lines:
            yield from lines
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{truth}: it cannot be read ({error})") from error


def _frames(truth: Path, lines: Iterator[str], fps: int) -> Iterator[Truth]:
    last: Truth | None = None
    index = 0
    for row, line in enumerate(lines, 2):
        try:
            one = read_line(line)
            if isinstance(one, Event) and last is not None:
                last = replace(last, events=(*last.events, _timed(one)))
                continue
            if not isinstance(one, Truth) or one.index != index:
                raise ValueError(f"frame {index} was expected")
            if abs(one.media_s - index / fps) > 0.5 / fps:
                raise ValueError(f"frame {index} is not taken at {one.media_s} s")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(truth, row, error) from error
        if last is not None:
            yield last
        last = one
        index += 1
    if last is not None:
        yield last


def _timed(event: Event) -> Event:
    """Raises ValueError for an event without a time."""
    if not np.isfinite(event.t):
        raise ValueError(f"an event at {event.t} s")
    return event


def _damaged(truth: Path, row: int, error: Exception) -> DataError:
    why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    return DataError(f"{truth}: line {row} is damaged ({why}); write the film anew")


def _header(line: str) -> _Header:
    """Raises ValueError, KeyError, TypeError or AttributeError."""
    facts = read_line(line)
    if not isinstance(facts, dict):
        raise ValueError("the line of the game was expected")
    if facts["schema"] != _SCHEMA:
        raise ValueError(f"schema {facts['schema']} is not known")
    width, height = map(int, facts["size"])
    fps, court = int(facts["fps"]), facts["court"]
    if fps < 1 or court not in ("half", "full"):
        raise ValueError(f"{fps} pictures a second of court {court!r}")
    camera, shirts = facts.get("camera"), facts.get("shirts")
    return _Header(
        (width, height),
        fps,
        court == "half",
        None if camera is None else _camera(camera, (width, height)),
        None if shirts is None else (_colour(shirts["home"]), _colour(shirts["away"])),
    )


def _camera(facts: dict[str, Any], size: tuple[int, int]) -> Camera:
    place = np.array(facts["position"], np.float64)
    rotation = np.array(facts["rotation"], np.float64)
    focal = float(facts["focal"])
    if place.shape != (3,) or rotation.shape != (3, 3) or not focal > 0:
        raise ValueError("no such camera")
    if not (np.isfinite(place).all() and np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3)):
        raise ValueError("no such camera")
    return Camera(place, rotation, focal, size)


def _colour(html: str) -> Colour:
    """#rrggbb as blue, green, red."""
    if len(html) != 7 or html[0] != "#":
        raise ValueError(f"no colour: {html!r}")
    blue, green, red = bytes.fromhex(html[1:])[::-1]
    return blue, green, red
