"""Which fact belongs to which: assist to basket, block to miss, free throw to foul."""

from __future__ import annotations

from server.game.events import (
    Adjusted,
    Assist,
    Block,
    ClockSet,
    ClockStarted,
    ClockStopped,
    Confirmed,
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    PeriodEnded,
    PeriodStarted,
    Play,
    Rebound,
    Steal,
    Turnover,
)
from server.game.state import Game

# These are void when their parent is: without the basket nobody assisted, without the miss
# there was nothing to rebound. A foul stays: it happened, whatever became of the shot.
FOLLOWS_PARENT = (Assist, Block, FreeThrow, Rebound, Steal, Turnover)
_HAS_LINKS = (*FOLLOWS_PARENT, Foul)
# A parent has at most one of each of these.
ONE_OF_EACH = (Assist, Block, Rebound, Steal)

# What only says how the time of a period went is void when the period never began.
_OF_PERIOD = (PeriodEnded, ClockStarted, ClockStopped, ClockSet, Confirmed)

# Between a fact and the parent it is guessed to belong to, only these may lie. Facts that are
# no play (clock, substitutions, timeouts, notes) never matter.
_BETWEEN: dict[str, tuple[type[Event], ...]] = {
    "assist": (Foul, FreeThrow),
    "block": (Rebound, Foul),
    "rebound": (Block, Foul),
    "steal": (),
    "free_throw": (FreeThrow, Turnover, FieldGoal, Assist),
}
_PLAYS = (Play, Adjusted)

# How far back a guess looks.
_REACH = 30


def fits(child: str, team: str, parent: Event) -> bool:
    """Whether a `child` of `team` can belong to `parent` at all."""
    match parent:
        case FieldGoal(team=shooters, made=made):
            match child:
                case "assist":
                    return made and shooters == team
                case "block":
                    return not made and shooters != team
                case "rebound":
                    return not made
                case "free_throw":
                    return made and shooters == team
                case "foul":
                    return shooters != team
        case FreeThrow(team=shooters, made=made):
            # An assist on free throws: FIBA counts it when the receiver was fouled shooting.
            return (child == "assist" and made and shooters == team) or (
                child == "rebound" and not made
            )
        case Turnover(team=losers):
            return child == "steal" and losers != team
        case Foul(team=foulers):
            # A foul may answer another one, such as a technical after it.
            return (
                (child == "free_throw" and foulers != team)
                or (child == "turnover" and foulers == team)
                or child == "foul"
            )
    return False


def links_of(event: Event) -> int | None:
    """The parent's seq, for the events that have one."""
    if isinstance(event, _HAS_LINKS):
        return event.links
    return None


def children(game: Game, seq: int) -> list[tuple[int, Play]]:
    """What stands and belongs to entry `seq`, oldest first."""
    found: list[tuple[int, Play]] = []
    for entry in game.history.after(seq):
        # What an entry says may change, what it is never does.
        if isinstance(entry.event, _HAS_LINKS) and game.standing.stands(entry.seq):
            event = game.standing.event(entry)
            if isinstance(event, _HAS_LINKS) and event.links == seq:
                found.append((entry.seq, event))
    return found


def group(game: Game, seq: int) -> tuple[int, ...]:
    """Entry `seq` and all that falls with it."""
    entry = game.history.get(seq)
    if entry is not None and isinstance(entry.event, PeriodStarted):
        return seq, *_time_of(game, entry.event.period)
    found = {seq: None}
    for later in game.history.after(seq):
        # A child comes after its parent, so one pass meets them all.
        follows = isinstance(later.event, FOLLOWS_PARENT) and game.standing.stands(later.seq)
        if follows and links_of(game.standing.event(later)) in found:
            found[later.seq] = None
    return tuple(found)


def _time_of(game: Game, period: int) -> list[int]:
    return [
        entry.seq
        for entry, event in game.standing.events(game.history.entries())
        if isinstance(event, _OF_PERIOD) and event.period == period
    ]


def guess_parent(game: Game, child: str, team: str) -> int | None:
    """The entry that a fact told now without a link most likely belongs to, or None.

    Only the play just before counts, and only when it has no such child yet: a wrong link would
    later take a fact down with somebody else's basket.
    """
    between = _BETWEEN.get(child)
    if between is None:
        return None
    taken: set[int] = set()
    shot_ms: int | None = None
    for steps, entry in enumerate(game.history.newest_first()):
        if steps >= _REACH:
            break
        if not game.standing.stands(entry.seq):
            continue
        event = game.standing.event(entry)
        if not isinstance(event, _PLAYS) or event.period != game.progress.period:
            continue
        if child != "free_throw" and event.name == child:
            parent = links_of(event)
            if parent is not None:
                taken.add(parent)
        if _is_likely(child, team, event):
            # A shot between a foul and its throw is the one it was committed on.
            another = shot_ms is not None and shot_ms != event.clock_ms
            return None if another or entry.seq in taken else entry.seq
        if isinstance(event, FieldGoal):
            shot_ms = event.clock_ms
        if not isinstance(event, between):
            return None
    return None


def parent_after(game: Game, child: str, team: str, after: int) -> int | None:
    """The parent of a fact that is put in after entry `after` without a link, or None: that
    entry, or what that entry belongs to itself (the foul of the free throw before)."""
    if child not in _BETWEEN:
        return None
    for seq in (after, _parent_of(game, after)):
        entry = None if seq is None else game.history.get(seq)
        if entry is None or not game.standing.stands(entry.seq):
            continue
        if not _is_likely(child, team, game.standing.event(entry)):
            continue
        if child == "free_throw" or all(e.name != child for _, e in children(game, entry.seq)):
            return entry.seq
    return None


def _parent_of(game: Game, seq: int) -> int | None:
    entry = game.history.get(seq)
    return None if entry is None else links_of(game.standing.event(entry))


def _is_likely(child: str, team: str, event: Event) -> bool:
    if not fits(child, team, event):
        return False
    # A basket is a free throw's parent only when somebody says so, else its foul is.
    return not (child == "free_throw" and isinstance(event, FieldGoal)) and not (
        child == "assist" and isinstance(event, FreeThrow)
    )
