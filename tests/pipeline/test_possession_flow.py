"""A game as it goes on: what is told, of whom, and when."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.possession import STEP_S, Positions
from pipeline.possession_flow import CONFIRM_S, LAG_S, Flow, Happening
from pipeline.possession_reader import Reader, shipped
from tests.pipeline.plays import BASKET, FIBA, TEAM, Leg, film

RING = (float(BASKET[0]), float(BASKET[1]))
READER = Reader(shipped()[:1], FIBA)


def run(
    positions: Positions, shots: list[tuple[float, float]], unseen: frozenset[int] = frozenset()
) -> list[tuple[float, Happening]]:
    """(when it was told, what); shots: (moment at the ring, chance that it went in)."""
    flow = Flow(READER, FIBA, TEAM)
    told: list[tuple[float, Happening]] = []
    waiting = sorted(shots)
    for t in range(len(positions)):
        now = positions.media_s(t)
        while waiting and waiting[0][0] <= now:
            flow.shot(BASKET, *waiting.pop(0))
        ball = None if t in unseen else positions.ball[t]
        told += [(now, one) for one in flow.look(now, ball, positions.players[t])]
    return told


def spot(who: int) -> tuple[float, float]:
    """Where somebody stands."""
    x, y = film([Leg(0.24, who=0)]).players[0, who].tolist()
    return x + 0.25, y + 0.1


def miss_and_rebound() -> tuple[Positions, float]:
    legs = [Leg(2.4, who=0), Leg(0.72, to=spot(1)), Leg(0.6, who=1), Leg(1.2, to=RING)]
    legs += [Leg(0.6, to=spot(8)), Leg(3.0, who=8)]
    return film(legs), 2.4 + 0.72 + 0.6 + 1.2 - STEP_S


def test_a_miss_and_its_rebound_are_told_in_time() -> None:
    positions, rim_s = miss_and_rebound()
    told = run(positions, [(rim_s, 0.1)])
    assert [one.kind for _, one in told] == ["shot", "rebound"]
    (shot_at, shot), (_, rebound) = told
    assert shot_at <= rim_s + LAG_S + 3 * STEP_S
    assert shot.player.argmax() == 1
    assert not shot.thrown
    assert 0.8 < shot.probability < 1.0
    assert rebound.player.argmax() == 8
    assert rebound.after_s == pytest.approx(rim_s)
    assert rebound.probability > 0.8
    assert rebound.offensive is not None
    assert rebound.offensive < 0.1


def test_after_a_basket_the_ball_changes_hands_without_a_turnover() -> None:
    positions, rim_s = miss_and_rebound()
    assert [one.kind for _, one in run(positions, [(rim_s, 0.95)])] == ["shot"]


def test_a_pass_caught_by_the_others_is_a_steal() -> None:
    legs = [Leg(3.0, who=0), Leg(0.48, to=spot(6)), Leg(4.2, who=6)]
    told = run(film(legs), [])
    assert [one.kind for _, one in told] == ["turnover", "steal"]
    when, lost = told[0]
    assert lost.player.argmax() == 0
    assert told[1][1].player.argmax() == 6
    # He stands with it as nobody does: the ball that is carried off is surer.
    assert 0.05 < lost.probability == told[1][1].probability
    assert told[1][1].after_s == lost.media_s
    assert when <= 3.0 + 0.48 + CONFIRM_S + LAG_S + 0.8


def test_a_ball_out_of_bounds_is_a_turnover_and_no_steal() -> None:
    legs = [Leg(3.0, who=0), Leg(0.6, to=(4.5, 8.2)), Leg(0.6, to=(4.5, 8.6))]
    legs += [Leg(0.6, to=spot(5)), Leg(4.2, who=5)]
    assert [one.kind for _, one in run(film(legs), [])] == ["turnover"]


def test_a_tip_that_stays_with_the_team_is_nothing() -> None:
    legs = [Leg(3.0, who=0), Leg(0.36, to=spot(6)), Leg(0.36, who=6)]
    legs += [Leg(0.36, to=spot(2)), Leg(4.0, who=2)]
    assert run(film(legs), []) == []


def test_a_ball_that_is_not_always_seen_tells_the_same() -> None:
    positions, rim_s = miss_and_rebound()
    lost = np.flatnonzero(np.random.default_rng(5).random(len(positions)) < 0.3)
    told = run(positions, [(rim_s, 0.1)], frozenset(lost.tolist()))
    assert [(one.kind, int(one.player.argmax())) for _, one in told] == [
        ("shot", 1),
        ("rebound", 8),
    ]


def test_time_that_stands_still_and_an_empty_floor_tell_nothing() -> None:
    flow = Flow(READER, FIBA, TEAM)
    nobody = np.full((10, 2), np.nan)
    assert flow.look(0.0, np.zeros(2), nobody) == ()
    assert flow.look(0.0, np.zeros(2), nobody) == ()
    flow.shot(BASKET, 1.0, 0.9)
    for k in range(1, 60):
        for one in flow.look(k * 0.1, None, nobody):
            assert one.player.sum() == pytest.approx(1.0)
