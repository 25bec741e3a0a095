"""The box score as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

COLUMNS = (
    "pts fgm fga fg3m fg3a ftm fta oreb dreb reb ast stl blk tov pf".split()  # noqa: SIM905
)


def boxscore_csv(boxscore: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """One line a player, then team and totals, for both sides; CRLF as RFC 4180 says.

    boxscore: the section of that name. names: side -> what the team is called.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["team", "number", "name", *COLUMNS])
    for side in ("home", "away"):
        part = boxscore[side]
        team = names.get(side, side)
        for player in part["players"]:
            row = [team, player["number"], player.get("name") or "", *_counts(player)]
            table.writerow([_plain(cell) for cell in row])
        for name in ("team", "totals"):
            table.writerow([_plain(team), "", name.capitalize(), *_counts(part[name])])
    return text.getvalue()


def _counts(line: Mapping[str, Any]) -> list[Any]:
    return [line.get(column, 0) for column in COLUMNS]


def _plain(cell: Any) -> Any:
    """Spreadsheets run text that begins like a formula; a quote before it stops that."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + cell
    return cell
