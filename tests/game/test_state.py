"""Properties of the fold: whatever is said, in whatever order it is read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.game.calls import IllegalCall
from server.game.entry import Entry
from server.game.events import NOT_FACTS, FieldGoal, Media, Note, Sighted, Voided
from server.game.links import FOLLOWS_PARENT, links_of
from server.game.standing import History
from server.game.state import evolve, replay
from tests.game.strategies import CALM, SAID
from tests.game.table import START, Table, fresh


def play(said: list[tuple[str, int, dict[str, Any]]]) -> Table:
    table = Table()
    table.say_all([("desk", 0, {"type": "period_start"}), *said])
    return table


@given(SAID, st.integers(0, 60))
@settings(CALM, max_examples=150)
def test_replaying_in_two_halves_gives_the_same_game(
    said: list[tuple[str, int, dict[str, Any]]], cut: int
) -> None:
    table = play(said)
    halves = replay(replay(fresh(), table.entries[:cut]), table.entries[cut:])
    for game in (halves, replay(fresh(), table.entries)):
        assert game.progress == table.game.progress
        assert game.players == table.game.players
        assert game.standing == table.game.standing
        assert game.history.entries() == table.game.history.entries()


@given(SAID)
@settings(CALM, max_examples=150)
def test_no_follower_stands_without_its_parent(
    said: list[tuple[str, int, dict[str, Any]]],
) -> None:
    table = play(said)
    standing = dict(table.stands())
    for event in standing.values():
        parent = links_of(event)
        if parent is not None and isinstance(event, FOLLOWS_PARENT):
            assert parent in standing


@given(SAID)
@settings(CALM, max_examples=150)
def test_undo_is_undone_by_redo(said: list[tuple[str, int, dict[str, Any]]]) -> None:
    table = play(said)
    before = table.stands()
    progress = table.game.progress
    try:
        table.say("undo")
    except IllegalCall:
        return
    table.say("redo")
    assert table.stands() == before
    assert table.game.progress == progress


@given(SAID)
@settings(CALM, max_examples=100)
def test_a_void_and_its_void_leave_everything_as_it_was(
    said: list[tuple[str, int, dict[str, Any]]],
) -> None:
    table = play(said)
    before = table.stands()
    for seq in table.standing_seqs():
        try:
            void = table.seq("void", links=seq)
        except IllegalCall:
            continue  # its player, or its period, has entries of its own
        assert seq not in table.standing_seqs()
        table.say("void", links=void)
        assert table.stands() == before


def test_an_entry_out_of_turn_is_a_bug_and_said_so() -> None:
    entry = Entry(2, Note(period=1, clock_ms=0, text="x"), "desk", START, "c")
    with pytest.raises(ValueError, match="does not follow"):
        evolve(fresh(), entry)
    with pytest.raises(ValueError, match="does not follow"):
        replay(fresh(), [entry])


def test_two_futures_of_one_history_do_not_see_each_other() -> None:
    def entry(text: str) -> Entry:
        return Entry(2, Note(period=1, clock_ms=0, text=text), "desk", START, text)

    past = History().append(Entry(1, Note(period=1, clock_ms=0, text="a"), "desk", START, "a"))
    one, two = past.append(entry("b")), past.append(entry("c"))
    assert [e.call_id for e in one.entries()] == ["a", "b"]
    assert [e.call_id for e in two.entries()] == ["a", "c"]
    assert [e.call_id for e in two.newest_first()] == ["c", "a"]
    assert (len(past), past.get(2), past.get(0)) == (1, None, None)


def test_a_late_sighting_gives_its_media_time() -> None:
    table = Table()
    table.say("period_start")
    shot = table.seq("field_goal", team="home", made=True)
    seen = Sighted(period=1, clock_ms=0, links=shot, media=Media("main", 9.5))
    entry = Entry(3, seen, "camera:main", START, "s")
    table.game = evolve(table.game, entry)
    table.entries.append(entry)
    event = table.event(shot)
    assert isinstance(event, FieldGoal)
    assert event.media == Media("main", 9.5)
    assert isinstance(entry.event, NOT_FACTS)
    # The shot is still its caller's to undo, and the camera's word falls with it.
    (undo,) = table.say("undo")
    assert isinstance(undo.event, Voided)
    assert table.standing_seqs() == [1]


def test_the_clock_never_shows_more_than_it_was_set_to() -> None:
    table = Table()
    table.say("period_start")
    table.say("clock_start")
    assert table.game.progress.clock_ms_at(START - timedelta(seconds=5)) == 600_000
