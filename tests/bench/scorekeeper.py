"""How long after a play a scorekeeper says it, for benches.

Nobody was measured at our desk. The one table official on film changed the board 1.0 s after the
ball of a free throw was at the rim (`school_game_sideline`, `server/evaluation/labels`); the
simulated scorekeeper of `server/evaluation/taps.py` begins to move 2 s after a play. So medians
below 3 s are likely, and 5 s is somebody who also keeps a paper sheet.
"""

from __future__ import annotations

import math
from random import Random

QUICKEST_S = 0.45
"""See `server/game/moment.py`."""

USUAL_S, SPREAD = 1.6, 0.45
"""Lognormal about USUAL_S, as reactions are: 95 in 100 within 3.4 s. Our own guess of people."""


def delay_s(random: Random, median_s: float = USUAL_S, spread: float = SPREAD) -> float:
    """From the play to the last tap about it. spread: of the delay's logarithm; with 0.8 one of
    twenty takes nearly four times the median."""
    return max(QUICKEST_S, random.lognormvariate(math.log(median_s), spread))
