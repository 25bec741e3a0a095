"""From what a camera saw to what is proposed to the scorekeeper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipeline.judge import ASK
from pipeline.sight import Sighting
from server.game.earlier import clock_at
from server.game.rules import Rules
from server.game.state import Game
from server.gamelog.proposal import Proposal

# A field goal as the eye calls it.
TYPE_OF = {"shot": "field_goal"}
SHOTS = ("field_goal", "free_throw")
# From this chance on a side, a player, is put into the proposal; below it somebody must say.
TEAM_FROM = 0.6
PLAYER_FROM = 0.5
MOST_PLAYERS = 5


@dataclass(frozen=True, slots=True)
class Referee:
    """Decides which sightings are worth a scorekeeper's look; the numbers are data.

    least: by type, the least probability that it happened; `other` for the rest. That of a shot
    is also that it was of its kind: one that may as well have been a free throw is worth a look.
    ask: between these chances of having gone in nothing is proposed but the question.
    """

    least: Mapping[str, float] = field(
        default_factory=lambda: {"field_goal": 0.2, "free_throw": 0.2, "rebound": 0.4}
    )
    other: float = 0.5
    ask: tuple[float, float] = ASK

    def propose(
        self,
        proposal_id: str,
        camera: str,
        sighting: Sighting,
        game: Game,
        now: datetime,
        ago_s: float = 0.0,
        *,
        still: bool = False,
    ) -> Proposal | None:
        """What is proposed, or None when it is too unsure. now: wall time; ago_s: seconds since
        it happened."""
        kind = TYPE_OF.get(sighting.kind, sighting.kind)
        if sighting.score < self.least.get(kind, self.other):
            return None
        happened_at = now - timedelta(seconds=max(0.0, ago_s))
        period, clock_ms = clock_at(game, happened_at) or (None, None)
        made = _chance(sighting.made) if kind in SHOTS else None
        if kind in SHOTS and made is None:
            made = 0.5
        low, high = self.ask
        three = _chance(sighting.three) if kind == "field_goal" else None
        return Proposal(
            proposal_id=proposal_id,
            camera=camera,
            type=kind,
            value=_value(game.rules, three) if kind == "field_goal" else None,
            made=made,
            score=_probability(sighting.score),
            at_s=float(sighting.at_s),
            start_s=float(sighting.start_s),
            end_s=float(sighting.end_s),
            created_at=now,
            happened_at=happened_at,
            sighting=sighting.id,
            of=sighting.parent,
            three=three,
            home=_chance(sighting.home),
            offensive=_chance(sighting.offensive) if kind == "rebound" else None,
            players=_players(sighting, game),
            ask=made is not None and low < made < high,
            period=period,
            clock_ms=clock_ms,
            boxes=tuple((what, _four(xyxy)) for what, xyxy in sighting.boxes),
            size=(int(sighting.size[0]), int(sighting.size[1])),
            still=still,
        )


def goes_in(proposal: Proposal) -> bool:
    """What is proposed of a shot: made or missed."""
    return proposal.made is not None and proposal.made >= 0.5


def proposed(proposal: Proposal) -> dict[str, Any]:
    """The fields of the call that is proposed; None where the camera does not know enough."""
    team = _team(proposal)
    fields: dict[str, Any] = {"team": team, "player": _player(proposal, team)}
    if proposal.type in SHOTS:
        fields["made"] = goes_in(proposal)
    if proposal.type == "field_goal":
        fields["value"] = proposal.value
    if proposal.type == "rebound":
        fields["kind"] = _kind(proposal)
    return fields


def _team(proposal: Proposal) -> str | None:
    home = proposal.home
    if home is None:
        likeliest = proposal.players[0] if proposal.players else ("", 0.0)
        return likeliest[0].partition("-")[0] if likeliest[1] >= PLAYER_FROM else None
    if max(home, 1 - home) < TEAM_FROM:
        return None
    return "home" if home > 0.5 else "away"


def _player(proposal: Proposal, team: str | None) -> str | None:
    for player, chance in proposal.players:
        if team is not None and player.startswith(f"{team}-"):
            return player if chance >= PLAYER_FROM else None
    return None


def _kind(proposal: Proposal) -> str | None:
    if proposal.offensive is None:
        return None
    return "offensive" if proposal.offensive >= 0.5 else "defensive"


def _players(sighting: Sighting, game: Game) -> tuple[tuple[str, float], ...]:
    """Those of the roster, likeliest first; a number that nobody wears is nobody."""
    chances: dict[str, float] = {}
    for side, number, chance in sighting.players:
        player = f"{side}-{number}"
        if number is not None and player in game.players[side]:
            chances[player] = _probability(chances.get(player, 0.0) + chance)
    ordered = sorted(chances.items(), key=lambda found: -found[1])
    return tuple(ordered[:MOST_PLAYERS])


def _value(rules: Rules, three: float | None) -> int:
    """What the shot is worth; without a place as the rules take it."""
    return max(rules.field_goal_values) if (three or 0.0) >= 0.5 else rules.value_at(None, None)


def _four(xyxy: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (round(float(value), 1) for value in xyxy)
    return x1, y1, x2, y2


def _chance(value: float | None) -> float | None:
    return None if value is None else _probability(value)


def _probability(value: float) -> float:
    return min(1.0, max(0.0, float(value)))
