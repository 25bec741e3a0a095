"""Whose business a fact is, when desks share a game: the clock's, a side's, or anybody's. Pure."""

from __future__ import annotations

from server.game.calls import Call
from server.game.events import (
    NOT_FACTS,
    Amended,
    ClockSet,
    ClockStarted,
    ClockStopped,
    Confirmed,
    Event,
    Finalized,
    JumpBall,
    Note,
    PeriodEnded,
    PeriodStarted,
    Possession,
    Timeout,
    Voided,
)
from server.game.state import Game
from server.live.desklease import Desks
from server.problems import Problem

CLOCK = "clock"
_OF_THE_CLOCK = (
    *(PeriodStarted, PeriodEnded, ClockStarted, ClockStopped, ClockSet),
    *(Confirmed, Finalized),
)
# Stops of the game that the desk at the clock sees as well as the team's.
_OF_BOTH = (Timeout, JumpBall, Possession)


def keep_out(desks: Desks, game: Game, call: Call, events: tuple[Event, ...]) -> None:
    """Problem 409 `desk-held` when another desk keeps what the call is about."""
    desk = call.by.partition(".")[2] or None
    role = desks.keeps_out(desk, roles_of(game, events), call.base)
    if role is not None:
        holder = desks.roles.held[role].desk
        detail = f"Desk {holder} keeps {role}; ask for it, or let it make this call."
        raise Problem(409, "desk-held", detail, extra={"role": role, "desk": holder})


def roles_of(game: Game, events: tuple[Event, ...]) -> frozenset[str]:
    """The desk roles of which one is needed for what a call decided; empty: anybody may.

    A correction is the business of whoever does what it corrects; what falls with it follows.
    """
    event = events[-1] if not isinstance(events[0], NOT_FACTS) else events[0]
    return _roles(game, event)


def _roles(game: Game, event: Event) -> frozenset[str]:
    if isinstance(event, Voided | Amended):
        entry = game.history.get(event.targets[0] if isinstance(event, Voided) else event.links)
        return frozenset() if entry is None else _roles(game, game.standing.event(entry))
    if isinstance(event, _OF_THE_CLOCK):
        return frozenset({CLOCK})
    if isinstance(event, Note):
        return frozenset()
    team = getattr(event, "team", None)
    roles = set() if team is None else {str(team)}
    if isinstance(event, _OF_BOTH):
        roles.add(CLOCK)
    return frozenset(roles)
