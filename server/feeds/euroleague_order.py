"""The order of EuroLeague plays: their periods and clocks, and other orders that their own
engine is known to have kept its box in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from server.feeds import files
from server.feeds.euroleague_pairs import Play, kind, person
from server.feeds.values import clock_ms
from server.game.rules import MINUTE

_QUARTERS = ("FirstQuarter", "SecondQuarter", "ThirdQuarter", "ForthQuarter")
_CHANGES = ("IN", "OUT")
_BY_NUMBER = (
    "the official box was kept in the order of the numbers of the plays, which is not the order "
    "of the list"
)
_LATE = (
    "the official box counts substitutions that were made before an overtime began from one "
    "minute into it"
)
_CONTRADICTED = (
    "the list of plays contradicts their numbers about who was on the court for free throws"
)


def periods(data: Mapping[str, Any]) -> list[list[Play]]:
    """The plays of each period. All overtimes share one list: a new one begins after an end
    that is not the last, or at a second beginning."""
    found = [files.once(files.listed(data[_QUARTERS[0]]))]
    found += [files.once(files.listed(data.get(quarter) or [])) for quarter in _QUARTERS[1:]]
    extra = files.once(files.listed(data.get("ExtraTime") or []))
    part: list[Play] = []
    for index, action in enumerate(extra):
        word = kind(action)
        if word == "BP" and any(kind(said) == "BP" for said in part):
            found.append(part)
            part = []
        part.append(action)
        more = any(kind(later) == "BP" for later in extra[index + 1 :])
        if word == "EP" and more:
            found.append(part)
            part = []
    return [*found, part] if part else found


def clocks(actions: Sequence[Play]) -> list[int | None]:
    """The clock of each play of a period in milliseconds, None where it has none.

    At a whole minute the feed's clock has often not rolled over yet: `07:00` after `06:02` is
    06:00 (15 such stamps in 26 games; the official minutes agree).
    """
    found: list[int | None] = []
    lowest: int | None = None
    for action in actions:
        text = str(action["MARKERTIME"] or "").strip()
        if re.fullmatch(r"\d{1,2}:\d{1,2}", text) is None:
            found.append(None)
            continue
        at_ms = clock_ms(text)
        if lowest is not None and at_ms % MINUTE == 0 and lowest < at_ms <= lowest + MINUTE:
            at_ms -= MINUTE
        lowest = at_ms if lowest is None else min(lowest, at_ms)
        found.append(at_ms)
    return found


def other_orders(found: list[list[Play]]) -> Iterator[tuple[str, list[list[Play]]]]:
    """The plays of each period as the official box may have seen them, with the reason."""
    yield _BY_NUMBER, [numbered(actions) for actions in found]
    quarters = len(_QUARTERS)
    if len(found) > quarters:
        yield _LATE, [*found[:quarters], *map(begun_late, found[quarters:])]


def doubtful(found: list[list[Play]]) -> Iterator[tuple[str, set[str]]]:
    """The players whose minutes or plus/minus the feed itself makes doubtful, by reason."""
    late = [action for actions in found[len(_QUARTERS) :] for action in _before_start(actions)]
    yield _LATE, {person(action) for action in late if kind(action) in _CHANGES}
    unsure = set()
    for actions in found:
        for _, group in groupby(actions, key=lambda action: action["MARKERTIME"]):
            together = list(group)
            numbers = [int(action["NUMBEROFPLAY"]) for action in together]
            throws = any(kind(action) in ("FTM", "FTA") for action in together)
            if throws and any(one > another for one, another in pairwise(numbers)):
                unsure |= {person(action) for action in together if kind(action) in _CHANGES}
    yield _CONTRADICTED, unsure


def _before_start(actions: Sequence[Play]) -> list[Play]:
    """The plays of a period that stand before its beginning."""
    start = next((n for n, action in enumerate(actions) if kind(action) == "BP"), 0)
    return list(actions[:start])


def numbered(actions: list[Play]) -> list[Play]:
    """The plays that share a clock in the order of their numbers."""
    found: list[Play] = []
    together: list[Play] = []
    for action in [*actions, None]:
        if together and (action is None or action["MARKERTIME"] != together[0]["MARKERTIME"]):
            found += sorted(together, key=lambda play: int(play["NUMBEROFPLAY"]))
            together = []
        if action is not None:
            together.append(action)
    return found


def begun_late(actions: list[Play]) -> list[Play]:
    """The plays of an overtime with the substitutions before its beginning a minute into it."""
    first = _before_start(actions)
    early = [{**a, "MARKERTIME": "04:00"} for a in first if kind(a) in _CHANGES]
    left = [a for a in first if kind(a) not in _CHANGES] + list(actions[len(first) :])
    before = next(
        (n for n, ms in enumerate(clocks(left)) if ms is not None and ms < 4 * MINUTE), len(left)
    )
    return [*left[:before], *early, *left[before:]]
