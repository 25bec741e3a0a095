"""One team's box score as MaxPreps takes it: the text file of "Save & Import Stats".

Documented at https://www.maxpreps.com/utility/stat_import/field_specs.aspx: plain text, fields
parted by `|`; the first line is the 32 characters of the stat supplier's id, the second names
the fields (`Jersey` first, the others in any order), then one line a player. A field that is
left out is not overwritten there.

Not certain: the names of the basketball fields. That page shows them only after choosing the
sport, so they are kept as data here; whoever imports the first file should compare line two
with the page. The supplier's id is personal, MaxPreps gives one to whoever asks: its line is
for that person to put on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.exports.gamebook import GameBook

# Field -> how it follows from a line of our box.
_FIELDS: Mapping[str, tuple[str, str | None]] = {
    "Points": ("pts", None),
    "TwoPointsMade": ("fgm", "fg3m"),
    "TwoPointAttempts": ("fga", "fg3a"),
    "ThreePointsMade": ("fg3m", None),
    "ThreePointAttempts": ("fg3a", None),
    "FreeThrowsMade": ("ftm", None),
    "FreeThrowAttempts": ("fta", None),
    "OffensiveRebounds": ("oreb", None),
    "DefensiveRebounds": ("dreb", None),
    "Assists": ("ast", None),
    "Steals": ("stl", None),
    "BlockedShots": ("blk", None),
    "Turnovers": ("tov", None),
    "PersonalFouls": ("pf", None),
}


def maxpreps(book: GameBook, side: str) -> str:
    """The file of one side, without the supplier's line; players who did not play have none."""
    lines = [
        "|".join((line["number"], *_values(line)))
        for line in book.box[side]["players"]
        if _played(line)
    ]
    head = "|".join(("Jersey", *_FIELDS))
    return "\r\n".join([head, *lines, ""])


def _values(line: Mapping[str, Any]) -> list[str]:
    return [str(line[column] - (line[less] if less else 0)) for column, less in _FIELDS.values()]


def _played(line: Mapping[str, Any]) -> bool:
    counted = any(line[column] for column, _ in _FIELDS.values())
    return bool(counted or line["min_ms"] or line["starter"])
