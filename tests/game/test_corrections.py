"""Void, amend, undo, redo: what stands afterwards."""

from __future__ import annotations

import pytest

from server.game.events import Amended, FieldGoal, FreeThrow, Rebound, Voided
from tests.game.table import Table


@pytest.fixture
def table() -> Table:
    table = Table()
    table.say("period_start")
    return table


def basket_with_assist(table: Table) -> tuple[int, int]:
    basket = table.seq("field_goal", team="home", player="4", value=3, made=True)
    return basket, table.seq("assist", team="home", player="5")


def test_a_void_takes_its_children_along(table: Table) -> None:
    basket, assist = basket_with_assist(table)
    (void,) = table.say("void", links=basket)
    assert isinstance(void.event, Voided)
    assert void.event.targets == (basket, assist)
    assert table.standing_seqs() == [1]
    assert table.refused("void", links=basket) == "already-void"
    assert table.refused("void", links=assist) == "already-void"


def test_block_and_rebound_go_with_the_miss(table: Table) -> None:
    miss = table.seq("field_goal", team="home", made=False)
    table.say("block", team="away")
    table.say("rebound", team="away")
    table.say("void", links=miss)
    assert table.standing_seqs() == [1]


def test_a_steal_goes_with_its_turnover_and_comes_back_with_it(table: Table) -> None:
    lost = table.seq("turnover", team="home", player="4")
    steal = table.seq("steal", team="away", player="10")
    void = table.seq("void", links=lost)
    assert table.standing_seqs() == [1]
    table.say("void", links=void)
    assert table.standing_seqs() == [1, lost, steal]


def test_a_foul_on_a_shot_stays_when_the_shot_goes(table: Table) -> None:
    shot = table.seq("field_goal", team="home", player="4", made=True)
    foul = table.seq("foul", team="away", player="10", links=shot, drawn_by="4")
    table.say("void", links=shot)
    assert table.standing_seqs() == [1, foul]


def test_a_foul_takes_its_free_throws_along(table: Table) -> None:
    foul = table.seq("foul", team="away")
    table.say("free_throw", team="home", made=True)
    table.say("free_throw", team="home", made=True)
    table.say("void", links=foul)
    assert table.standing_seqs() == [1]


def test_voiding_a_void_brings_all_back(table: Table) -> None:
    basket, assist = basket_with_assist(table)
    void = table.seq("void", links=basket)
    table.say("void", links=void)
    assert table.standing_seqs() == [1, basket, assist]


def test_a_child_cannot_come_back_without_its_parent(table: Table) -> None:
    basket, assist = basket_with_assist(table)
    void = table.seq("void", links=assist)
    table.say("void", "desk:2", links=basket)
    assert table.refused("void", links=void) == "changed-since"
    assert table.refused("undo") == "changed-since"


def test_amend_says_it_anew(table: Table) -> None:
    basket, assist = basket_with_assist(table)
    (amended,) = table.say("amend", "desk:2", links=basket, value=2, player="6")
    assert isinstance(amended.event, Amended)
    shot = table.event(basket)
    assert isinstance(shot, FieldGoal)
    assert (shot.value, shot.player, shot.made) == (2, "home-6", True)
    assert table.standing_seqs() == [1, basket, assist]
    # Taking the amendment back restores what was said first.
    table.say("void", links=amended.seq)
    shot = table.event(basket)
    assert isinstance(shot, FieldGoal)
    assert (shot.value, shot.player) == (3, "home-4")


def test_a_basket_amended_to_a_miss_loses_its_assist(table: Table) -> None:
    basket, assist = basket_with_assist(table)
    made = table.say("amend", links=basket, made=False)
    assert [type(entry.event) for entry in made] == [Amended, Voided]
    assert table.standing_seqs() == [1, basket]
    table.say("undo")
    assert table.standing_seqs() == [1, basket, assist]
    shot = table.event(basket)
    assert isinstance(shot, FieldGoal)
    assert shot.made


def test_a_miss_amended_to_a_basket_loses_its_block_and_its_rebound(table: Table) -> None:
    miss = table.seq("field_goal", team="home", made=False)
    block = table.seq("block", team="away")
    board = table.seq("rebound", team="home")
    before = table.stands()
    amended, voided = table.say("amend", links=miss, made=True)
    assert isinstance(voided.event, Voided)
    assert voided.event.targets == (block, board)
    assert table.standing_seqs() == [1, miss]
    # Voiding the amendment takes back all that it did.
    table.say("void", links=amended.seq)
    assert table.stands() == before


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"value": 4}, "value-outside-rules"),
        ({"player": "99"}, "unknown-player"),
        ({"period": 3}, "unknown-period"),
        ({"clock_ms": -5}, "clock-outside-period"),
        ({"kind": "technical"}, "field-not-of-type"),
        ({"after": 2}, "after-itself"),
        ({"after": 99}, "unknown-entry"),
    ],
)
def test_an_amendment_without_meaning_is_refused(
    table: Table, fields: dict[str, object], why: str
) -> None:
    basket, _ = basket_with_assist(table)
    assert table.refused("amend", links=basket, **fields) == why


def test_amending_the_team_drops_the_player(table: Table) -> None:
    shot = table.seq("field_goal", team="home", player="4", made=True)
    table.say("amend", links=shot, team="away")
    amended = table.event(shot)
    assert isinstance(amended, FieldGoal)
    assert (amended.team, amended.player) == ("away", None)


def test_a_linked_fact_does_not_change_sides(table: Table) -> None:
    _, assist = basket_with_assist(table)
    assert table.refused("amend", links=assist, team="away") in ("wrong-link", "unknown-player")


def test_amending_the_place_moves_it(table: Table) -> None:
    first = table.seq("field_goal", team="home", made=True, clock_ms=500_000)
    put = table.seq("foul", team="away", after=first)
    table.say("amend", links=put, clock_ms=450_000)
    event = table.event(put)
    assert (event.clock_ms, event.after) == (450_000, None)


def test_amending_a_free_throw_and_a_rebound(table: Table) -> None:
    table.say("foul", team="away")
    free = table.seq("free_throw", team="home", made=False)
    board = table.seq("rebound", team="away")
    table.say("amend", links=board, player="10")
    rebound = table.event(board)
    assert isinstance(rebound, Rebound)
    assert (rebound.player, rebound.kind, rebound.links) == ("away-10", "defensive", free)
    table.say("amend", links=free, made=True)
    thrown = table.event(free)
    assert isinstance(thrown, FreeThrow)
    assert thrown.made
    assert board not in table.standing_seqs()


# Undo and redo


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
