"""The kinds of foul of cdn.nba.com live data, by their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.feeds.values import letters

# Technical whether the feed says so in the kind, its descriptor or not at all.
_TECHNICAL = ("technical", "defensive3second", "delayofgame", "delaytechnical", "hanging")
_TECHNICAL_TOO = ("taunting", "excesstimeout", "toomanyplayers", "nonunsportsmanlike")


def is_technical(action: Mapping[str, Any]) -> bool:
    """Whether a foul is a technical one, which is in no player's PF."""
    said = letters(action.get("subType"), action.get("descriptor"))
    return any(word in said for word in (*_TECHNICAL, *_TECHNICAL_TOO))


def kind_of(action: Mapping[str, Any], player: str | None) -> str:
    """Our kind. player: None for a foul of the bench, the coach or the team."""
    said = letters(action.get("subType"), action.get("descriptor"))
    if is_technical(action):
        if player is not None:
            return "technical"
        # A delay of game or too many players is nobody's; anybody else without a line coaches.
        return "coach" if action.get("personId") else "bench"
    # `unnamed` is ours: a player's foul, and nobody said whose.
    if player is None and "unnamed" not in (action.get("qualifiers") or ()):
        return "bench"
    if "flagrant" in said:
        return "flagrant2" if "type2" in said else "flagrant1"
    if "offensive" in said:
        return "offensive"
    return "shooting" if "shooting" in said else "personal"
