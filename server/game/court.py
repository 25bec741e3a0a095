"""The lines on the floor, as data: what zone a shot was taken from follows from them.

Sources: FIBA Official Basketball Rules (equipment and court, fig. 1 to 3); the NBA, NCAA and
NFHS rule books' court diagrams, whose feet and inches are given here in metres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

FOOT_M = 0.3048
INCH_M = 0.0254


@dataclass(frozen=True, slots=True)
class Court:
    """Metres.

    basket_m: from the end line to the point below the centre of the ring.
    arc_m: from that point to the three-point arc; corner_m: from the middle line between the
      baskets to the straight part of the three-point line.
    key_m, key_width_m: the restricted area, from the end line and across.
    no_charge_m: radius of the half circle below the basket; 0 where a code has none.
    circle_m: radius of the circles at mid-court and at the free-throw lines.
    """

    length_m: float
    width_m: float
    basket_m: float
    arc_m: float
    corner_m: float
    key_m: float
    key_width_m: float
    no_charge_m: float
    circle_m: float

    @property
    def break_m(self) -> float:
        """How far from the basket, towards midcourt, the straight line meets the arc."""
        return float(max(0.0, self.arc_m**2 - self.corner_m**2) ** 0.5)


FIBA_COURT = Court(
    length_m=28.0,
    width_m=15.0,
    basket_m=1.575,
    arc_m=6.75,
    corner_m=6.6,
    key_m=5.8,
    key_width_m=4.9,
    no_charge_m=1.25,
    circle_m=1.8,
)
NBA_COURT = Court(
    length_m=94 * FOOT_M,
    width_m=50 * FOOT_M,
    basket_m=63 * INCH_M,
    arc_m=23.75 * FOOT_M,
    corner_m=22 * FOOT_M,
    key_m=19 * FOOT_M,
    key_width_m=16 * FOOT_M,
    no_charge_m=4 * FOOT_M,
    circle_m=6 * FOOT_M,
)
# The NBA's floor, the international arc, and the NBA's distance in the corners.
WNBA_COURT = replace(NBA_COURT, arc_m=6.75)
# The international three-point line on an American floor with the narrower key.
NCAA_COURT = Court(
    length_m=94 * FOOT_M,
    width_m=50 * FOOT_M,
    basket_m=63 * INCH_M,
    arc_m=6.75,
    corner_m=6.6,
    key_m=19 * FOOT_M,
    key_width_m=12 * FOOT_M,
    no_charge_m=4 * FOOT_M,
    circle_m=6 * FOOT_M,
)
NFHS_COURT = Court(
    length_m=84 * FOOT_M,
    width_m=50 * FOOT_M,
    basket_m=63 * INCH_M,
    arc_m=19.75 * FOOT_M,
    corner_m=19.75 * FOOT_M,
    key_m=19 * FOOT_M,
    key_width_m=12 * FOOT_M,
    no_charge_m=0.0,
    circle_m=6 * FOOT_M,
)
