"""Which fact belongs to which: assist to basket, block to miss, free throw to foul."""

from __future__ import annotations

from server.game.events import (
    Adjusted,
    Assist,
    Block,
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    JumpBall,
    Play,
    Rebound,
    Steal,
    Turnover,
)
from server.game.state import Game

# These fall with their parent; rebounds and steals stay (they happened all the same).
FOLLOWS_PARENT = (Assist, Block, FreeThrow)

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
        case FreeThrow(team=shooters, made=made):
            # An assist on free throws: FIBA counts it when the receiver was fouled shooting.
            return (child == "assist" and made and shooters == team) or (
                child == "rebound" and not made
            )
        case Turnover(team=losers):
            return child == "steal" and losers != team
        case Foul(team=foulers):
            return (child == "free_throw" and foulers != team) or (
                child == "turnover" and foulers == team
            )
        case JumpBall() | Rebound() | Steal() | Block() | Assist():
            return False
    return False


def links_of(event: Event) -> int | None:
    """The parent's seq, for the events that have one."""
    if isinstance(event, Assist | Block | FreeThrow | Rebound | Steal | Turnover):
        return event.links
    return None


def children(game: Game, seq: int) -> list[tuple[int, Event]]:
    """What stands and belongs to entry `seq`, oldest first."""
    found = []
    for entry in game.history.newest_first():
        if entry.seq <= seq:
            break
        if game.standing.stands(entry.seq):
            event = game.standing.event(entry)
            if links_of(event) == seq:
                found.append((entry.seq, event))
    return found[::-1]


def group(game: Game, seq: int) -> tuple[int, ...]:
    """Entry `seq` and all that falls with it."""
    found = [seq]
    for member in found:
        found.extend(
            child for child, event in children(game, member) if isinstance(event, FOLLOWS_PARENT)
        )
    return tuple(found)


def guess_parent(game: Game, child: str, team: str) -> int | None:
    """The entry that a fact told without a link most likely belongs to, or None.

    Only the play just before counts, and only when it has no such child yet: a wrong link would
    later take a fact down with somebody else's basket.
    """
    between = _BETWEEN.get(child)
    if between is None:
        return None
    taken: set[int] = set()
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
            return None if entry.seq in taken else entry.seq
        if not isinstance(event, between):
            return None
    return None


def _is_likely(child: str, team: str, event: Event) -> bool:
    if not fits(child, team, event):
        return False
    # A basket is a free throw's parent only when somebody says so, else its foul is.
    return not (child == "free_throw" and isinstance(event, FieldGoal)) and not (
        child == "assist" and isinstance(event, FreeThrow)
    )
