"""The facts of a game in the order in which it was played."""

from __future__ import annotations

from server.game.entry import Entry
from server.game.events import Event
from server.game.place import Order, order_of, paths_of
from server.game.state import Game

# A fact that stands, with the number of its entry.
Fact = tuple[int, Event]
Placed = tuple[Order, Entry, Event]


def in_order(game: Game, paths: dict[int, tuple[int, ...]]) -> list[Placed]:
    """Every fact with what it says now, void ones too. `paths` is filled for `order_of`."""
    standing = game.standing
    paths.update(paths_of(game))
    placed = [
        (order_of(entry, event, paths), entry, event)
        for entry, event in standing.all_events(game.history.entries())
    ]
    placed.sort(key=lambda item: item[0])
    return placed


def facts(game: Game) -> list[Fact]:
    """What stands, in the order of the game."""
    stands = game.standing.stands
    return [(entry.seq, event) for _, entry, event in in_order(game, {}) if stands(entry.seq)]
