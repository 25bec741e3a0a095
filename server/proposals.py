"""What cameras propose and scorekeepers answer. Blocking, on the books' thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.sight import Sighting
from server.accepting import Accepting, Wanted, seen_at
from server.answers import Answered, Seen
from server.automatic import sure_fields
from server.book import Book
from server.clock import Clock
from server.game.calls import IllegalCall
from server.game.entry import Entry
from server.game.events import Media, Play, Sighted
from server.gamelog.log import CallRecord, Commit, Conflict, Log
from server.gamelog.proposal import STATUSES, Changes, Label, Proposal, Settled
from server.labels import label_of, missed_id
from server.live.desklease import Desks
from server.matching import (
    family_of,
    is_possible,
    merged,
    must_wait,
    orphans_of,
    parent_of,
    tapped_first,
    twin_of,
)
from server.merging import Clash, SaidAlready
from server.problems import Problem
from server.referee import Referee
from server.rulings import TRIES
from server.shelf import Shelf
from server.stills import jpeg
from server.updates import Json

# More than a scorekeeper looks through; the oldest make room.
MOST_WAITING = 24


class Proposals:
    """What a camera saw, until somebody says what it was."""

    def __init__(
        self,
        log: Log,
        shelf: Shelf,
        accepting: Accepting,
        referee: Referee,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._log = log
        self._shelf = shelf
        self._accepting = accepting
        self._referee = referee
        self._clock = clock
        self._new_id = new_id

    def propose(
        self, game_id: str, camera: str, sighting: Sighting, ago_s: float = 0.0
    ) -> tuple[Seen, ...]:
        """What became of a sighting, step by step; nothing when it is too unsure. ago_s: seconds
        since it happened."""
        book = self._shelf.book(game_id)
        now, proposal_id = self._clock.now(), self._new_id()
        if sighting.score < self._referee.least.get(sighting.kind, 0.0):
            return ()
        still = None if sighting.still is None else jpeg(sighting.still)
        for _ in range(TRIES):
            self._shelf.catch_up(book)
            if book.game.progress.final:
                return ()
            proposal = self._referee.propose(
                proposal_id, camera, sighting, book.game, now, ago_s, still=still is not None
            )
            if proposal is None:
                return ()
            try:
                seen = self._place(book, proposal, still)
            except Conflict:
                continue
            return (seen, *self._accept_alone(book, seen))
        raise Problem(503, "log-busy", "too many writers at once")

    def listed(self, game_id: str, status: str | None) -> list[Json]:
        book = self._shelf.book(game_id)
        if status is not None and status not in STATUSES:
            raise Problem(422, "malformed", f"status is one of {', '.join(STATUSES)}")
        return [book.document(p) for p in self._log.proposals(game_id, status)]

    def still(self, game_id: str, proposal_id: str) -> bytes:
        """The picture of a proposal (JPEG). Problem 404 `no-still`."""
        proposal = self._shelf.proposal(game_id, proposal_id)
        picture = self._log.still(game_id, proposal.proposal_id)
        if picture is None:
            raise Problem(404, "no-still", "no picture is kept of this proposal")
        return picture

    def labels(self, game_id: str | None = None, most: int | None = None) -> list[Label]:
        """What was answered, oldest first (most: the newest of each type)."""
        return self._log.labels(game_id, most)

    def watched(self, game_id: str, camera: str) -> None:
        """A camera looks at the game: what is said now it should have seen."""
        self._shelf.require(game_id)
        self._log.watch(game_id, camera, self._clock.now())

    def reject(self, game_id: str, proposal_id: str, by: str) -> tuple[Json, tuple[Json, ...]]:
        """The rejected proposal; it and what belongs to it, as far as that was not rejected
        before."""
        self._shelf.book(game_id)
        for _ in range(TRIES):
            book = self._shelf.caught_up(game_id)
            proposal = self._shelf.proposal(game_id, proposal_id)
            if proposal.status == "rejected":
                return book.document(proposal), ()
            must_wait(proposal)
            now = self._clock.now()
            gone = [
                replace(one, status="rejected", answered_by=by, answered_at=now)
                for one in (proposal, *family_of(proposal, book.waiting))
            ]
            changes = Changes(
                settles=tuple(Settled(one) for one in gone),
                labels=tuple(label_of(one, "rejected", now, None) for one in gone),
                seen=book.orders.changes,
            )
            try:
                self._log.change(game_id, changes)
            except Conflict:
                continue
            told = book.changed(changes)
            return told[0], told
        raise Problem(503, "log-busy", "too many writers at once")

    def accept(
        self, game_id: str, proposal_id: str, asked: object, by: str, desks: Desks | None = None
    ) -> Answered:
        """See `Accepting.accept`."""
        return self._accepting.accept(game_id, proposal_id, asked, by, desks)

    # Inside

    def _place(self, book: Book, proposal: Proposal, still: bytes | None) -> Seen:
        """Write what is new of a proposal. Conflict."""
        recent = book.recent
        twin = twin_of(proposal, recent)
        if twin is not None:
            both = merged(twin, proposal)
            waits = twin.status == "waiting"
            told = self._change(book, Changes(settles=(Settled(both, twin.status),)))
            return Seen(None, None, told if waits else ())
        parent = parent_of(proposal, recent)
        if parent is not None:
            if parent.status in ("rejected", "expired"):
                return Seen()
            proposal = replace(proposal, parent=parent.proposal_id)
        seq = tapped_first(book.game, proposal)
        if seq is not None:
            return self._sighted(book, seq, proposal, still)
        if parent is not None and parent.status in ("accepted", "absorbed"):
            if parent.seq is None or not is_possible(book.game, proposal, parent.seq):
                return Seen()
            proposal = replace(proposal, parent_seq=parent.seq)
        orphans = [
            replace(one, parent=proposal.proposal_id) for one in orphans_of(proposal, recent)
        ]
        late = self._expired(book, proposal.created_at)
        gone = {one.proposal_id for one in late}
        settles = (*late, *(one for one in orphans if one.proposal_id not in gone))
        told = self._change(
            book,
            Changes(
                adds=proposal,
                still=still,
                settles=tuple(Settled(one) for one in settles),
                labels=tuple(label_of(one, "expired", proposal.created_at, None) for one in late),
            ),
        )
        return Seen(book.document(proposal), None, told)

    def _change(self, book: Book, changes: Changes) -> tuple[Json, ...]:
        seen = replace(changes, seen=book.orders.changes)
        self._log.change(book.record.game_id, seen, book.game.seq)
        return book.changed(changes)

    def _expired(self, book: Book, now: datetime) -> list[Proposal]:
        """Those that make room for one more, with what belongs to them."""
        if len(book.waiting) < MOST_WAITING:
            return []
        oldest = book.waiting[0]
        gone = (oldest, *family_of(oldest, book.waiting))
        return [replace(one, status="expired", answered_at=now) for one in gone]

    def _sighted(self, book: Book, seq: int, proposal: Proposal, still: bytes | None) -> Seen:
        """It was called before the camera was sure: it only gives its media time."""
        call_id, now = f"sighting-{proposal.proposal_id}", proposal.created_at
        entry = book.game.history.get(seq)
        fact = None if entry is None else book.game.standing.event(entry)
        if entry is None or not isinstance(fact, Play):
            raise LookupError(seq)
        absorbed = replace(
            proposal,
            status="absorbed",
            seq=seq,
            call_id=entry.call_id,
            answered_by=entry.by,
            answered_at=now,
        )
        event = Sighted(
            period=entry.event.period,
            clock_ms=entry.event.clock_ms,
            links=seq,
            media=Media(proposal.camera, proposal.at_s),
        )
        last = book.game.seq + 1
        record = CallRecord(call_id, "", last, last)
        by = f"camera:{proposal.camera}"
        sighted = (Entry(last, event, by, now, call_id, seen_at(proposal)),)
        changes = Changes(
            adds=absorbed,
            still=still,
            labels=(label_of(absorbed, "absorbed", now, fact),),
            unlabels=(missed_id(seq),),
            seen=book.orders.changes,
        )
        before = book.sections()
        self._log.commit(Commit(book.record.game_id, record, sighted, changes))
        book.follow(sighted)
        book.changed(changes)
        return Seen(None, book.update(sighted, before), ())

    def _accept_alone(self, book: Book, seen: Seen) -> Sequence[Seen]:
        """Accept what is sure enough by the game's own wish, parents first."""
        threshold, found = book.orders.auto_accept, []
        if threshold is None or seen.proposal is None:
            return ()
        waiting = [str(seen.proposal["id"])]
        while waiting:
            one = self._shelf.proposal(book.record.game_id, waiting.pop(0))
            corrections = sure_fields(one, threshold)
            if corrections is None:
                continue
            try:
                answered = self._accepting.alone(book, Wanted(one.proposal_id, corrections), one)
            except (Conflict, IllegalCall, Clash, SaidAlready, Problem):
                continue  # it waits, as it would without the wish
            if answered is not None:
                found.append(Seen(seen.proposal, answered.update, answered.proposals))
                waiting += [kid.proposal_id for kid in family_of(one, book.waiting)]
        return found
