"""Changing what was said: void, amend, undo, redo. All are events; nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from itertools import groupby
from typing import Any

from server.game.calls import SHAPES, Call, IllegalCall
from server.game.entry import Entry
from server.game.events import (
    Adjusted,
    Amended,
    Assist,
    Block,
    Event,
    FieldGoal,
    FreeThrow,
    Note,
    Play,
    Possession,
    Sighted,
    Starters,
    Substitution,
    Timeout,
    Voided,
)
from server.game.links import children, group, links_of
from server.game.state import Game

Judge = Callable[[Game, Call, bool], Event]

CORRECTIONS = frozenset({"void", "amend", "undo", "redo"})

_AMENDABLE = (Play, Starters, Substitution, Timeout, Possession, Note, Adjusted)
_CALL_FIELDS = frozenset(field.name for field in fields(Call))
# Fields of an amend call that are its own and not changes of the target.
_OWN_FIELDS = frozenset({"type", "call_id", "by", "at", "links", "base"})


def correct(game: Game, call: Call, judge: Judge) -> tuple[Event, ...]:
    """The events of a correction, or IllegalCall. `judge` decides what an amended fact is."""
    match call.type:
        case "void":
            return _void(game, call)
        case "amend":
            return _amend(game, call, judge)
        case "undo":
            return _undo(game, call)
    return _redo(game, call)


def _target(game: Game, seq: int) -> Entry:
    entry = game.history.get(seq)
    if entry is None:
        raise IllegalCall("unknown-entry", f"there is no entry {seq}")
    if not game.standing.stands(seq):
        raise IllegalCall("already-void", f"entry {seq} is void already")
    return entry


def _voided(game: Game, entry: Entry, targets: tuple[int, ...], cause: str) -> Voided:
    event = game.standing.event(entry)
    return Voided(period=event.period, clock_ms=event.clock_ms, targets=targets, cause=cause)


def _void(game: Game, call: Call) -> tuple[Event, ...]:
    entry = _target(game, call.links or 0)
    if isinstance(entry.event, Voided):
        _may_stand_again(game, entry.event)
        return (_voided(game, entry, (entry.seq,), "void"),)
    return (_voided(game, entry, group(game, entry.seq), "void"),)


def _amend(game: Game, call: Call, judge: Judge) -> tuple[Event, ...]:
    entry = _target(game, call.links or 0)
    event = game.standing.event(entry)
    if not isinstance(event, _AMENDABLE):
        raise IllegalCall("cannot-amend", f"a {event.name} is voided and entered again")
    changes = {
        name: value
        for name in _CALL_FIELDS - _OWN_FIELDS
        if (value := getattr(call, name)) is not None
    }
    shape = SHAPES[event.name]
    strange = changes.keys() - shape.needs - shape.may - shape.common
    if strange:
        raise IllegalCall(
            "field-not-of-type", f"a {event.name} has no {', '.join(sorted(strange))}"
        )
    amended = judge(game, _asked_again(event, call, changes), False)
    followers = children(game, entry.seq)
    if isinstance(event, Play) and isinstance(amended, Play) and amended.team != event.team:
        if followers:
            raise IllegalCall("has-children", "void it and what belongs to it, and enter it again")
        if links_of(event) is not None:
            raise IllegalCall("wrong-link", "void it and enter it again for the other team")
    change = Amended(period=event.period, clock_ms=event.clock_ms, links=entry.seq, event=amended)
    lost = _without_meaning(event, amended, followers)
    if not lost:
        return (change,)
    targets = tuple(seq for child in lost for seq in group(game, child))
    return change, _voided(game, entry, targets, "void")


def _asked_again(event: Event, call: Call, changes: Mapping[str, Any]) -> Call:
    """The call that would have made `event`, with the changes."""
    said = {
        field.name: getattr(event, field.name)
        for field in fields(event)
        if field.name in _CALL_FIELDS
    }
    if "period" in changes or "clock_ms" in changes:
        said["after"] = None
    if "team" in changes and "player" not in changes and changes["team"] != said.get("team"):
        said["player"] = None
    return Call(
        **{**said, **changes}, type=event.name, call_id=call.call_id, by=call.by, at=call.at
    )


def _without_meaning(event: Event, amended: Event, followers: list[tuple[int, Event]]) -> list[int]:
    """A basket that became a miss has no assist, a miss that became a basket no block."""
    if not (isinstance(event, FieldGoal | FreeThrow) and isinstance(amended, type(event))):
        return []
    if event.made == amended.made:
        return []
    orphan = Assist if event.made else Block
    return [seq for seq, child in followers if isinstance(child, orphan)]


# Undo and redo: each scorekeeper's own.


def _undo(game: Game, call: Call) -> tuple[Event, ...]:
    for entries in _own_calls(game, call.by):
        first = entries[0]
        if isinstance(first.event, Voided) and first.event.cause != "void":
            continue
        fallen = [entry for entry in entries if not game.standing.stands(entry.seq)]
        if fallen:
            if all(_took_down(game, entry.seq).by == call.by for entry in fallen):
                continue
            raise IllegalCall("changed-since", "somebody else has corrected it since")
        _untouched(game, entries, call.by)
        for entry in entries:
            if isinstance(entry.event, Voided):
                _may_stand_again(game, entry.event)
        targets = dict.fromkeys(seq for entry in entries for seq in group(game, entry.seq))
        return (_voided(game, first, tuple(targets), "undo"),)
    raise IllegalCall("nothing-to-undo", "there is no call of yours to undo")


def _redo(game: Game, call: Call) -> tuple[Event, ...]:
    for entries in _own_calls(game, call.by):
        first = entries[0]
        stands = game.standing.stands(first.seq)
        if isinstance(first.event, Voided) and first.event.cause != "void":
            if first.event.cause == "undo" and stands:
                _may_stand_again(game, first.event)
                return (_voided(game, first, (first.seq,), "redo"),)
            continue
        if stands:
            break
    raise IllegalCall("nothing-to-redo", "there is no undo of yours to take back")


def _own_calls(game: Game, by: str) -> Iterator[list[Entry]]:
    """The calls of one scorekeeper, newest first, each with its entries oldest first."""
    facts = (e for e in game.history.newest_first() if not isinstance(e.event, Sighted))
    for _, entries in groupby(facts, key=lambda entry: entry.call_id):
        found = list(entries)[::-1]
        if found[0].by == by:
            yield found


def _took_down(game: Game, seq: int) -> Entry:
    entry = game.history.get(game.standing.fallen[seq])
    if entry is None:  # the fold only names entries of this history
        raise LookupError(seq)
    return entry


def _untouched(game: Game, entries: list[Entry], by: str) -> None:
    """Nobody else has amended what is about to be undone."""
    for entry in entries:
        seq = entry.event.links if isinstance(entry.event, Amended) else entry.seq
        change = game.standing.changed.get(seq)
        if change is not None and change.by != by:
            raise IllegalCall("changed-since", "somebody else has amended it since")


def _may_stand_again(game: Game, voided: Voided) -> None:
    """What comes back must not belong to something that is void."""
    for seq in voided.targets:
        entry = game.history.get(seq)
        parent = None if entry is None else links_of(game.standing.event(entry))
        if parent is not None and parent not in voided.targets and not game.standing.stands(parent):
            raise IllegalCall("changed-since", f"entry {seq} belongs to {parent}, which is void")
