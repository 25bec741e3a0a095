"""What a camera proposes, what became of it, and what that teaches: values of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

# What a camera can propose, parents before what belongs to them.
TYPES = ("field_goal", "free_throw", "turnover", "block", "rebound", "assist", "steal")
STATUSES = ("waiting", "accepted", "rejected", "absorbed", "expired")
OUTCOMES = ("accepted", "corrected", "rejected", "absorbed", "expired", "missed")
# Pictures kept of one game; at some 15 KB each a few megabytes.
MOST_STILLS = 300

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Glimpse:
    """How another camera, or another look, saw the same: media seconds of `camera`."""

    camera: str
    sighting: int
    at_s: float
    start_s: float
    end_s: float
    score: float
    made: float | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that a camera saw, waiting for somebody to say so. Every chance is 0 to 1, None
    where it is not known or does not apply.

    type: one of TYPES. value: points of a shot; None for what has none.
    made: that it went in; score: that it happened. Times are media seconds of `camera`.
    happened_at: wall time of `at_s`, as well as it is known; created_at: of the proposal.
    sighting: the number that the camera's eye gave it, 0 for none; of: that of what it belongs
    to. parent: the proposal that it belongs to, once it is here; parent_seq: the entry that
    this became.
    three: that the shot counts the most. home: that the home side did it. offensive: that a
    rebound is the attackers'. players: (player id, chance), likeliest first.
    ask: too unsure of made or missed to say so.
    period, clock_ms: what the game's clock showed, None while no period was played.
    boxes: (what it is, x1 y1 x2 y2) in pixels of a picture of `size`; still: one is kept.
    others: the same as others saw it.
    status: one of STATUSES; `call_id` is the call that accepted or absorbed it, `seq` its entry.
    opened: how often it was put before the desk: once more after each undo.
    """

    proposal_id: str
    camera: str
    type: str
    value: int | None
    made: float | None
    score: float
    at_s: float
    start_s: float
    end_s: float
    created_at: datetime
    happened_at: datetime
    sighting: int = 0
    of: int | None = None
    parent: str | None = None
    parent_seq: int | None = None
    three: float | None = None
    home: float | None = None
    offensive: float | None = None
    players: tuple[tuple[str, float], ...] = ()
    ask: bool = False
    period: int | None = None
    clock_ms: int | None = None
    boxes: tuple[tuple[str, Box], ...] = ()
    size: tuple[int, int] = (0, 0)
    still: bool = False
    others: tuple[Glimpse, ...] = ()
    opened: int = 1
    status: str = "waiting"
    call_id: str | None = None
    seq: int | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None

    @property
    def automatic(self) -> bool:
        """Was it accepted by nobody, because the game said that sure ones may be?"""
        return self.status == "accepted" and (self.answered_by or "").startswith("camera.")


@dataclass(frozen=True, slots=True)
class Label:
    """What a person made of a proposal, or of a moment that a camera should have seen.

    label_id: the proposal's id, or `missed-SEQ`. outcome: one of OUTCOMES; `corrected` when
    something that was proposed was changed. said: the chances that were proposed, by name.
    proposed: the fields. corrected: field -> (proposed, true), also where nothing was proposed.
    at: when it was answered; waited_s: how long it had waited. automatic: nobody was asked.
    """

    label_id: str
    type: str
    outcome: str
    at: datetime
    camera: str | None = None
    said: Mapping[str, float] = field(default_factory=dict)
    proposed: Mapping[str, Any] = field(default_factory=dict)
    corrected: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    seq: int | None = None
    waited_s: float | None = None
    automatic: bool = False

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {**asdict(self), "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class Settled:
    """A proposal as it is from now on; was: the status that it must have until then."""

    proposal: Proposal
    was: str = "waiting"


@dataclass(frozen=True, slots=True)
class Changes:
    """What one write does to proposals, together or not at all.

    adds: a new one, with its still (JPEG). settles: those that it answers or moves.
    labels: kept, in place of one of the same id; unlabels: ids of those that no longer hold.
    seen: the changes of which the writer knew (`Orders.changes`), when that matters.
    """

    adds: Proposal | None = None
    still: bytes | None = None
    settles: tuple[Settled, ...] = ()
    labels: tuple[Label, ...] = ()
    unlabels: tuple[str, ...] = ()
    seen: int | None = None
