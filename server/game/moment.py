"""From which moment on somebody who watches the picture may know of an entry.

A viewer is behind the game by what the way of the picture takes: nobody may see a score before
the shot. So everything that is told has a moment, in media seconds of the camera and in wall
time: what a camera saw has the time of that, everything else the time of the tap less TAP_S.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.game.entry import Entry, Tap
from server.game.events import NOT_FACTS, Event, Media

TAP_S = 0.4
"""Between what is seen and the tap that says so, at the quickest.

Perceiving, deciding and moving take 0.24 s together (Card, Moran and Newell's model human
processor), the way of a finger to the next key 0.2 s at the least. Most taps come one to three
seconds later; but a score that is shown late costs less than one that is shown before the shot,
so it is the quick taps that count. One number for all types: with one each, two taps would
change places, and what is told in order must not be shown out of it."""


@dataclass(frozen=True, slots=True)
class Filmed:
    """The camera that is live while something is said. origin: wall time of its media second 0."""

    camera: str
    origin: datetime

    def at(self, at: datetime) -> Media | None:
        """The media time of a wall time; None before the camera began."""
        seconds = (at - self.origin).total_seconds()
        return Media(self.camera, round(seconds, 3)) if seconds >= 0 else None


@dataclass(frozen=True, slots=True)
class Moment:
    """at: wall time. media: the same in a picture, None without one."""

    at: datetime
    media: Media | None = None


def media_of(entry: Entry, event: Event) -> Media | None:
    """Where in a picture the fact happened; from a tap: shortly before this, never after.

    event: what the entry says now. None without a picture, and for what was put into the past.
    """
    if event.media is not None or entry.tap is None or entry.tap.past:
        return event.media
    return None if isinstance(event, NOT_FACTS) else moment_of(entry, event).media


def moment_of(entry: Entry, event: Event) -> Moment:
    """The moment of an entry. event: what the entry says now."""
    tap = entry.tap or Tap(entry.at)
    said, seen = tap.media, event.media
    if seen is not None and said is not None and seen.camera == said.camera:
        return Moment(tap.at + timedelta(seconds=seen.s - said.s), seen)
    before = Moment(
        tap.at - timedelta(seconds=TAP_S),
        None if said is None else Media(said.camera, round(max(0.0, said.s - TAP_S), 3)),
    )
    return before if seen is None else Moment(before.at, seen)
