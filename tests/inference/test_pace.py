"""What the thread measures of itself becomes a plan, a word for the operator, time for the gaps."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from pipeline.governor import Governor, ladder, start
from server.clock import ManualClock
from server.pace import MOST_SAVED_S, WINDOW_S, Pace
from server.seen import NoMeters

PLANS = ladder((384, 640), free=True)
USUAL = start(PLANS, gpu=False)


class Thread:
    """An inference thread on a machine of a given speed, without the thread."""

    def __init__(self, look_s: float, at: int = USUAL) -> None:
        self.clock = ManualClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
        self.pace = Pace(Governor(PLANS, at), self.clock, NoMeters())
        self.look_s = look_s
        self.offered = 0

    def busy(self, seconds: float) -> bool:
        """A piece of work for a gap."""
        self.clock.advance(seconds)
        return True

    def run(self, seconds: float, cameras: int = 1) -> None:
        ends = self.clock.monotonic_s() + seconds
        while self.clock.monotonic_s() < ends:
            took = self.look_s * self.pace.plan.area / (384 * 640)
            self.clock.advance(took + 0.005)
            self.offered = round(30 * cameras * self.clock.monotonic_s())
            self.pace.looked(1, took, took + 0.005, [took + 0.03])
            self.pace.settle(cameras, cameras, self.offered)


def test_a_quick_machine_keeps_its_plan_and_says_nothing() -> None:
    thread = Thread(0.02)
    thread.run(20.0)
    assert thread.pace.plan == PLANS[USUAL]
    going = thread.pace.going
    assert (going.trouble, going.cameras) == ("", 1)
    assert going.looks > 12
    assert going.load < 1


def test_a_slow_machine_looks_less_closely_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    thread = Thread(0.3)
    with caplog.at_level(logging.INFO, "server.pace"):
        thread.run(60.0, cameras=3)
    assert thread.pace.plan == PLANS[-1]
    assert "too slow for 3 games" in thread.pace.going.trouble
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.WARNING
    thread.look_s = 0.004
    thread.run(600.0, cameras=3)
    assert thread.pace.plan.area >= PLANS[USUAL].area
    assert thread.pace.going.trouble == ""


def test_without_cameras_nothing_is_wrong() -> None:
    thread = Thread(0.3)
    thread.run(30.0, cameras=3)
    assert thread.pace.going.trouble
    thread.clock.advance(WINDOW_S)
    thread.pace.settle(0, 0, 0)
    assert thread.pace.going.trouble == ""
    assert thread.pace.plan == PLANS[USUAL]


def test_the_gaps_get_their_share_and_no_more() -> None:
    thread = Thread(0.02)
    spent_s, pieces = 0.0, 0
    for _ in range(2000):
        thread.clock.advance(0.02)
        if thread.pace.may_pause():
            thread.pace.paid(lambda: thread.busy(0.03))
            spent_s, pieces = spent_s + 0.03, pieces + 1
        elif pieces:
            assert not thread.pace.may_pause()
    share = spent_s / thread.clock.monotonic_s()
    assert share == pytest.approx(PLANS[USUAL].spare, rel=0.15)


def test_a_pause_is_not_followed_by_a_long_absence() -> None:
    thread = Thread(0.02)
    thread.clock.advance(600.0)
    assert thread.pace.may_pause()
    pieces = 0
    while thread.pace.may_pause():
        thread.pace.paid(lambda: thread.busy(0.01))
        pieces += 1
    assert pieces * 0.01 <= 2 * MOST_SAVED_S


def test_nothing_to_do_costs_nothing() -> None:
    thread = Thread(0.02)
    thread.clock.advance(1.0)
    assert thread.pace.may_pause()
    assert not thread.pace.paid(lambda: False)
    assert thread.pace.may_pause()
