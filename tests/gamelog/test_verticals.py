"""The table of vertical clips says what was asked for and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from server.gamelog.sql import SqlLog
from server.gamelog.verticals import Vertical, VerticalTable
from tests.gamelog.test_log import RECORD

NOW = datetime(2026, 5, 1, 18, tzinfo=UTC)
ASKED = Vertical("g1", 7, "7-main-4000-14000-0123", NOW)
OTHER = replace(ASKED, name="7-main-4000-14000-4567")


def test_one_is_asked_for_and_settled(opener: Callable[[], SqlLog]) -> None:
    log = opener()
    log.add_game(RECORD, {})
    table = VerticalTable(log)
    assert table.get("g1", 7) is None
    table.want(ASKED)
    assert table.get("g1", 7) == ASKED
    assert table.settled(ASKED, "ready", NOW, size_bytes=3)
    assert table.of_game("g1") == [replace(ASKED, status="ready", size_bytes=3)]
    assert table.settled(ASKED, "failed", NOW, error="why")
    assert table.failed(10) == [replace(ASKED, status="failed", error="why")]
    assert (table.count("failed"), table.count("ready")) == (1, 0)


def test_what_another_is_asked_for_instead_of_changes_nothing(
    opener: Callable[[], SqlLog],
) -> None:
    log = opener()
    log.add_game(RECORD, {})
    table = VerticalTable(log)
    table.want(ASKED)
    table.want(OTHER)
    assert not table.settled(ASKED, "ready", NOW)
    table.forget([ASKED])
    assert table.of_game("g1") == [OTHER]
    table.forget([OTHER])
    assert table.of_game("g1") == []


def test_nothing_stays_of_a_game_that_is_erased(opener: Callable[[], SqlLog]) -> None:
    log = opener()
    log.add_game(RECORD, {})
    table = VerticalTable(log)
    table.want(ASKED)
    log.erase("g1")
    assert table.of_game("g1") == []
    table.want(ASKED)
    assert table.of_game("g1") == []
