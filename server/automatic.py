"""How sure a proposal must be to need nobody: the chance that every field it writes is right.
Pure."""

from __future__ import annotations

from collections.abc import Mapping

from server.gamelog.proposal import Proposal
from server.referee import proposed

BELONGS = ("assist", "block", "rebound", "steal")


def sure_fields(proposal: Proposal, threshold: float) -> Mapping[str, object] | None:
    """The corrections with which a proposal may be accepted by nobody, or None.

    The joint probability is the product of the chances that it happened, that the shot went in
    or not, that it counts two or three, that the rebound is offensive or not, of the team, and
    of the player given the team. A player who would press it below the threshold is left out
    (the entry is the team's); a field that the camera knows nothing of, or a question to the
    scorekeeper, rules it out. What belongs to another fact needs that to be one already.
    """
    fields = proposed(proposal)
    team = fields["team"]
    if proposal.ask or team is None or proposal.home is None:
        return None
    if (proposal.of or proposal.type in BELONGS) and proposal.parent_seq is None:
        return None
    of_team = max(proposal.home, 1 - proposal.home)
    joint = proposal.score * of_team
    if proposal.made is not None:
        joint *= max(proposal.made, 1 - proposal.made)
    for name, field, chance in (
        ("field_goal", "value", proposal.three),
        ("rebound", "kind", proposal.offensive),
    ):
        if proposal.type == name:
            if chance is None or fields[field] is None:
                return None
            joint *= max(chance, 1 - chance)
    if joint < threshold:
        return None
    player = dict(proposal.players).get(fields["player"] or "", 0.0)
    return {} if joint * min(1.0, player / of_team) >= threshold else {"player": None}
