"""Void and amend: what stands afterwards."""

from __future__ import annotations

import pytest

from server.game.events import Amended, FieldGoal, FreeThrow, Rebound, Substitution, Voided
from server.game.links import links_of
from server.projections.sheet import Sheet
from tests.game.table import Table, basket_with_assist, order


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


def test_a_field_can_be_unsaid(table: Table) -> None:
    shot = table.seq(
        *("field_goal",), team="home", player="4", made=True, x_m=1.0, y_m=2.0, tags=["paint"]
    )
    table.say("amend", links=shot, clear=["player", "x_m", "y_m", "tags"], value=3)
    said = table.event(shot)
    assert isinstance(said, FieldGoal)
    assert (said.team, said.player, said.x_m, said.y_m, said.tags) == ("home", *[None] * 4)
    assert (said.value, said.made) == (3, True)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"clear": ["made"]}, "field-not-of-type"),
        ({"clear": ["team"]}, "field-not-of-type"),
        ({"clear": ["period"]}, "field-not-of-type"),
        ({"clear": ["parent"]}, "field-not-of-type"),
        ({"clear": ["player"], "player": "5"}, "field-not-of-type"),
        ({"parent": 1}, "field-not-of-type"),
    ],
)
def test_what_cannot_be_unsaid(table: Table, fields: dict[str, object], why: str) -> None:
    shot = table.seq("field_goal", team="home", player="4", made=True)
    assert table.refused("amend", links=shot, **fields) == why


def test_a_time_keeps_its_fields(table: Table) -> None:
    stop = table.seq("clock_stop")
    assert table.refused("amend", links=stop, clear=["media"]) == "cannot-amend"


def test_what_was_odd_before_stands_in_nobodys_way(table: Table) -> None:
    basket, _ = basket_with_assist(table)
    # Accepted and flagged: an assist too many.
    table.say("assist", team="home", player="6", links=basket)
    (note,) = table.say("note", text="tip-off late")
    table.say("undo")
    assert note.seq not in [seq for seq, _ in table.stands()]


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


def test_an_amendment_is_voided_with_all_that_its_call_did(table: Table) -> None:
    basket, assist = basket_with_assist(table)
    amended, voided = table.say("amend", links=basket, made=False)
    table.say("void", "desk:2", links=voided.seq)
    assert table.standing_seqs() == [1, basket, assist]
    assert table.refused("void", links=amended.seq) == "already-void"


def test_what_had_no_meaning_before_stands_in_nobody_s_way(table: Table) -> None:
    basket, _ = basket_with_assist(table)
    table.say("assist", team="home", player="6", links=basket)
    foul = table.seq("foul", team="away")
    table.say("void", links=foul)
    assert foul not in table.standing_seqs()


def test_a_player_who_came_with_an_amendment_stays_when_it_goes(table: Table) -> None:
    shot = table.seq("field_goal", team="home", made=True)
    added, amended = table.say("amend", links=shot, player="#77")
    foul = table.seq("foul", team="home", player="77")
    table.say("void", links=amended.seq)
    assert table.standing_seqs() == [1, shot, added.seq, foul]
    assert table.refused("void", links=added.seq) == "player-has-entries"


def test_a_substitution_only_moves(table: Table) -> None:
    change = table.seq("substitution", team="home", player_in="8", player_out="4")
    table.say("amend", links=change, clock_ms=500_000)
    moved = table.event(change)
    assert isinstance(moved, Substitution)
    assert (moved.clock_ms, moved.player_in, moved.player_out) == (500_000, "home-8", "home-4")


# Order


def test_the_order_of_plays_can_be_amended(table: Table) -> None:
    basket, assist = basket_with_assist(table)
    late = table.seq("foul", team="away")
    table.say("amend", links=basket, after=late)
    # The assist comes along: it stood beside its basket.
    assert order(table) == [1, late, basket, assist]
    for after in (late, basket, assist):
        assert table.refused("amend", links=late, after=after) == "after-itself"


def test_to_come_after_a_play_is_to_be_at_its_place(table: Table) -> None:
    first = table.seq("timeout", team="home", clock_ms=500_000)
    second = table.seq("timeout", team="away", clock_ms=400_000)
    third = table.seq("foul", team="away", clock_ms=300_000)
    table.say("amend", links=third, after=first)
    assert table.event(third).clock_ms == 500_000
    assert order(table) == [1, first, third, second]


def test_two_entries_that_come_after_each_other_are_ordered_all_the_same(table: Table) -> None:
    a = table.seq("timeout", team="home")
    b = table.seq("timeout", team="away")
    moved = table.seq("amend", links=a, after=b)
    void = table.seq("void", links=moved)
    table.say("amend", links=b, after=a)
    table.say("void", links=void)
    assert order(table) == [1, b, a]


def test_a_fact_that_is_put_after_its_parent_belongs_to_it(table: Table) -> None:
    basket = table.seq("field_goal", team="home", player="4", made=True, clock_ms=500_000)
    foul = table.seq("foul", team="away", clock_ms=480_000)
    first = table.seq("free_throw", team="home", made=True)
    table.say("timeout", team="home", clock_ms=400_000)
    assist = table.event(table.seq("assist", team="home", player="5", after=basket))
    second = table.event(table.seq("free_throw", team="home", made=True, after=first))
    assert (links_of(assist), links_of(second)) == (basket, foul)
    # It has one already, its parent was taken back, or it can have none.
    again = table.event(table.seq("assist", team="home", player="6", after=basket))
    assert links_of(again) is None
    table.say("void", links=first)
    third = table.event(table.seq("free_throw", team="home", made=True, after=first))
    other = table.event(table.seq("foul", team="away", after=basket))
    assert (links_of(third), links_of(other)) == (foul, None)


# Time


def test_the_clock_of_time_s_own_facts_can_be_amended(table: Table) -> None:
    start = table.seq("clock_start")
    table.wait(10)
    stop = table.seq("clock_stop")
    table.say("amend", links=stop, clock_ms=585_000)
    assert table.game.progress.clock_ms == 585_000
    table.say("amend", links=1, clock_ms=480_000)
    end = table.seq("period_end")
    table.say("amend", links=end, clock_ms=1_000)
    assert table.event(end).clock_ms == 1_000
    assert table.refused("amend", links=start, clock_ms=600_001) == "clock-outside-period"
    assert table.refused("amend", links=start, period=1) == "field-not-of-type"
    done = table.seq("finalize")
    assert table.refused("amend", links=done, clock_ms=1) == "cannot-amend"


def test_a_period_goes_with_its_clock_and_never_with_its_plays(table: Table) -> None:
    table.say("period_end")
    second = table.seq("period_start")
    table.say("clock_start")
    table.say("period_end")
    table.say("void", links=second)
    assert table.standing_seqs() == [1, 2]
    table.say("undo")
    play = table.seq("field_goal", team="home", made=True)
    assert table.refused("void", links=second) == "period-has-entries"
    table.say("amend", links=play, period=1, clock_ms=0)
    table.say("void", links=second)
    assert table.game.progress.period == 1


def test_after_the_final_everything_can_be_corrected(table: Table) -> None:
    basket, _ = basket_with_assist(table)
    table.say("finalize")
    table.say("amend", links=basket, value=2)
    table.say("field_goal", team="away", made=True, after=basket)
    table.say("void", links=basket)
    table.say("undo")
    assert table.game.progress.status() == "final"
    score = Sheet(table.game, {"home": (), "away": ()}).sections()["scoreboard"]
    assert (score["home"]["score"], score["away"]["score"]) == (2, 2)


def test_substitutions_can_be_said_anew_in_either_way(table: Table) -> None:
    change = table.seq("substitution", team="home", player_in="8", player_out="4")
    table.say("amend", links=change, players=["0", "5", "6", "7", "8"])
    whole = table.event(change)
    assert isinstance(whole, Substitution)
    assert (whole.player_in, whole.player_out, len(whole.players or ())) == (None, None, 5)
    table.say("amend", links=change, player_in="00", player_out="4")
    single = table.event(change)
    assert isinstance(single, Substitution)
    assert (single.players, single.player_in) == (None, "home-00")
