"""What has no meaning any more: a child without its parent, a play in a period that never began.

A call is judged when it comes, so only a correction can bring such a thing about: one that takes
back what others built on. It is refused then, and nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable

from server.game.calls import Call, IllegalCall
from server.game.entry import Entry
from server.game.events import Event, Finalized, PeriodEnded, PeriodStarted, Play, RosterAdded
from server.game.links import FOLLOWS_PARENT, ONE_OF_EACH, fits
from server.game.state import Game, evolve

# (a stable word, the entry that has no meaning) -> a sentence.
Contradictions = dict[tuple[str, int], str]
_ONCE = (PeriodStarted, PeriodEnded, Finalized)


def with_events(game: Game, call: Call, events: Iterable[Event]) -> Game:
    """The game as it would be after the events of a call."""
    for event in events:
        game = evolve(game, Entry(game.seq + 1, event, call.by, call.at, call.call_id))
    return game


def new_contradiction(game: Game, after: Game) -> IllegalCall | None:
    """Why `after` has no meaning where `game` had one; None when it has."""
    found = contradictions(after)
    if found:
        known = contradictions(game)
        for (word, seq), why in found.items():
            if (word, seq) not in known:
                return IllegalCall(word, why)
    return None


def contradictions(game: Game) -> Contradictions:
    """Everything that stands and has no meaning beside the rest that stands."""
    standing, found = game.standing, Contradictions()
    said: dict[int, Event] = {}
    taken: set[tuple[str, int]] = set()
    begun = max(1, game.progress.period)
    gone = _gone(game)
    for entry, event in standing.events(game.history.entries()):
        seq = entry.seq
        said[seq] = event
        if event.period > begun:
            found["period-has-entries", seq] = (
                f"entry {seq} is in period {event.period}, which would not have begun"
            )
        if isinstance(event, _ONCE):
            once = (event.name, 0 if isinstance(event, Finalized) else event.period)
            if once in taken:
                found["period-exists", seq] = f"there is another {event.name} since"
            taken.add(once)
        elif isinstance(event, FOLLOWS_PARENT) and event.links is not None:
            parent = said.get(event.links)
            if parent is None or not fits(event.name, event.team, parent):
                found["wrong-link", seq] = (
                    f"entry {seq}, a {event.name} of {event.team}, would belong to entry "
                    f"{event.links}, which is void or says something else"
                )
            elif isinstance(event, ONE_OF_EACH) and (event.name, event.links) in taken:
                found["second-child", seq] = f"entry {event.links} has another {event.name} since"
            taken.add((event.name, event.links))
        if gone and not gone.isdisjoint(_players(event)):
            found["player-has-entries", seq] = (
                f"entry {seq} speaks of a player who would not be on the roster"
            )
    return found


def _gone(game: Game) -> set[str]:
    """Players who were added to a roster and are not on it any more."""
    added = (entry.event for entry in game.history.entries())
    return {
        event.player
        for event in added
        if isinstance(event, RosterAdded) and event.player not in game.players[event.team]
    }


def _players(event: Event) -> set[str]:
    """Everybody whom a fact names."""
    names = [getattr(event, name, None) for name in ("player_in", "player_out", "drawn_by")]
    names += getattr(event, "players", None) or ()
    if isinstance(event, Play):
        names.append(event.player)
    return {name for name in names if name is not None}
