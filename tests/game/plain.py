"""A second opinion: what stands and what it adds up to, by the plainest means. Slow and simple;
shares nothing with the folds but the meaning of an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from server.game.entry import Entry
from server.game.events import (
    NOT_FACTS,
    Adjusted,
    Amended,
    Assist,
    Block,
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    Play,
    Rebound,
    Steal,
    Turnover,
    Voided,
)
from server.game.rules import Rules

# (team, player or None) -> column -> count
Counts = dict[tuple[str, str | None], Counter[str]]


def standing_facts(entries: Sequence[Entry]) -> dict[int, Event]:
    """What stands and what it says: each entry asks whoever names it, and so on."""
    known: dict[int, bool] = {}

    def stands(seq: int) -> bool:
        if seq not in known:
            known[seq] = not any(
                isinstance(e.event, Voided) and seq in e.event.targets and stands(e.seq)
                for e in entries[seq:]
            )
        return known[seq]

    facts = {
        e.seq: e.event for e in entries if not isinstance(e.event, NOT_FACTS) and stands(e.seq)
    }
    for entry in entries:
        event = entry.event
        if isinstance(event, Amended) and stands(entry.seq) and event.links in facts:
            facts[event.links] = event.event
    return facts


def count(facts: Sequence[Event], rules: Rules) -> Counts:
    """The columns of every player and of each team's own."""
    found: Counts = {}
    for event in facts:
        if not isinstance(event, Play):
            continue
        line = found.setdefault((event.team, event.player), Counter())
        for column, number in _columns(event, rules):
            line[column] += number
    return found


def _columns(event: Play, rules: Rules) -> list[tuple[str, int]]:
    if isinstance(event, FieldGoal):
        if "heave" in (event.tags or ()) and not event.made:
            return []
        columns = [("fga", 1), ("fg3a", event.value == 3)]
        made = [("fgm", 1), ("fg3m", event.value == 3), ("pts", event.value)]
        return columns + made if event.made else columns
    if isinstance(event, FreeThrow):
        return [("fta", 1)] + ([("ftm", 1), ("pts", event.value)] if event.made else [])
    if isinstance(event, Rebound):
        kinds = {"offensive": "oreb", "defensive": "dreb"}
        return [("reb", 1), (kinds[event.kind], 1)] if event.kind in kinds else []
    if isinstance(event, Foul):
        return [("pf", 1)] if event.kind in rules.personal_kinds else []
    names = {Assist: "ast", Steal: "stl", Block: "blk", Turnover: "tov"}
    return [(column, 1) for kind, column in names.items() if isinstance(event, kind)]


def score(facts: Sequence[Event], team: str) -> Counter[int]:
    """Points by period, adjustments too."""
    found: Counter[int] = Counter()
    for event in facts:
        if isinstance(event, FieldGoal | FreeThrow) and event.made and event.team == team:
            found[event.period] += event.value
        elif isinstance(event, Adjusted) and event.team == team:
            found[event.period] += event.points
    return found
