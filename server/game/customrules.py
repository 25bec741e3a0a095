"""A league's own rules: a rule set and what is different from it, as a JSON document.

`{"base": "youth", "name": "u12", "periods": 2, "period_minutes": 14, "foul_out": 0}`
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.game.rulebook import CLOCKS, MINUTE, Rules

DOCUMENT_LIMIT = 2000
_NAME = re.compile(r"[a-z0-9_-]{1,32}")
_COUNT_LIMIT = 99


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
    if not isinstance(document, Mapping):
        raise _unknown(sets)
    return changed_rules(document, sets)


def document_text(document: Mapping[str, Any], sets: Mapping[str, Rules]) -> str:
    """The text that stands for a checked document in a game's record. BadRules."""
    changed_rules(document, sets)
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def changed_rules(document: Mapping[str, Any], sets: Mapping[str, Rules]) -> Rules:
    """The base's rules with the document's changes. BadRules."""
    given = dict(document)
    base = given.pop("base", None)
    if not isinstance(base, str) or base not in sets:
        raise _unknown(sets)
    name = given.pop("name", "custom")
    if not (isinstance(name, str) and _NAME.fullmatch(name)) or name in sets:
        raise BadRules("malformed", "rules.name must be 1 to 32 of a-z, 0-9, _ and -, and new")
    strange = given.keys() - FIELDS.keys()
    if strange:
        known = ", ".join(sorted(FIELDS))
        raise BadRules("unknown-field", f"rules may say {known}, not {', '.join(sorted(strange))}")
    rules = sets[base]
    for word, value in given.items():
        rules = FIELDS[word](f"rules.{word}", rules, value)
    return replace(_fitting(rules, sets[base]), name=name, title=name)


def _fitting(rules: Rules, base: Rules) -> Rules:
    """Spans that begin in periods which are no more fold into the last one that is."""
    if rules.periods == base.periods:
        return rules
    word = "H" if rules.periods == 2 else "Q"
    return replace(rules, period_word=word)


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


def _count(field: str, low: int = 0, high: int = _COUNT_LIMIT) -> Change:
    def change(name: str, rules: Rules, value: object) -> Rules:
        changes: dict[str, Any] = {field: _whole(name, value, low, high)}
        return replace(rules, **changes)

    return change


def _time(field: str, unit_ms: int, high: int) -> Change:
    """A length in minutes or seconds, which may have a fraction."""

    def change(name: str, rules: Rules, value: object) -> Rules:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= high:
            raise BadRules("malformed", f"{name} must be a number from 0 to {high}")
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


FIELDS: Mapping[str, Change] = {
    "periods": _count("periods", 1, 12),
    "period_minutes": _time("period_ms", MINUTE, 60),
    "overtime_minutes": _time("overtime_ms", MINUTE, 60),
    "clock": _clock,
    "foul_out": _count("foul_out"),
    "stay_with_five": _flag("stay_with_five"),
    "heave": _flag("heave"),
    "arrow": _flag("arrow"),
    "assists_on_free_throws": _flag("assists_on_free_throws"),
    "shot_clock_seconds": _time("shot_clock_ms", 1000, 120),
    "mercy_margin": _count("mercy_margin"),
    "bonus_foul": _count("bonus_foul"),
    "double_bonus_foul": _count("double_bonus_foul"),
    "one_and_one": _flag("one_and_one"),
}
