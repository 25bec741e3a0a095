"""Real trajectories made worse, as if a phone had tracked them: how much of the reading is left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.possession import STEP_S, even
from pipeline.possession_shot import find
from server.evaluation.trajectories import Case

SHIFT_M = 0.3  # the whole floor is off: the homography's error
JITTER_M = 0.12  # each player, look by look
BALL_JITTER_M = 0.25
UNSEEN = 0.4  # share of looks without a ball
EYES_SPREAD_S = 0.15  # of the moment at the ring
RUN = 3  # looks that a ball stays unseen, on average

ABOUT = (
    f"as if filmed: floor off by {SHIFT_M} m, players by {JITTER_M} m, ball by {BALL_JITTER_M} m "
    f"(standard deviations an axis), no ball in {UNSEEN:.0%} of looks"
)


def filmed(case: Case, seed: int = 0) -> Case:
    """The case with a tracker's errors, and with a shot detector that knows the moment; the same
    for the same scene and seed."""
    scene, was = case.scene, case.scene.positions
    rim = find(was, case.basket, case.rim_s, case.spread_s).rim
    rng = np.random.default_rng([seed, len(was), *scene.number.encode()])
    rim_s = was.media_s(rim) + float(rng.normal(0, EYES_SPREAD_S))
    shift = rng.normal(0, SHIFT_M, 2)
    ball = was.ball + shift + rng.normal(0, BALL_JITTER_M, was.ball.shape)
    ball[lost(len(was), rng) | ~was.seen] = np.nan
    players = was.players + shift + rng.normal(0, JITTER_M, was.players.shape)
    positions = even(np.arange(float(len(was))) * STEP_S, ball, players, was.team)
    if positions is None or len(positions) < 2:
        return case
    return replace(
        case, scene=replace(scene, positions=positions), rim_s=rim_s, spread_s=EYES_SPREAD_S
    )


def lost(looks: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Runs without a ball: a chain that stays lost for RUN looks on average."""
    lose = UNSEEN / (1 - UNSEEN) / RUN
    lost, out = bool(rng.random() < UNSEEN), np.zeros(looks, np.bool_)
    for t in range(looks):
        out[t] = lost
        lost = bool(rng.random() < (1 - 1 / RUN if lost else lose))
    return out
