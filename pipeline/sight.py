"""What a camera saw happen, with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.frame import Image

Kind = Literal["shot", "free_throw", "rebound", "steal", "turnover", "block", "assist"]
Side = Literal["home", "away"]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """Something that happened, as one camera saw it.

    Every chance is a probability from 0 to 1; None: not known, or it does not apply.
    id: counts up from 1 within one camera's `Vision`; 0 stands alone.
    at_s: media seconds at which it happened; for a shot the ball is at the rim then.
    start_s, end_s: media seconds that show it, from the release (or first sight) to the decision.
    score: that it happened at all.
    made: that a shot went in. three: that it counts three, if it does.
    offensive: that a rebound is the attackers'. home: that the home side did it.
    players: (side, number or None, chance) of who did it, likeliest first.
    parent: the id of the sighting that it belongs to: a rebound's shot, a steal's turnover.
    boxes: (what it is, x1 y1 x2 y2) in pixels of a picture of `size` (width, height).
    still: (H, W, 3) BGR, a small picture of the moment.
    rim_xyxy: the rim in pixels at `at_s`. track_id: the track of who did it.
    """

    id: int
    kind: Kind
    at_s: float
    start_s: float
    end_s: float
    score: float
    made: float | None = None
    three: float | None = None
    offensive: float | None = None
    home: float | None = None
    players: tuple[tuple[Side, str | None, float], ...] = ()
    parent: int | None = None
    boxes: tuple[tuple[str, Box], ...] = ()
    size: tuple[int, int] = (0, 0)
    still: Image | None = None
    rim_xyxy: Box | None = None
    track_id: int | None = None
