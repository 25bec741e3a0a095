"""Close-ups of a hoop, one shot each: seen or not, made or missed.

The clips last 1 to 1.8 s, less than it takes to believe a rim, and on a tripod the ring is known
long before a shot. So each clip is played `LAPS` times on one time line, its last picture standing
still between them, and only what is sighted in the last lap counts: by then ring and background
have been seen over the whole clip."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.detect import Finds
from pipeline.sight import Sighting
from server.evaluation.labels import Shot
from server.evaluation.shots import Clip, Film, Tally, opener, watch

LAPS = 3

STILL_S = 1.2
"""The last picture stands so long after each lap: the ball's fate is decided a while after."""

SPLIT = "clips with an even sha256 of their name were looked at while developing, the others not"


class NoCloseupsError(ValueError):
    """There are no close-ups in the folder."""


@dataclass(frozen=True, slots=True)
class Closeup:
    """One clip and whether the ball went in."""

    clip: Clip
    made: bool

    @property
    def held_out(self) -> bool:
        return int(hashlib.sha256(self.clip.name.encode()).hexdigest(), 16) % 2 == 1


def closeups(folder: Path) -> list[Closeup]:
    """Those of `folder`/hoop_closeups/make and /miss. Raises NoCloseupsError."""
    found = [
        Closeup(Clip(path.name, opener(path), ()), kind == "make")
        for kind in ("make", "miss")
        for path in sorted((folder / "hoop_closeups" / kind).glob("*.mp4"))
    ]
    if not found:
        raise NoCloseupsError(f"no clips in {folder / 'hoop_closeups'}/make and /miss")
    return found


def sighted(closeup: Closeup, detector: Finds, rate: float) -> list[Sighting]:
    """What is sighted in the last lap."""
    pictures = list(closeup.clip.open())
    last_s = pictures[-1][1]
    lap_s = last_s + STILL_S

    def film() -> Film:
        for lap in range(LAPS):
            for image, t_s in pictures:
                yield image, lap * lap_s + t_s
            for still in range(1, round(STILL_S * 30)):
                yield pictures[-1][0], lap * lap_s + last_s + still / 30

    begins_s = (LAPS - 1) * lap_s
    told = watch(film(), detector, rate)
    return [one for one in told if one.at_s >= begins_s]


def evaluate(closeups: Iterable[Closeup], detector: Finds, rate: float) -> Tally:
    """Each clip is one shot, wherever in it; a second sighting is false."""
    tally = Tally()
    for one in closeups:
        told = sighted(one, detector, rate)
        # When the ball is at the rim is not labelled: the surest sighting is the shot's.
        at_s = max(told, key=lambda each: each.score).at_s if told else 0.0
        tally.add([Shot(at_s, one.made)], told)
    return tally
