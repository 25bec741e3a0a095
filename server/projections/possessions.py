"""Who has the ball, and what of it makes points second-chance points or points off turnovers."""

from __future__ import annotations

from collections import Counter

from server.game.events import (
    SIDES,
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    JumpBall,
    PeriodEnded,
    PeriodStarted,
    Rebound,
    Turnover,
    other,
)

# Their free throws are extra: the ball goes on where it was.
TECHNICAL_KINDS = frozenset({"technical", "bench", "coach"})


class Possessions:
    """Accumulates facts in the order of the game; speaks of the fact that was added last.

    A possession lasts until the other side has the ball; an offensive rebound prolongs it
    (Kubatko et al., A Starting Point for Analyzing Basketball Statistics, 2007). It counts once
    something was done with it: a shot, a throw, a turnover.

    begun: the side whose possession the last fact made count, or None.
    """

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter(dict.fromkeys(SIDES, 0))
        # The side got the ball back by an offensive rebound; it got it by a turnover.
        self._second_chance = False
        self._off_turnover = False
        self.begun: str | None = None
        self._side: str | None = None
        self._acted = False
        # After a basket or a throw that went in: only a throw at the same clock still belongs.
        self._over = False
        self._at: tuple[int, int] = (0, 0)
        # A trip goes on: what is written as a rebound of its miss is a dead ball's (NBA feeds).
        self._trip = False
        self._technicals: set[int] = set()

    def add(self, seq: int, event: Event) -> None:
        """Take in the fact of entry `seq`."""
        self.begun = None
        if isinstance(event, FieldGoal):
            if self._over or event.team != self._side:
                self._has_ball(event.team)
            self._act(event, over=event.made)
        elif isinstance(event, FreeThrow):
            if event.links not in self._technicals:
                self._throw(event)
        elif isinstance(event, Rebound):
            self._rebound(event)
        elif isinstance(event, Turnover):
            if self._over or event.team != self._side:
                self._has_ball(event.team)
            self._act(event, over=True)
            self._has_ball(other(event.team))
            self._off_turnover = True
        elif isinstance(event, JumpBall):
            if event.team != self._side or self._over:
                self._has_ball(event.team)
        elif isinstance(event, Foul):
            if event.kind in TECHNICAL_KINDS:
                self._technicals.add(seq)
        elif isinstance(event, PeriodStarted | PeriodEnded):
            self._has_ball(None)

    def tags(self, event: FieldGoal | FreeThrow) -> frozenset[str]:
        """What the possession makes of `event`, the fact that was added last. A throw for a
        technical foul belongs to no possession."""
        if isinstance(event, FreeThrow) and event.links in self._technicals:
            return frozenset()
        found = {"second_chance"} if self._second_chance else set()
        return frozenset(found | {"off_turnover"} if self._off_turnover else found)

    def _throw(self, event: FreeThrow) -> None:
        later = self._over and (event.period, event.clock_ms) != self._at
        if later or event.team != self._side:
            self._has_ball(event.team)
        trip = event.nth is not None and event.of is not None and event.nth < event.of
        self._act(event, over=event.made and not trip)
        self._trip = trip

    def _rebound(self, event: Rebound) -> None:
        if event.kind == "defensive":
            self._has_ball(event.team)
        elif event.kind == "offensive" and not self._trip:
            if event.team != self._side:
                self._has_ball(event.team)
            self._over = False
            self._second_chance = True

    def _has_ball(self, side: str | None) -> None:
        self._side = side
        self._acted = self._over = False
        self._second_chance = self._off_turnover = False

    def _act(self, event: FieldGoal | FreeThrow | Turnover, *, over: bool) -> None:
        if not self._acted:
            self._acted = True
            self.counted[event.team] += 1
            self.begun = event.team
        self._over = over
        self._trip = False
        self._at = (event.period, event.clock_ms)
