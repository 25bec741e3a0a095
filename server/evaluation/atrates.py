"""What a camera would tell of a simulated game if it were as right as was measured elsewhere.

No floor plan is read: the truth is told with faults drawn at the rates of the tables of real
trajectories "as a phone might track it" and of the eye at the rings (`watched.Eye`). Balls lost
are not told: how right that is was measured nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from pipeline.sight import Kind, Side, Sighting
from server.evaluation.sheetplays import Fact, plays_of
from server.evaluation.watched import Eye
from server.simulator.truth import Event

TOLD_S = 1.5
"""From the moment to the proposal on the desk."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of right answers: of the reading (docs/evaluation.md), before shirts are read."""

    shooter: float = 0.940
    value: float = 0.966
    assisted: float = 0.892
    assister: float = 0.951
    rebounder: float = 0.858
    eye: Eye = field(default_factory=Eye)


def told(
    truth: Iterable[Event], players: tuple[str, ...], rates: Rates, seed: int
) -> list[tuple[float, Sighting]]:
    """(told_s, sighting) in order; the same for the same arguments."""
    rng, number = np.random.default_rng([seed, 0x7A7E]), count(1)
    out: list[tuple[float, Sighting]] = []

    def tell(
        fact: Fact, kind: Kind, right: float, parent: int | None = None,
        made: float | None = None, three: float | None = None, offensive: float | None = None,
    ) -> int:  # fmt: skip
        one = next(number)
        who = _who(fact.player, players, right * rates.eye.named, rng)
        side: Side = "home" if who.startswith("home") else "away"
        seen = Sighting(
            one, kind, fact.at_s, fact.at_s - 1, fact.at_s, 0.9,
            made=made, three=three, offensive=offensive, home=0.95 if side == "home" else 0.05,
            players=((side, who.partition("-")[2], 0.8),), parent=parent,
        )  # fmt: skip
        out.append((fact.at_s + TOLD_S, seen))
        return one

    for play in plays_of(truth):
        root, eye = play.root, rates.eye
        if root.made is None or rng.random() >= eye.found:
            continue
        made = eye.made(root.made, rng)
        three = None
        if root.value:
            three = 0.9 if (root.value == 3) == (rng.random() < rates.value) else 0.1
        kind: Kind = "free_throw" if root.type == "free_throw" else "shot"
        shot = tell(root, kind, rates.shooter, None, made, three)
        assist = next((fact for fact in play.parts if fact.type == "assist"), None)
        if (
            kind == "shot"
            and made > 0.5
            and (assist is not None) == (rng.random() < rates.assisted)
        ):
            passer = assist or Fact(root.at_s, "assist", root.team, root.player)
            tell(passer, "assist", rates.assister if assist else 0.0, shot)
        for fact in play.parts:
            if fact.type == "rebound" and made < 0.5:
                offensive = 0.9 if fact.kind == "offensive" else 0.1
                tell(fact, "rebound", rates.rebounder, shot, offensive=offensive)
        if rng.random() < eye.false:
            ghost = Fact(root.at_s + 5.0, "field_goal", root.team, root.player)
            tell(ghost, "shot", 1.0, None, float(rng.uniform(0.05, 0.5)), 0.1)
    return sorted(out, key=lambda one: one[0])


def _who(player: str, players: tuple[str, ...], right: float, rng: np.random.Generator) -> str:
    """The player, or another one of the side."""
    if rng.random() < right:
        return player
    side = player.partition("-")[0]
    return str(rng.choice([one for one in players if one.startswith(side) and one != player]))
