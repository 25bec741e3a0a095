"""What somebody asks for: a JSON mapping, checked for shape and made a frozen Call.

Shape only (422): types, required and unknown fields. Whether it has a meaning in this game is
for `decide` (409).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from server.game.events import TEAMLESS_TIMEOUTS, Media

TEXT_LIMIT = 500
WORD_LIMIT = 64
WORDS_LIMIT = 20
# Larger integers are no period, clock or entry; JavaScript cannot even hold them.
INT_LIMIT = 2**53


_BEFORE_TIME = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True, eq=False)
class MalformedCall(Exception):  # noqa: N818  (a call, not an error of ours)
    """Not a call at all. type: stable word; detail: a sentence."""

    type: str
    detail: str

    def __str__(self) -> str:
        return f"{self.type}: {self.detail}"


@dataclass(slots=True, eq=False)
class IllegalCall(Exception):  # noqa: N818
    """A call without meaning in this game; nothing changed. type: stable word."""

    type: str
    detail: str

    def __str__(self) -> str:
        return f"{self.type}: {self.detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody asks for something. Fields that the type does not use are None.

    by, at: who asks and when (wall time); from the driver, never from the body.
    links: the entry it is about (parent of an assist, target of a void).
    base: the last entry the caller had seen. resolve: `keep`, the caller has seen what others
    said meanwhile and means it all the same.
    score: what a team's score shall be, or (home, away) of a confirmation.
    tapped_at: when it was said, as the caller's clock has it, for a call that had to wait.
    """

    type: str
    call_id: str
    by: str = ""
    at: datetime = _BEFORE_TIME
    team: str | None = None
    player: str | None = None
    players: tuple[str, ...] | None = None
    player_in: str | None = None
    player_out: str | None = None
    value: int | None = None
    points: int | None = None
    made: bool | None = None
    kind: str | None = None
    text: str | None = None
    period: int | None = None
    clock_ms: int | None = None
    after: int | None = None
    links: int | None = None
    media: Media | None = None
    x_m: float | None = None
    y_m: float | None = None
    tags: tuple[str, ...] | None = None
    nth: int | None = None
    of: int | None = None
    drawn_by: str | None = None
    throws: int | None = None
    shot_clock_ms: int | None = None
    score: int | tuple[int, int] | None = None
    parent: int | None = None
    clear: tuple[str, ...] | None = None
    base: int | None = None
    resolve: str | None = None
    tapped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields a type needs and those it may have, besides the common ones."""

    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    common: frozenset[str] = field(default=frozenset())


_ALWAYS = frozenset({"call_id", "type", "base", "resolve", "tapped_at"})
_PLACE = frozenset({"period", "clock_ms", "after", "media"})


def _shape(needs: str = "", may: str = "", place: bool = True) -> Shape:
    common = _ALWAYS | _PLACE if place else _ALWAYS
    return Shape(frozenset(needs.split()), frozenset(may.split()), common)


_PLAY_CHANGES = (
    "team player value made kind text period clock_ms after media x_m y_m points "
    "tags nth of drawn_by throws player_in player_out players parent clear"
)

SHAPES: Mapping[str, Shape] = {
    "period_start": _shape(),
    "period_end": _shape(),
    "clock_start": _shape("", "shot_clock_ms"),
    "clock_stop": _shape("", "shot_clock_ms"),
    "clock_set": _shape("clock_ms", "shot_clock_ms"),
    "starters": _shape("players", "team"),
    "roster_add": _shape("team player"),
    "field_goal": _shape("made", "team player value x_m y_m tags"),
    "free_throw": _shape("made", "team player value links nth of tags"),
    "rebound": _shape("", "team player kind links"),
    "turnover": _shape("", "team player kind links"),
    "steal": _shape("", "team player links"),
    "block": _shape("", "team player links"),
    "assist": _shape("", "team player links"),
    "foul": _shape("", "team player kind drawn_by throws links"),
    "substitution": _shape("", "team player_in player_out players"),
    "timeout": _shape("", "team kind"),
    "jump_ball": _shape("", "team player kind"),
    "possession": _shape("team"),
    "adjust": _shape("team", "points score text"),
    "note": _shape("text", "team player"),
    "confirm": _shape("", "period score media", place=False),
    "finalize": _shape(),
    "amend": _shape("links", _PLAY_CHANGES, place=False),
    "void": _shape("links", place=False),
    "undo": _shape(place=False),
    "redo": _shape(place=False),
}


def _text(name: str, value: object, limit: int) -> str:
    if not isinstance(value, str):
        raise MalformedCall("malformed", f"{name} must be a string")
    if not value or len(value) > limit:
        raise MalformedCall("malformed", f"{name} must have 1 to {limit} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise MalformedCall("malformed", f"{name} is no valid text") from None
    if "\x00" in value:
        raise MalformedCall("malformed", f"{name} must not contain NUL")
    return value


def _word(name: str, value: object) -> str:
    return _text(name, value, WORD_LIMIT)


def _sentence(name: str, value: object) -> str:
    return _text(name, value, TEXT_LIMIT)


def _integer(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedCall("malformed", f"{name} must be a whole number")
    if abs(value) > INT_LIMIT:
        raise MalformedCall("malformed", f"{name} is too large")
    return value


def _number(name: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise MalformedCall("malformed", f"{name} must be a number")
    if not math.isfinite(value) or abs(value) > INT_LIMIT:
        raise MalformedCall("malformed", f"{name} must be a finite number")
    return float(value)


def _boolean(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise MalformedCall("malformed", f"{name} must be true or false")
    return value


def _resolve(name: str, value: object) -> str:
    if value != "keep":
        raise MalformedCall("malformed", f'{name} must be "keep"')
    return "keep"


def _time(name: str, value: object) -> datetime:
    try:
        at = datetime.fromisoformat(_word(name, value))
    except ValueError:
        raise MalformedCall("malformed", f"{name} must be a time as ISO 8601 writes it") from None
    if at.tzinfo is None:
        raise MalformedCall("malformed", f"{name} must name its offset from UTC")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise MalformedCall("malformed", f"{name} is out of range") from None


def _media(name: str, value: object) -> Media:
    if not isinstance(value, Mapping) or value.keys() != {"camera", "s"}:
        raise MalformedCall("malformed", f'{name} must be {{"camera", "s"}}')
    seconds = _number("media.s", value["s"])
    if seconds < 0:
        raise MalformedCall("malformed", "media.s must not be less than 0")
    return Media(_word("media.camera", value["camera"]), seconds)


def _words(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > WORDS_LIMIT:
        raise MalformedCall("malformed", f"{name} must be a list of at most {WORDS_LIMIT} words")
    return tuple(_word(name, word) for word in value)


def _score(name: str, value: object) -> int | tuple[int, int]:
    if isinstance(value, Mapping) and value.keys() == {"home", "away"}:
        return _integer("score.home", value["home"]), _integer("score.away", value["away"])
    return _integer(name, value)


def _players(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 60:
        raise MalformedCall("malformed", f"{name} must be a list of at most 60 players")
    return tuple(_word(name, player) for player in value)


_READERS: Mapping[str, Callable[[str, object], Any]] = {
    **dict.fromkeys(("team", "player", "player_in", "player_out", "drawn_by", "kind"), _word),
    **dict.fromkeys(("value", "points", "period", "clock_ms", "after", "links", "base"), _integer),
    "parent": _integer,
    **dict.fromkeys(("nth", "of", "throws", "shot_clock_ms"), _integer),
    **dict.fromkeys(("x_m", "y_m"), _number),
    "call_id": _word,
    "type": _word,
    "players": _players,
    **dict.fromkeys(("tags", "clear"), _words),
    "score": _score,
    "made": _boolean,
    "text": _sentence,
    "media": _media,
    "resolve": _resolve,
    "tapped_at": _time,
}


def parse(body: object, by: str, at: datetime) -> Call:
    """The Call in a body. MalformedCall when it is none.

    A field that is null counts as absent. `target` and `seq` are taken for `links`, and the
    `value` of an adjustment for its `points`.
    """
    if not isinstance(body, Mapping):
        raise MalformedCall("malformed", "a call is a JSON object")
    given = {str(name): value for name, value in body.items() if value is not None}
    if "type" not in given:
        raise MalformedCall("missing-field", "a call needs a type")
    word = _word("type", given["type"])
    shape = SHAPES.get(word)
    if shape is None:
        raise MalformedCall("unknown-type", f"there is no call of type {word!r}")
    if "links" in shape.needs and "links" not in given:
        for alias in ("target", "seq"):
            if alias in given:
                given["links"] = given.pop(alias)
                break
    if word == "adjust" and "points" not in given and "value" in given:
        given["points"] = given.pop("value")
    unknown = given.keys() - shape.needs - shape.may - shape.common
    if unknown:
        raise MalformedCall("unknown-field", f"{word} has no field {', '.join(sorted(unknown))}")
    lacking = (shape.needs | {"call_id"}) - given.keys()
    if lacking:
        raise MalformedCall("missing-field", f"{word} needs {', '.join(sorted(lacking))}")
    if word == "adjust" and not given.keys() & {"points", "score"}:
        raise MalformedCall("missing-field", "adjust needs points, or the score it shall be")
    if word == "timeout" and not ("team" in given or given.get("kind") in TEAMLESS_TIMEOUTS):
        raise MalformedCall("missing-field", "timeout needs team, unless it is nobody's")
    found = {n: _READERS[n](n, v) for n, v in given.items()}
    if "score" in found and isinstance(found["score"], tuple) != (word == "confirm"):
        raise MalformedCall("malformed", 'score is a number to adjust, {"home", "away"} to confirm')
    return Call(**found, by=by, at=at)
