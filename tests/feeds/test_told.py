"""Clocks that only run down, ids that are one player's, fouls and their free throws."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.feeds.euroleague_order import clocks, periods
from server.feeds.roster import ids_of
from server.feeds.teller import steady
from server.feeds.trips import Trips
from server.feeds.values import minutes_ms


def test_substitutions_keep_their_time_and_others_give_way() -> None:
    # A rebound stamped too low before a substitution, and a basket stamped too high after it.
    assert steady([500, 300, 400, 450, 200], [False, False, True, False, False]) == [
        *(500, 400, 400, 400, 200)
    ]
    assert steady([], []) == []


@given(st.lists(st.tuples(st.integers(0, 600), st.booleans())))
def test_told_clocks_run_down(stamps: list[tuple[int, bool]]) -> None:
    clocks, firm = [clock for clock, _ in stamps], [is_firm for _, is_firm in stamps]
    told = steady(clocks, firm)
    assert told == sorted(told, reverse=True)
    assert steady(sorted(clocks, reverse=True), firm) == sorted(clocks, reverse=True)
    firm_ones = [(c, t) for c, t, is_firm in zip(clocks, told, firm, strict=True) if is_firm]
    lowest = 10_000
    for clock, kept in firm_ones:
        lowest = min(lowest, clock)
        assert kept == lowest


def test_a_number_worn_twice_or_not_at_all_is_nobodys() -> None:
    found = ids_of("home", {"a": "7", "b": "7", "c": "", "d": "07"})
    assert found == {"a": "home-pa", "b": "home-pb", "c": "home-pc", "d": "home-07"}


def test_minutes() -> None:
    assert minutes_ms("25:38") == 1_538_000
    assert minutes_ms("DNP") == minutes_ms(None) == 0


def test_a_free_throw_finds_its_foul() -> None:
    trips = Trips()
    trips.foul("shooting", "home", 5000, technical=False)
    trips.foul("bench", "home", 5000, technical=True)
    assert trips.foul_of("away", 5000, technical=True) == "bench"
    assert trips.foul_of("away", 5000, technical=False) == "shooting"
    assert trips.foul_of("home", 5000, technical=False) is None
    trips.foul("late", "home", 4000, technical=True)
    # The feed does not say that the throw is for a technical: the standing clock does.
    assert trips.foul_of("away", 4000, technical=False) == "late"
    assert trips.foul_of("away", 3000, technical=False) == "shooting"


def test_overtimes_share_a_list() -> None:
    def plays(*kinds: str) -> list[dict[str, Any]]:
        return [{"PLAYTYPE": kind, "NUMBEROFPLAY": n} for n, kind in enumerate(kinds)]

    names = ("FirstQuarter", "SecondQuarter", "ThirdQuarter", "ForthQuarter")
    quarters: dict[str, Any] = {name: [] for name in names}
    extra = plays("BP", "2FGM", "EP", "IN", "BP", "D", "EP", "EG")
    found = periods({**quarters, "ExtraTime": extra})
    assert [len(part) for part in found] == [0, 0, 0, 0, 3, 5]
    unended = plays("BP", "2FGM", "BP", "D")
    assert [len(p) for p in periods({**quarters, "ExtraTime": unended})][4:] == [2, 2]
    assert len(periods({**quarters, "ExtraTime": None})) == 4


def test_a_whole_minute_that_has_not_rolled_over() -> None:
    def stamped(*times: str) -> list[dict[str, Any]]:
        return [{"MARKERTIME": time} for time in times]

    assert clocks(stamped("06:02", "07:00", "05:40")) == [362_000, 360_000, 340_000]
    assert clocks(stamped("07:00", "", "06:59")) == [420_000, None, 419_000]
    # Going back by more is something else, and what is in order is left alone.
    assert clocks(stamped("04:30", "07:00", "04:00")) == [270_000, 420_000, 240_000]
