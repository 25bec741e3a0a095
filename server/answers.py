"""What the books answer to whoever asked."""

from __future__ import annotations

from dataclasses import dataclass

from server.updates import Json, Update


@dataclass(frozen=True, slots=True)
class CreatedGame:
    game_id: str
    epoch: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A call's answer. again: it had been answered before, nothing was written now.

    update, proposals: what viewers must be told.
    """

    call_id: str
    entries: tuple[Json, ...]
    again: bool
    update: Update | None = None
    proposals: tuple[Json, ...] = ()

    def document(self) -> Json:
        return {"call_id": self.call_id, "entries": list(self.entries)}


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a sighting."""

    proposal: Json | None = None
    update: Update | None = None
    proposals: tuple[Json, ...] = ()
