"""A scorekeeper who is simulated: what cards spare, and what they cost where they are wrong."""

from __future__ import annotations

from pipeline.possession_reader import shipped
from pipeline.sight import Kind, Side, Sighting
from server.commands.evaltaps import at_the_desk
from server.evaluation.atrates import Rates, told
from server.evaluation.sheetplays import plays_of
from server.evaluation.taps import COST, Shift
from server.evaluation.watched import Eye, watch
from server.simulator.truth import Event

PLAYERS = [f"{side}-{n}" for side in ("home", "away") for n in range(4, 9)]

# A basket after a pass, a miss with its rebound, a stolen pass, a foul with two throws.
TRUTH = [
    Event(8.0, "possession", "home", "home-4"),
    Event(9.0, "pass", "home", "home-4", to="home-5"),
    Event(9.8, "possession", "home", "home-5"),
    Event(10.5, "shot", "home", "home-5", value=2),
    Event(11.5, "made", "home", "home-5", value=2, hoop=1),
    Event(29.0, "shot", "away", "away-4", value=3),
    Event(30.0, "missed", "away", "away-4", value=3, hoop=0),
    Event(31.5, "rebound", "home", "home-6", offensive=False),
    Event(45.0, "pass", "home", "home-6", to="home-7"),
    Event(46.0, "steal", "away", "away-5"),
    Event(59.0, "possession", "away", "away-6"),
    Event(60.0, "foul", "home", "home-8"),
    Event(70.0, "made", "away", "away-6", value=1, hoop=0),
    Event(80.0, "missed", "away", "away-6", value=1, hoop=0),
    Event(81.0, "rebound", "home", "home-4", offensive=False),
]


def sighting(
    number: int, kind: Kind, at_s: float, player: str, parent: int | None = None, **chances: float
) -> tuple[float, Sighting]:
    side, _, shirt = player.partition("-")
    who: Side = "home" if side == "home" else "away"
    home = 0.95 if side == "home" else 0.05
    one = Sighting(
        number, kind, at_s, at_s - 1, at_s, chances.pop("score", 0.95),
        made=chances.pop("made", None), three=chances.pop("three", None),
        offensive=chances.pop("offensive", None), home=home, players=((who, shirt, 0.9),),
        parent=parent,
    )  # fmt: skip
    return at_s + 1.0, one


SEEN = [
    sighting(1, "shot", 11.5, "home-5", made=0.97, three=0.02),
    sighting(2, "assist", 11.5, "home-4", 1),
    sighting(3, "shot", 30.0, "away-4", made=0.03, three=0.98),
    sighting(4, "rebound", 31.5, "home-6", 3, offensive=0.05),
    sighting(5, "turnover", 46.0, "home-6"),
    sighting(6, "steal", 46.0, "away-5", 5),
]


def at_desk(*told: tuple[float, Sighting]) -> Shift:
    return at_the_desk(TRUTH, sorted(told, key=lambda one: one[0]), PLAYERS, 2.0)


def test_the_truth_as_a_sheet_has_it() -> None:
    plays = plays_of(TRUTH)
    assert [[fact.type for fact in play.facts] for play in plays] == [
        ["field_goal", "assist"],
        ["field_goal", "rebound"],
        ["turnover", "steal"],
        ["foul"],
        ["free_throw"],
        ["free_throw", "rebound"],
    ]
    assert plays[3].drawn_by == "away-6"
    assert plays[2].root.player == "home-6"


def test_by_hand_nothing_is_spared() -> None:
    shift = at_desk()
    assert shift.taps == shift.without == 3 + 3 + 3 + COST["foul"] + 2 + 1
    assert (shift.fewer, shift.needless, shift.doubles) == (0.0, 0, 0)
    assert shift.clock == 2 + 2  # period and clock start, the foul's stop and start


def test_a_play_that_is_seen_is_one_tap() -> None:
    shift = at_desk(*SEEN)
    assert shift.taps == shift.without - 3 * 2
    assert (shift.cards, shift.mended, shift.needless, shift.doubles) == (3, [], 0, 0)


def test_what_is_wrong_costs_a_tap_each() -> None:
    wrong = [
        sighting(1, "shot", 11.5, "home-7", made=0.03, three=0.9),
        sighting(2, "assist", 11.5, "home-8", 1),
        *SEEN[2:],
    ]
    shift = at_desk(*wrong)
    assert sorted(shift.mended) == ["assist", "made", "player", "value"]
    # What was mended needs no accepting. The assister is no chip of that card: it is left out, and
    # said by what the desk asks then.
    assert shift.taps == shift.without - 3 * 2 - COST["accept"] + 4 + COST["assist"]


def test_made_or_missed_is_answered_and_the_other_teams_player_is_looked_for() -> None:
    asked = sighting(3, "shot", 30.0, "home-4", made=0.5, three=0.98)
    shift = at_desk(*SEEN[:2], asked, *SEEN[3:])
    assert (shift.asked, shift.mended) == (1, ["player"])
    assert shift.taps == shift.without - 3 * 2 + COST["other"] + COST["mend"]
    named = sighting(3, "shot", 30.0, "away-7", made=0.5, three=0.98)
    assert at_desk(*SEEN[:2], named, *SEEN[3:]).taps == shift.taps - COST["other"]


def test_what_never_was_is_needless_and_what_is_unsure_has_no_card() -> None:
    ghost = sighting(9, "shot", 20.0, "home-7", made=0.9, three=0.1)
    unsure = sighting(10, "turnover", 20.0, "home-7", score=0.7)
    shift = at_desk(*SEEN, ghost, unsure)
    assert (shift.needless, shift.doubles) == (1, 0)
    assert shift.taps == shift.without - 3 * 2 + COST["reject"]


def test_a_card_that_comes_late_meets_what_was_tapped() -> None:
    late = [(at_s + 3.5, one) for at_s, one in SEEN[:2]]
    shift = at_desk(*late, *SEEN[2:])
    assert shift.cards == 2
    assert (shift.needless, shift.doubles) == (0, 0)


def test_a_shot_told_twice_is_a_double_at_the_worst() -> None:
    again = sighting(9, "shot", 13.2, "home-5", made=0.97, three=0.02)
    shift = at_desk(*SEEN, again)
    assert shift.needless == shift.doubles == 1


def test_told_without_a_fault_nothing_is_mended_and_with_faults_something_is() -> None:
    perfect = Rates(1.0, 1.0, 1.0, 1.0, 1.0, Eye(found=1, false=0, asks=0, right=1, named=1))
    shift = at_desk(*told(TRUTH, tuple(PLAYERS), perfect, 1))
    assert (shift.mended, shift.needless, shift.cards) == ([], 0, 4)
    wrong = told(TRUTH, tuple(PLAYERS), Rates(shooter=0.0, eye=Eye(found=1, false=0)), 1)
    assert at_desk(*wrong).mended.count("player") == 4


def test_a_watched_game_is_the_same_again() -> None:
    eye = Eye()
    one, other = (watch(3, 0.25, shipped(), eye) for _ in range(2))
    assert one.truth == other.truth
    assert [(t, s.kind, s.at_s) for t, s in one.told] == [
        (t, s.kind, s.at_s) for t, s in other.told
    ]
    assert one.told
    assert at_the_desk(one.truth, one.told, one.players, 0.25).taps > 0
