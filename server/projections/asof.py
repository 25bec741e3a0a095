"""A game as those knew it who had seen a picture up to some second, and no further.

The fold is that of the entries whose moment (`server/game/moment.py`) has come; all others are as
if nobody had said them yet. Two things are known only afterwards and hold from the beginning:

- where a fact was seen, also when the sighting or a correction said so later;
- that a fact which was taken back and said again of the same sighting was the second one all
  along: who watches later does not see the slip.

Any other correction counts from when it was made: that is what was known until then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from server.game.entry import Entry
from server.game.events import NOT_FACTS, Event, Media, Sighted, Voided
from server.game.moment import Moment, moment_of
from server.game.state import Game, new_game, replay


@dataclass(frozen=True, slots=True)
class Known:
    """The entries that are known at a second.

    last: the newest of them. hidden: those before it that are not. from_s, until_s: the seconds
    between which nothing else is known; None: from the beginning, for ever.
    """

    last: int
    hidden: tuple[int, ...]
    from_s: float | None
    until_s: float | None

    @property
    def whole(self) -> bool:
        """Is it the game as it was after entry `last`?"""
        return not self.hidden


class Timeline:
    """The moments of a game's entries as seconds of one camera.

    camera None: seconds since `origin` by the wall clock, whatever camera saw what.
    """

    def __init__(self, game: Game, camera: str | None, origin: datetime) -> None:
        """origin: wall time of second 0; for what other cameras saw, and what none did."""
        self.origin = origin
        entries = game.history.entries()
        self._seconds = [_second(moment, camera, origin) for moment in _moments(game, entries)]
        ordered = sorted(range(len(entries)), key=self._seconds.__getitem__)
        self._order = [index + 1 for index in ordered]
        self._sorted = [self._seconds[index] for index in ordered]

    def at(self, second: float) -> Known:
        """What is known at a second."""
        count = bisect_right(self._sorted, second)
        last = max(self._order[:count], default=0)
        hidden = (
            ()
            if last == count
            else tuple(seq for seq in range(1, last) if self._seconds[seq - 1] > second)
        )
        return Known(
            last,
            hidden,
            self._sorted[count - 1] if count else None,
            self._sorted[count] if count < len(self._sorted) else None,
        )


def game_of(game: Game, known: Known) -> Game:
    """The fold of what is known."""
    hidden = set(known.hidden)
    entries = [
        _blank(entry) if entry.seq in hidden else entry
        for entry in game.history.entries()[: known.last]
    ]
    return replay(
        new_game(game.rules, game.first_players["home"], game.first_players["away"]), entries
    )


def _blank(entry: Entry) -> Entry:
    """An entry of the same number that says nothing."""
    event = entry.event
    return replace(
        entry, event=Sighted(period=event.period, clock_ms=event.clock_ms, links=entry.seq)
    )


def _moments(game: Game, entries: Sequence[Entry]) -> list[Moment]:
    standing = game.standing
    events: list[Event] = [
        entry.event if isinstance(entry.event, NOT_FACTS) else standing.event(entry)
        for entry in entries
    ]
    found = [moment_of(entry, event) for entry, event in zip(entries, events, strict=True)]
    # Where facts were seen that were taken back -> the void that took them back.
    taken_back: dict[tuple[type[Event], Media], int] = {}
    for entry, event in zip(entries, events, strict=True):
        if isinstance(event, Voided) and standing.stands(entry.seq):
            for seq in event.targets:
                fact = events[seq - 1]
                if fact.media is not None:
                    taken_back[type(fact), fact.media] = entry.seq
        elif event.media is not None and not isinstance(event, NOT_FACTS):
            void = taken_back.get((type(event), event.media))
            if void is not None and standing.stands(entry.seq):
                found[void - 1] = min(found[void - 1], found[entry.seq - 1], key=lambda m: m.at)
    return found


def _second(moment: Moment, camera: str | None, origin: datetime) -> float:
    media = moment.media
    if media is not None and media.camera == camera:
        return media.s
    return (moment.at - origin).total_seconds()
