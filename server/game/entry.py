"""What the log keeps: an event with its number, who asked and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.game.events import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """seq: 1 for the first, contiguous in a game. by: who asked. at: wall time, UTC.

    call_id: the call it came from; entries of one call were committed together.
    """

    seq: int
    event: Event
    by: str
    at: datetime
    call_id: str
