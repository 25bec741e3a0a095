"""The open books of this process, each as far as the log is known here."""

from __future__ import annotations

import re
from collections import OrderedDict

from server.book import RECENT, Book
from server.gamelog.log import GameRecord, Log
from server.gamelog.proposal import Proposal
from server.problems import Problem
from server.teams import GAME_ID

# Games whose folds each thread keeps; the rest are folded again when asked for.
OPEN_GAMES = 64
PROPOSAL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Shelf:
    """Every method raises Problem 404 `unknown-game` where there is no such game."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._open: OrderedDict[str, Book] = OrderedDict()

    def require(self, game_id: str) -> GameRecord:
        """What is fixed about a game."""
        record = self._log.game(game_id) if GAME_ID.fullmatch(game_id) else None
        if record is None:
            raise Problem(404, "unknown-game", f"there is no game {game_id}")
        return record

    def book(self, game_id: str) -> Book:
        """The book as far as it is known here; other processes may be ahead."""
        book = self._open.get(game_id)
        if book is None:
            book = Book(self.require(game_id), self._log.entries(game_id))
            self._know_proposals(book)
            self._open[game_id] = book
            if len(self._open) > OPEN_GAMES:
                self._open.popitem(last=False)
        self._open.move_to_end(game_id)
        return book

    def caught_up(self, game_id: str) -> Book:
        """The book as the log has it now."""
        book = self.book(game_id)
        self.catch_up(book)
        return book

    def catch_up(self, book: Book) -> None:
        """Read what other processes wrote."""
        book.follow(self._log.entries(book.record.game_id, book.game.seq))
        self._know_proposals(book)

    def proposal(self, game_id: str, proposal_id: str) -> Proposal:
        """A proposal of whatever status. Problem 404 `unknown-proposal`."""
        known = PROPOSAL_ID.fullmatch(proposal_id)
        proposal = self._log.proposal(game_id, proposal_id) if known else None
        if proposal is None:
            raise Problem(404, "unknown-proposal", f"there is no proposal {proposal_id}")
        return proposal

    def _know_proposals(self, book: Book) -> None:
        # The count first: what comes in between makes the next commit a Conflict.
        game_id = book.record.game_id
        orders = self._log.standing_orders(game_id)
        if orders.changes != book.orders.changes:
            waiting = self._log.proposals(game_id, "waiting")
            book.know(waiting, self._log.newest_proposals(game_id, RECENT), orders)
        elif orders != book.orders:
            book.know(book.waiting, book.recent, orders)
