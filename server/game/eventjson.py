"""Events as JSON values: what the log stores and viewers get.

Every event survives: `from_json(to_json(event)) == event`. Fields that are None are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from server.game.events import EVENTS, Event, Media

_FIELDS: Mapping[str, tuple[str, ...]] = {
    kind.name: tuple(field.name for field in fields(kind)) for kind in EVENTS.values()
}
_REQUIRED: Mapping[str, frozenset[str]] = {
    kind.name: frozenset(field.name for field in fields(kind) if field.default is MISSING)
    for kind in EVENTS.values()
}


def to_json(event: Event) -> dict[str, Any]:
    """The event as JSON values: `type`, then the fields that say something."""
    found: dict[str, Any] = {"type": event.name}
    for name in _FIELDS[event.name]:
        value = getattr(event, name)
        if value is None:
            continue
        if isinstance(value, Media):
            value = {"camera": value.camera, "s": value.s}
        elif isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, Event):
            value = to_json(value)
        found[name] = value
    return found


def from_json(document: Mapping[str, Any]) -> Event:
    """The event of a document of this schema. ValueError when it is not one.

    Unknown fields are passed over: an older program can read what a newer one wrote within
    the same schema.
    """
    kind = EVENTS.get(document.get("type", ""))
    if kind is None:
        raise ValueError(f"no event of type {document.get('type')!r}")
    values: dict[str, Any] = {}
    for name in _FIELDS[kind.name]:
        if name not in document:
            continue
        value = document[name]
        if isinstance(value, list):
            value = tuple(value)
        elif name == "media":
            value = Media(value["camera"], value["s"])
        elif name == "event":
            value = from_json(value)
        values[name] = value
    lacking = _REQUIRED[kind.name] - values.keys()
    if lacking:
        raise ValueError(f"{kind.name} without {', '.join(sorted(lacking))}")
    return kind(**values)
