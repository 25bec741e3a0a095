"""Set-ups of cameras are kept beside the log and go with the game."""

from __future__ import annotations

from collections.abc import Callable

from server.gamelog.setups import SetupTable
from server.gamelog.sql import SqlLog
from tests.gamelog.test_log import RECORD


def test_the_last_one_told_is_kept_for_each_camera(opener: Callable[[], SqlLog]) -> None:
    log, other = opener(), opener()
    log.add_game(RECORD, {})
    table = SetupTable(log)
    assert table.get("g1", "main") is None
    table.put("g1", "main", "one")
    table.put("g1", "main", "two")
    table.put("g1", "end", "three")
    assert SetupTable(other).get("g1", "main") == "two"
    assert table.get("g1", "end") == "three"


def test_nothing_stays_of_a_game_that_is_erased(opener: Callable[[], SqlLog]) -> None:
    log = opener()
    log.add_game(RECORD, {})
    table = SetupTable(log)
    table.put("g1", "main", "one")
    log.erase("g1")
    assert table.get("g1", "main") is None
    # Somebody was about to tell it.
    table.put("g1", "main", "late")
    table.put("unheard-of", "main", "lost")
    assert table.get("g1", "main") is None
    assert table.get("unheard-of", "main") is None
