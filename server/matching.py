"""Which sightings and which calls speak of the same fact: one fact, once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from server.game.calls import Call
from server.game.entry import Entry
from server.game.events import Event, FieldGoal, FreeThrow, Media, Play, Voided
from server.game.links import ONE_OF_EACH, children, fits
from server.game.state import Game
from server.gamelog.proposal import TYPES, Glimpse, Proposal
from server.problems import Problem
from server.referee import SHOTS, goes_in

# A tap comes at most this long after what the camera saw, ...
ABSORB_S = 12.0
# ... or this long before it.
TAP_FIRST_S = 5.0
# A fact entered this soon after one was taken back is the same one, said right.
SAID_AGAIN_S = 15.0
# Two media times of one camera that mean the same moment.
SAME_MOMENT_S = 1.0
# Cameras differ by their ways through the network.
TWIN_S = 1.5
# The eye's numbers begin anew with each of its lives; what belongs together is close.
FAMILY_S = 60.0
# A proposal that surely speaks of the other side, of another player, is so much further away.
OTHER_TEAM_S = 8.0
OTHER_PLAYER_S = 3.0
# A free throw looks much like another shot; only right after it is one taken for the other.
OTHER_SHOT_S = 6.0


def fact_of(events: tuple[object, ...]) -> Play | None:
    """The fact of a call, if it is of a type that cameras propose."""
    fact = events[-1]
    return fact if isinstance(fact, Play) and fact.name in TYPES else None


def is_live(game: Game, fact: Event, at: datetime) -> bool:
    """Told as it happens; what is put into the past is nothing that a camera just saw."""
    if fact.after is not None or fact.period != max(1, game.progress.period):
        return False
    return fact.clock_ms - game.progress.clock_ms_at(at) <= ABSORB_S * 1000


def matching(proposals: Iterable[Proposal], fact: Play, at: datetime) -> Proposal | None:
    """The proposal that a scorekeeper's fact speaks of: the nearest in time that does not
    speak against its team and player."""
    best: tuple[float, Proposal] | None = None
    for proposal in proposals:
        if not _same_kind(proposal, fact):
            continue
        if fact.media is not None:
            if fact.media.camera != proposal.camera:
                continue
            apart_s = abs(fact.media.s - proposal.at_s)
        else:
            apart_s = (at - proposal.happened_at).total_seconds()
        against_s = _against_s(proposal, fact)
        if not 0 <= apart_s <= ABSORB_S - max(0.0, against_s):
            continue
        if best is None or apart_s + against_s < best[0]:
            best = (apart_s + against_s, proposal)
    return None if best is None else best[1]


def tapped_first(game: Game, proposal: Proposal) -> int | None:
    """The entry that said it a moment before the camera was sure, or None."""
    best: tuple[float, int] | None = None
    for entry, fact in _just_said(game, proposal.happened_at, TAP_FIRST_S):
        if not _same_kind(proposal, fact):
            continue
        media = fact.media
        if media is not None and not (
            # A desk that named the moment itself.
            media.camera == proposal.camera and abs(media.s - proposal.at_s) <= SAME_MOMENT_S
        ):
            continue
        apart_s = abs((proposal.created_at - entry.at).total_seconds())
        against_s = _against_s(proposal, fact)
        if max(0.0, against_s) + apart_s > ABSORB_S:
            continue
        if best is None or apart_s + against_s < best[0]:
            best = (apart_s + against_s, entry.seq)
    return None if best is None else best[1]


def said_again(game: Game, fact: Play, at: datetime) -> Media | None:
    """The media time of what was just taken back to be entered right, or None."""
    for entry in game.history.newest_first():
        if (at - entry.at).total_seconds() > SAID_AGAIN_S:
            break
        event = game.standing.event(entry)
        if game.standing.stands(entry.seq):
            if type(event) is type(fact):
                break
            if not isinstance(event, Voided):
                continue
            for seq in event.targets:
                gone = game.history.get(seq)
                before = None if gone is None else game.standing.event(gone)
                alike = type(before) is type(fact) and _made(before) == _made(fact)
                if alike and before is not None and before.media:
                    return before.media
    return None


def twin_of(proposal: Proposal, recent: Iterable[Proposal]) -> Proposal | None:
    """The proposal that speaks of the same moment already, seen by this camera or another."""
    best: tuple[float, Proposal] | None = None
    for one in recent:
        if one.type != proposal.type and not (one.type in SHOTS and proposal.type in SHOTS):
            continue
        apart_s = abs((one.happened_at - proposal.happened_at).total_seconds())
        limit_s = TWIN_S
        looks = [look.at_s for look in _looks(one) if look.camera == proposal.camera]
        if looks:
            # What one camera saw apart is two things, however late it said so.
            apart_s, limit_s = min(abs(at_s - proposal.at_s) for at_s in looks), SAME_MOMENT_S
        if apart_s < limit_s and (best is None or apart_s < best[0]):
            best = (apart_s, one)
    return None if best is None else best[1]


def merged(kept: Proposal, new: Proposal) -> Proposal:
    """One proposal of two that speak of the same; the surer one says what it was."""
    if kept.status != "waiting" or _sureness(new) <= _sureness(kept):
        return replace(kept, others=(*kept.others, _glimpse(new)))
    return replace(
        new,
        proposal_id=kept.proposal_id,
        created_at=kept.created_at,
        parent=kept.parent,
        opened=kept.opened,
        still=kept.still,
        others=(*kept.others, _glimpse(kept)),
    )


def parent_of(proposal: Proposal, recent: Iterable[Proposal]) -> Proposal | None:
    """What a proposal belongs to, by the number that its camera's eye gave that."""
    if not proposal.of:
        return None
    found = [one for one in recent if _is_parent(one, proposal)]
    return found[-1] if found else None


def orphans_of(proposal: Proposal, recent: Iterable[Proposal]) -> list[Proposal]:
    """Waiting ones that came before what they belong to."""
    waiting = (one for one in recent if one.status == "waiting" and one.parent is None)
    return [one for one in waiting if one.of and _is_parent(proposal, one)]


def family_of(proposal: Proposal, waiting: Iterable[Proposal]) -> list[Proposal]:
    """Waiting ones that belong to a proposal, and theirs."""
    found, around = [], list(waiting)
    parents = {proposal.proposal_id}
    for _ in range(2):  # nothing belongs to what belongs to something
        fresh = [one for one in around if one.parent in parents and one not in found]
        found += fresh
        parents = {one.proposal_id for one in fresh}
    return found


def is_possible(game: Game, proposal: Proposal, parent_seq: int) -> bool:
    """Can it belong to what its parent became? Not an assist to a miss, nor a second rebound."""
    entry = game.history.get(parent_seq)
    if entry is None or not game.standing.stands(parent_seq):
        return False
    parent = game.standing.event(entry)
    if not any(fits(proposal.type, side, parent) for side in ("home", "away")):
        return False
    if isinstance(parent, FreeThrow) and proposal.type == "rebound" and parent.nth and parent.of:
        return parent.nth >= parent.of  # the ball goes back to the shooter
    one = any(kind.name == proposal.type for kind in ONE_OF_EACH)
    return not one or all(e.name != proposal.type for _, e in children(game, parent_seq))


def must_wait(proposal: Proposal) -> None:
    """Problem 409 for a proposal that was answered."""
    if proposal.status != "waiting":
        raise Problem(
            409,
            "proposal-answered",
            f"the proposal was {proposal.status} before",
            extra={"proposal_status": proposal.status, "call_id": proposal.call_id},
        )


def answer(proposal: Proposal, status: str, call: Call, seq: int | None) -> Proposal:
    """The proposal as a call leaves it, which said it in entry `seq`."""
    return replace(
        proposal,
        status=status,
        call_id=call.call_id,
        seq=seq,
        answered_by=call.by,
        answered_at=call.at,
    )


def _just_said(game: Game, at: datetime, within_s: float) -> Iterator[tuple[Entry, Play]]:
    """The facts that stand and were told since shortly before `at`, newest first."""
    for entry in game.history.newest_first():
        if (at - entry.at).total_seconds() > within_s:
            break
        if game.standing.stands(entry.seq):
            fact = game.standing.event(entry)
            if isinstance(fact, Play):
                yield entry, fact


def _same_kind(proposal: Proposal, fact: Play) -> bool:
    if proposal.type != fact.name and not (proposal.type in SHOTS and fact.name in SHOTS):
        return False
    return proposal.ask or proposal.made is None or goes_in(proposal) == _made(fact)


def _made(fact: object) -> bool | None:
    return fact.made if isinstance(fact, FieldGoal | FreeThrow) else None


def _against_s(proposal: Proposal, fact: Play) -> float:
    """What the camera has against this team and player, as seconds of distance; less than 0
    where it speaks for them."""
    found = 0.0 if proposal.type == fact.name else OTHER_SHOT_S
    if proposal.home is not None:
        chance = proposal.home if fact.team == "home" else 1 - proposal.home
        found += OTHER_TEAM_S * (1 - 2 * chance)
    if proposal.players and fact.player is not None:
        said = dict(proposal.players).get(fact.player, 0.0)
        found += OTHER_PLAYER_S * (proposal.players[0][1] - said)
    return found


def _sureness(proposal: Proposal) -> float:
    made = proposal.made
    return proposal.score * (1.0 if made is None else max(made, 1 - made))


def _glimpse(proposal: Proposal) -> Glimpse:
    return Glimpse(
        proposal.camera,
        proposal.sighting,
        proposal.at_s,
        proposal.start_s,
        proposal.end_s,
        proposal.score,
        proposal.made,
    )


def _looks(proposal: Proposal) -> tuple[Glimpse, ...]:
    return (_glimpse(proposal), *proposal.others)


def _is_parent(parent: Proposal, child: Proposal) -> bool:
    return any(
        look.sighting == child.of
        and look.camera == child.camera
        and abs(look.at_s - child.at_s) <= FAMILY_S
        for look in _looks(parent)
    )
