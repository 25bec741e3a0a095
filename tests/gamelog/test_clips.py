"""The table of clips says what is to be cut, what was and what could not be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from server.gamelog.clips import Clip, ClipTable
from server.gamelog.sql import SqlLog
from tests.gamelog.test_log import RECORD

NOW = datetime(2026, 5, 1, 18, tzinfo=UTC)
CLIP = Clip("g1", 7, "7-main-4000-14000", "main", 10.0, 4.0, 14.0, NOW)


def test_a_clip_is_wanted_begun_and_settled(opener: Callable[[], SqlLog]) -> None:
    log = opener()
    log.add_game(RECORD, {})
    table = ClipTable(log)
    table.want([CLIP], [], "g1", NOW)
    assert table.of_game("g1") == table.with_status("waiting", 10) == [CLIP]
    table.begun(CLIP)
    assert table.settled(CLIP, "ready", NOW, path="x", frames=3)
    found = table.get("g1", 7)
    assert found == replace(CLIP, status="ready", tries=1, at=NOW, facts={"path": "x", "frames": 3})
    assert table.counts() == {"ready": 1}
    assert table.get("g1", 8) is None


def test_who_cut_the_picture_of_another_moment_changes_nothing(
    opener: Callable[[], SqlLog],
) -> None:
    log = opener()
    log.add_game(RECORD, {})
    table = ClipTable(log)
    table.want([CLIP], [], "g1", NOW)
    moved = replace(CLIP, cut="7-main-5000-15000", moment_s=11.0, start_s=5.0, end_s=15.0)
    table.want([moved], [], "g1", NOW)
    assert not table.settled(CLIP, "ready", NOW)
    assert table.get("g1", 7) == moved


def test_what_no_longer_stands_goes_after_a_while_unless_it_stands_again(
    opener: Callable[[], SqlLog],
) -> None:
    log = opener()
    log.add_game(RECORD, {})
    table = ClipTable(log)
    table.want([CLIP, replace(CLIP, seq=8, cut="8")], [], "g1", NOW)
    table.want([], [7, 8], "g1", NOW)
    assert table.with_status("waiting", 10) == []
    assert table.gone_before(NOW, 10) == []
    old = table.gone_before(NOW + timedelta(seconds=1), 10)
    table.want([CLIP], [], "g1", NOW)
    assert [table.forget(clip) for clip in old] == [False, True]
    assert table.of_game("g1") == [CLIP]


def test_what_was_erased_is_not_made_again(opener: Callable[[], SqlLog]) -> None:
    log = opener()
    log.add_game(RECORD, {})
    table = ClipTable(log)
    table.want([CLIP], [], "g1", NOW)
    table.settled(CLIP, "ready", NOW, path="x")
    table.erase([CLIP], NOW)
    table.want([CLIP], [], "g1", NOW)
    erased = replace(CLIP, status="erased", at=NOW)
    assert table.get("g1", 7) == erased
    assert not table.settled(CLIP, "ready", NOW)
    assert not table.again(CLIP, NOW)


def test_nothing_stays_of_a_game_that_is_erased(opener: Callable[[], SqlLog]) -> None:
    log = opener()
    log.add_game(RECORD, {})
    table = ClipTable(log)
    table.want([CLIP], [], "g1", NOW)
    log.erase("g1")
    table.want([CLIP], [], "g1", NOW)
    assert table.of_game("g1") == []


def test_the_rules_of_clips_are_kept_with_the_game(opener: Callable[[], SqlLog]) -> None:
    log = opener()
    log.add_game(RECORD, {})
    log.set_clips("g1", '{"types": []}')
    record = log.game("g1")
    assert record is not None
    assert record.clips == '{"types": []}'
