"""The plays that a camera saw, as moments of its recording."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from server.exports.gamebook import Fact, GameBook
from server.game.events import Adjusted, Event, Media, Note
from server.game.moment import TAP_S
from server.projections.boxscore import number_of
from server.projections.plays import text_of

# A play is known when it ends: what led to it comes before, what follows is short.
BEFORE_S = 6.0
AFTER_S = 4.0
USUAL_TAP_S = 1.5
"""A moment known from a tap is that of the quickest tap; a usual one comes so much later."""
SLOW_TAP_S = 11.6
"""And so much later a slow one at the end of a long shot. `python -m tests.bench clip_moment` says
which scorekeepers' baskets that holds."""


class NoMediaTimes(Exception):  # noqa: N818  (an answer, not a fault)
    """No play of the game says when a camera saw it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A fact between two media seconds of one camera."""

    fact: Fact
    start_s: float
    end_s: float


def span(
    event: Event, media: Media, before_s: float = BEFORE_S, after_s: float = AFTER_S
) -> tuple[float, float]:
    """First and last media second of what shows a fact, which happened at `media` (`media_of`).

    before_s, after_s: around a play that a camera saw; from a tap alone less is known.
    """
    if event.media is None:
        before_s = max(USUAL_TAP_S + before_s, SLOW_TAP_S)
        after_s = max(after_s - USUAL_TAP_S, TAP_S)  # the play was over by the tap
    return max(0.0, media.s - before_s), media.s + after_s


def moments(book: GameBook) -> tuple[str, list[Moment]]:
    """The camera that saw most, and its moments in the order of the recording. Seconds of one
    camera mean nothing on another's. NoMediaTimes when there are none."""
    seen = [
        (fact.media, fact)
        for fact in book.facts
        # Notes are free text and may name people.
        if fact.media is not None and not isinstance(fact.event, Note)
    ]
    if not seen:
        raise NoMediaTimes(
            "No play of this game has a media time; they come with a camera's recording."
        )
    counts = Counter(media.camera for media, _ in seen)
    camera = min(counts, key=lambda name: (-counts[name], name))
    found = [
        Moment(fact, *span(fact.event, media)) for media, fact in seen if media.camera == camera
    ]
    return camera, sorted(found, key=lambda moment: (moment.start_s, moment.fact.seq))


def in_words(book: GameBook, event: Event) -> str:
    """The fact with names and without what somebody wrote: `Lions #7 Ann makes a three`."""
    if isinstance(event, Adjusted):
        event = replace(event, text=None)
    text, team = text_of(event, book.rules), getattr(event, "team", None)
    if team is None:
        return text
    player = getattr(event, "player", None)
    prefix = team.capitalize() if player is None else f"{team.capitalize()} #{number_of(player)}"
    if not text.startswith(prefix):
        return text
    name = None if player is None else book.name(player)
    who = book.team(team) + prefix[len(team) :] + (f" {name}" if name else "")
    return who + text[len(prefix) :]
