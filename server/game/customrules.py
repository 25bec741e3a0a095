"""A league's own rules: a rule set and what is different from it, as a JSON document.

`{"base": "youth", "name": "u12", "periods": 2, "period_minutes": 14, "foul_out": 0}`

What a document does not mention is as in its base. With other `periods` the base's spans keep
their meaning: fouls that reset each half do so in two periods, four or eight.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from server.game.court import FIBA_COURT, NBA_COURT, NCAA_COURT, NFHS_COURT, WNBA_COURT, Court
from server.game.rulebook import CLOCKS, MINUTE, SECOND, Rules

_NAME = re.compile(r"[a-z0-9_-]{1,32}")
COUNT = 99
PERIODS = 12
TITLE_LIMIT = 40


@dataclass(slots=True, eq=False)
class BadRules(Exception):  # noqa: N818  (said to a person, who mends it)
    """No rules. type: stable word; detail: a sentence that says what to do."""

    type: str
    detail: str

    def __str__(self) -> str:
        return f"{self.type}: {self.detail}"


def custom_rules(text: str, sets: Mapping[str, Rules]) -> Rules:
    """The rules of a document's JSON text. BadRules when it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _unknown(sets) from None
    return changed_rules(document, sets)


def document_text(document: object, sets: Mapping[str, Rules]) -> str:
    """The text that stands for a document in a game's record. BadRules when it is none."""
    changed_rules(document, sets)
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def changed_rules(document: object, sets: Mapping[str, Rules]) -> Rules:
    """The base's rules with the document's changes. BadRules.

    A field that is null counts as absent.
    """
    if not isinstance(document, Mapping):
        raise _unknown(sets)
    given = {str(word): value for word, value in document.items() if value is not None}
    base = given.pop("base", None)
    if not isinstance(base, str) or base not in sets:
        raise _unknown(sets)
    name = given.pop("name", "custom")
    if not (isinstance(name, str) and _NAME.fullmatch(name)) or name in sets:
        raise BadRules("malformed", "rules.name must be 1 to 32 of a-z, 0-9, _ and -, and new")
    strange = given.keys() - FIELDS.keys() - {"periods"}
    if strange:
        known = ", ".join(sorted({"base", "name", "periods", *FIELDS}))
        raise BadRules("unknown-field", f"rules may say {known}, not {', '.join(sorted(strange))}")
    rules = sets[base]
    if "periods" in given:
        # First: what is said of spans speaks of the new periods.
        rules = _with_periods(rules, _whole("rules.periods", given.pop("periods"), 1, PERIODS))
    for word, value in given.items():
        rules = FIELDS[word](f"rules.{word}", rules, value)
    return replace(rules, name=name, title=rules.title if "title" in given else name)


def _with_periods(rules: Rules, periods: int) -> Rules:
    """Halves stay halves and quarters quarters: the base's spans, stretched to other periods."""

    def moved(period: int) -> int:
        return 1 + (period - 1) * periods // rules.periods

    timeouts: dict[int, int] = {}
    for first, count in rules.timeout_windows:
        timeouts[moved(first)] = timeouts.get(moved(first), 0) + count
    return replace(
        rules,
        periods=periods,
        period_word="H" if periods == 2 else "Q",
        foul_windows=tuple(dict.fromkeys(moved(first) for first in rules.foul_windows)),
        timeout_windows=tuple(timeouts.items()),
        timeout_caps=tuple(
            replace(cap, period=moved(cap.period) if cap.period < rules.periods else periods)
            for cap in rules.timeout_caps
        ),
    )


def _unknown(sets: Mapping[str, Rules]) -> BadRules:
    names = ", ".join(sets)
    return BadRules(
        "unknown-rules", f'rules must be one of {names}, or a document with one as its "base"'
    )


Change = Callable[[str, Rules, object], Rules]


def _whole(name: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadRules("malformed", f"{name} must be a whole number from {low} to {high}")
    return value


def _count(field: str, low: int = 0, high: int = COUNT) -> Change:
    def change(name: str, rules: Rules, value: object) -> Rules:
        changes: dict[str, Any] = {field: _whole(name, value, low, high)}
        return replace(rules, **changes)

    return change


def _time(field: str, unit_ms: int, high: int, low: float = 0) -> Change:
    """A length in minutes or seconds, which may have a fraction."""

    def change(name: str, rules: Rules, value: object) -> Rules:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not low <= value <= high
        ):
            raise BadRules("malformed", f"{name} must be a number from {low} to {high}")
        changes: dict[str, Any] = {field: round(value * unit_ms)}
        return replace(rules, **changes)

    return change


def _flag(field: str) -> Change:
    def change(name: str, rules: Rules, value: object) -> Rules:
        if not isinstance(value, bool):
            raise BadRules("malformed", f"{name} must be true or false")
        changes: dict[str, Any] = {field: value}
        return replace(rules, **changes)

    return change


def _clock(name: str, rules: Rules, value: object) -> Rules:
    if value not in CLOCKS:
        raise BadRules("malformed", f"{name} must be one of {', '.join(CLOCKS)}")
    return replace(rules, clock=str(value))


def _title(name: str, rules: Rules, value: object) -> Rules:
    if not isinstance(value, str) or not 1 <= len(value) <= TITLE_LIMIT or not value.isprintable():
        raise BadRules("malformed", f"{name} must be text of 1 to {TITLE_LIMIT} characters")
    return replace(rules, title=value)


def _court(name: str, rules: Rules, value: object) -> Rules:
    if not isinstance(value, str) or value not in COURTS:
        raise BadRules("malformed", f"{name} must be one of {', '.join(COURTS)}")
    return replace(rules, court=COURTS[value])


def _values(field: str) -> Change:
    """Points that a shot can be worth: `[2]` where nobody counts threes."""

    def change(name: str, rules: Rules, value: object) -> Rules:
        if not isinstance(value, list) or not 1 <= len(value) <= 3:
            raise BadRules("malformed", f"{name} must be a list of one to three of 1, 2 and 3")
        points = sorted({_whole(name, item, 1, 3) for item in value})
        changes: dict[str, Any] = {field: tuple(points)}
        return replace(rules, **changes)

    return change


def _foul_windows(name: str, rules: Rules, value: object) -> Rules:
    if not isinstance(value, list) or not value:
        raise BadRules("malformed", f"{name} must be a list of first periods, like [1, 3]")
    firsts = tuple(_whole(name, item, 1, rules.periods) for item in value)
    _rising(name, firsts)
    return replace(rules, foul_windows=firsts)


def _timeouts(name: str, rules: Rules, value: object) -> Rules:
    """So many a game, or a list of [first period, timeouts]."""
    if not isinstance(value, list):
        return replace(rules, timeout_windows=((1, _whole(name, value, 0, COUNT)),))
    spans = []
    for span in value:
        if not isinstance(span, list) or len(span) != 2:
            raise BadRules("malformed", f"{name} must be a count or like [[1, 2], [3, 3]]")
        first, count = span
        spans.append((_whole(name, first, 1, rules.periods), _whole(name, count, 0, COUNT)))
    _rising(name, tuple(first for first, _ in spans))
    return replace(rules, timeout_windows=tuple(spans))


def _rising(name: str, firsts: tuple[int, ...]) -> None:
    if firsts[:1] != (1,) or any(b <= a for a, b in pairwise(firsts)):
        raise BadRules("malformed", f"{name} must begin with period 1 and go up")


COURTS: Mapping[str, Court] = {
    "fiba": FIBA_COURT,
    "nba": NBA_COURT,
    "wnba": WNBA_COURT,
    "ncaa": NCAA_COURT,
    "nfhs": NFHS_COURT,
}

# What a document may change. `periods` and `base` are read before these, `name` after them.
FIELDS: Mapping[str, Change] = {
    "title": _title,
    "period_minutes": _time("period_ms", MINUTE, 60, low=0.1),
    "overtime_minutes": _time("overtime_ms", MINUTE, 60, low=0.1),
    "clock": _clock,
    "running_until_minutes": _time("running_until_ms", MINUTE, 60),
    "basket_stops_seconds": _time("basket_stops_ms", SECOND, 3600),
    "shot_clock_seconds": _time("shot_clock_ms", SECOND, 120),
    "shot_clock_offensive_seconds": _time("shot_clock_offensive_ms", SECOND, 120),
    "mercy_margin": _count("mercy_margin"),
    "field_goal_values": _values("field_goal_values"),
    "free_throw_values": _values("free_throw_values"),
    "court": _court,
    "heave": _flag("heave"),
    "assists_on_free_throws": _flag("assists_on_free_throws"),
    "team_rebounds_in_totals": _flag("team_rebounds_in_totals"),
    "margin_at_foul": _flag("margin_at_foul"),
    "arrow": _flag("arrow"),
    "foul_out": _count("foul_out"),
    "stay_with_five": _flag("stay_with_five"),
    "foul_windows": _foul_windows,
    "bonus_foul": _count("bonus_foul"),
    "overtime_fouls_own": _flag("overtime_fouls_own"),
    "overtime_bonus_foul": _count("overtime_bonus_foul"),
    "one_and_one": _flag("one_and_one"),
    "double_bonus_foul": _count("double_bonus_foul"),
    "late_bonus_foul": _count("late_bonus_foul"),
    "late_bonus_minutes": _time("late_bonus_ms", MINUTE, 60),
    "timeouts": _timeouts,
    "overtime_timeouts": _count("overtime_timeouts"),
    "timeouts_carry": _flag("timeouts_carry"),
}
