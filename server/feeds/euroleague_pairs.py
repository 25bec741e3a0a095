"""What belongs together in EuroLeague plays: a foul and who drew it, a block and its shot.

The feed writes each half as a play of its own, in either order and up to seconds apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.feeds.values import clock_ms

Play = Mapping[str, Any]

FOULS_DRAWN = frozenset(("CM", "OF", "CMU", "CMD", "CMTI"))
MISSES = frozenset(("2FGA", "3FGA", "LAYUPATT", "2FGAB", "3FGAB", "DUNKATT"))
_APART_MS = 5000


def kind(action: Play) -> str:
    return str(action["PLAYTYPE"]).strip()


def person(action: Play) -> str:
    return str(action.get("PLAYER_ID") or "").strip()


def drawn(actions: Sequence[Play]) -> dict[Any, str]:
    """Who drew each foul, by the number of the foul."""
    pairs = _pairs(
        actions,
        lambda a: kind(a) == "RV",
        lambda a: kind(a) in FOULS_DRAWN,
        lambda a, b: a["CODETEAM"] != b["CODETEAM"],
    )
    return {actions[foul]["NUMBEROFPLAY"]: person(actions[said]) for said, foul in pairs.items()}


def blocked(actions: Sequence[Play]) -> dict[Any, Any]:
    """The number of the shot of each block, by the number of the block."""
    shots = _pairs(
        actions,
        lambda a: kind(a) == "AG",
        lambda a: kind(a) in MISSES,
        lambda a, b: person(a) == person(b),
    )
    rejected = _pairs(
        actions,
        lambda a: kind(a) == "FV",
        lambda a: kind(a) == "AG",
        lambda a, b: a["CODETEAM"] != b["CODETEAM"],
    )
    return {
        actions[block]["NUMBEROFPLAY"]: actions[shots[said]]["NUMBEROFPLAY"]
        for block, said in rejected.items()
        if said in shots
    }


def shots_first(actions: Sequence[Play]) -> list[Play]:
    """The plays with every block behind its shot."""
    shot_of = blocked(actions)
    at = {action["NUMBEROFPLAY"]: index for index, action in enumerate(actions)}

    def place(index: int) -> tuple[int, int]:
        shot = shot_of.get(actions[index]["NUMBEROFPLAY"])
        return (
            (max(index, at[shot]), 1)
            if shot in at and kind(actions[index]) == "FV"
            else (
                index,
                0,
            )
        )

    return [actions[index] for index in sorted(range(len(actions)), key=place)]


def _pairs(
    actions: Sequence[Play],
    is_one: Callable[[Play], bool],
    is_other: Callable[[Play], bool],
    fit: Callable[[Play, Play], bool],
) -> dict[int, int]:
    """Index of one half -> index of the other: the nearest in time and then in the list that is
    still free."""
    free = [index for index, action in enumerate(actions) if is_other(action)]
    found: dict[int, int] = {}
    for index, action in enumerate(actions):
        if not is_one(action):
            continue
        near = [
            (apart, abs(index - n), n)
            for n in free
            if fit(action, actions[n]) and (apart := _apart_ms(action, actions[n])) <= _APART_MS
        ]
        if near:
            found[index] = min(near)[2]
            free.remove(found[index])
    return found


def _apart_ms(one: Play, another: Play) -> int:
    try:
        return abs(clock_ms(one["MARKERTIME"]) - clock_ms(another["MARKERTIME"]))
    except ValueError:
        return _APART_MS + 1
