"""Calls: decided on what is known here, committed to the log, answered. Blocking.

Any number of processes may write the same log. Each decides on what it knows and commits; when
somebody else was first the log says Conflict, and it reads, decides and tries again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from server.answers import Answered, conflict_json
from server.book import Book
from server.clock import Clock
from server.duties import keep_out
from server.game.calls import Call, IllegalCall, MalformedCall, parse
from server.game.entry import Entry, Tap
from server.game.events import Amended, Event, Voided
from server.game.moment import Filmed
from server.game.state import Game
from server.gamelog.codec import entry_json
from server.gamelog.log import CallRecord, Commit, Conflict, Log
from server.gamelog.proposal import Changes
from server.gamelog.texts import take_texts, with_texts
from server.live.desklease import Desks
from server.matching import fact_of, is_live
from server.meeting import Meeting, amendment
from server.merging import Clash, SaidAlready, ruled
from server.problems import Problem
from server.shelf import Shelf
from server.updates import Json

# Somebody always gets through; this many lost races in a row mean something else is wrong.
TRIES = 50
# What closes a period or the game says what is still open.
CLOSING = ("confirm", "finalize")


class Rulings:
    """Makes entries of calls."""

    def __init__(self, log: Log, shelf: Shelf, clock: Clock) -> None:
        self._log = log
        self._shelf = shelf
        self._clock = clock
        self._meeting = Meeting(log)

    def call(
        self,
        game_id: str,
        body: object,
        by: str,
        desks: Desks | None = None,
        filmed: Filmed | None = None,
    ) -> Answered:
        """Decide one call, or answer it again. desks: who keeps which part of the sheet.
        filmed: the camera that is live."""
        book = self._shelf.book(game_id)
        call, body_hash = self.parse(body, by), digest(body)
        answered = self._settled(book, call, body_hash, desks, filmed)
        if call.type not in CLOSING:
            return answered
        return replace(answered, flags=tuple(book.sections()["flags"]))

    def parse(self, body: object, by: str) -> Call:
        """The call in a body. Problem 422, or 409 for a call of another version."""
        try:
            return parse(body, by, self._clock.now())
        except MalformedCall as malformed:
            raise Problem(422, malformed.type, malformed.detail) from malformed
        except IllegalCall as illegal:
            raise Problem(409, illegal.type, illegal.detail) from illegal

    def _settled(
        self, book: Book, call: Call, body_hash: str, desks: Desks | None, filmed: Filmed | None
    ) -> Answered:
        """Decide and commit, first on what is known here, then on what the log says."""
        fresh = False
        for _ in range(TRIES):
            if fresh:
                answered = self.answered(book, call.call_id, body_hash)
                if answered is not None:
                    return answered
                self._shelf.catch_up(book)
            try:
                events = ruled(book.game, call, _unmet(book))
                if desks is not None:
                    keep_out(desks, book.game, call, events)
                return self._write(book, call, body_hash, events, filmed)
            except Conflict:
                pass
            except (IllegalCall, Problem, Clash, SaidAlready) as answer:
                # What is known here may be old: only what the log says now is an answer.
                if fresh:
                    return self.not_written(book, call, answer)
            fresh = True
        raise Problem(503, "log-busy", "too many writers at once; send the call again")

    def not_written(
        self, book: Book, call: Call, why: IllegalCall | Problem | Clash | SaidAlready
    ) -> Answered:
        """The answer to a call that changed nothing; Problem where it is a refusal."""
        if isinstance(why, Problem):
            raise why
        if isinstance(why, IllegalCall):
            raise Problem(409, why.type, why.detail) from why
        theirs = _documents(why.theirs, self._log.names(book.record.game_id))
        if isinstance(why, SaidAlready):
            return Answered(call.call_id, theirs, again=True, merged=True)
        raise Problem(409, "conflict", why.detail, extra=conflict_json(call, why, theirs)) from why

    def _write(
        self,
        book: Book,
        call: Call,
        body_hash: str,
        events: tuple[Event, ...],
        filmed: Filmed | None,
    ) -> Answered:
        game_id, seq = book.record.game_id, book.game.seq
        events, texts = take_texts(call.call_id, events)
        changes, met = Changes(), None
        fact = fact_of(events)
        if fact is not None and is_live(book.game, fact, call.at):
            met = self._meeting.met(book, call, fact)
            if met is not None:
                # It is in the log already, as a camera saw it; the scorekeeper knows better.
                events = ruled(book.game, amendment(book.game, call, met))
                changes = self._meeting.confirmed(book, call, events, met)
            else:
                fact, changes = self._meeting.absorbed(book, call, events, fact)
                events = (*events[:-1], fact)
        elif isinstance(events[-1], Voided | Amended):
            changes = self._meeting.corrected(book, call, events)
        tap = tap_of(book.game, call, events, filmed)
        entries = tuple(
            Entry(seq + n, event, call.by, call.at, call.call_id, tap)
            for n, event in enumerate(events, start=1)
        )
        answered = self.commit(book, call.call_id, body_hash, entries, changes, texts)
        if met is None or met.seq is None:
            return answered
        original = self._log.entries(game_id, met.seq - 1, met.seq)
        return replace(answered, entries=_documents(original, texts), merged=True)

    def commit(
        self,
        book: Book,
        call_id: str,
        body_hash: str,
        entries: tuple[Entry, ...],
        changes: Changes,
        texts: Mapping[str, str] | None = None,
    ) -> Answered:
        """Write the entries of a call and what becomes of proposals with them. Conflict."""
        record = CallRecord(call_id, body_hash, entries[0].seq, entries[-1].seq)
        before = book.sections()
        game_id = book.record.game_id
        self._log.commit(Commit(game_id, record, entries, changes, texts or {}))
        book.follow(entries)
        told = book.changed(changes)
        update = book.update(entries, before)
        return Answered(call_id, _documents(entries, texts or {}), False, update, told)

    def answered(self, book: Book, call_id: str, body_hash: str) -> Answered | None:
        """The answer that a call had; None for one that was never made. Problem 409 when it was
        made with another body."""
        record = self._log.answered(book.record.game_id, call_id)
        if record is None:
            return None
        if record.body_hash != body_hash:
            raise Problem(409, "call-id-reused", f"call {call_id} was made with another body")
        entries = self._log.entries(book.record.game_id, record.first_seq - 1, record.last_seq)
        return Answered(call_id, _documents(entries, self._log.names(book.record.game_id)), True)


def tap_of(game: Game, call: Call, events: Sequence[Event], filmed: Filmed | None = None) -> Tap:
    """When a call was said by its caller's own hand. A call that tells so was said as it
    happened, however late it comes; what else has an earlier place was put there."""
    at = call.at if call.tapped_at is None else min(call.at, call.tapped_at)
    fact = events[-1]
    put = fact.after is not None or (call.tapped_at is None and not is_live(game, fact, at))
    return Tap(at, None if filmed is None else filmed.at(at), past=put)


def _unmet(book: Book) -> frozenset[int]:
    """Entries that a camera made alone: a call that says the same is no double of them."""
    return frozenset(one.seq for one in book.unmet if one.seq is not None)


def _documents(entries: Sequence[Entry], texts: Mapping[str, str]) -> tuple[Json, ...]:
    """Entries as the caller gets them, with what people wrote."""
    documents: tuple[Json, ...] = with_texts(tuple(entry_json(e) for e in entries), texts)
    return documents


def digest(body: object) -> str:
    """Tells two bodies of one call_id apart."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
