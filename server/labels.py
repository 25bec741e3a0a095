"""What an answer teaches: labels of proposals, and of what no camera proposed. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from server.game.events import Play
from server.gamelog.proposal import Label, Proposal
from server.referee import proposed


def label_of(
    proposal: Proposal, outcome: str, at: datetime, fact: Play | None, *, automatic: bool = False
) -> Label:
    """What somebody made of a proposal; fact: what it became, None where it became nothing."""
    fields = _told(proposal)
    corrected = {} if fact is None else _corrected(proposal, fields, fact)
    changed = any(was is not None for was, _ in corrected.values())
    return Label(
        label_id=proposal.proposal_id,
        type=proposal.type,
        outcome="corrected" if outcome == "accepted" and changed else outcome,
        at=at,
        camera=proposal.camera,
        said=_said(proposal),
        proposed=fields,
        corrected=corrected,
        seq=proposal.seq,
        waited_s=round((at - proposal.created_at).total_seconds(), 3),
        automatic=automatic,
    )


def missed_id(seq: int) -> str:
    """The label of a fact that no camera proposed."""
    return f"missed-{seq}"


def missed(fact: Play, seq: int, at: datetime) -> Label:
    """A scorekeeper said, while a camera looked, what no proposal had said."""
    return Label(missed_id(seq), fact.name, "missed", at, seq=seq)


def _told(proposal: Proposal) -> dict[str, Any]:
    """The fields that the camera really proposed: no default, no open question."""
    fields = proposed(proposal)
    if proposal.ask:
        fields["made"] = None
    if proposal.three is None and "value" in fields:
        fields["value"] = None
    return fields


def _corrected(
    proposal: Proposal, fields: dict[str, Any], fact: Play
) -> dict[str, tuple[Any, Any]]:
    true = {name: getattr(fact, name, None) for name in fields}
    found = {name: (fields[name], true[name]) for name in fields if fields[name] != true[name]}
    return found if fact.name == proposal.type else {"type": (proposal.type, fact.name), **found}


def _said(proposal: Proposal) -> dict[str, float]:
    """The chances, by name; player: of the likeliest one."""
    chances = {
        "score": proposal.score,
        "made": proposal.made,
        "three": proposal.three,
        "home": proposal.home,
        "offensive": proposal.offensive,
        "player": proposal.players[0][1] if proposal.players else None,
    }
    return {name: round(chance, 4) for name, chance in chances.items() if chance is not None}
