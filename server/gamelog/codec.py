"""Entries as JSON: for the log's rows and for clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from server.game.entry import Entry, Tap
from server.game.eventjson import from_json, to_json
from server.game.events import SCHEMA, Event, Media
from server.game.moment import moment_of

# From the schema of the key to the next one. A document goes through all that follow its own.
Upcasts = Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]
UPCASTS: Upcasts = {}


# Beside the fields of the event, none of which is called so.
_TAP = "tap"


def encode(event: Event, tap: Tap | None = None) -> str:
    """The event and its tap as they are stored, in schema `SCHEMA`."""
    document = to_json(event)
    if tap is not None:
        document[_TAP] = _tap_json(tap)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def decode(
    text: str, schema: int, upcasts: Upcasts = UPCASTS, current: int = SCHEMA
) -> tuple[Event, Tap | None]:
    """What was stored in `schema`. ValueError when a newer program wrote it."""
    if schema > current:
        raise ValueError(f"stored with schema {schema}, this program knows {current}")
    document = json.loads(text)
    tap = document.pop(_TAP, None)
    for version in range(schema, current):
        document = upcasts[version](document)
    return from_json(document), None if tap is None else _tap(tap)


def entry_json(entry: Entry) -> dict[str, Any]:
    """The entry as clients get it."""
    return {
        "seq": entry.seq,
        "type": entry.event.name,
        "by": entry.by,
        "at": entry.at.isoformat(),
        "call_id": entry.call_id,
        "moment": moment_json(entry, entry.event),
        **to_json(entry.event),
    }


def moment_json(entry: Entry, event: Event) -> dict[str, Any]:
    """From when on a viewer may know it: `at` in wall time, `camera` and `s` in its picture."""
    moment = moment_of(entry, event)
    found: dict[str, Any] = {"at": moment.at.isoformat()}
    if moment.media is not None:
        found |= {"camera": moment.media.camera, "s": moment.media.s}
    return found


def _tap_json(tap: Tap) -> dict[str, Any]:
    found: dict[str, Any] = {"at": tap.at.isoformat()}
    if tap.media is not None:
        found |= {"camera": tap.media.camera, "s": tap.media.s}
    return found | ({"past": True} if tap.past else {})


def _tap(document: Mapping[str, Any]) -> Tap:
    media = Media(document["camera"], document["s"]) if "camera" in document else None
    return Tap(datetime.fromisoformat(document["at"]), media, document.get("past", False))
