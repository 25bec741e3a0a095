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
from server.book import Book, proposal_json
from server.clock import Clock
from server.duties import keep_out
from server.game.calls import Call, IllegalCall, MalformedCall, parse
from server.game.entry import Entry
from server.game.events import Event, FieldGoal, Media
from server.gamelog.codec import entry_json
from server.gamelog.log import CallRecord, Commit, Conflict, Log
from server.gamelog.texts import take_texts, with_texts
from server.live.desklease import Desks
from server.matching import answer, is_live, matching, must_wait, said_again
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

    def call(self, game_id: str, body: object, by: str, desks: Desks | None = None) -> Answered:
        """Decide one call, or answer it again. desks: who keeps which part of the sheet."""
        book = self._shelf.book(game_id)
        return self.settle(book, self.parse(body, by), digest(body), None, desks)

    def parse(self, body: object, by: str) -> Call:
        """The call in a body. Problem 422, or 409 for a call of another version."""
        try:
            return parse(body, by, self._clock.now())
        except MalformedCall as malformed:
            raise Problem(422, malformed.type, malformed.detail) from malformed
        except IllegalCall as illegal:
            raise Problem(409, illegal.type, illegal.detail) from illegal

    def settle(
        self,
        book: Book,
        call: Call,
        body_hash: str,
        accepting: str | None,
        desks: Desks | None = None,
    ) -> Answered:
        """Decide and commit, first on what is known here, then on what the log says."""
        answered = self._settled(book, call, body_hash, accepting, desks)
        if call.type not in CLOSING:
            return answered
        return replace(answered, flags=tuple(book.sections()["flags"]))

    def _settled(
        self,
        book: Book,
        call: Call,
        body_hash: str,
        accepting: str | None,
        desks: Desks | None,
    ) -> Answered:
        fresh = accepting is not None
        for _ in range(TRIES):
            if fresh:
                answered = self._answered(book, call.call_id, body_hash, accepting)
                if answered is not None:
                    return answered
                self._shelf.catch_up(book)
            try:
                events = ruled(book.game, call)
                if desks is not None:
                    keep_out(desks, book.game, call, events)
                return self._write(book, call, body_hash, events, accepting)
            except Conflict:
                pass
            except (IllegalCall, Problem, Clash, SaidAlready) as answer:
                # What is known here may be old: only what the log says now is an answer.
                if fresh:
                    return self._not_written(book, call, answer)
            fresh = True
        raise Problem(503, "log-busy", "too many writers at once; send the call again")

    def _not_written(
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
        accepting: str | None,
    ) -> Answered:
        game_id, seq = book.record.game_id, book.game.seq
        events, texts = take_texts(call.call_id, events)
        settles = seen = None
        if accepting is not None:
            proposal = self._shelf.proposal(game_id, accepting)
            if proposal.status == "accepted":
                raise Conflict("another process accepted it just now")
            must_wait(proposal)
            settles = answer(proposal, "accepted", call)
        elif isinstance(shot := events[-1], FieldGoal) and is_live(book.game, shot, call.at):
            seen = book.proposals_seen
            match = matching(book.waiting, shot, call.at)
            media = said_again(book.game, shot, call.at)
            if match is not None:
                settles = answer(match, "absorbed", call)
                media = Media(match.camera, match.rim_s)
            if media is not None and shot.media is None:
                events = (*events[:-1], replace(shot, media=media))
        entries = tuple(
            Entry(seq + n, event, call.by, call.at, call.call_id)
            for n, event in enumerate(events, start=1)
        )
        record = CallRecord(call.call_id, body_hash, seq + 1, seq + len(entries))
        commit = Commit(game_id, record, entries, settles=settles, proposals_seen=seen, texts=texts)
        before = book.sections()
        self._log.commit(commit)
        book.follow(entries)
        told: tuple[Json, ...] = ()
        if settles is not None:
            book.know(
                [p for p in book.waiting if p.proposal_id != settles.proposal_id],
                book.proposals_seen,
            )
            told = (proposal_json(settles),)
        update = book.update(entries, before)
        return Answered(call.call_id, _documents(entries, texts), False, update, told)

    def _answered(
        self, book: Book, call_id: str, body_hash: str, accepting: str | None
    ) -> Answered | None:
        record = self._log.answered(book.record.game_id, call_id)
        if record is None:
            return None
        if record.body_hash != body_hash:
            if accepting is not None:
                must_wait(self._shelf.proposal(book.record.game_id, accepting))
            raise Problem(409, "call-id-reused", f"call {call_id} was made with another body")
        entries = self._log.entries(book.record.game_id, record.first_seq - 1, record.last_seq)
        return Answered(call_id, _documents(entries, self._log.names(book.record.game_id)), True)


def _documents(entries: Sequence[Entry], texts: Mapping[str, str]) -> tuple[Json, ...]:
    """Entries as the caller gets them, with what people wrote."""
    documents: tuple[Json, ...] = with_texts(tuple(entry_json(e) for e in entries), texts)
    return documents


def digest(body: object) -> str:
    """Tells two bodies of one call_id apart."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
