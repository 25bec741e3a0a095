"""The books of the games that are open in one thread: blocking."""

from __future__ import annotations

from collections.abc import Callable

from server.accepting import Accepting
from server.clock import Clock
from server.gamelog.log import Log
from server.people import People
from server.proposals import Proposals
from server.reading import Reading
from server.referee import Referee
from server.rulings import Rulings
from server.shelf import Shelf


class Books:
    """Its four parts share one shelf of open games. Every method of theirs raises Problem 404
    `unknown-game` where there is no such game.

    rulings: calls; proposals: what cameras saw; people: teams and names; reading: the rest.
    """

    def __init__(self, log: Log, clock: Clock, new_id: Callable[[], str], referee: Referee) -> None:
        shelf = Shelf(log)
        self.rulings = Rulings(log, shelf, clock)
        accepting = Accepting(shelf, self.rulings, clock)
        self.proposals = Proposals(log, shelf, accepting, referee, clock, new_id)
        self.people = People(log, shelf, self.rulings, clock, new_id)
        self.reading = Reading(log, shelf, self.people, clock)
