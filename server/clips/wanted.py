"""Which clips a game should have, as its log stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.clips.rules import ClipRules
from server.exports.gamebook import Fact, GameBook
from server.exports.media import in_words
from server.game.entry import Entry
from server.game.events import Event, Media
from server.game.moment import TAP_S, media_of
from server.game.state import Game
from server.projections.order import in_order

# A game with more plays than that is no game; the newest are the ones somebody waits for.
MOST = 1000
USUAL_TAP_S = 1.5
"""A moment known from a tap is that of the quickest tap; a usual one comes so much later."""
SLOW_TAP_S = 11.6
"""And so much later a slow one at the end of a long shot. `python -m tests.bench clip_moment` says
which scorekeepers' baskets that holds."""


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
    before_s, after_s = rules.before_s, rules.after_s
    if event.media is None:
        before_s = max(USUAL_TAP_S + before_s, SLOW_TAP_S)
        after_s = max(after_s - USUAL_TAP_S, TAP_S)  # the play was over by the tap
    start_s = max(0.0, media.s - before_s)
    return Wanted(entry.seq, media.camera, media.s, start_s, media.s + after_s, entry.at)


def label(book: GameBook, fact: Fact) -> str:
    """`Q3 4:05 Lions #7 Ann makes a three (41-38)`, with the names that the book may show."""
    event: Event = fact.event
    minutes, ms = divmod(event.clock_ms, 60_000)
    when = f"{book.rules.period_label(event.period)} {minutes}:{ms // 1000:02d}"
    home, away = fact.score
    return f"{when} {in_words(book, event)} ({home}-{away})"
