"""Undo and redo: each scorekeeper's own last thing, back to exactly the state it was in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from server.game.calls import Call, IllegalCall
from server.game.coherence import new_contradiction, with_events
from server.game.entry import Entry
from server.game.events import Event, Voided
from server.game.links import group
from server.game.standing import spoken_of, standing
from server.game.state import Game

# The entries of one call, oldest first.
Entries = Sequence[Entry]


def undo(game: Game, call: Call) -> tuple[Event, ...]:
    """Take down what the last call of `call.by` brought about, with what belongs to it."""
    done, _ = _own_calls(game, call.by)
    if not done:
        raise IllegalCall("nothing-to-undo", "there is no call of yours to undo")
    entries = done[-1]
    _as_left_by(game, entries, entries[-1].seq)
    targets = dict.fromkeys(seq for entry in entries for seq in group(game, entry.seq))
    return _taken_back(game, call, entries[0], tuple(targets), "undo")


def redo(game: Game, call: Call) -> tuple[Event, ...]:
    """Take the last undo of `call.by` back, when nothing of theirs was said since."""
    _, undone = _own_calls(game, call.by)
    if not undone:
        raise IllegalCall("nothing-to-redo", "there is no undo of yours to take back")
    entries, taking_back = undone[-1]
    _as_left_by(game, (*entries, taking_back), taking_back.seq)
    return _taken_back(game, call, taking_back, (taking_back.seq,), "redo")


def _own_calls(game: Game, by: str) -> tuple[list[Entries], list[tuple[Entries, Entry]]]:
    """The calls of one scorekeeper that can be undone, and those that can be redone with the
    undo of each; the next one last."""
    done: list[Entries] = []
    undone: list[tuple[Entries, Entry]] = []
    mine = (entry for entry in game.history.entries() if entry.by == by)
    for _, together in groupby(mine, key=lambda entry: entry.call_id):
        entries = tuple(together)
        first = entries[0].event
        cause = first.cause if isinstance(first, Voided) else "void"
        if cause == "undo" and done:
            undone.append((done.pop(), entries[0]))
        elif cause == "redo" and undone:
            done.append(undone.pop()[0])
        elif cause == "void":
            done.append(entries)
            undone.clear()
    return done, undone


def _as_left_by(game: Game, entries: Entries, seq: int) -> None:
    """What the entries speak of is still as entry `seq` left it, else `changed-since`."""
    left = standing(game.history.entries()[:seq])
    now = game.standing
    for spoken in spoken_of(game.history, entries):
        if left.stands(spoken) != now.stands(spoken) or (
            left.changed.get(spoken) != now.changed.get(spoken)
        ):
            raise IllegalCall("changed-since", f"entry {spoken} was corrected since")


def _taken_back(
    game: Game, call: Call, first: Entry, targets: tuple[int, ...], cause: str
) -> tuple[Event, ...]:
    event = game.standing.event(first)
    voided = Voided(period=event.period, clock_ms=event.clock_ms, targets=targets, cause=cause)
    refused = new_contradiction(game, with_events(game, call, (voided,)))
    if refused is not None:
        raise IllegalCall("changed-since", refused.detail)
    return (voided,)
