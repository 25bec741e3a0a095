"""What the log keeps: an event with its number, who asked and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.game.events import Event, Media


@dataclass(frozen=True, slots=True)
class Tap:
    """When somebody said it by their own hand, which for a call that waited is before it came.

    at: wall time, UTC. media: what the game's camera filmed just then, if one was live.
    past: it was put into the past: where it was said is not where it happened.
    """

    at: datetime
    media: Media | None = None
    past: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """seq: 1 for the first, contiguous in a game. by: who asked. at: wall time, UTC, at which
    the log took it.

    call_id: the call it came from; entries of one call were committed together.
    tap: None in logs of older programs.
    """

    seq: int
    event: Event
    by: str
    at: datetime
    call_id: str
    tap: Tap | None = None
