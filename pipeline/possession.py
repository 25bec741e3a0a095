"""Where everybody is: the floor plan that possession is read from.

Tracked video, a league's tracking data and the simulator's truth all become `Positions`; what
reads them (`possession_touch`, `possession_shot`, `possession_flow`) knows no other source.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEP_S = 0.12
"""Seconds between two looks of `Positions`; a camera's own rate is brought to it."""

_BRIDGE_S = 0.6
"""A player unseen for longer than this is not thought to be on the line between two sightings."""
_AWAY_M = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """A stretch of play at even steps.

    start_s: media seconds of the first look; look t is at start_s + t * STEP_S.
    ball: (T, 2) float64, metres on the floor, interpolated where it was not seen.
    seen: (T,) bool, whether the ball was seen near that look.
    players: (T, N, 2) float64, metres; NaN while somebody is not seen.
    team: (N,) int64, 0 or 1.
    """

    start_s: float
    ball: Array
    seen: NDArray[np.bool_]
    players: Array
    team: NDArray[np.int64]

    def __post_init__(self) -> None:
        looks, people = len(self.ball), len(self.team)
        shapes = (self.ball.shape, self.seen.shape, self.players.shape)
        if shapes != ((looks, 2), (looks,), (looks, people, 2)) or looks < 2 or people < 1:
            raise ValueError(f"shapes disagree or are too small: {shapes}, team {people}")
        if not np.isfinite(self.ball).all():
            raise ValueError("the ball needs a place at every look")

    def __len__(self) -> int:
        return len(self.ball)

    @property
    def there(self) -> Array:
        """(T, N, 2) the players, with those who are not seen far away."""
        return np.where(np.isnan(self.players), _AWAY_M, self.players)

    def gaps(self) -> Array:
        """(T, N) from each player to the ball, metres."""
        return np.asarray(np.linalg.norm(self.there - self.ball[:, None], axis=2))

    def look(self, media_s: float) -> int:
        """The look nearest to a media time, within the stretch."""
        return min(max(round((media_s - self.start_s) / STEP_S), 0), len(self) - 1)

    def media_s(self, look: int) -> float:
        return self.start_s + look * STEP_S

    def moved(self, by: Array) -> Positions:
        """Ball and players (2,) metres from here."""
        return Positions(self.start_s, self.ball + by, self.seen, self.players + by, self.team)

    def part(self, first: int, last: int) -> Positions:
        """The looks first <= t < last."""
        return Positions(
            self.media_s(first),
            self.ball[first:last],
            self.seen[first:last],
            self.players[first:last],
            self.team,
        )


def even(times_s: Array, ball: Array, players: Array, team: NDArray[np.int64]) -> Positions | None:
    """Bring looks at any times (a camera's) to even steps; None where there is too little.

    times_s: (F,) rising. ball: (F, 2), NaN where it was not seen. players: (F, N, 2), NaN where
    not seen. Raises ValueError when the shapes disagree or time does not rise.
    """
    frames, people = len(times_s), len(team)
    if ball.shape != (frames, 2) or players.shape != (frames, people, 2):
        raise ValueError(f"shapes disagree: {times_s.shape} {ball.shape} {players.shape}")
    if not (np.diff(times_s) > 0).all():
        raise ValueError("time does not rise")
    sighted = np.isfinite(ball).all(axis=1)
    if not sighted.any() or frames < 2 or times_s[-1] - times_s[0] < STEP_S:
        return None
    grid = np.arange(times_s[0], times_s[-1] + 1e-9, STEP_S)
    balls, near = _bring(grid, times_s[sighted], ball[sighted], STEP_S / 2 + 1e-9)
    out = np.full((len(grid), people, 2), np.nan)
    for who in range(people):
        known = np.isfinite(players[:, who]).all(axis=1)
        if known.any():
            out[:, who], fresh = _bring(grid, times_s[known], players[known, who], _BRIDGE_S / 2)
            out[~fresh, who] = np.nan
    return Positions(float(times_s[0]), balls, near, out, team)


def _bring(
    grid: Array, times_s: Array, at: Array, near_s: float
) -> tuple[Array, NDArray[np.bool_]]:
    """(places at the grid's times, whether a sighting is within `near_s`)."""
    places = np.stack([np.interp(grid, times_s, at[:, axis]) for axis in (0, 1)], axis=1)
    after = np.searchsorted(times_s, grid).clip(0, len(times_s) - 1)
    before = (after - 1).clip(0)
    gap = np.minimum(np.abs(times_s[after] - grid), np.abs(times_s[before] - grid))
    return places, gap <= near_s
