"""Changing what was said: void and amend. Both are events; nothing is deleted.

What belongs to a fact goes with it: it falls when the fact falls, moves when the fact moves, and
falls when the fact now says something that it cannot belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from server.game.calls import SHAPES, Call, IllegalCall
from server.game.coherence import new_contradiction, with_events
from server.game.entry import Entry
from server.game.events import (
    NOT_FACTS,
    Adjusted,
    Amended,
    Assist,
    ClockSet,
    ClockStarted,
    ClockStopped,
    Event,
    Foul,
    FreeThrow,
    Note,
    PeriodEnded,
    PeriodStarted,
    Play,
    Possession,
    Rebound,
    Starters,
    Substitution,
    Timeout,
    Turnover,
    Voided,
)
from server.game.links import children, fits, group, links_of
from server.game.place import clock_within
from server.game.state import Game
from server.game.undoing import redo, undo

Judge = Callable[[Game, Call, bool], Event]

CORRECTIONS = frozenset({"void", "amend", "undo", "redo"})

_PLAYS = (Play, Starters, Substitution, Timeout, Possession, Note, Adjusted)
_TIMES = (PeriodStarted, PeriodEnded, ClockStarted, ClockStopped, ClockSet)
_CALL_FIELDS = frozenset(field.name for field in fields(Call))
# Fields of an amend call that are its own and not changes of the target.
_OWN_FIELDS = frozenset(
    {"type", "call_id", "by", "at", "links", "base", "resolve", "tapped_at", "clear"}
)
# What anybody may say of a play and take back, besides the fields that its type may have.
_MAY_CLEAR = frozenset({"media", "parent"})
_TURNED = {"offensive": "defensive", "defensive": "offensive"}


def correct(game: Game, call: Call, judge: Judge) -> tuple[Event, ...]:
    """The events of a correction, or IllegalCall. `judge` decides what an amended fact is."""
    match call.type:
        case "void":
            return _void(game, call)
        case "amend":
            return _amend(game, call, judge)
        case "undo":
            return undo(game, call)
    return redo(game, call)


def _target(game: Game, seq: int) -> Entry:
    entry = game.history.get(seq)
    if entry is None:
        raise IllegalCall("unknown-entry", f"there is no entry {seq}")
    if not game.standing.stands(seq):
        raise IllegalCall("already-void", f"entry {seq} is void already")
    return entry


def _void(game: Game, call: Call) -> tuple[Event, ...]:
    """A fact with what belongs to it, or a correction with all that its call brought about."""
    entry = _target(game, call.links or 0)
    correction = isinstance(entry.event, NOT_FACTS)
    targets = _same_call(game, entry) if correction else group(game, entry.seq)
    event = game.standing.event(entry)
    voided = Voided(period=event.period, clock_ms=event.clock_ms, targets=targets)
    if isinstance(event, _PLAYS) and not correction:
        return (voided,)  # all that belongs to it goes along, so nothing loses its meaning
    refused = new_contradiction(game, with_events(game, call, (voided,)))
    if refused is not None:
        # To take a correction back is to bring an older state back: it must still be possible.
        raise IllegalCall("changed-since", refused.detail) if correction else refused
    return (voided,)


def _same_call(game: Game, entry: Entry) -> tuple[int, ...]:
    """The corrections of the call that made this one, it first. A player who came with them
    stays on the roster."""
    found = [entry.seq]
    for step in (-1, 1):
        beside = game.history.get(entry.seq + step)
        while beside is not None and beside.call_id == entry.call_id:
            if isinstance(beside.event, NOT_FACTS):
                found.append(beside.seq)
            beside = game.history.get(beside.seq + step)
    return tuple(found)


def _amend(game: Game, call: Call, judge: Judge) -> tuple[Event, ...]:
    entry = _target(game, call.links or 0)
    event: Event = game.standing.event(entry)
    changes = {
        name: value
        for name in _CALL_FIELDS - _OWN_FIELDS
        if (value := getattr(call, name)) is not None
    }
    cleared = frozenset(call.clear or ())
    if cleared & changes.keys():
        raise IllegalCall("field-not-of-type", "a field is changed or cleared, not both")
    if isinstance(event, _TIMES) and not cleared:
        amended = _another_time(game, event, changes)
    elif isinstance(event, _PLAYS):
        _known_fields(event, changes, cleared)
        _not_after_itself(game, entry.seq, call.after)
        amended = judge(game, _asked_again(event, call, changes, cleared), False)
        if "parent" in changes:
            _has_parent(amended, entry.seq, changes["parent"])
        elif "parent" not in cleared:
            _keeps_its_parent(game, event, amended)
    else:
        raise IllegalCall("cannot-amend", f"a {event.name} is voided and entered again")
    changed: dict[int, tuple[Event, Event]] = {entry.seq: (event, amended)}
    lost: dict[int, None] = {}
    _follow(game, entry.seq, changed, lost)
    events: list[Event] = [
        Amended(period=before.period, clock_ms=before.clock_ms, links=seq, event=now)
        for seq, (before, now) in changed.items()
    ]
    if lost:
        events.append(Voided(period=event.period, clock_ms=event.clock_ms, targets=tuple(lost)))
    return tuple(events)


def _another_time(game: Game, event: Event, changes: Mapping[str, Any]) -> Event:
    """A period's start or end, or a reading of the clock, at another time of its period."""
    strange = changes.keys() - {"clock_ms", "media"}
    if strange:
        raise IllegalCall(
            "field-not-of-type", f"of a {event.name} only clock_ms and media can be amended"
        )
    clock_within(game.rules, event.period, changes.get("clock_ms", event.clock_ms))
    return replace(event, **changes)


def _known_fields(event: Event, changes: Mapping[str, Any], cleared: frozenset[str]) -> None:
    shape = SHAPES[event.name]
    may = shape.may | _MAY_CLEAR if "links" in shape.may else shape.may | {"media"}
    strange = changes.keys() - shape.needs - may - shape.common
    # The team is always somebody's: a play without one is told by its player.
    strange |= cleared - (may - {"team", "links"})
    if strange:
        raise IllegalCall(
            "field-not-of-type", f"a {event.name} has no {', '.join(sorted(strange))}"
        )


def _not_after_itself(game: Game, seq: int, after: int | None) -> None:
    """An entry cannot be put after one that was itself put after it."""
    seen: set[int] = set()
    while after is not None and after not in seen:
        if after == seq:
            raise IllegalCall("after-itself", f"entry {seq} cannot come after itself")
        seen.add(after)
        entry = game.history.get(after)
        after = None if entry is None else game.standing.event(entry).after


def _asked_again(
    event: Event, call: Call, changes: Mapping[str, Any], cleared: frozenset[str]
) -> Call:
    """The call that would have made `event`, with the changes and without what is cleared."""
    changes = {**changes, **dict.fromkeys(cleared)}
    if "parent" in changes:
        changes["links"] = changes.pop("parent")
    said = {
        field.name: getattr(event, field.name)
        for field in fields(event)
        if field.name in _CALL_FIELDS
    }
    if "after" in changes:
        said["period"] = said["clock_ms"] = None
    elif "period" in changes or "clock_ms" in changes:
        said["after"] = None
    if "team" in changes and changes["team"] != said.get("team"):
        # Another team's player and opponent.
        said["player"] = said["drawn_by"] = None
        if isinstance(event, Rebound):
            said["kind"] = _TURNED.get(event.kind, event.kind)
    if isinstance(event, Substitution):
        if "players" in changes:
            said["player_in"] = said["player_out"] = None
        elif "player_in" in changes or "player_out" in changes:
            said["players"] = None
    return Call(
        **{**said, **changes}, type=event.name, call_id=call.call_id, by=call.by, at=call.at
    )


def _has_parent(amended: Event, seq: int, parent: int) -> None:
    """The parent that was named is one, and comes first in the log as parents do."""
    if parent >= seq or links_of(amended) != parent:
        raise IllegalCall(
            "wrong-link",
            f"a {amended.name} at {seq} cannot belong to entry {parent}; void it and enter it "
            "again when its parent was entered later",
        )


def _keeps_its_parent(game: Game, event: Event, amended: Event) -> None:
    """A child does not leave a parent that stands by changing sides."""
    links = links_of(event)
    if links is None or links_of(amended) is not None or isinstance(event, Foul):
        return
    if game.standing.stands(links):
        raise IllegalCall(
            "wrong-link",
            f"a {amended.name} of that team cannot belong to entry {links}: amend that one, or "
            "void this and enter it again",
        )


def _follow(
    game: Game, seq: int, changed: dict[int, tuple[Event, Event]], lost: dict[int, None]
) -> None:
    """What the change of entry `seq` makes of its children, and theirs."""
    before, now = changed[seq]
    if not isinstance(before, Play) or not isinstance(now, Play):
        return  # nothing belongs to a substitution or to the clock
    moved = (before.period, before.clock_ms, before.after) != (now.period, now.clock_ms, now.after)
    for child, said in children(game, seq):
        then = _told_of(said, before, now)
        if _is_meaningless(then, now):
            lost |= dict.fromkeys(group(game, child))
            continue
        if moved and (said.period, said.clock_ms) == (before.period, before.clock_ms):
            # Right after the parent, wherever that is now.
            then = replace(then, period=now.period, clock_ms=now.clock_ms, after=seq)
        if then != said:
            changed[child] = (said, then)
            _follow(game, child, changed, lost)


def _told_of(child: Play, before: Play, now: Play) -> Play:
    """The child as it is told of a parent that changed."""
    match child:
        case Rebound(kind=kind) if before.team != now.team:
            return replace(child, kind=_TURNED.get(kind, kind))
        case Turnover() if (child.team, child.player) == (before.team, before.player):
            # An offensive foul and its turnover are the same player's.
            return replace(child, team=now.team, player=now.player)
        case FreeThrow() | Foul() if not fits(child.name, child.team, now):
            # It was seen, whatever it was for: points never go by the way.
            return replace(child, links=None)
        case Foul(drawn_by=player) if player is not None and player == before.player:
            return replace(child, drawn_by=now.player)
    return child


def _is_meaningless(child: Play, parent: Play) -> bool:
    if links_of(child) is None:
        return False
    own = isinstance(child, Assist) and child.player == parent.player is not None
    return own or not fits(child.name, child.team, parent)
