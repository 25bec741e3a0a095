"""What a book of ours says about a game: the same documents that a server answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.feeds.play import Played
from server.projections.sheet import Sheet
from server.projections.stats import stats


@dataclass(frozen=True, slots=True)
class Figures:
    """box, board, statistics: as at /boxscore, in the state's scoreboard and at /stats.

    refused: calls that the rules would not take, in words.
    """

    box: Mapping[str, Any]
    board: Mapping[str, Any]
    statistics: Mapping[str, Any]
    refused: tuple[str, ...] = ()

    @property
    def final(self) -> bool:
        return bool(self.board["status"] == "final")

    @property
    def played_ms(self) -> int:
        """Game clock that has run: somebody led, or nobody did."""
        teams = self.statistics["teams"]
        led = sum(teams[side]["time_leading_ms"] or 0 for side in teams)
        return int(led + (self.statistics["game"]["time_tied_ms"] or 0))

    def with_five_ms(self, side: str) -> int:
        """How much of it a side had exactly five on the court."""
        return sum(line["ms"] or 0 for line in self.statistics["lineups"] if line["team"] == side)

    def margin(self, side: str) -> int:
        """What a side is ahead by."""
        away = "away" if side == "home" else "home"
        return int(self.board[side]["score"] - self.board[away]["score"])


def figures(played: Played) -> Figures:
    """The documents of a game that was played here."""
    sections = Sheet(played.game, dict(played.players)).sections()
    return Figures(
        sections["boxscore"],
        sections["scoreboard"],
        stats(played.game, played.players),
        played.refused,
    )
