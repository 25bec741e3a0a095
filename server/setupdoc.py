"""The set-up of a camera as the document that people send and read, and as the eyes need it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from pipeline.court import Floor, court_lines, landmarks
from pipeline.courtview import CourtView, GeometryError
from pipeline.setup import Colour, Marks, Quad, Setup
from server.problems import Problem
from server.updates import Json

EMPTY: Json = {
    "court": None,
    "scoreboard": None,
    "shirts": {"home": None, "away": None},
    "home_attacks": None,
}
MOST_POINTS = 24
LARGEST_PX = 8192
HANDS = ("left", "right")
"""Which basket: at negative x, which a camera beside the court has to its left, or the other."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def merged(kept: Json, body: object, floor: Floor) -> Json:
    """The document after a PUT: what the body leaves out stays, null clears it.

    Problem 422 says in words what is wrong.
    """
    given = _object("the body", body, set(EMPTY))
    document = dict(kept)
    if "court" in given:
        document["court"] = _court(given["court"], floor)
    if "scoreboard" in given:
        document["scoreboard"] = _scoreboard(given["scoreboard"])
    if "shirts" in given:
        shirts = {} if given["shirts"] is None else given["shirts"]
        named = _object("shirts", shirts, {"home", "away"})
        before: Json = EMPTY["shirts"] if given["shirts"] is None else document["shirts"]
        document["shirts"] = before | {side: _colour(side, c) for side, c in named.items()}
    if "home_attacks" in given:
        if given["home_attacks"] not in (*HANDS, None):
            raise _malformed("home_attacks is left, right or null")
        document["home_attacks"] = given["home_attacks"]
    return document


def setup_of(document: Json, floor: Floor, numbers: tuple[frozenset[str], frozenset[str]]) -> Setup:
    """What the eyes are told. numbers: on the rosters of home and away."""
    court, board = document["court"], document["scoreboard"]
    marks = quad = None
    if court is not None:
        named = landmarks(floor)
        points = tuple(
            (*point["px"], *(named[point["mark"]] if point["mark"] else point["xy_m"]))
            for point in court["points"]
        )
        marks = Marks(_size_of(court), points, court["media_s"])
    if board is not None:
        a, b, c, d = ((x, y) for x, y in board["corners"])
        quad = Quad(_size_of(board), (a, b, c, d))
    home, away = (_bgr(document["shirts"][side]) for side in ("home", "away"))
    attacks = document["home_attacks"]
    return Setup(
        floor=floor,
        marks=marks,
        scoreboard=quad,
        shirts=(home, away),
        numbers=numbers,
        home_attacks=None if attacks is None else HANDS.index(attacks),
    )


def view_of(setup: Setup) -> CourtView | None:
    """Problem 422 `marks-do-not-fit` where no camera could see the marks so."""
    try:
        return setup.view()
    except GeometryError as error:
        raise Problem(422, "marks-do-not-fit", str(error)) from error


def answer(document: Json, floor: Floor, view: CourtView | None) -> Json:
    """The document with what a page needs to draw it: how exact the marks are, the court's lines
    in the picture they were set in, and the floor with the points that can be marked."""
    drawn = [] if view is None else view.drawn(court_lines(floor))
    return {
        **document,
        "error_m": None if view is None else round(view.error_m, 3),
        "lines": [np.round(line, 1).tolist() for line in drawn],
        "floor": {
            "length_m": floor.length_m,
            "width_m": floor.width_m,
            "marks": {
                name: [round(x, 3), round(y, 3)] for name, (x, y) in landmarks(floor).items()
            },
            "lines": [np.round(line, 3).tolist() for line in court_lines(floor)],
        },
    }


def _court(given: object, floor: Floor) -> Json | None:
    if given is None:
        return None
    court = _object("court", given, {"size", "points", "media_s"})
    size = _size("court", court.get("size"))
    points = court.get("points")
    if not isinstance(points, list) or not 4 <= len(points) <= MOST_POINTS:
        raise Problem(422, "marks-missing", f"Mark 4 to {MOST_POINTS} points of the court.")
    media_s = court.get("media_s")
    if media_s is not None:
        media_s = _number("media_s", media_s, 0, 1e9)
    marked = [_point(n, point, size, floor) for n, point in enumerate(points, 1)]
    return {"size": list(size), "media_s": media_s, "points": marked}


def _point(number: int, given: object, size: tuple[int, int], floor: Floor) -> Json:
    what = f"mark {number}"
    point = _object(what, given, {"px", "mark", "xy_m"})
    # A mark may lie beside the picture, where a line runs out of it, but not far away.
    px = _pair(f"{what}: px", point.get("px"), (-size[0], -size[1]), (2 * size[0], 2 * size[1]))
    mark, xy_m = point.get("mark"), point.get("xy_m")
    if (mark is None) == (xy_m is None):
        raise _malformed(f"{what} needs either mark, a name, or xy_m, metres on the court")
    if mark is not None:
        if mark not in landmarks(floor):
            raise Problem(422, "unknown-mark", f"There is no point {str(mark)[:40]!r} to mark.")
        return {"px": px, "mark": mark, "xy_m": None}
    ends = (floor.length_m / 2 + 1, floor.width_m / 2 + 1)
    return {
        "px": px,
        "mark": None,
        "xy_m": _pair(f"{what}: xy_m", xy_m, (-ends[0], -ends[1]), ends),
    }


def _scoreboard(given: object) -> Json | None:
    if given is None:
        return None
    board = _object("scoreboard", given, {"size", "corners"})
    size = _size("scoreboard", board.get("size"))
    corners = board.get("corners")
    if not isinstance(corners, list) or len(corners) != 4:
        raise _malformed("a scoreboard has four corners")
    placed = np.array([_pair("a corner", c, (0, 0), size) for c in corners])
    # Clockwise from the top left, in whatever order they were tapped.
    middle = placed.mean(axis=0)
    turn = np.arctan2(placed[:, 1] - middle[1], placed[:, 0] - middle[0])
    placed = placed[np.argsort(turn)]
    placed = np.roll(placed, -int(np.argmin(placed.sum(axis=1))), axis=0)
    sides = np.roll(placed, -1, axis=0) - placed
    after = np.roll(sides, -1, axis=0)
    bends = sides[:, 0] * after[:, 1] - sides[:, 1] * after[:, 0]
    if bends.min() < 50:
        raise Problem(422, "no-rectangle", "Mark the four corners of the scoreboard's display.")
    return {"size": list(size), "corners": placed.tolist()}


def _colour(side: str, given: object) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or _COLOUR.fullmatch(given) is None:
        raise _malformed(f"shirts: {side} is a colour like #c03020")
    return given.lower()


def _bgr(colour: str | None) -> Colour | None:
    if colour is None:
        return None
    red, green, blue = bytes.fromhex(colour[1:])
    return blue, green, red


def _size_of(part: Json) -> tuple[int, int]:
    return int(part["size"][0]), int(part["size"][1])


def _size(what: str, given: object) -> tuple[int, int]:
    width, height = _pair(f"{what}: size", given, (16, 16), (LARGEST_PX, LARGEST_PX))
    return int(width), int(height)


def _pair(
    what: str, given: object, least: tuple[float, float], most: tuple[float, float]
) -> list[float]:
    if not isinstance(given, list) or len(given) != 2:
        raise _malformed(f"{what} is a list of two numbers")
    return [
        _number(what, value, low, high) for value, low, high in zip(given, least, most, strict=True)
    ]


def _number(what: str, given: object, least: float, most: float) -> float:
    plain = isinstance(given, int | float) and not isinstance(given, bool)
    if not plain or not least <= float(given) <= most:  # type: ignore[arg-type]
        raise _malformed(f"{what} is outside {least:g} to {most:g}")
    return float(given)  # type: ignore[arg-type]


def _object(what: str, given: object, known: set[str]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _malformed(f"{what} is no object")
    strange = given.keys() - known
    if strange:
        raise Problem(422, "unknown-field", f"{what} has no {sorted(strange)[0]!r}")
    return given


def _malformed(why: str) -> Problem:
    return Problem(422, "malformed", why)
