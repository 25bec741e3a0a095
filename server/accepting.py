"""Proposals turned into calls: one, or a whole play that stands or falls together. Blocking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.answers import Answered
from server.book import Book
from server.clock import Clock
from server.duties import keep_out
from server.game.calls import Call, IllegalCall
from server.game.coherence import with_events
from server.game.entry import Entry, Tap
from server.game.events import Media, Play
from server.game.state import Game
from server.gamelog.log import Conflict
from server.gamelog.proposal import TYPES, Changes, Label, Proposal, Settled
from server.gamelog.texts import take_texts
from server.labels import label_of
from server.live.desklease import Desks
from server.matching import answer, must_wait
from server.meeting import fallen, followers
from server.merging import Clash, SaidAlready, ruled
from server.problems import Problem
from server.referee import SHOTS, proposed
from server.rulings import TRIES, Rulings, digest
from server.shelf import Shelf
from server.updates import Json

# A play has a handful of facts: the shot, the block or the assist, the rebound.
MOST_WITH = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """A proposal that shall be accepted, and what is said otherwise than it says."""

    proposal_id: str
    corrections: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What accepting writes: the entries, what becomes of proposals, and the game after it."""

    entries: tuple[Entry, ...]
    changes: Changes
    game: Game


class Accepting:
    """Shares its shelf with the rulings."""

    def __init__(self, shelf: Shelf, rulings: Rulings, clock: Clock) -> None:
        self._shelf = shelf
        self._rulings = rulings
        self._clock = clock

    def accept(
        self,
        game_id: str,
        proposal_id: str,
        asked: object,
        by: str,
        desks: Desks | None = None,
    ) -> Answered:
        """asked: corrections, and `with`: the proposals to accept in the same call, each an id
        or an object with `id` and its own corrections."""
        wanted = read_wanted(proposal_id, asked)
        body_hash = digest([[one.proposal_id, dict(one.corrections)] for one in wanted])
        book = self._shelf.book(game_id)
        for _ in range(TRIES):
            self._shelf.catch_up(book)
            target = self._shelf.proposal(game_id, proposal_id)
            call_id = _call_id(target)
            try:
                answered = self._rulings.answered(book, call_id, body_hash)
            except Problem:
                must_wait(target)
                raise
            if answered is not None:
                return answered
            call = Call(type=target.type, call_id=call_id, by=by)
            try:
                play = self.plan(book, wanted, call_id, by, desks)
                return self._rulings.commit(book, call_id, body_hash, play.entries, play.changes)
            except Conflict:
                continue
            except Problem:
                # Somebody may have accepted it since this one looked.
                answered = self._rulings.answered(book, call_id, body_hash)
                if answered is None:
                    raise
                return answered
            except (IllegalCall, Clash, SaidAlready) as why:
                return self._rulings.not_written(book, call, why)
        raise Problem(503, "log-busy", "too many writers at once")

    def alone(self, book: Book, wanted: Wanted, proposal: Proposal) -> Answered | None:
        """Accept by nobody; None where the rules would flag it. Conflict and what `plan` raises."""
        call_id = _call_id(proposal)
        play = self.plan(book, (wanted,), call_id, f"camera.{proposal.camera}", None)
        if book.would_flag(play.game):
            return None
        return self._rulings.commit(book, call_id, digest(call_id), play.entries, play.changes)

    def plan(
        self, book: Book, wanted: Sequence[Wanted], call_id: str, by: str, desks: Desks | None
    ) -> Accepted:
        """What would be written. Problem 409 `proposal-answered`, `parent-waiting`; and what
        `ruled` raises."""
        game_id = book.record.game_id
        said = {one.proposal_id: one.corrections for one in wanted}
        proposals = [self._shelf.proposal(game_id, one.proposal_id) for one in wanted]
        parents = self._parents(game_id, proposals, said)
        game, at = book.game, self._clock.now()
        entries: list[Entry] = []
        settles: list[Settled] = []
        labels: list[Label] = []
        became: dict[str, Proposal] = {}
        for one in sorted(proposals, key=lambda p: (TYPES.index(p.type), p.at_s)):
            parent = became.get(one.parent or "") or parents.get(one.parent or "")
            body = call_body(one, said[one.proposal_id], parent, game)
            call = replace(self._rulings.parse({**body, "call_id": call_id}, by), at=at)
            events, _ = take_texts(call_id, ruled(game, call))
            if desks is not None:
                keep_out(desks, game, call, events)
            entries += [
                Entry(game.seq + n, event, by, call.at, call_id, seen_at(one))
                for n, event in enumerate(events, start=1)
            ]
            game = with_events(game, call, events)
            settled = answer(one, "accepted", call, game.seq)
            became[one.proposal_id] = settled
            settles.append(Settled(settled))
            # What nobody looked at corrects nothing.
            fact = events[-1] if not settled.automatic else None
            fact = fact if isinstance(fact, Play) else None
            labels.append(label_of(settled, "accepted", at, fact, automatic=settled.automatic))
        left = [one for one in book.waiting if one.proposal_id not in became]
        for settled in became.values():
            follow = followers(game, settled, left, by, at)
            settles += [Settled(one) for one in follow]
            labels += fallen(follow, at)
        changes = Changes(settles=tuple(settles), labels=tuple(labels), seen=book.orders.changes)
        return Accepted(tuple(entries), changes, game)

    def _parents(
        self, game_id: str, proposals: Sequence[Proposal], wanted: Mapping[str, object]
    ) -> dict[str, Proposal]:
        """What the proposals belong to and is not accepted with them, by id."""
        found: dict[str, Proposal] = {}
        for one in proposals:
            must_wait(one)
            if one.parent is None or one.parent in wanted:
                continue
            parent = self._shelf.proposal(game_id, one.parent)
            if parent.status == "waiting":
                raise Problem(
                    409,
                    "parent-waiting",
                    f"the {one.type} belongs to a {parent.type} that waits: accept that first, "
                    "or both in one call",
                    extra={"proposal": one.proposal_id, "parent": parent.proposal_id},
                )
            found[parent.proposal_id] = parent
        return found


def seen_at(proposal: Proposal) -> Tap:
    """What a camera saw was said when it happened, however late somebody agreed."""
    return Tap(proposal.happened_at, Media(proposal.camera, proposal.at_s))


def read_wanted(proposal_id: str, asked: object) -> tuple[Wanted, ...]:
    """The body of an acceptance, checked for shape. Problem 422."""
    if asked is not None and not isinstance(asked, Mapping):
        raise Problem(422, "malformed", "corrections are a JSON object")
    body = dict(asked or {})
    linked = body.pop("with", None) or []
    if not isinstance(linked, list) or len(linked) > MOST_WITH:
        raise Problem(422, "malformed", f"with is a list of at most {MOST_WITH} proposals")
    found = {proposal_id: Wanted(proposal_id, body)}
    for one in linked:
        corrections = dict(one) if isinstance(one, Mapping) else {"id": one}
        linked_id = corrections.pop("id", None)
        if not isinstance(linked_id, str):
            raise Problem(422, "malformed", "with holds ids, or objects with an id")
        found.setdefault(linked_id, Wanted(linked_id, corrections))
    return tuple(found.values())


def call_body(
    proposal: Proposal, corrections: Mapping[str, object], parent: Proposal | None, game: Game
) -> Json:
    """The call that is proposed, as corrected. parent: what it belongs to, if that became an
    entry of `game`."""
    kind = corrections.get("type") or proposal.type
    if kind != proposal.type and not (kind in SHOTS and proposal.type in SHOTS):
        other = " or a ".join(SHOTS) if proposal.type in SHOTS else proposal.type
        raise Problem(422, "malformed", f"this proposal can only be a {other}")
    body: Json = {name: value for name, value in proposed(proposal).items() if value is not None}
    if kind != "field_goal":
        body.pop("value", None)
    if corrections.get("team") not in (None, body.get("team")):
        body.pop("player", None)
    body |= {"type": kind, "media": {"camera": proposal.camera, "s": proposal.at_s}}
    seq = None if parent is None else parent.seq
    entry = None if seq is None else game.history.get(seq)
    if entry is not None and game.standing.stands(entry.seq):
        body["links"] = entry.seq
    if not any(corrections.get(name) is not None for name in ("period", "clock_ms", "after")):
        body |= _place(proposal, entry, game)
    return body | dict(corrections)


def _place(proposal: Proposal, parent: Entry | None, game: Game) -> Json:
    """It happened when it was seen, not when somebody found the time to say so; what belongs to
    a play stands at its clock, and a rebound after it."""
    if parent is not None and game.standing.stands(parent.seq):
        play = game.standing.event(parent)
        clock_ms = play.clock_ms
        later = proposal.type == "rebound" and proposal.period == play.period
        if later and proposal.clock_ms is not None:
            clock_ms = min(clock_ms, proposal.clock_ms)
        return {"period": play.period, "clock_ms": clock_ms}
    if proposal.period is None or proposal.period > max(1, game.progress.period):
        return {}
    return {"period": proposal.period, "clock_ms": proposal.clock_ms}


def _call_id(proposal: Proposal) -> str:
    """One id for each time that a proposal was put before the desk, whoever accepts it: it
    cannot count twice."""
    again = "" if proposal.opened == 1 else f"-{proposal.opened}"
    return f"proposal-{proposal.proposal_id}{again}"
