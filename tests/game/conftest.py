"""What these tests share."""

from __future__ import annotations

import pytest

from tests.game.table import Table


@pytest.fixture
def table() -> Table:
    """The first period is on."""
    table = Table()
    table.say("period_start")
    return table
