"""Which clips a game should have, as its log stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.clips.rules import ClipRules
from server.exports.gamebook import Fact, GameBook
from server.exports.media import in_words, span
from server.game.entry import Entry
from server.game.events import Event, Media
from server.game.moment import media_of
from server.game.state import Game
from server.projections.order import in_order

# A game with more plays than that is no game; the newest are the ones somebody waits for.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A play and what is to be cut for it. All times are media seconds of `camera`.

    moment_s: when it happened, or from a tap alone, shortly after.
    """

    seq: int
    camera: str
    moment_s: float
    start_s: float
    end_s: float
    at: datetime
    """When the play was entered, wall time."""

    @property
    def cut(self) -> str:
        """Names the picture: what has the same name shows the same."""
        return f"{self.seq}-{self.camera}-{self.start_s * 1000:.0f}-{self.end_s * 1000:.0f}"


def wanted(game: Game, rules: ClipRules) -> tuple[Wanted, ...]:
    """In the order of the game. Only plays that stand and that a camera filmed."""
    found = [
        _wanted(entry, event, media, rules)
        for _, entry, event in in_order(game, {})
        if rules.want(event)
        and game.standing.stands(entry.seq)
        and (media := media_of(entry, event)) is not None
    ]
    return tuple(found[-MOST:])


def _wanted(entry: Entry, event: Event, media: Media, rules: ClipRules) -> Wanted:
    start_s, end_s = span(event, media, rules.before_s, rules.after_s)
    return Wanted(entry.seq, media.camera, media.s, start_s, end_s, entry.at)


def when_of(book: GameBook, event: Event) -> str:
    """`Q3 4:05`"""
    minutes, ms = divmod(event.clock_ms, 60_000)
    return f"{book.rules.period_label(event.period)} {minutes}:{ms // 1000:02d}"


def label(book: GameBook, fact: Fact) -> str:
    """`Q3 4:05 Lions #7 Ann makes a three (41-38)`, with the names that the book may show."""
    event: Event = fact.event
    home, away = fact.score
    return f"{when_of(book, event)} {in_words(book, event)} ({home}-{away})"
