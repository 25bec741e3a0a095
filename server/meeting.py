"""Where calls meet proposals: what becomes of them when somebody says or corrects a fact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from server.book import Book
from server.game.calls import Call
from server.game.coherence import with_events
from server.game.events import Amended, Event, Media, Play, Voided
from server.game.state import Game
from server.gamelog.log import Log
from server.gamelog.proposal import Changes, Label, Proposal, Settled
from server.labels import label_of, missed, missed_id
from server.matching import answer, family_of, is_possible, matching, said_again

# A camera that looked this recently should have seen what was said.
WATCHED = timedelta(seconds=15)
# An acceptance that is undone so soon was a slip of the finger: the proposal waits again.
REOPENED = timedelta(seconds=60)
# What a scorekeeper's call can say about a fact that a camera wrote alone.
_SAID = ("team", "player", "value", "kind", "x_m", "y_m", "tags", "nth", "of", "period", "clock_ms")


class Meeting:
    """Reads the log, writes nothing: the changes go with the call's own commit."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def met(self, book: Book, call: Call, fact: Play) -> Proposal | None:
        """What a camera wrote alone a moment ago and the call says too; the rest is its own."""
        if call.by.startswith("camera."):
            return None
        stand = [p for p in book.unmet if p.seq is not None and book.game.standing.stands(p.seq)]
        found = matching((*stand, *book.waiting), fact, call.at)
        mine = found is not None and found.automatic and found.type == fact.name
        return found if mine else None

    def confirmed(
        self, book: Book, call: Call, events: tuple[Event, ...], met: Proposal
    ) -> Changes:
        """A desk's call meets what was accepted without it."""
        settled = answer(met, "absorbed", call, met.seq)
        label = label_of(settled, "absorbed", call.at, _amended(events), automatic=True)
        return Changes(
            settles=(Settled(settled, "accepted"),), labels=(label,), seen=book.orders.changes
        )

    def absorbed(
        self, book: Book, call: Call, events: tuple[Event, ...], fact: Play
    ) -> tuple[Play, Changes]:
        """The live fact of a call: with the time of the proposal that it meets, and what becomes
        of that one. events: of the call, the fact last."""
        seq = book.game.seq + len(events)
        match = matching(book.waiting, fact, call.at)
        media = said_again(book.game, fact, call.at)
        settles: list[Settled] = []
        labels: list[Label] = []
        if match is not None:
            media = Media(match.camera, match.at_s)
            settled = answer(match, "absorbed", call, seq)
            after = with_events(book.game, call, events)
            follow = followers(after, settled, book.waiting, call.by, call.at)
            settles = [Settled(settled), *(Settled(one) for one in follow)]
            labels = [label_of(settled, "absorbed", call.at, fact), *fallen(follow, call.at)]
        elif media is not None:
            again = self._said_before(book, media, fact)
            if again is not None:
                settled = answer(again, "absorbed", call, seq)
                settles = [Settled(settled, again.status)]
                labels = [label_of(settled, "absorbed", call.at, fact)]
        elif self._is_watched(book, call):
            labels = [missed(fact, seq, call.at)]
        if media is not None and fact.media is None:
            fact = replace(fact, media=media)
        changes = Changes(settles=tuple(settles), labels=tuple(labels), seen=book.orders.changes)
        return fact, changes

    def corrected(self, book: Book, call: Call, events: tuple[Event, ...]) -> Changes:
        """A correction of what proposals became: labels go, or say it right; an undo of an
        acceptance puts the proposals before the desk again, its redo takes them away."""
        after, about = with_events(book.game, call, events), _spoken_of(book.game, events)
        settles: list[Settled] = []
        labels: list[Label] = []
        unlabels = [missed_id(seq) for seq in about if not after.standing.stands(seq)]
        for one in self._log.proposals_of(book.record.game_id, about):
            entry = None if one.seq is None else after.history.get(one.seq)
            if entry is None:
                continue
            fact = after.standing.event(entry)
            automatic, stands = one.automatic, after.standing.stands(entry.seq)
            if stands and one.status == "waiting":
                one = answer(one, "accepted", replace(call, call_id=entry.call_id), one.seq)
                settles.append(Settled(one))
            elif not stands and _is_undone(one, call, events):
                settles.append(Settled(_reopened(one), one.status))
                orphans = (kid for kid in book.waiting if kid.parent == one.proposal_id)
                settles += [Settled(replace(kid, parent_seq=None)) for kid in orphans]
            if stands and isinstance(fact, Play) and one.status in ("accepted", "absorbed"):
                labels.append(label_of(one, one.status, call.at, fact, automatic=automatic))
            elif automatic:
                labels.append(label_of(one, "rejected", call.at, None, automatic=True))
            else:
                unlabels.append(one.proposal_id)
        return Changes(
            settles=tuple(settles),
            labels=tuple(labels),
            unlabels=tuple(unlabels),
            seen=book.orders.changes if settles else None,
        )

    def _said_before(self, book: Book, media: Media, fact: Play) -> Proposal | None:
        """The proposal that the fact which was taken back had met."""
        for one in reversed(book.recent):
            there = one.camera == media.camera and one.at_s == media.s
            if there and one.type == fact.name and one.status in ("absorbed", "accepted"):
                return one
        return None

    def _is_watched(self, book: Book, call: Call) -> bool:
        if not call.by.startswith("desk"):
            return False
        at = self._log.watched_at(book.record.game_id)
        return at is not None and call.at - at <= WATCHED


def amendment(game: Game, call: Call, met: Proposal) -> Call:
    """The call as a correction of what the camera wrote: what it says, the rest stays."""
    said = {name: getattr(call, name) for name in _SAID}
    return Call(type="amend", call_id=call.call_id, by=call.by, at=call.at, links=met.seq, **said)


def followers(
    game: Game, parent: Proposal, waiting: Iterable[Proposal], by: str, at: datetime
) -> list[Proposal]:
    """What becomes of the waiting ones that belong to a proposal which became an entry of
    `game`: they belong to that entry now, or are rejected where they cannot."""
    found = []
    for one in family_of(parent, waiting):
        if one.parent != parent.proposal_id:
            continue
        if parent.seq is not None and is_possible(game, one, parent.seq):
            found.append(replace(one, parent_seq=parent.seq))
        else:
            found.append(replace(one, status="rejected", answered_by=by, answered_at=at))
    return found


def _reopened(proposal: Proposal) -> Proposal:
    """Before the desk again. It keeps its entry: a redo makes that stand again."""
    return replace(
        proposal,
        status="waiting",
        opened=proposal.opened + 1,
        parent_seq=None,
        call_id=None,
        answered_by=None,
        answered_at=None,
    )


def fallen(proposals: Iterable[Proposal], at: datetime) -> list[Label]:
    """Labels of those that were rejected with what they belonged to."""
    return [label_of(one, "rejected", at, None) for one in proposals if one.status == "rejected"]


def _amended(events: tuple[Event, ...]) -> Play | None:
    last = events[-1]
    fact = last.event if isinstance(last, Amended) else last
    return fact if isinstance(fact, Play) else None


def _spoken_of(game: Game, events: tuple[Event, ...]) -> list[int]:
    """The entries of facts that a correction is about, through corrections of corrections."""
    found: dict[int, None] = {}
    waiting = list(events)
    while waiting:
        event = waiting.pop()
        named = (event.links,) if isinstance(event, Amended) else ()
        for seq in event.targets if isinstance(event, Voided) else named:
            entry = game.history.get(seq)
            if entry is None or seq in found:
                continue
            if isinstance(entry.event, Voided | Amended):
                waiting.append(entry.event)
            else:
                found[seq] = None
    return sorted(found)


def _is_undone(proposal: Proposal, call: Call, events: tuple[Event, ...]) -> bool:
    """Does an undo take back the acceptance that was made a moment ago?"""
    first = events[0]
    undo = isinstance(first, Voided) and first.cause == "undo"
    at = proposal.answered_at
    return undo and proposal.status == "accepted" and at is not None and call.at - at <= REOPENED
