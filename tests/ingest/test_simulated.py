"""The picture's numbers over bad networks, in simulated time: many minutes, many seeds.

Real packets between real peers: test_lossy.py, and `python -m tests.bench network`.
"""

from __future__ import annotations

from statistics import mean

import pytest

from server.ingest.network import Network, Weather
from tests.ingest.simulated import FPS, Run
from tests.media.glass import frozen_share

LTE = Network(delay_s=0.03)
SETTLE_S = 5.0
"""A publisher begins with more than a narrow network takes."""


def test_a_good_network_costs_nothing() -> None:
    run = Run(Weather(first=LTE), 20).play()
    assert len(run.shown) == pytest.approx(20 * FPS, abs=2)
    assert max(run.ages_s()) < 0.04
    assert run.key_frames_asked == 0


@pytest.mark.parametrize("delay_s", [0.0, 0.03])
def test_one_lost_packet_never_freezes_for_long(delay_s: float) -> None:
    for lost_s in range(50):
        run = Run(Weather(first=Network(delay_s=delay_s)), 1.5, seed=lost_s)
        run.lose_one_at(0.5 + lost_s / 100)
        assert max(run.play().gaps_s(0.2)) < 0.3


@pytest.mark.parametrize("seed", range(5))
def test_after_five_percent_loss_it_is_soon_as_before(seed: int) -> None:
    steps = ((5.0, {"loss": 0.05}), (15.0, {"loss": 0.0}))
    run = Run(Weather(steps, LTE), 20, seed=seed).play()
    assert max(run.ages_s(16.0)) < 0.2
    assert len(run.ages_s(5.0, 15.0)) > 0.98 * 10 * FPS


@pytest.mark.parametrize("seed", range(5))
def test_three_percent_loss_over_a_round_trip_of_60_ms(seed: int) -> None:
    run = Run(Weather(first=Network(loss=0.03, delay_s=0.03)), 60, seed=seed).play()
    assert frozen_share(run.gaps_s(SETTLE_S)) < 0.01
    ages_s = sorted(run.ages_s(SETTLE_S))
    assert ages_s[int(len(ages_s) * 0.95)] < 0.2


@pytest.mark.parametrize("loss", [0.0, 0.03])
def test_a_narrow_network_is_not_filled_up(loss: float) -> None:
    """1.5 Mbps, and a publisher that would send 2."""
    network = Network(loss=loss, delay_s=0.03, rate_bps=1_500_000)
    run = Run(Weather(first=network), 60).play()
    ages_s = sorted(run.ages_s(SETTLE_S))
    assert ages_s[int(len(ages_s) * 0.95)] < 0.3
    assert max(run.gaps_s(SETTLE_S)) < 0.4
    assert run.there.counts.crowded_out < 0.03 * run.there.counts.taken
    later = run.bitrates[int(SETTLE_S * FPS) :]
    assert sum(later) / len(later) > 800_000


def test_a_narrow_network_with_loss_rarely_freezes_the_picture() -> None:
    """Without a play-out buffer; browsers have one."""
    network = Network(loss=0.03, delay_s=0.03, rate_bps=1_500_000)
    runs = [Run(Weather(first=network), 60, seed=seed).play() for seed in range(40, 44)]
    assert mean(frozen_share(run.gaps_s(SETTLE_S)) for run in runs) < 0.012


@pytest.mark.parametrize("jitter_s", [0.03, 0.06])
def test_jitter_alone_takes_nothing_away(jitter_s: float) -> None:
    """What waits for a moment is no queue."""
    run = Run(Weather(first=Network(loss=0.003, delay_s=0.03, jitter_s=jitter_s)), 40).play()
    assert min(run.bitrates[int(SETTLE_S * FPS) :]) == run.most_bps


def test_a_network_that_widens_again_is_used_again() -> None:
    steps = ((0.0, {"rate_bps": 800_000}), (20.0, {"rate_bps": None}))
    run = Run(Weather(steps, LTE), 90).play()
    assert max(run.bitrates[10 * FPS : 20 * FPS]) < 900_000
    assert run.bitrates[-1] > 1.5 * max(run.bitrates[15 * FPS : 20 * FPS])
