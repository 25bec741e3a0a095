"""What cameras propose and scorekeepers answer. Blocking, on the books' thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from pipeline.sight import Sighting
from server.answers import Answered, Seen
from server.book import Book, proposal_json
from server.clock import Clock
from server.game.entry import Entry
from server.game.events import Media, Sighted
from server.gamelog.log import STATUSES, CallRecord, Commit, Conflict, Log, Proposal
from server.live.desklease import Desks
from server.matching import must_wait, tapped_first
from server.problems import Problem
from server.referee import Referee, goes_in
from server.rulings import TRIES, Rulings, digest
from server.shelf import Shelf
from server.updates import Json


class Proposals:
    """Shots that a camera saw, until somebody says what they were."""

    def __init__(
        self,
        log: Log,
        shelf: Shelf,
        rulings: Rulings,
        referee: Referee,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._log = log
        self._shelf = shelf
        self._rulings = rulings
        self._referee = referee
        self._clock = clock
        self._new_id = new_id

    def propose(self, game_id: str, camera: str, sighting: Sighting) -> Seen:
        book = self._shelf.book(game_id)
        now = self._clock.now()
        proposal = self._referee.propose(self._new_id(), camera, sighting, now)
        if proposal is None:
            return Seen()
        for _ in range(TRIES):
            self._shelf.catch_up(book)
            if book.game.progress.final:
                return Seen()
            seq = tapped_first(book.game, proposal, now)
            try:
                if seq is None:
                    self._log.add_proposal(game_id, proposal, book.game.seq)
                    book.know((*book.waiting, proposal), book.proposals_seen + 1)
                    document = proposal_json(proposal)
                    return Seen(document, None, (document,))
                return self._sighted(book, seq, proposal, now)
            except Conflict:
                continue
        raise Problem(503, "log-busy", "too many writers at once")

    def _sighted(self, book: Book, seq: int, proposal: Proposal, now: datetime) -> Seen:
        """The shot was called before the camera was sure: it only gives its media time."""
        call_id = f"sighting-{proposal.proposal_id}"
        shot = book.game.history.get(seq)
        absorbed = replace(proposal, status="absorbed", answered_at=now)
        if shot is None:
            raise LookupError(seq)
        absorbed = replace(absorbed, call_id=shot.call_id, answered_by=shot.by)
        event = Sighted(
            period=shot.event.period,
            clock_ms=shot.event.clock_ms,
            links=seq,
            media=Media(proposal.camera, proposal.rim_s),
        )
        last = book.game.seq + 1
        entry = Entry(last, event, f"camera:{proposal.camera}", now, call_id)
        record = CallRecord(call_id, "", last, last)
        before = book.sections()
        self._log.commit(Commit(book.record.game_id, record, (entry,), adds=absorbed))
        book.follow((entry,))
        book.know(book.waiting, book.proposals_seen + 1)
        return Seen(None, book.update((entry,), before), ())

    def listed(self, game_id: str, status: str | None) -> list[Json]:
        self._shelf.require(game_id)
        if status is not None and status not in STATUSES:
            raise Problem(422, "malformed", f"status is one of {', '.join(STATUSES)}")
        return [proposal_json(p) for p in self._log.proposals(game_id, status)]

    def reject(self, game_id: str, proposal_id: str, by: str) -> tuple[Json, bool]:
        """The rejected proposal, and whether it was not rejected before."""
        book = self._shelf.book(game_id)
        proposal = self._shelf.proposal(game_id, proposal_id)
        for _ in range(TRIES):
            if proposal.status == "rejected":
                return proposal_json(proposal), False
            must_wait(proposal)
            now = self._clock.now()
            rejected = replace(proposal, status="rejected", answered_by=by, answered_at=now)
            try:
                self._log.settle(game_id, rejected)
            except Conflict:
                proposal = self._shelf.proposal(game_id, proposal_id)
                continue
            self._shelf.catch_up(book)
            return proposal_json(rejected), True
        raise Problem(503, "log-busy", "too many writers at once")

    def accept(
        self,
        game_id: str,
        proposal_id: str,
        corrections: object,
        by: str,
        desks: Desks | None = None,
    ) -> Answered:
        book = self._shelf.caught_up(game_id)
        proposal = self._shelf.proposal(game_id, proposal_id)
        if corrections is not None and not isinstance(corrections, Mapping):
            raise Problem(422, "malformed", "corrections are a JSON object")
        said = {"type": "field_goal", **(corrections or {})}
        if said["type"] not in ("field_goal", "free_throw"):
            raise Problem(422, "malformed", "a shot is a field_goal or a free_throw")
        body: Json = {"made": goes_in(proposal)}
        if said["type"] == "field_goal":
            body["value"] = proposal.value
        body["media"] = {"camera": proposal.camera, "s": proposal.rim_s}
        body |= said
        # One id for a proposal, whoever accepts it: it cannot count twice.
        body["call_id"] = f"proposal-{proposal_id}"
        call = self._rulings.parse(body, by)
        if call.clock_ms is None and call.period is None and call.after is None:
            # The shot fell when it was seen, not when somebody found the time to say so.
            seen_ms = book.game.progress.clock_ms_at(proposal.created_at)
            call = replace(call, clock_ms=seen_ms)
        return self._rulings.settle(book, call, digest(body), proposal_id, desks)
