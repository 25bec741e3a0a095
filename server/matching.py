"""Which sighting and which call speak of the same shot: one fact, once. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from server.game.calls import Call
from server.game.events import FieldGoal, Media, Voided
from server.game.state import Game
from server.gamelog.log import Proposal
from server.problems import Problem
from server.referee import goes_in

# A tap comes at most this long after the camera's proposal, ...
ABSORB_S = 12.0
# ... or this long before it.
TAP_FIRST_S = 5.0
# A shot entered this soon after one was taken back is the same shot, said right.
SAID_AGAIN_S = 15.0
# Two media times of one camera that mean the same moment.
SAME_MOMENT_S = 1.0


def is_live(game: Game, shot: FieldGoal, at: datetime) -> bool:
    """Told as it happens; a shot put into the past is none that a camera just saw."""
    if shot.after is not None or shot.period != max(1, game.progress.period):
        return False
    return shot.clock_ms - game.progress.clock_ms_at(at) <= ABSORB_S * 1000


def matching(waiting: Iterable[Proposal], shot: FieldGoal, at: datetime) -> Proposal | None:
    """The waiting proposal that a scorekeeper's shot speaks of: the nearest in time."""
    best: tuple[float, Proposal] | None = None
    for proposal in waiting:
        if goes_in(proposal) != shot.made:
            continue
        if shot.media is not None:
            if shot.media.camera != proposal.camera:
                continue
            apart_s = abs(shot.media.s - proposal.rim_s)
        else:
            apart_s = (at - proposal.created_at).total_seconds()
        if 0 <= apart_s <= ABSORB_S and (best is None or apart_s < best[0]):
            best = (apart_s, proposal)
    return None if best is None else best[1]


def tapped_first(game: Game, proposal: Proposal, now: datetime) -> int | None:
    """The shot that was called a moment before the camera was sure, or None."""
    for entry in game.history.newest_first():
        if (now - entry.at).total_seconds() > TAP_FIRST_S:
            break
        if not game.standing.stands(entry.seq):
            continue
        event = game.standing.event(entry)
        if not isinstance(event, FieldGoal) or event.made != goes_in(proposal):
            continue
        media = event.media
        if media is None or (
            # A desk that named the moment itself.
            media.camera == proposal.camera and abs(media.s - proposal.rim_s) <= SAME_MOMENT_S
        ):
            return entry.seq
    return None


def said_again(game: Game, shot: FieldGoal, at: datetime) -> Media | None:
    """The media time of the shot that was just taken back to be entered right, or None."""
    for entry in game.history.newest_first():
        if (at - entry.at).total_seconds() > SAID_AGAIN_S:
            break
        event = game.standing.event(entry)
        if game.standing.stands(entry.seq):
            if isinstance(event, FieldGoal):
                break
            if not isinstance(event, Voided):
                continue
            for seq in event.targets:
                gone = game.history.get(seq)
                before = None if gone is None else game.standing.event(gone)
                if isinstance(before, FieldGoal) and before.made == shot.made and before.media:
                    return before.media
    return None


def must_wait(proposal: Proposal) -> None:
    """Problem 409 for a proposal that was answered."""
    if proposal.status != "waiting":
        raise Problem(
            409,
            "proposal-answered",
            f"the proposal was {proposal.status} before",
            extra={"proposal_status": proposal.status, "call_id": proposal.call_id},
        )


def answer(proposal: Proposal, status: str, call: Call) -> Proposal:
    """The proposal as a call leaves it."""
    return replace(
        proposal, status=status, call_id=call.call_id, answered_by=call.by, answered_at=call.at
    )
