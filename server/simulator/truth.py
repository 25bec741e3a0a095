"""What really happened, written beside the pictures as JSON lines.

Each line is one JSON object with a `kind`:

`{"kind": "game", "schema": 1, "seed", "size": [w, h], "fps", "court", "view", "camera", "shirts"}`
comes first. camera: `{"position": [x, y, z], "rotation": [[3], [3], [3]], "focal"}` of the first
picture, as `server.simulator.camera` has them; shirts: `{"home": "#rrggbb", "away": "#rrggbb"}`.
Older files lack these two.
`{"kind": "frame", "index", "media_s", "boxes": [BOX, ...]}` for every picture, in order.
`{"kind": "event", "t", "type", ...}` after the frame in which it was known; `t` is the media
time in seconds at which it happened, which for `made` is up to half a second earlier.

BOX: `{"label", "id", "team", "number", "xyxy", "visible"}`.
  label:   player | referee | ball | rim (the ring only) | hoop (ring and net) | backboard
  id:      stable for the whole game: "home-7", "referee-0", "ball", "rim-0", "backboard-0";
           a ball that is not the game's is "ball-1" and so on.
  team:    "home" | "away" | null;  number: a string | null.
  xyxy:    pixels, clipped to the picture.
  visible: 0 to 1, the share of the object that is in the picture and not hidden by others.
           Objects wholly outside the picture have no box.

EVENT types and what they carry besides `t`:
  possession  team, player              the ball is now in these hands
  pass        team, player, to          leaves the hands
  shot        team, player, value, x, y leaves the hands; value 1 is a free throw
  made        team, player, value, hoop `t` is when the ball's centre fell through the ring
  missed      team, player, value, hoop `t` is when the ball was nearest to the ring's height
  rebound     team, player, offensive
  steal       team, player              the ball was taken from a pass or a dribble
  foul        team, player              before free throws
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

Label = Literal["player", "referee", "ball", "rim", "hoop", "backboard"]
EventType = Literal["possession", "pass", "shot", "made", "missed", "rebound", "steal", "foul"]


@dataclass(frozen=True, slots=True)
class Box:
    """One object of one picture; see the module's text."""

    label: Label
    id: str
    team: str | None
    number: str | None
    xyxy: tuple[float, float, float, float]
    visible: float


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at `t` seconds of the film; None where it does not apply."""

    t: float
    type: EventType
    team: str
    player: str
    to: str | None = None
    value: int | None = None
    hoop: int | None = None
    offensive: bool | None = None
    x: float | None = None
    y: float | None = None

    def line(self) -> str:
        """One JSON line, without the fields that do not apply."""
        facts = {k: v for k, v in asdict(self).items() if v is not None}
        return json.dumps({"kind": "event", **facts})


@dataclass(frozen=True, slots=True)
class Truth:
    """What is in one picture, and what became known with it."""

    index: int
    media_s: float
    boxes: tuple[Box, ...]
    events: tuple[Event, ...] = ()

    def lines(self) -> list[str]:
        """The frame as one JSON line, then its events with a line each."""
        boxes = [asdict(box) for box in self.boxes]
        facts = {"index": self.index, "media_s": self.media_s, "boxes": boxes}
        frame = json.dumps({"kind": "frame", **facts})
        return [frame, *(event.line() for event in self.events)]


def read_line(line: str) -> Truth | Event | dict[str, Any]:
    """One line of a truth file; the first one stays a dict.

    Raises ValueError for a line of no known kind, KeyError or TypeError for a damaged one.
    """
    facts: dict[str, Any] = json.loads(line)
    kind = facts.pop("kind", None)
    if kind == "game":
        return facts
    if kind == "event":
        return Event(**facts)
    if kind == "frame":
        boxes = tuple(Box(**{**box, "xyxy": tuple(box["xyxy"])}) for box in facts["boxes"])
        return Truth(facts["index"], facts["media_s"], boxes)
    raise ValueError(f"not a line of a truth file: {line[:80]!r}")
