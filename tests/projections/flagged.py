"""The flags of a table, for tests."""

from __future__ import annotations

from typing import Any

from server.projections.sheet import Sheet
from tests.game.table import AWAY, HOME, Table

PLAYERS = {"home": tuple(f"home-{n}" for n in HOME), "away": tuple(f"away-{n}" for n in AWAY)}
FIVE = {"home": ["0", "4", "5", "6", "7"], "away": ["10", "11", "12", "13", "14"]}


def flags(table: Table) -> list[dict[str, Any]]:
    players = {side: tuple(ids) for side, ids in table.game.first_players.items()}
    found: list[dict[str, Any]] = Sheet(table.game, players).sections()["flags"]
    return found


def types(table: Table) -> list[str]:
    return [flag["type"] for flag in flags(table)]
