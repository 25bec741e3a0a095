"""The one ball of the game among all that may be balls."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from pipeline.labels import Ball

LEAST = 0.15
"""Score from which a ball is shown; about a rim fainter ones count if something moves there."""

_KEEP_S = 1.0
_REACH = 0.25  # of the picture's longer side
_NEAR_WORTH = 0.3


class GameBall:
    """The ball that is shown: the strongest, those near the last one preferred."""

    def __init__(self, new_id: Callable[[], int]) -> None:
        self._new_id = new_id
        self._last: tuple[int, float, float, float] | None = None

    def restart(self) -> None:
        """The picture is another one."""
        self._last = None

    def update(
        self, t_s: float, balls: Sequence[Ball], size: tuple[int, int]
    ) -> tuple[int, Ball] | None:
        """The ball with its track's id, or None. size: (width, height) of the frame, pixels."""
        reach = max(size) * _REACH
        last = self._last if self._last and t_s - self._last[3] <= _KEEP_S else None

        def worth(ball: Ball) -> float:
            if last is None:
                return ball[3]
            far = math.hypot(ball[0] - last[1], ball[1] - last[2])
            return ball[3] + _NEAR_WORTH * max(0.0, 1 - far / reach)

        able = [ball for ball in balls if ball[3] >= LEAST]
        if not able:
            return None
        best = max(able, key=worth)
        number = self._new_id() if last is None else last[0]
        self._last = (number, best[0], best[1], t_s)
        return number, best
