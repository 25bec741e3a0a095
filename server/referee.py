"""From what a camera saw to what is proposed to the scorekeeper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.sight import Sighting
from server.gamelog.log import Proposal


@dataclass(frozen=True, slots=True)
class Referee:
    """Decides which sightings are worth a scorekeeper's look; the numbers are data.

    threshold: the least probability that there was a shot at all.
    value: points proposed when the camera does not know where the shot came from.
    """

    threshold: float = 0.3
    value: int = 2

    def propose(
        self, proposal_id: str, camera: str, sighting: Sighting, at: datetime
    ) -> Proposal | None:
        """A proposed field goal, or None when it is too unsure. at: wall time."""
        if sighting.kind != "shot" or sighting.made is None or sighting.score < self.threshold:
            return None
        return Proposal(
            proposal_id=proposal_id,
            camera=camera,
            type="field_goal",
            value=self.value,
            made=_probability(sighting.made),
            score=_probability(sighting.score),
            rim_s=float(sighting.at_s),
            start_s=float(sighting.start_s),
            end_s=float(sighting.end_s),
            created_at=at,
        )


def goes_in(proposal: Proposal) -> bool:
    """What is proposed: made or missed."""
    return proposal.made >= 0.5


def _probability(value: float) -> float:
    return min(1.0, max(0.0, float(value)))
