"""The feeds' words for turnovers, timeouts and tags, and ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from server.feeds.values import letters

_TURNOVERS = {
    **dict.fromkeys(("badpass", "outofboundsbadpassturnover", "outofboundsbadpass"), "bad_pass"),
    **dict.fromkeys(
        ("ballhandling", "lostball", "posslostball", "discontinueddribble", "fumble"),
        "ball_handling",
    ),
    **dict.fromkeys(("travel", "traveling", "travelling"), "travel"),
    **dict.fromkeys(("doubledribble", "doubledribbling"), "double_dribble"),
    **dict.fromkeys(
        ("outofbounds", "outofboundslostball", "stepoutofbounds", "playeroutofboundsviolation"),
        "out_of_bounds",
    ),
    **dict.fromkeys(("palming", "carrying"), "palming"),
    **dict.fromkeys(("3sec", "3second", "3secondviolation", "3secviolation"), "three_seconds"),
    **dict.fromkeys(
        (
            *("5sec", "5second", "5secondviolation", "5secondinbound", "5secinbound"),
            *("5secviolation", "backtobasket5second", "5secondbacktothebasket"),
        ),
        "five_seconds",
    ),
    **dict.fromkeys(("8sec", "8second", "8secondviolation", "8secviolation"), "eight_seconds"),
    **dict.fromkeys(("10sec", "10second", "10secondviolation"), "ten_seconds"),
    **dict.fromkeys(("24sec", "shotclock", "30sec", "35sec", "shotclockviolation"), "shot_clock"),
    **dict.fromkeys(("backcourt", "backcourtviolation"), "backcourt"),
    **dict.fromkeys(("offensive", "offensivefoul", "foul"), "offensive_foul"),
    **dict.fromkeys(
        ("offensivegoaltending", "goaltending", "basketinterference", "basketfrombelow"),
        "offensive_goaltending",
    ),
    **dict.fromkeys(("lane", "laneviolation", "doublelaneviolation"), "lane_violation"),
    **dict.fromkeys(("kickedball", "kickedballviolation"), "kicked_ball"),
    **dict.fromkeys(("inbound", "inboundviolation", "illegalassist"), "inbound"),
    "toomanyplayers": "too_many_players",
}
_TAGS = {
    "pointsinthepaint": "paint",
    "fastbreak": "fast_break",
    "2ndchance": "second_chance",
    "fromturnover": "off_turnover",
    "defensivegoaltending": "goaltending",
}


def turnover(*said: Any) -> str | None:
    """Our word for a feed's, given its parts from the most telling to the least; `other` for
    one that we have none for, None when the feed said nothing."""
    keys = [word for part in said if (word := letters(part))]
    return next((_TURNOVERS[word] for word in keys if word in _TURNOVERS), None) or (
        "other" if keys else None
    )


def tags(qualifiers: Any) -> list[str]:
    """What the feed's qualifiers say about a shot, as our tags."""
    said: Iterable[Any] = qualifiers if isinstance(qualifiers, list) else ()
    return [_TAGS[word] for item in said if (word := letters(item)) in _TAGS]


def throws(qualifiers: Any) -> int | None:
    """Free throws that a foul gave, by a qualifier such as `2freethrow`."""
    said: Iterable[Any] = qualifiers if isinstance(qualifiers, list) else ()
    for item in said:
        word = letters(item)
        if word.endswith("freethrow") and word[:1] in ("1", "2", "3"):
            return int(word[0])
    return None
