"""Undo and redo: everyone's own last thing, back and forth."""

from __future__ import annotations

from server.game.entry import Entry
from server.game.events import FieldGoal, Voided
from server.game.state import evolve
from tests.game.table import Table, basket_with_assist


def test_undo_and_redo_walk_back_and_forth(table: Table) -> None:
    a = table.seq("field_goal", team="home", made=True)
    b = table.seq("foul", team="away")
    table.say("undo")
    assert table.standing_seqs() == [1, a]
    table.say("undo")
    assert table.standing_seqs() == [1]
    table.say("redo")
    assert table.standing_seqs() == [1, a]
    table.say("redo")
    assert table.standing_seqs() == [1, a, b]
    assert table.refused("redo") == "nothing-to-redo"
    table.say("undo")
    assert table.standing_seqs() == [1, a]


def test_a_new_call_ends_the_redoing(table: Table) -> None:
    table.say("foul", team="away")
    table.say("undo")
    c = table.seq("timeout", team="home")
    assert table.refused("redo") == "nothing-to-redo"
    assert table.standing_seqs() == [1, c]


def test_everyone_undoes_their_own(table: Table) -> None:
    mine = table.seq("field_goal", "desk:1", team="home", made=True)
    theirs = table.seq("field_goal", "desk:2", team="away", made=True)
    table.say("undo", "desk:1")
    assert table.standing_seqs() == [1, theirs]
    table.say("redo", "desk:1")
    assert table.standing_seqs() == [1, mine, theirs]
    assert table.refused("undo", "desk:3") == "nothing-to-undo"
    assert table.refused("redo", "desk:3") == "nothing-to-redo"


def test_undo_takes_along_what_others_hung_on_it(table: Table) -> None:
    basket = table.seq("field_goal", "desk:1", team="home", made=True)
    assist = table.seq("assist", "desk:2", team="home", links=basket)
    table.say("undo", "desk:1")
    assert table.standing_seqs() == [1]
    table.say("redo", "desk:1")
    assert table.standing_seqs() == [1, basket, assist]


def test_what_somebody_else_corrected_is_not_undone(table: Table) -> None:
    basket = table.seq("field_goal", "desk:1", team="home", made=True)
    table.say("amend", "desk:2", links=basket, value=3)
    assert table.refused("undo", "desk:1") == "changed-since"
    table.say("undo", "desk:2")
    table.say("void", "desk:2", links=basket)
    assert table.refused("undo", "desk:1") == "changed-since"


def test_undo_of_one_s_own_void_and_amendment(table: Table) -> None:
    basket, assist = basket_with_assist(table)
    table.say("void", links=basket)
    table.say("undo")
    assert table.standing_seqs() == [1, basket, assist]
    table.say("amend", links=basket, value=2)
    table.say("undo")
    shot = table.event(basket)
    assert isinstance(shot, FieldGoal)
    assert shot.value == 3
    # The next undo reaches the assist, then the basket, then the period.
    for left in ([1, basket], [1], []):
        table.say("undo")
        assert table.standing_seqs() == left
    assert table.game.progress.status() == "scheduled"
    assert table.refused("undo") == "nothing-to-undo"


def test_an_undone_amendment_must_not_orphan_what_others_added(table: Table) -> None:
    shot = table.seq("field_goal", team="home", player="4", made=False)
    table.say("amend", links=shot, made=True)
    assist = table.seq("assist", "desk:2", team="home", player="5", links=shot)
    assert table.refused("undo") == "changed-since"
    table.say("undo", "desk:2")
    table.say("undo")
    assert assist not in table.standing_seqs()


def test_a_void_is_not_undone_when_another_took_the_place(table: Table) -> None:
    basket, first = basket_with_assist(table)
    table.say("void", links=first)
    table.say("assist", "desk:2", team="home", player="6", links=basket)
    assert table.refused("undo") == "changed-since"


def test_a_redo_finds_things_as_the_undo_left_them(table: Table) -> None:
    basket, _ = basket_with_assist(table)
    table.say("void", links=basket)
    table.say("undo")
    table.say("amend", "desk:2", links=basket, value=2)
    assert table.refused("redo") == "changed-since"
    table.say("undo", "desk:2")
    table.say("foul", "desk:2", team="away", links=basket)
    table.say("redo")
    assert basket not in table.standing_seqs()


def test_a_period_is_not_undone_under_other_people_s_plays(table: Table) -> None:
    table.say("period_end")
    table.say("period_start")
    table.say("foul", "desk:2", team="home")
    assert table.refused("undo") == "changed-since"


def test_a_period_that_was_started_again_is_not_redone(table: Table) -> None:
    table.say("period_end")
    table.say("period_start")
    table.say("undo")
    table.say("period_start", "desk:2")
    assert table.refused("redo") == "changed-since"


def test_an_undo_that_somebody_voided_is_not_redone(table: Table) -> None:
    table.say("foul", team="home")
    undo = table.seq("undo")
    table.say("void", "desk:2", links=undo)
    assert table.refused("redo") == "changed-since"


def test_a_log_with_undos_of_nothing_is_read_all_the_same(table: Table) -> None:
    for cause in ("redo", "undo"):
        odd = Voided(period=1, clock_ms=0, targets=(1,), cause=cause)
        entry = Entry(table.game.seq + 1, odd, "desk:2", table.now, f"odd-{cause}")
        table.game = evolve(table.game, entry)
        table.entries.append(entry)
    assert table.refused("undo", "desk:2") == "nothing-to-undo"
    assert table.refused("redo", "desk:2") == "nothing-to-redo"
