"""Which tests run beside which: those that watch a clock or a browser keep to themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

WAITING = frozenset({"ingest", "live", "media"})
"""Rooms whose tests watch the clock and wait for networks more than they compute: two at a time
with each other, never beside those that only compute."""
ALONE = frozenset({"bench", "e2e", "inference", "web"})
"""Rooms whose tests keep the machine busy and watch the clock: one by one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of those rooms `waiting` and `alone`; the `long` one begins first."""
    here = Path(__file__).parent
    for item in items:
        room = item.path.relative_to(here).parts[0]
        if room in WAITING:
            item.add_marker(pytest.mark.waiting)
        elif room in ALONE and not item.get_closest_marker("long"):
            item.add_marker(pytest.mark.alone)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """`make test ARGS=tests/game` leaves two of the three runs without a test: no failure."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.option.markexpr:
        session.exitstatus = pytest.ExitCode.OK
