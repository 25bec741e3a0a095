"""Values as feeds write them, read with one meaning."""

from __future__ import annotations

import math
import re
from typing import Any

from server.game.court import Court
from server.game.rules import MINUTE

# No period of any league is longer; what says so is no clock of a period.
LONGEST_MS = 30 * MINUTE


def whole(value: Any) -> int:
    """A count; nothing is 0. ValueError for what is no whole number."""
    if value is None or value == "":
        return 0
    found = float(value)
    if found != int(found):
        raise ValueError(f"{value!r} is no count")
    return int(found)


def plain(value: Any) -> str:
    """A name or a number on a shirt as text that can be written anywhere; nothing is ""."""
    if value is None:
        return ""
    return str(value).encode("utf-8", "replace").decode().replace("\x00", "").strip()


def letters(*values: Any) -> str:
    """Text to look words up in: small letters and digits only, parts apart by one space."""
    return " ".join(re.sub(r"[^a-z0-9]+", "", str(value or "").lower()) for value in values).strip()


def minutes_ms(text: Any) -> int:
    """`25:38` as milliseconds, also `25.000000:38` and a bare `25`; 0 for the words of somebody
    who did not play."""
    found = re.fullmatch(r"\s*(\d{1,6})(?:\.\d+)?(?::(\d{1,2}(?:\.\d+)?))?\s*", str(text or ""))
    if found is None:
        return 0
    return int(found[1]) * MINUTE + round(float(found[2] or 0) * 1000)


def clock_ms(text: Any) -> int:
    """`11:39` left in the period, or `0:00.5`, as milliseconds. ValueError for anything else."""
    found = re.fullmatch(r"\s*(\d{1,2}):(\d{1,2}(?:\.\d+)?)\s*", str(text))
    if found is None:
        raise ValueError(f"{text!r} is no clock")
    return within(int(found[1]) * MINUTE + round(float(found[2]) * 1000))


def within(ms: int) -> int:
    """A clock that some period could have. ValueError otherwise."""
    if not 0 <= ms <= LONGEST_MS:
        raise ValueError(f"{ms} ms is no clock of a period")
    return ms


def up_to_minutes(ms: int, usual_ms: int) -> int:
    """The length of a period whose longest clock is `ms`: whole minutes, or the usual one."""
    return -(-ms // MINUTE) * MINUTE or usual_ms


def metres(x: Any, y: Any, court: Court) -> dict[str, Any]:
    """`x_m`, `y_m` from the centre of the court for percentages of its length and its width;
    nothing when they are not both there."""
    numbers = [v for v in (x, y) if isinstance(v, int | float) and math.isfinite(v)]
    if len(numbers) != 2:
        return {}
    along, across = numbers
    return {
        "x_m": round((along / 100 - 0.5) * court.length_m, 2),
        "y_m": round((across / 100 - 0.5) * court.width_m, 2),
    }


def shot_counts(fg2: tuple[int, int], fg3: tuple[int, int], ft: tuple[int, int]) -> dict[str, int]:
    """Columns of shots from (made, attempted) pairs of twos, threes and free throws."""
    return {
        "fgm": fg2[0] + fg3[0],
        "fga": fg2[1] + fg3[1],
        "fg3m": fg3[0],
        "fg3a": fg3[1],
        "ftm": ft[0],
        "fta": ft[1],
    }
