"""From the court of a rule set to what the camera's geometry needs of it."""

from __future__ import annotations

from pipeline.court import Floor
from server.game.court import Court


def floor_of(court: Court) -> Floor:
    """The same measures in the pipeline's words."""
    return Floor(
        length_m=court.length_m,
        width_m=court.width_m,
        basket_m=court.basket_m,
        arc_m=court.arc_m,
        corner_m=court.corner_m,
        key_m=court.key_m,
        key_width_m=court.key_width_m,
        circle_m=court.circle_m,
        no_charge_m=court.no_charge_m,
    )
