"""What a scorekeeper writes of a simulated game: its truth as plays, with what belongs to each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from server.simulator.truth import Event

ASSIST_S = 4.0
"""Who passed so long before the release gave the assist: a scorekeeper's habit, see docs."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the sheet; `at_s` media seconds, `player` an id such as `home-7`."""

    at_s: float
    type: str
    team: str
    player: str
    made: bool | None = None
    value: int | None = None
    kind: str | None = None


@dataclass(slots=True)
class Play:
    """A fact and what belongs to it: a shot's assist or rebound, a turnover's steal, a foul's
    throws. last: the trip to the line ends with it. drawn_by: who was fouled."""

    root: Fact
    parts: list[Fact] = field(default_factory=list)
    drawn_by: str | None = None

    @property
    def facts(self) -> tuple[Fact, ...]:
        return (self.root, *self.parts)

    @property
    def end_s(self) -> float:
        """When all of it is known."""
        return max(fact.at_s for fact in self.facts)


def plays_of(truth: Iterable[Event]) -> list[Play]:
    """The plays in order. A stolen pass is its passer's turnover."""
    plays: list[Play] = []
    passed: Event | None = None
    holder: Event | None = None
    released_s = 0.0
    for event in truth:
        if event.type == "pass":
            passed = event
        elif event.type == "shot":
            released_s = event.t
        elif event.type in ("made", "missed"):
            plays.append(_shot(event, passed, released_s))
            passed = None
        elif event.type == "rebound" and plays and plays[-1].root.made is False:
            kind = "offensive" if event.offensive else "defensive"
            fact = Fact(event.t, "rebound", event.team, event.player, kind=kind)
            plays[-1].parts.append(fact)
            passed = None
        elif event.type == "steal" and passed is not None:
            lost = Fact(event.t, "turnover", passed.team, passed.player)
            plays.append(Play(lost, [Fact(event.t, "steal", event.team, event.player)]))
            passed = None
        elif event.type == "foul":
            drawn_by = holder.player if holder else None
            foul = Fact(event.t, "foul", event.team, event.player, kind="shooting")
            plays.append(Play(foul, drawn_by=drawn_by))
        if event.type == "possession":
            holder = event
            if passed is not None and passed.to != event.player:
                passed = None
    return plays


def rebounded(plays: Iterable[Play], shot_s: float | None) -> bool:
    """Whether there was a rebound of the shot that was at the ring at this media second."""
    shots = (play for play in plays if play.root.made is not None and play.root.at_s == shot_s)
    return any(fact.type == "rebound" for play in shots for fact in play.parts)


def _shot(event: Event, passed: Event | None, released_s: float) -> Play:
    made = event.type == "made"
    if event.value == 1:
        return Play(Fact(event.t, "free_throw", event.team, event.player, made=made))
    play = Play(Fact(event.t, "field_goal", event.team, event.player, made=made, value=event.value))
    fed = passed is not None and passed.to == event.player and released_s - passed.t <= ASSIST_S
    if made and passed is not None and fed:
        play.parts.append(Fact(event.t, "assist", passed.team, passed.player))
    return play
