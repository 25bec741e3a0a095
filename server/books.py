"""The books of all games open in this process: blocking, for one thread.

Any number of processes may write the same log. Each decides on what it knows and commits; when
somebody else was first the log says Conflict, and it reads, decides and tries again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.sight import Sighting
from server.answers import Answered, CreatedGame, Seen
from server.book import Book, proposal_json
from server.clock import Clock
from server.game.calls import Call, IllegalCall, MalformedCall, parse
from server.game.decide import decide
from server.game.entry import Entry
from server.game.events import Event, FieldGoal, Finalized, Media, Sighted
from server.gamelog.codec import entry_json
from server.gamelog.log import (
    STATUSES,
    CallRecord,
    Commit,
    Conflict,
    GameExists,
    GameRecord,
    Log,
    Proposal,
)
from server.matching import answer, is_live, matching, must_wait, said_again, tapped_first
from server.problems import Problem
from server.referee import Referee, goes_in
from server.shelf import Shelf
from server.teams import (
    DEFAULT_NAMES,
    GAME_ID,
    read_new_game,
    read_patch_game,
    read_patch_player,
    with_names,
)
from server.updates import GameState, Json, Sections, Update

# Somebody always gets through; this many lost races in a row mean something else is wrong.
TRIES = 50
# What a database's integer holds; no game is that long.
SEQ_LIMIT = 2**31 - 1
PROPOSAL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Books:
    """Every method raises Problem 404 `unknown-game` where there is no such game."""

    def __init__(self, log: Log, clock: Clock, new_id: Callable[[], str], referee: Referee) -> None:
        self._log = log
        self._clock = clock
        self._new_id = new_id
        self._referee = referee
        self._shelf = Shelf(log)

    # Games and people

    def create_game(self, body: object) -> CreatedGame:
        asked = read_new_game(body)
        record = GameRecord(
            game_id=asked.game_id or self._new_id(),
            epoch=self._new_id(),
            rules=asked.rules,
            home=asked.players.get("home", ()),
            away=asked.players.get("away", ()),
            created_at=self._clock.now(),
            names_hidden=bool(asked.names_hidden),
        )
        names = {who: name for who, name in asked.names.items() if name is not None}
        try:
            self._log.add_game(record, names)
        except GameExists:
            raise Problem(409, "game-exists", f"there is a game {record.game_id}") from None
        return CreatedGame(record.game_id, record.epoch)

    def games(self) -> list[Json]:
        return [
            {
                "game_id": line.record.game_id,
                "rules": line.record.rules,
                "created_at": line.record.created_at.isoformat(),
                "last_at": line.last_at.isoformat(),
                "seq": line.seq,
                **{s: {"name": line.teams.get(s, name)} for s, name in DEFAULT_NAMES.items()},
            }
            for line in self._log.games()
        ]

    def token_version(self, game_id: str) -> int | None:
        record = self._log.game(game_id) if GAME_ID.fullmatch(game_id) else None
        return None if record is None or record.erased else record.token_version

    def revoke_tokens(self, game_id: str) -> None:
        self._shelf.require(game_id)
        self._log.revoke_tokens(game_id)

    def named(self, game_id: str, sections: Sections, hide: bool) -> Json:
        record = self._shelf.require(game_id)
        names = self._log.names(game_id)
        return with_names(sections, names, players_too=not (hide and record.names_hidden))

    def patch_game(self, game_id: str, body: object, by: str) -> tuple[Update, ...]:
        asked = read_patch_game(body)
        book = self._shelf.caught_up(game_id)
        updates = []
        for side, players in asked.players.items():
            for player in players:
                if player not in book.game.players[side]:
                    body = {"type": "roster_add", "team": side, "player": player}
                    answer = self.call(game_id, {**body, "call_id": self._new_id()}, by)
                    updates += [] if answer.update is None else [answer.update]
        self._log.set_names(game_id, asked.names)
        if asked.names_hidden is not None:
            self._log.hide_names(game_id, asked.names_hidden)
        return tuple(updates)

    def patch_player(self, game_id: str, player: str, body: object) -> tuple[Update, ...]:
        name = read_patch_player(body)
        self._require_player(game_id, player)
        self._log.set_names(game_id, {player: name})
        return ()

    def erase_player(self, game_id: str, player: str) -> tuple[Update, ...]:
        self._require_player(game_id, player)
        self._log.set_names(game_id, {player: None})
        return ()

    def erase_game(self, game_id: str) -> tuple[Update, ...]:
        self._shelf.require(game_id)
        self._log.erase(game_id)
        return ()

    def _require_player(self, game_id: str, player: str) -> None:
        players = self._shelf.caught_up(game_id).game.players
        if not any(player in side for side in players.values()):
            raise Problem(404, "unknown-player", f"there is no player {player}")

    # Reading

    def record(self, game_id: str) -> GameRecord:
        return self._shelf.require(game_id)

    def state(self, game_id: str, names: bool) -> GameState:
        state = self._shelf.caught_up(game_id).state()
        if not names:
            return state
        return replace(state, sections=self.named(game_id, state.sections, hide=False))

    def boxscore(self, game_id: str, hide: bool) -> Json:
        sections = self._shelf.caught_up(game_id).sections()
        box: Json = self.named(game_id, {"boxscore": sections["boxscore"]}, hide)["boxscore"]
        return box

    def plays(self, game_id: str) -> list[Json]:
        return self._shelf.caught_up(game_id).plays()

    def entries(self, game_id: str, after: int) -> list[Json]:
        self._shelf.require(game_id)
        after = min(max(0, after), SEQ_LIMIT)
        return [entry_json(entry) for entry in self._log.entries(game_id, after)]

    def idle(self, older_than: timedelta) -> list[tuple[str, Json]]:
        """The games that nobody touched for so long, each with the call that ends it."""
        found = []
        limit = self._clock.now() - older_than
        for line in self._log.games():
            game_id = line.record.game_id
            # A game that has not begun was made for another day; it is not running.
            if line.last_at >= limit or line.seq == 0:
                continue
            last = self._log.entries(game_id, after=line.seq - 1)
            if last and isinstance(last[-1].event, Finalized):
                continue
            if not self._shelf.caught_up(game_id).game.progress.final:
                call_id = f"idle-{line.seq}"
                found.append((game_id, {"call_id": call_id, "type": "finalize"}))
        return found

    # Calls

    def call(self, game_id: str, body: object, by: str) -> Answered:
        book = self._shelf.book(game_id)
        return self._settle(book, self._parse(body, by), _digest(body), None)

    def accept(self, game_id: str, proposal_id: str, corrections: object, by: str) -> Answered:
        book = self._shelf.caught_up(game_id)
        proposal = self._require_proposal(game_id, proposal_id)
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
        call = self._parse(body, by)
        if call.clock_ms is None and call.period is None and call.after is None:
            # The shot fell when it was seen, not when somebody found the time to say so.
            seen_ms = book.game.progress.clock_ms_at(proposal.created_at)
            call = replace(call, clock_ms=seen_ms)
        return self._settle(book, call, _digest(body), proposal_id)

    def _settle(self, book: Book, call: Call, digest: str, accepting: str | None) -> Answered:
        """Decide and commit, first on what is known here, then on what the log says."""
        fresh = accepting is not None
        for _ in range(TRIES):
            if fresh:
                answered = self._answered(book, call.call_id, digest, accepting)
                if answered is not None:
                    return answered
                self._shelf.catch_up(book)
            try:
                events = decide(book.game, call)
                return self._write(book, call, digest, events, accepting)
            except Conflict:
                pass
            except IllegalCall as illegal:
                if fresh:
                    raise Problem(409, illegal.type, illegal.detail) from illegal
            fresh = True
        raise Problem(503, "log-busy", "too many writers at once; send the call again")

    def _write(
        self,
        book: Book,
        call: Call,
        digest: str,
        events: tuple[Event, ...],
        accepting: str | None,
    ) -> Answered:
        game_id, seq = book.record.game_id, book.game.seq
        settles = seen = None
        if accepting is not None:
            proposal = self._require_proposal(game_id, accepting)
            if proposal.status == "accepted":
                raise Conflict("another process accepted it just now")
            must_wait(proposal)
            settles = answer(proposal, "accepted", call)
        elif isinstance(events[0], FieldGoal) and is_live(book.game, events[0]):
            seen = book.proposals_seen
            match = matching(book.waiting, events[0], call.at)
            media = said_again(book.game, events[0], call.at)
            if match is not None:
                settles = answer(match, "absorbed", call)
                media = Media(match.camera, match.rim_s)
            if media is not None and events[0].media is None:
                events = (replace(events[0], media=media), *events[1:])
        entries = tuple(
            Entry(seq + n, event, call.by, call.at, call.call_id)
            for n, event in enumerate(events, start=1)
        )
        record = CallRecord(call.call_id, digest, seq + 1, seq + len(entries))
        commit = Commit(game_id, record, entries, settles=settles, proposals_seen=seen)
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
        return Answered(call.call_id, update.entries, False, update, told)

    def _answered(
        self, book: Book, call_id: str, digest: str, accepting: str | None
    ) -> Answered | None:
        record = self._log.answered(book.record.game_id, call_id)
        if record is None:
            return None
        if record.body_hash != digest:
            if accepting is not None:
                must_wait(self._require_proposal(book.record.game_id, accepting))
            raise Problem(409, "call-id-reused", f"call {call_id} was made with another body")
        entries = self._log.entries(book.record.game_id, record.first_seq - 1, record.last_seq)
        return Answered(call_id, tuple(entry_json(entry) for entry in entries), True)

    def _parse(self, body: object, by: str) -> Call:
        try:
            return parse(body, by, self._clock.now())
        except MalformedCall as malformed:
            raise Problem(422, malformed.type, malformed.detail) from malformed
        except IllegalCall as illegal:
            raise Problem(409, illegal.type, illegal.detail) from illegal

    # Proposals

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

    def proposals(self, game_id: str, status: str | None) -> list[Json]:
        self._shelf.require(game_id)
        if status is not None and status not in STATUSES:
            raise Problem(422, "malformed", f"status is one of {', '.join(STATUSES)}")
        return [proposal_json(p) for p in self._log.proposals(game_id, status)]

    def reject(self, game_id: str, proposal_id: str, by: str) -> tuple[Json, bool]:
        """The rejected proposal, and whether it was not rejected before."""
        book = self._shelf.book(game_id)
        proposal = self._require_proposal(game_id, proposal_id)
        for _ in range(TRIES):
            if proposal.status == "rejected":
                return proposal_json(proposal), False
            must_wait(proposal)
            now = self._clock.now()
            rejected = replace(proposal, status="rejected", answered_by=by, answered_at=now)
            try:
                self._log.settle(game_id, rejected)
            except Conflict:
                proposal = self._require_proposal(game_id, proposal_id)
                continue
            self._shelf.catch_up(book)
            return proposal_json(rejected), True
        raise Problem(503, "log-busy", "too many writers at once")

    def _require_proposal(self, game_id: str, proposal_id: str) -> Proposal:
        known = PROPOSAL_ID.fullmatch(proposal_id)
        proposal = self._log.proposal(game_id, proposal_id) if known else None
        if proposal is None:
            raise Problem(404, "unknown-proposal", f"there is no proposal {proposal_id}")
        return proposal


def _digest(body: object) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
