"""How updates look between processes and to viewers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.updates import Update


def message_of(update: Update) -> dict[str, Any]:
    """An update as it stands in Redis: as viewers get it, without names."""
    return {
        "type": "update",
        "epoch": update.epoch,
        "seq": update.seq,
        "entries": list(update.entries),
        "state": dict(update.sections),
    }


def update_of(game_id: str, message: Mapping[str, Any]) -> Update:
    """The way back. KeyError, TypeError or ValueError when it is none."""
    seq, entries = int(message["seq"]), tuple(message["entries"])
    if [entry["seq"] for entry in entries] != list(range(seq - len(entries) + 1, seq + 1)):
        raise ValueError("entries with holes")
    return Update(game_id, str(message["epoch"]), seq, entries, dict(message["state"]))
