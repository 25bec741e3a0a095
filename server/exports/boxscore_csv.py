"""The box score as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from server.exports.gamebook import GameBook
from server.game.events import SIDES
from server.projections.boxscore import COLUMNS

Line = Mapping[str, Any]

_HEAD = ("team", "number", "name", *COLUMNS, "min", "plus_minus", "eff")


def boxscore_csv(book: GameBook) -> str:
    """One line a player, then team and totals, for both sides; CRLF as RFC 4180 says."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_HEAD)
    for side in SIDES:
        box, team = book.box[side], _plain(book.team(side))
        for line in box["players"]:
            name = _plain(book.name(line["id"]) or "")
            table.writerow([team, _plain(line["number"]), name, *_cells(line)])
        for part in ("team", "totals"):
            table.writerow([team, "", part.capitalize(), *_cells(box[part])])
    return text.getvalue()


def minutes(ms: int | None) -> str:
    """`20:46`, to the nearest second; empty in a game without a clock."""
    if ms is None:
        return ""
    whole, seconds = divmod((ms + 500) // 1000, 60)
    return f"{whole}:{seconds:02d}"


def _cells(line: Line) -> list[Any]:
    """A cell that does not apply is empty: a team has no plus/minus."""
    shown = [line.get("plus_minus"), line.get("eff")]
    return [
        *(line[column] for column in COLUMNS),
        minutes(line.get("min_ms")),
        *("" if value is None else value for value in shown),
    ]


def _plain(cell: str) -> str:
    """Spreadsheets run text that begins like a formula; a quote before it stops that."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
