"""Tables in the first period."""

from __future__ import annotations

import pytest

from tests.game.table import Table
from tests.projections.flagged import FIVE


@pytest.fixture
def table() -> Table:
    """The first period is on, nobody said who plays."""
    table = Table()
    table.say("period_start")
    return table


@pytest.fixture
def court(table: Table) -> Table:
    """Both line-ups are known."""
    for side, five in FIVE.items():
        table.say("starters", team=side, players=five)
    return table
