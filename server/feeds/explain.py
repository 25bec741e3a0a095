"""Why minutes and plus/minus differ from the official ones, as far as the data itself tells.

Nothing is known about single games. Either another reading of the same events gives the very
cell of the official box, or the feed contradicts itself about that player, or sums that must
hold are broken on one side of the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from server.feeds.figures import Figures
from server.feeds.told import Side, Told
from server.feeds.values import minutes_ms

_TIMES = ("min", "plus_minus")
# Official minutes are rounded for each of the players.
_ROUNDING_MS = 1000


def explain(
    told: Told,
    ours: Figures,
    differences: list[dict[str, Any]],
    replay: Callable[[Told], Figures],
) -> None:
    """Give a difference a `why`, a sentence, where there is one."""
    if not differences:
        return
    for reading in told.otherwise:
        found = replay(replace(told, steps=reading.steps))
        for difference in differences:
            if "why" not in difference and _gives(found, difference):
                difference["why"] = reading.why
    for difference in differences:
        if "why" not in difference:
            why = next(_sums(told, ours, difference), None)
            if why is not None:
                difference["why"] = why


def _gives(found: Figures, difference: Mapping[str, Any]) -> bool:
    """Whether figures have the official value in the cell of a difference."""
    if difference["stat"] not in _TIMES:
        return False
    lines = found.box[difference["team"]]["players"]
    line = next(line for line in lines if line["id"] == difference["player"])
    if difference["stat"] == "plus_minus":
        return bool(line["plus_minus"] == difference["official"])
    ms: int = line["min_ms"] or 0
    return abs(ms - minutes_ms(difference["official"])) <= _ROUNDING_MS


def _sums(told: Told, ours: Figures, difference: Mapping[str, Any]) -> Iterator[str]:
    """Sums that must hold and do not, which concern a difference."""
    side = difference["team"]
    team = told.sides[side]
    if not ours.final:
        yield "the plays end before the game does, so the box may be of another moment"
    if difference["stat"] not in _TIMES:
        return
    yield from (doubt.why for doubt in told.doubts if difference["player"] in doubt.players)
    uneven_ms = ours.played_ms - ours.with_five_ms(side)
    if uneven_ms:
        yield (
            f"the substitutions of the feed leave {side} without exactly five players for "
            f"{round(uneven_ms / 1000)} s"
        )
    if difference["stat"] == "plus_minus":
        total, margin = _sum_of_margins(team), ours.margin(side)
        if total is not None and total != 5 * margin:
            yield f"the official plus/minus of {side} add up to {total}, not to 5 x {margin}"
    else:
        total_ms, players = _sum_of_minutes(team)
        if abs(total_ms - 5 * ours.played_ms) > players * _ROUNDING_MS:
            yield (
                f"the official minutes of {side} add up to {round(total_ms / 60_000, 1)}, not to "
                f"5 x {round(ours.played_ms / 60_000, 1)}"
            )


def _sum_of_margins(team: Side) -> int | None:
    found = [p.official.plus_minus for p in team.players if p.official is not None]
    told = [margin for margin in found if margin is not None]
    return sum(told) if told else None


def _sum_of_minutes(team: Side) -> tuple[int, int]:
    """The official minutes of all players, and how many have any."""
    found = [p.official.ms for p in team.players if p.official is not None and p.official.ms]
    return sum(found), len(found)
