"""What belongs to what, and follows it when that is corrected."""

from __future__ import annotations

from server.game.entry import Entry
from server.game.events import Amended, FieldGoal, Foul, FreeThrow, Rebound, Turnover, Voided
from server.game.links import fits, links_of
from server.game.state import evolve
from tests.game.table import Table, basket_with_assist, order


def test_a_child_can_be_given_another_parent_or_none(table: Table) -> None:
    first = table.seq("field_goal", team="home", player="4", made=True)
    second = table.seq("field_goal", team="home", player="5", made=True)
    theirs = table.seq("field_goal", team="away", player="11", made=True)
    assist = table.seq("assist", team="home", player="6", links=second)
    table.say("amend", links=assist, parent=first)
    assert links_of(table.event(assist)) == first
    table.say("void", links=second)
    assert assist in [seq for seq, _ in table.stands()]
    for wrong in (theirs, second, 99, assist):
        assert table.refused("amend", links=assist, parent=wrong) == "wrong-link"
    later = table.seq("field_goal", team="home", player="4", made=True)
    assert table.refused("amend", links=assist, parent=later) == "wrong-link"
    table.say("amend", links=assist, clear=["parent"], team="home")
    assert links_of(table.event(assist)) is None
    table.say("void", links=first)
    assert assist in [seq for seq, _ in table.stands()]


def shot_with_all(table: Table) -> dict[str, int]:
    """A blocked and rebounded miss of home at 8:20."""
    at = {"clock_ms": 500_000}
    return {
        "miss": table.seq("field_goal", team="home", player="4", made=False, **at),
        "block": table.seq("block", team="away", player="10", **at),
        "rebound": table.seq("rebound", team="away", player="11", **at),
    }


def test_the_other_team_s_miss_is_rebounded_the_other_way(table: Table) -> None:
    seqs = shot_with_all(table)
    before = table.stands()
    made = table.say("amend", links=seqs["miss"], team="away", player="12")
    # The one who blocked cannot have blocked a team-mate; who has the ball still has it.
    assert [type(entry.event) for entry in made] == [Amended, Amended, Voided]
    assert table.standing_seqs() == [1, seqs["miss"], seqs["rebound"]]
    rebound = table.event(seqs["rebound"])
    assert isinstance(rebound, Rebound)
    assert (rebound.kind, rebound.player, rebound.links) == ("offensive", "away-11", seqs["miss"])
    table.say("undo")
    assert table.stands() == before


def test_a_dead_ball_s_rebound_stays_one(table: Table) -> None:
    miss = table.seq("field_goal", team="home", made=False)
    dead = table.seq("rebound", team="away", kind="dead_ball")
    table.say("amend", links=miss, team="away")
    rebound = table.event(dead)
    assert isinstance(rebound, Rebound)
    assert rebound.kind == "dead_ball"


def test_the_other_team_s_basket_has_no_assist_of_these(table: Table) -> None:
    basket, _ = basket_with_assist(table)
    table.say("amend", links=basket, team="away")
    assert table.standing_seqs() == [1, basket]


def test_another_scorer_keeps_the_assist_unless_it_was_his(table: Table) -> None:
    basket, assist = basket_with_assist(table)
    table.say("amend", links=basket, player="6")
    assert table.standing_seqs() == [1, basket, assist]
    table.say("amend", links=basket, player="5")
    assert table.standing_seqs() == [1, basket]


def test_a_rebound_of_the_other_team_is_the_other_kind(table: Table) -> None:
    board = shot_with_all(table)["rebound"]
    table.say("amend", links=board, team="home", player="5")
    rebound = table.event(board)
    assert isinstance(rebound, Rebound)
    assert (rebound.team, rebound.kind) == ("home", "offensive")


def test_the_turnover_of_an_offensive_foul_goes_where_the_foul_goes(table: Table) -> None:
    foul = table.seq("foul", team="home", player="4", kind="offensive")
    lost = table.seq("turnover", team="home", player="4", links=foul, kind="offensive_foul")
    steal = table.seq("steal", team="away", player="10", links=lost)
    table.say("amend", links=foul, player="5")
    turnover = table.event(lost)
    assert isinstance(turnover, Turnover)
    assert turnover.player == "home-5"
    assert steal in table.standing_seqs()
    table.say("amend", links=foul, team="away", player="11")
    turnover = table.event(lost)
    assert isinstance(turnover, Turnover)
    assert (turnover.team, turnover.player) == ("away", "away-11")
    assert steal not in table.standing_seqs()
    table.say("void", links=foul)
    assert table.standing_seqs() == [1]


def test_a_team_mate_s_turnover_stays_with_its_player(table: Table) -> None:
    foul = table.seq("foul", team="home", player="4", kind="offensive")
    lost = table.seq("turnover", team="home", player="6", links=foul)
    table.say("amend", links=foul, player="5")
    turnover = table.event(lost)
    assert isinstance(turnover, Turnover)
    assert turnover.player == "home-6"


def test_points_never_go_by_the_way(table: Table) -> None:
    foul = table.seq("foul", team="away", player="10")
    throw = table.seq("free_throw", team="home", player="4", made=True)
    table.say("amend", links=foul, team="home", player="5")
    thrown = table.event(throw)
    assert isinstance(thrown, FreeThrow)
    assert (thrown.made, thrown.links) == (True, None)


def test_who_drew_the_foul_on_a_shot_is_who_took_it(table: Table) -> None:
    shot = table.seq("field_goal", team="home", player="4", made=True)
    foul = table.seq("foul", team="away", player="10", links=shot, drawn_by="4")
    table.say("amend", links=shot, player="5")
    drawn = table.event(foul)
    assert isinstance(drawn, Foul)
    assert (drawn.drawn_by, drawn.links) == ("home-5", shot)
    table.say("amend", links=shot, team="away", player="11")
    drawn = table.event(foul)
    assert isinstance(drawn, Foul)
    assert (drawn.drawn_by, drawn.links) == ("home-5", None)


def test_a_foul_of_the_other_team_was_drawn_by_nobody_known(table: Table) -> None:
    foul = table.seq("foul", team="away", player="10", drawn_by="4")
    table.say("amend", links=foul, team="home")
    drawn = table.event(foul)
    assert isinstance(drawn, Foul)
    assert (drawn.team, drawn.player, drawn.drawn_by) == ("home", None, None)


def test_children_move_with_their_parent(table: Table) -> None:
    foul = table.seq("foul", team="away", player="10", clock_ms=500_000)
    first = table.seq("free_throw", team="home", player="4", made=True)
    second = table.seq("free_throw", team="home", player="4", made=False)
    board = table.seq("rebound", team="away", player="11", clock_ms=498_000)
    table.say("amend", links=foul, clock_ms=550_000)
    clocks = {seq: table.event(seq).clock_ms for seq in (foul, first, second, board)}
    assert clocks == {foul: 550_000, first: 550_000, second: 550_000, board: 498_000}
    assert order(table) == [1, foul, first, second, board]
    table.say("undo")
    assert {table.event(seq).clock_ms for seq in (foul, first, second)} == {500_000}


def test_a_play_moves_to_another_period_with_what_belongs_to_it(table: Table) -> None:
    basket, assist = basket_with_assist(table)
    table.say("period_end")
    table.say("period_start")
    table.say("amend", links=basket, period=2, clock_ms=300_000)
    for seq in (basket, assist):
        assert (table.event(seq).period, table.event(seq).clock_ms) == (2, 300_000)


def test_a_child_in_an_older_log_may_have_lost_its_parent(table: Table) -> None:
    """Rebounds once stayed when their miss was voided."""
    miss = table.seq("field_goal", team="home", made=False)
    board = table.seq("rebound", team="away", player="10")
    void = Entry(table.game.seq + 1, Voided(period=1, clock_ms=0, targets=(miss,)), "x",
                 table.now, "old")  # fmt: skip
    table.game = evolve(table.game, void)
    table.entries.append(void)
    table.say("amend", links=board, player="11")
    rebound = table.event(board)
    assert isinstance(rebound, Rebound)
    assert (rebound.player, rebound.links) == ("away-11", None)


def test_a_guess_does_not_look_far_nor_at_what_is_void(table: Table) -> None:
    miss = table.seq("field_goal", team="home", made=False)
    slip = table.seq("field_goal", team="away", made=False)
    table.say("void", links=slip)
    assert links_of(table.event(table.seq("rebound", team="away"))) == miss
    miss = table.seq("field_goal", team="home", made=False)
    for _ in range(30):
        table.say("timeout", team="home", kind="media")
    assert links_of(table.event(table.seq("rebound", team="away"))) is None
    assert links_of(table.event(table.seq("rebound", team="away"))) is None


def test_what_can_belong_to_what() -> None:
    basket = FieldGoal(period=1, clock_ms=0, team="home", value=2, made=True)
    assert fits("assist", "home", basket)
    assert not fits("steal", "away", basket)
    assert not fits("assist", "home", Rebound(period=1, clock_ms=0, team="home", kind="offensive"))
