"""Late calls: what a desk said before it had seen what the others did. Pure.

`base` is the last entry that the caller had seen. What others said since is merged with the
call where the two do not touch, passed over where they say the same, and otherwise put before a
person with both sides: nothing is dropped in silence and nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from server.game.calls import Call, IllegalCall
from server.game.corrections import CORRECTIONS
from server.game.decide import decide
from server.game.entry import Entry
from server.game.events import (
    Adjusted,
    Amended,
    ClockSet,
    ClockStarted,
    ClockStopped,
    Confirmed,
    Event,
    Finalized,
    PeriodEnded,
    PeriodStarted,
    Play,
    Possession,
    RosterAdded,
    Sighted,
    Starters,
    Substitution,
    Timeout,
    Voided,
)
from server.game.state import Game

# Two desks that see one play write clocks that differ by their reactions and a stop between.
NEAR_MS = 10_000
# Two hands at one clock: what is nearer than this is the same start, stop or setting.
CLOCK_NEAR_MS = 2_000

_CLOCK = (ClockStarted, ClockStopped, ClockSet)
_CLOCK_CALLS = tuple(kind.name for kind in _CLOCK)
_TIME_CALLS = (*_CLOCK_CALLS, "period_start", "period_end", "confirm", "finalize")
_PERIODS = (PeriodStarted, PeriodEnded, Finalized)


@dataclass(slots=True, eq=False)
class Clash(Exception):  # noqa: N818  (an answer, not a fault)
    """A call and what others said meanwhile need a person's decision; nothing was written.

    why: `double` (probably the same play), `time` (the clock or the period), `changed` (it is
    about what others corrected or said otherwise). mine: what the call would write, if it can
    be written. theirs: the entries it meets. choices: `keep` (write mine too), `drop`.
    """

    why: str
    detail: str
    mine: tuple[Event, ...]
    theirs: tuple[Entry, ...]
    choices: tuple[str, ...] = ("keep", "drop")

    def __str__(self) -> str:
        return f"{self.why}: {self.detail}"


@dataclass(slots=True, eq=False)
class SaidAlready(Exception):  # noqa: N818  (an answer)
    """Others said the same meanwhile, in `theirs`; there is nothing to write."""

    theirs: tuple[Entry, ...]

    def __str__(self) -> str:
        return f"said in {', '.join(str(entry.seq) for entry in self.theirs)}"


def ruled(game: Game, call: Call, known: Collection[int] = ()) -> tuple[Event, ...]:
    """`decide`, for a call that may be late. Raises IllegalCall, Clash or SaidAlready.

    known: entries that are nothing new to the caller, though others made them.
    """
    others = tuple(entry for entry in since(game, call) if entry.seq not in known)
    if not others:
        return decide(game, call)
    same = _said_already(game, call, others)
    if same:
        raise SaidAlready(same)
    try:
        events = decide(game, _placed(game, call, others))
    except IllegalCall as illegal:
        theirs = _in_the_way(call, others)
        if not theirs:
            raise
        why = "time" if call.type in _TIME_CALLS else "changed"
        raise Clash(why, illegal.detail, (), theirs, ("drop",)) from illegal
    if call.resolve != "keep":
        for event in events:
            _compare(game, call, event, events, others)
    return events


def since(game: Game, call: Call) -> tuple[Entry, ...]:
    """What other scorekeepers said after the last entry that the caller had seen and what still
    stands of it, oldest first. A desk's own calls are no news to it."""
    if call.base is None or call.base >= game.seq:
        return ()
    found = []
    for entry in game.history.newest_first():
        if entry.seq <= call.base:
            break
        if _is_news(game, call, entry) and game.standing.stands(entry.seq):
            found.append(entry)
    return tuple(reversed(found))


def _is_news(game: Game, call: Call, entry: Entry) -> bool:
    if entry.by != call.by:
        return not isinstance(entry.event, Sighted)
    if "." in call.by:
        return False
    # Desks without a name may be several. What one of them says again and again it does not
    # contradict, but a correction that it had not seen may be somebody else's, and so may the
    # start of the period that is being played.
    if call.type == "period_start":
        progress = game.progress
        started = isinstance(entry.event, PeriodStarted)
        return started and progress.period_open and entry.event.period == progress.period
    return call.type in ("amend", "void") and isinstance(entry.event, Amended | Voided)


def _where(others: Sequence[Entry], true: Callable[[Event], bool]) -> tuple[Entry, ...]:
    return tuple(entry for entry in others if true(entry.event))


# The same, said by others


def _said_already(game: Game, call: Call, others: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries of others that leave nothing for the call to say."""
    match call.type:
        case "period_start" | "period_end" | "finalize":
            return _period_already(game, call, others)
        case "clock_start" | "clock_stop" | "clock_set":
            return _clock_already(game, call, others)
        case "possession":
            last = _where(others, lambda e: isinstance(e, Possession))[-1:]
            return _where(last, lambda e: getattr(e, "team", None) == call.team)
        case "roster_add":
            number = (call.player or "").lstrip("#")
            names = (number, f"{call.team}-{number}")
            return _where(others, lambda e: isinstance(e, RosterAdded) and e.player in names)
    return ()


def _period_already(game: Game, call: Call, others: Sequence[Entry]) -> tuple[Entry, ...]:
    if call.type == "finalize":
        return _where(others, lambda e: isinstance(e, Finalized))
    # Who did not say which period meant the one that was next, or was played, as far as seen.
    kind: type[Event] = PeriodStarted if call.type == "period_start" else PeriodEnded
    seen = _period_seen(game, others)
    meant = call.period or (seen + 1 if kind is PeriodStarted else seen)
    return _where(others, lambda e: isinstance(e, kind) and e.period == meant)


def _clock_already(game: Game, call: Call, others: Sequence[Entry]) -> tuple[Entry, ...]:
    period = call.period or _period_seen(game, others)
    over = _where(
        others,
        lambda e: (
            (isinstance(e, PeriodEnded) and e.period == period)
            or (isinstance(e, PeriodStarted) and e.period > period)
            or isinstance(e, Finalized)
        ),
    )
    if over:
        return over  # the clock of a period that is over moves nothing any more
    return _where(
        others,
        lambda e: (
            e.name == call.type
            and e.period == period
            and (call.clock_ms is None or abs(e.clock_ms - call.clock_ms) <= CLOCK_NEAR_MS)
        ),
    )


def _period_seen(game: Game, others: Sequence[Entry]) -> int:
    """The last period that had been started as far as the caller knew, 0 for none."""
    unseen = {entry.seq for entry in others}
    for entry in game.history.newest_first():
        started = isinstance(entry.event, PeriodStarted) and game.standing.stands(entry.seq)
        if started and entry.seq not in unseen:
            return entry.event.period
    return 0


# Where a late call belongs


def _placed(game: Game, call: Call, others: Sequence[Entry]) -> Call:
    """A play without a place belongs to the period that its caller saw, not to a later one."""
    if call.type in (*_TIME_CALLS, *CORRECTIONS) or call.period or call.after is not None:
        return call
    if not _where(others, lambda e: isinstance(e, PeriodStarted)):
        return call
    return replace(call, period=max(1, _period_seen(game, others)))


# What meets what


def _in_the_way(call: Call, others: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries of others because of which a call has no meaning any more."""
    if call.type in _TIME_CALLS:
        return _where(others, lambda e: isinstance(e, _PERIODS))
    return _correcting({call.links, call.after} - {None}, others)


def _correcting(seqs: set[int | None], others: Sequence[Entry]) -> tuple[Entry, ...]:
    """The corrections of others that are about one of the entries."""
    return _where(
        others,
        lambda e: (
            (isinstance(e, Voided) and not seqs.isdisjoint(e.targets))
            or (isinstance(e, Amended) and e.links in seqs)
        ),
    )


def _compare(
    game: Game, call: Call, event: Event, events: tuple[Event, ...], others: Sequence[Entry]
) -> None:
    """Clash or SaidAlready when an event of the call meets what others said."""

    def meets(why: str, detail: str, theirs: tuple[Entry, ...]) -> None:
        if theirs:
            raise Clash(why, detail, events, theirs)

    match event:
        case Voided(targets=targets):
            fallen = set[int | None](targets)
            added = tuple(entry for entry in others if entry.seq in fallen)
            theirs = tuple(sorted({*added, *_correcting(fallen, others)}, key=lambda e: e.seq))
            meets("changed", "others changed or added to what it takes back", theirs)
        case Amended(links=links, event=mine):
            theirs = _correcting({links}, others)
            if theirs and all(
                isinstance(e.event, Amended) and e.event.event == mine for e in theirs
            ):
                raise SaidAlready(theirs)
            meets("changed", "others corrected the same entry", theirs)
        case ClockStarted() | ClockStopped() | ClockSet():
            theirs = _where(others, lambda e: isinstance(e, _CLOCK) and e.period == event.period)
            meets("time", "others moved the clock meanwhile", theirs)
        case Confirmed(period=period):
            theirs = _where(others, lambda e: isinstance(e, Confirmed) and e.period == period)
            if theirs and _alike(game, event, theirs[-1]):
                raise SaidAlready(theirs[-1:])
            meets("changed", "others confirmed another score", theirs)
        case Starters(team=team):
            theirs = _where(others, lambda e: isinstance(e, Starters) and e.team == team)
            if theirs and set(event.players) == set(getattr(theirs[-1].event, "players", ())):
                raise SaidAlready(theirs[-1:])
            meets("changed", "others named other starters", theirs)
        case Possession():
            theirs = _where(others, lambda e: isinstance(e, Possession))
            meets("changed", "others turned the arrow the other way", theirs)
        case Substitution() | Timeout() | Adjusted() | Play():
            theirs = tuple(e for e in others if _is_double(game, call, event, e))
            if isinstance(event, Substitution) and any(_alike(game, event, e) for e in theirs):
                raise SaidAlready(theirs)
            meets("double", "others said much the same meanwhile", theirs)


def _alike(game: Game, mine: Event, theirs: Entry) -> bool:
    """Do they say the same, wherever in the game?"""
    event = game.standing.event(theirs)
    there = replace(event, period=mine.period, clock_ms=mine.clock_ms, after=mine.after)
    return replace(there, media=mine.media) == mine


def _is_double(game: Game, call: Call, mine: Event, entry: Entry) -> bool:
    """Is what somebody else said probably what the call says: the same type, team and player
    near the same time?"""
    theirs = game.standing.event(entry)
    if type(theirs) is not type(mine) or theirs.period != mine.period:
        return False
    if getattr(theirs, "team", None) != getattr(mine, "team", None):
        return False
    if isinstance(mine, Adjusted):
        return True
    timed = game.rules.clock != "none" and call.clock_ms is not None
    if timed and abs(theirs.clock_ms - mine.clock_ms) > NEAR_MS:
        return False
    if isinstance(mine, Substitution) and isinstance(theirs, Substitution):
        return bool(_moved(mine) & _moved(theirs))
    # Two free throws that say which of the trip they are, a player whom only one of them names.
    return _may_agree(theirs, mine, "player") and _may_agree(theirs, mine, "nth")


def _may_agree(theirs: Event, mine: Event, name: str) -> bool:
    """Do they say the same of something, or does one of them not say?"""
    said = {getattr(theirs, name, None), getattr(mine, name, None)} - {None}
    return len(said) <= 1


def _moved(substitution: Substitution) -> set[str]:
    """Who goes in or out, as far as it says."""
    named = {substitution.player_in, substitution.player_out, *(substitution.players or ())}
    return {player for player in named if player is not None}
