"""The rules of a league: a rule set of ours with the periods that its feed shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from server.feeds.values import up_to_minutes
from server.game.customrules import changed_rules, document_text
from server.game.rules import MINUTE, RULES, BadRules, Rules


def league(base: Rules, periods: int, period_ms: int, overtime_ms: int) -> dict[str, Any]:
    """What differs from `base` as a rules document (`POST /games` takes it too).

    ValueError for periods that no league has.
    """
    if not 1 <= periods <= 8:
        raise ValueError(f"a game of {periods} periods")
    document: dict[str, Any] = {"base": base.name}
    if periods != base.periods:
        document["periods"] = periods
    if period_ms != base.period_ms:
        document["period_minutes"] = period_ms / MINUTE
    if overtime_ms != base.overtime_ms:
        document["overtime_minutes"] = overtime_ms / MINUTE
    return document


def as_played(base: Rules, periods: int, clocks: Iterable[tuple[int, int]]) -> dict[str, Any]:
    """`league` with the lengths that a feed does not say: of the longest clock, in ms, that is
    told in a period of regulation and in an overtime. clocks: (period, ms) of all that is told."""
    longest = {True: 0, False: 0}
    for period, left_ms in clocks:
        regular = period <= periods
        longest[regular] = max(longest[regular], left_ms)
    return league(
        base,
        periods,
        up_to_minutes(longest[True], base.period_ms),
        up_to_minutes(longest[False], base.overtime_ms),
    )


def rules_in(document: dict[str, Any]) -> Rules:
    """The rules that a document of `league` says. ValueError for none."""
    try:
        return RULES[document["base"]] if len(document) == 1 else changed_rules(document, RULES)
    except BadRules as error:
        raise ValueError(error.detail) from error


def as_posted(document: dict[str, Any]) -> str | dict[str, Any]:
    """The document as `POST /games` takes it: a name where nothing differs."""
    return str(document["base"]) if len(document) == 1 else document


def league_text(document: dict[str, Any]) -> str:
    """The document as a game's record keeps it."""
    posted = as_posted(document)
    return posted if isinstance(posted, str) else document_text(posted, RULES)
