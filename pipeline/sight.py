"""What a camera saw, with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sighting:
    """A shot that the camera saw.

    kind: `shot`.
    rim_s: media seconds at which the ball is at the rim.
    start_s, end_s: media seconds from the release (or first sight) to the decision.
    made: probability that it went in, 0 to 1.
    score: probability that there was a shot at all, 0 to 1.
    rim_xyxy: the rim in pixels of the frame at `rim_s`.
    track_id: the shooter's track when known.
    """

    kind: str
    rim_s: float
    start_s: float
    end_s: float
    made: float
    score: float
    rim_xyxy: tuple[float, float, float, float]
    track_id: int | None = None
