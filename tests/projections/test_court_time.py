"""Minutes and plus/minus: who was on the court, and whose free throws they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.game.state import Game
from server.projections.boxscore import BoxScore
from server.projections.court_time import CourtTime, Stay
from server.projections.on_court import OnCourt
from server.projections.order import facts
from tests.game.strategies import CALM
from tests.game.table import Table

FIVES = {"home": ["4", "5", "6", "7", "8"], "away": ["10", "11", "12", "13", "14"]}


def court_time(game: Game) -> CourtTime:
    """The fold over all that stands."""
    on_court = OnCourt()
    fold = CourtTime(game.rules, on_court)
    for seq, event in facts(game):
        fold.add(seq, event)
        on_court.add(seq, event)
    return fold


def stay(time: CourtTime, player: str) -> Stay:
    return time.stays(player.partition("-")[0]).get(player, Stay(0, 0))


def uneven_ms(time: CourtTime) -> dict[str, int]:
    """How long each side did not have exactly five on the court."""
    return {
        side: sum(spell.ms for five, spell in time.spells(side).items() if len(five) != 5)
        for side in FIVES
    }


def table(rules: str) -> Table:
    made = Table(rules)
    made.say("period_start")
    for side, five in FIVES.items():
        made.say("starters", team=side, players=five)
    return made


def test_time_counts_while_on_the_court() -> None:
    said = table("fiba")
    said.say("substitution", team="home", player_in="00", player_out="4", clock_ms=450_000)
    said.say("substitution", team="home", player_in="4", player_out="5", clock_ms=400_000)
    said.say("period_end")
    time = court_time(said.game)
    stays = {n: stay(time, f"home-{n}").ms for n in ("4", "00", "5", "6", "0")}
    assert stays == {"4": 550_000, "00": 450_000, "5": 200_000, "6": 600_000, "0": 0}
    assert uneven_ms(time) == {"home": 0, "away": 0}


def test_a_half_substitution_leaves_four() -> None:
    said = table("fiba")
    said.say("substitution", team="away", player_out="10", clock_ms=500_000)
    said.say("substitution", team="away", player_in="4", clock_ms=490_000)
    said.say("period_end")
    time = court_time(said.game)
    assert uneven_ms(time) == {"home": 0, "away": 10_000}
    assert set(time.on_court.five("away")) == {f"away-{n}" for n in (4, 11, 12, 13, 14)}


def test_overtime_is_shorter_and_a_game_may_be_under_way() -> None:
    said = table("fiba")
    for _ in range(4):
        said.say("period_end")
        said.say("period_start")
    said.say("note", text="now", clock_ms=299_000)
    assert stay(court_time(said.game), "home-4").ms == 4 * 600_000 + 1000


@pytest.mark.parametrize(("rules", "out", "coming"), [("fiba", 0, 1), ("nba", 1, 0)])
def test_free_throws_belong_to_the_five_of_the_rules(rules: str, out: int, coming: int) -> None:
    said = table(rules)
    foul = said.seq("foul", player="away-10", clock_ms=500_000)
    said.say("substitution", team="home", player_in="0", player_out="4", clock_ms=500_000)
    said.say("free_throw", player="home-5", made=True, links=foul, clock_ms=500_000)
    time = court_time(said.game)
    assert stay(time, "home-4").plus_minus == out
    assert stay(time, "home-0").plus_minus == coming
    assert stay(time, "home-5") == Stay(100_000 if rules == "fiba" else 220_000, 1)
    assert stay(time, "away-10").plus_minus == -1


def test_a_correction_is_folded_and_an_adjustment_is_nobodys() -> None:
    said = table("fiba")
    basket = said.seq("field_goal", player="home-4", made=True, value=3, clock_ms=580_000)
    said.say("adjust", team="away", points=7, clock_ms=570_000)
    assert stay(court_time(said.game), "home-8").plus_minus == 3
    assert stay(court_time(said.game), "away-14").plus_minus == -3
    said.say("void", links=basket)
    assert stay(court_time(said.game), "home-8").plus_minus == 0


def test_team_rebounds_are_in_the_totals_of_some_codes() -> None:
    for rules, total in (("fiba", 2), ("nba", 1)):
        said = table(rules)
        box = BoxScore(said.game.rules, {"home": ("home-4",), "away": ()})
        for who in ({"player": "home-4"}, {"team": "home"}):
            box.add(0, said.say("rebound", kind="offensive", **who)[0].event)
        assert box.totals("home")["reb"] == box.totals("home")["oreb"] == total
        assert box.own("home")["reb"] == box.lines("home")["home-4"]["reb"] == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["home", "away"]),
            st.integers(0, 4),
            st.integers(0, 1),
            st.integers(0, 600),
        ),
        max_size=20,
    )
)
@settings(CALM, max_examples=60)
def test_margins_are_five_times_the_score(plays: list[tuple[str, int, int, int]]) -> None:
    said = table("fiba")
    bench = {"home": ["0", "00"], "away": ["4"]}
    score = {"home": 0, "away": 0}
    for side, spot, kind, clock_s in sorted(plays, key=lambda play: -play[3]):
        five = [p.partition("-")[2] for p in court_time(said.game).on_court.five(side)]
        if kind == 0:
            coming = next(n for n in (*bench[side], *FIVES[side]) if n not in five)
            said.say(
                "substitution",
                team=side,
                player_in=coming,
                player_out=five[spot],
                clock_ms=clock_s * 1000,
            )
        else:
            shooter = f"{side}-{five[spot]}"
            said.say("field_goal", player=shooter, made=True, clock_ms=clock_s * 1000)
            score[side] += 2
    said.say("period_end")
    time = court_time(said.game)
    margin = score["home"] - score["away"]
    for side, sign in (("home", 1), ("away", -1)):
        stays = [stay(time, player) for player in said.game.players[side]]
        assert sum(stay.plus_minus for stay in stays) == 5 * sign * margin
        assert sum(stay.ms for stay in stays) == 5 * 600_000
