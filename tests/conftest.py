"""Which tests run beside which: those that watch a clock closely keep to themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

BESIDE = {"ingest": "waiting", "live": "waiting", "media": "waiting", "web": "pages"}
"""Rooms whose tests run two at a time with each other, and never beside those that only compute:
they wait for networks, or for a browser's pages."""
ALONE = frozenset({"bench", "e2e", "inference"})
"""Rooms whose tests keep the machine busy and watch the clock: one by one, as are the files
elsewhere that say so themselves."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of those rooms; the `long` one, which mostly waits, begins first."""
    here = Path(__file__).parent
    for item in items:
        room = item.path.relative_to(here).parts[0]
        if room in ALONE and not item.get_closest_marker("long"):
            item.add_marker(pytest.mark.alone)
        elif room in BESIDE and not item.get_closest_marker("alone"):
            item.add_marker(BESIDE[room])
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """`make test ARGS=tests/game` leaves all but one of the runs without a test: no failure."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.option.markexpr:
        session.exitstatus = pytest.ExitCode.OK
