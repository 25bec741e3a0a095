"""All projections of one game together: advanced by a call, folded again after a correction."""

from __future__ import annotations

from typing import Any, Protocol

from server.game.entry import Entry
from server.game.events import EVENTS, Event
from server.game.place import Order, order_of
from server.game.state import Game
from server.projections.boxscore import BoxScore
from server.projections.corrected import correction_of
from server.projections.court_time import CourtTime
from server.projections.flags import Flags
from server.projections.on_court import OnCourt
from server.projections.order import in_order
from server.projections.plays import QUIET, play
from server.projections.scoreboard import ScoreBoard

# A play as it is kept: what `play` makes a line of.
Told = tuple[Entry, Event, tuple[int, int], bool, str | None]

# How many plays the state holds; all of them are at /plays.
LATEST = 20


class Fold(Protocol):
    """Accumulates the facts that stand, in the order of the game."""

    @property
    def concerns(self) -> tuple[type[Event], ...]:
        """Facts of other kinds may be kept from it: they change nothing."""

    def add(self, seq: int, event: Event, /) -> None:
        """Take in the fact of entry `seq`."""


class Sheet:
    """The sections of a game after its entries up to `seq`.

    `advance` takes in a fact that comes last in the order of the game; it returns False and
    does nothing for one that does not (a correction, an insertion), then `fold` starts anew.
    Both ways give the same sections.
    """

    def __init__(self, game: Game, players: dict[str, tuple[str, ...]]) -> None:
        """game: with all its entries. players: ids of each side in roster order."""
        self._game = game
        self._on_court = OnCourt()
        self._board = ScoreBoard(game.rules, players, self._on_court)
        self._box = BoxScore(game.rules, players)
        self._time = CourtTime(game.rules, self._on_court)
        # Who is on the court changes last: the others see who was there when it happened.
        self._flags = Flags(game.rules, players, self._on_court)
        folds: tuple[Fold, ...] = (self._board, self._box, self._time, self._flags)
        self._takers = {
            kind: tuple(
                fold.add for fold in (*folds, self._on_court) if issubclass(kind, fold.concerns)
            )
            for kind in EVENTS.values()
        }
        self._plays: list[Told] = []
        self._lines: dict[int, dict[str, Any]] = {}
        self._paths: dict[int, tuple[int, ...]] = {}
        self._last: Order = (0, 0, ())
        self._fold(game)

    @property
    def seq(self) -> int:
        return self._game.seq

    def advance(self, game: Game, entry: Entry) -> bool:
        """Take in `entry`, the last of `game`; False when everything must be folded again."""
        if game.standing is not self._game.standing:
            return False
        order = order_of(entry, entry.event, self._paths)
        if order < self._last:
            return False
        self._game = game
        self._take(entry, entry.event, order, voided=False, amended_by=None)
        return True

    def sections(self) -> dict[str, Any]:
        """The sections that follow from the log, without names."""
        return {
            "scoreboard": self._board.section(self._game.progress),
            "roster": self._board.roster(),
            "boxscore": self._box.section(self._time, self._on_court),
            "plays": self._latest(),
            "flags": self._flags.section(),
        }

    def plays(self) -> list[dict[str, Any]]:
        """Every play in the order of the game, oldest first."""
        return [self._line(told) for told in self._plays]

    def _latest(self) -> list[dict[str, Any]]:
        """The newest plays, newest first; lines that were there before are not made again."""
        told = self._plays[: -LATEST - 1 : -1]
        self._lines = {t[0].seq: self._lines.get(t[0].seq) or self._line(t) for t in told}
        return list(self._lines.values())

    def _line(self, told: Told) -> dict[str, Any]:
        line = play(*told, self._game.rules)
        correction = correction_of(self._game, told[0])
        return line if correction is None else {**line, "correction": correction}

    def _fold(self, game: Game) -> None:
        stands, changed = game.standing.stands, game.standing.changed
        # What was voided keeps its place in the list of plays.
        for order, entry, event in in_order(game, self._paths):
            by = changed[entry.seq].by if entry.seq in changed else None
            self._take(entry, event, order, voided=not stands(entry.seq), amended_by=by)

    def _take(
        self, entry: Entry, event: Event, order: Order, *, voided: bool, amended_by: str | None
    ) -> None:
        self._last = order
        if not voided:
            for take in self._takers[type(event)]:
                take(entry.seq, event)
        if not isinstance(event, QUIET):
            # Put into words when somebody asks: a refold passes over hundreds.
            self._plays.append((entry, event, self._board.score(), voided, amended_by))
