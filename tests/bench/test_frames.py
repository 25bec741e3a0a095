"""The bench of frames runs, and its bound holds with a network made ten times as slow."""

from __future__ import annotations

from tests.bench.bench_frames import main


def test_the_bound_holds_however_slow_the_network() -> None:
    figures = main(6.0)
    bound = "age p95 over (1.5 x inference p95 + 100 ms)"
    slow = figures[f"slowed tenfold: {bound}"]
    assert isinstance(slow, float)
    assert slow <= 1.0
    grown = figures["slowed tenfold: memory grown MiB"]
    assert isinstance(grown, float)
    assert grown < 50
