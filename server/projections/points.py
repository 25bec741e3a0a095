"""What a fact is worth."""

from __future__ import annotations

from server.game.events import Adjusted, Event, FieldGoal, FreeThrow


def points_of(event: Event) -> tuple[str, int] | None:
    """The side and the points that a fact gives, or None."""
    if isinstance(event, FieldGoal | FreeThrow):
        return (event.team, event.value) if event.made else None
    if isinstance(event, Adjusted):
        return event.team, event.points
    return None
