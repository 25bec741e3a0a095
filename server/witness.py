"""The gym's scoreboard as a second witness of score and clock: says when it and the book differ.

Pure: readings and the book in, open flags out. A board is believed only after it has agreed with
the book for a while, which also tells whose score stands left; a number that was misread all the
time never gets so far, and one that is far from the book's is a misreading, not a difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.boardwatch import SURE, BoardReading, Said
from server.projections.flag import Flag

TYPE = "scoreboard-mismatch"

TRUST, PAIRS = 8, 3
"""Readings, one a second, that must have agreed before a difference is believed, and different
scores among them: a number that stands still may be paint."""

LASTING_S = 12.0
"""So long the same difference must stand: the book is written a while after the basket."""

FORGET_S = 60.0
"""A difference that nobody saw for so long is no longer told: the board is out of the picture."""

NEAR = 9
"""Points by which a board and a book may really differ."""

CLOCK_MS, CLOCK_NEAR_MS = 3_000, 90_000
"""Clocks within the first agree; those further apart than the second are misread."""


@dataclass(frozen=True, slots=True)
class Book:
    """What the book says at the moment of a reading.

    clock_ms: None where nobody keeps the time. waiting: a basket was just proposed and nobody
    has answered, so the book may be about to change.
    """

    home: int
    away: int
    period: int
    clock_ms: int | None
    waiting: bool


@dataclass(slots=True)
class _Difference:
    """What differs, since when, and when it was last seen. told: the flag is up."""

    what: tuple[int, ...]
    since_s: float
    seen_s: float
    told: bool = False


class Witness:
    """One board of one camera. `update` with each reading, in order of time."""

    def __init__(self) -> None:
        self._straight = self._crossed = self._agreed = self._clock_trust = 0
        self._pairs: set[tuple[int, int]] = set()
        self._score: _Difference | None = None
        self._clock: _Difference | None = None

    def update(self, now_s: float, reading: BoardReading, book: Book) -> list[dict[str, Any]]:
        """The open flags. now_s: monotonic seconds."""
        flags = []
        score = self._judge_score(now_s, reading, book)
        if score is not None:
            home, away = score
            text = (
                f"The gym's scoreboard shows {home} : {away}, the book says "
                f"{book.home} : {book.away}."
            )
            shown = {"home": home, "away": away}
            flags.append(_flag("score", text, book, shown, {"home": book.home, "away": book.away}))
        clock_ms = self._judge_clock(now_s, reading, book)
        if clock_ms is not None and book.clock_ms is not None:
            text = (
                f"The gym's clock shows {_clock_text(clock_ms)}, the book's "
                f"{_clock_text(book.clock_ms)}."
            )
            there, here = {"clock_ms": clock_ms}, {"clock_ms": book.clock_ms}
            flags.append(_flag("clock", text, book, there, here))
        return flags

    def _judge_score(
        self, now_s: float, reading: BoardReading, book: Book
    ) -> tuple[int, int] | None:
        """(home, away) on the board where that differs for long enough."""
        if _counts(reading.left) and _counts(reading.right):
            shown = (_value(reading.left), _value(reading.right))
            if shown in ((book.home, book.away), (book.away, book.home)):
                self._score = None
                self._agreed += 1
                self._pairs.add((book.home, book.away))
                self._straight += shown == (book.home, book.away) != (book.away, book.home)
                self._crossed += shown == (book.away, book.home) != (book.home, book.away)
            elif self._agreed >= TRUST and len(self._pairs) >= PAIRS:
                home, away = shown if self._straight >= self._crossed else shown[::-1]
                if abs(home - book.home) <= NEAR and abs(away - book.away) <= NEAR:
                    what = (home, away, book.home, book.away)
                    self._score = _lasting(self._score, what, now_s, book.waiting)
        self._score = _fresh(self._score, now_s)
        if self._score is None or not self._score.told:
            return None
        return self._score.what[0], self._score.what[1]

    def _judge_clock(self, now_s: float, reading: BoardReading, book: Book) -> int | None:
        """Milliseconds on the board where they differ for long enough."""
        if _counts(reading.clock_ms) and book.clock_ms is not None:
            shown = _value(reading.clock_ms)
            apart_ms = abs(shown - book.clock_ms)
            if apart_ms <= CLOCK_MS:
                self._clock_trust += 1
                self._clock = None
            elif apart_ms <= CLOCK_NEAR_MS and self._clock_trust >= TRUST:
                # Both run; only that they differ has to last.
                self._clock = _lasting(self._clock, (), now_s, waiting=False)
        self._clock = _fresh(self._clock, now_s)
        told = self._clock is not None and self._clock.told and _counts(reading.clock_ms)
        return _value(reading.clock_ms) if told else None


def _lasting(
    known: _Difference | None, what: tuple[int, ...], now_s: float, waiting: bool
) -> _Difference:
    if known is None or (known.what != what and not known.told):
        return _Difference(what, now_s, now_s)
    told = known.told or (now_s - known.since_s >= LASTING_S and not waiting)
    return _Difference(what, known.since_s, now_s, told)


def _fresh(known: _Difference | None, now_s: float) -> _Difference | None:
    return None if known is None or now_s - known.seen_s > FORGET_S else known


def _counts(said: Said | None) -> bool:
    return said is not None and said.sure >= SURE


def _value(said: Said | None) -> int:
    return said.value if said is not None else 0


def _clock_text(clock_ms: int) -> str:
    minutes, seconds = divmod(clock_ms // 1000, 60)
    return f"{minutes}:{seconds:02d}"


def _flag(
    about: str, text: str, book: Book, there: dict[str, int], here: dict[str, int]
) -> dict[str, Any]:
    mend = "See which one is right: correct the book, or tell the table officials."
    clock_ms = book.clock_ms or 0
    flag = Flag(TYPE, book.period, clock_ms, text, mend, about=about).document()
    return {**flag, "board": there, "book": here}
