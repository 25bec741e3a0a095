"""Entries as JSON: for the log's rows and for clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from server.game.entry import Entry
from server.game.eventjson import from_json, to_json
from server.game.events import SCHEMA, Event

# From the schema of the key to the next one. A document goes through all that follow its own.
Upcasts = Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]
UPCASTS: Upcasts = {}


def encode(event: Event) -> str:
    """The event as it is stored, in schema `SCHEMA`."""
    return json.dumps(to_json(event), ensure_ascii=False, separators=(",", ":"))


def decode(text: str, schema: int, upcasts: Upcasts = UPCASTS, current: int = SCHEMA) -> Event:
    """The event that was stored in `schema`. ValueError when a newer program wrote it."""
    if schema > current:
        raise ValueError(f"stored with schema {schema}, this program knows {current}")
    document = json.loads(text)
    for version in range(schema, current):
        document = upcasts[version](document)
    return from_json(document)


def entry_json(entry: Entry) -> dict[str, Any]:
    """The entry as clients get it."""
    return {
        "seq": entry.seq,
        "type": entry.event.name,
        "by": entry.by,
        "at": entry.at.isoformat(),
        "call_id": entry.call_id,
        **to_json(entry.event),
    }
