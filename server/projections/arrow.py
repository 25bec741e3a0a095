"""Where the possession arrow points."""

from __future__ import annotations

from server.game.events import Event, JumpBall, PeriodStarted, Possession, other
from server.game.rules import Rules


class Arrow:
    """Accumulates facts in the order of the game.

    Under alternating possession the side that did not get the ball by the opening tap has the
    arrow; a held ball goes by the arrow, which then turns; so does the throw-in that opens each
    later period. Source: FIBA Official Basketball Rules, art. 12. An overtime that begins with
    a tap (NCAA, NFHS) begins the arrow anew. Without that rule nobody has it, unless somebody
    says so.
    """

    concerns = (JumpBall, PeriodStarted, Possession)

    def __init__(self, rules: Rules) -> None:
        self._alternating = rules.arrow
        self.side: str | None = None

    def add(self, _seq: int, event: Event) -> None:
        """Take in one fact that stands."""
        if isinstance(event, Possession):
            self.side = event.team
        elif not self._alternating:
            return
        elif isinstance(event, JumpBall):
            self.side = other(event.team)
        elif isinstance(event, PeriodStarted) and self.side is not None:
            self.side = other(self.side)
