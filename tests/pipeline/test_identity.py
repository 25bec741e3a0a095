"""Ten rows: a player keeps one, whatever becomes of the tracks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.boxes import Tracks
from pipeline.identity import SIDE, Identities, likeliest

HOME, AWAY = frozenset({"4", "5", "15", "22"}), frozenset({"7", "15", "23"})


class Hall:
    """Players at places on the floor; a picture is the floor from above, 60 pixels a metre."""

    def __init__(self) -> None:
        self.ten = Identities()
        self.ten.roster(HOME, AWAY)
        self.t_s = 0.0
        self.no_floor = False

    def look(
        self, there: dict[int, tuple[float, float, int]], order: list[int] | None = None
    ) -> dict[int, int]:
        """Track id -> (x, y, side 0 1 2); answers track id -> row. A tenth of a second passes."""
        self.t_s += 0.1
        ids = list(there) if order is None else [list(there)[i] for i in order]
        at = np.array([there[i][:2] for i in ids], np.float64).reshape(-1, 2)
        feet = at * 60 + 1000
        low = np.array([20.0, 0.0])
        boxes = np.hstack([feet - [20, 108], feet + low]).astype(np.float32)
        n = len(ids)
        team = np.full((n, 3), 0.05)
        team[np.arange(n), [there[i][2] for i in ids]] = 0.9
        tracks = Tracks(
            np.array(ids, np.int64), boxes, np.full(n, 0.9, np.float32), np.zeros(n, np.int64)
        )
        where = np.full_like(at, np.nan) if self.no_floor else at
        rows = self.ten.update(self.t_s, tracks, where, team, np.zeros(n, np.bool_))
        return dict(zip(ids, rows.tolist(), strict=True))

    def wait(self, there: dict[int, tuple[float, float, int]], seconds: float) -> dict[int, int]:
        rows: dict[int, int] = {}
        for _ in range(round(seconds * 10)):
            rows = self.look(there)
        return rows

    def read(self, track: int, number: str, times: int = 3, sure: float = 0.9) -> None:
        for _ in range(times):
            chances = np.zeros(len(self.ten.numbers) + 1)
            chances[-1] = 1 - sure
            chances[self.ten.numbers.index(number)] = sure
            self.ten.vote(track, chances)


def eleven() -> dict[int, tuple[float, float, int]]:
    people = {k: (2.0 * k, 0.0, 0) for k in range(5)}
    people |= {k: (2.0 * (k - 5), 4.0, 1) for k in range(5, 10)}
    return people | {10: (0.0, 8.0, 2)}


def test_five_a_side_and_a_referee() -> None:
    rows = Hall().wait(eleven(), 1.0)
    assert sorted(rows[k] for k in range(5)) == list(range(5))
    assert sorted(rows[k] for k in range(5, 10)) == list(range(5, 10))
    assert rows[10] == -1


def test_never_more_than_five_of_a_side() -> None:
    hall = Hall()
    rows = hall.wait({k: (1.5 * k, 0.0, 0) for k in range(8)}, 1.0)
    kept = [row for row in rows.values() if row >= 0]
    assert sorted(kept) == list(range(SIDE))


@pytest.mark.parametrize("no_floor", [False, True])
def test_a_player_who_comes_back_has_the_row_of_before(no_floor: bool) -> None:
    hall = Hall()
    hall.no_floor = no_floor
    two = {1: (0.0, 0.0, 0), 2: (9.0, 3.0, 0)}
    before = hall.wait(two, 1.0)
    hall.wait({}, 1.0)
    after = hall.wait({11: (8.5, 2.0, 0), 12: (1.0, 0.5, 0)}, 1.0)
    assert (after[11], after[12]) == (before[2], before[1])


def test_nobody_runs_faster_than_people_do() -> None:
    hall = Hall()
    before = hall.wait({1: (0.0, 0.0, 0)}, 1.0)
    hall.wait({}, 0.8)
    assert hall.wait({2: (25.0, 0.0, 0)}, 0.5)[2] != before[1]


def test_numbers_outweigh_places() -> None:
    hall = Hall()
    before = hall.wait({1: (0.0, 0.0, 0), 2: (3.0, 0.0, 0)}, 1.0)
    hall.read(1, "4")
    hall.read(2, "22")
    hall.wait({}, 4.0)
    crossed = {3: (3.0, 0.0, 0), 4: (0.0, 0.0, 0)}
    hall.look(crossed)
    hall.read(3, "4")
    hall.read(4, "22")
    after = hall.wait(crossed, 1.0)
    assert (after[3], after[4]) == (before[1], before[2])


def test_rows_follow_numbers_where_the_tracker_took_one_for_the_other() -> None:
    hall = Hall()
    two = {1: (0.0, 0.0, 0), 2: (1.0, 0.0, 0)}
    before = hall.wait(two, 1.0)
    hall.read(1, "4", times=4)
    hall.read(2, "22", times=4)
    hall.read(1, "22", times=4)
    after = hall.look(two)
    assert (after[1], after[2]) == (before[2], before[1])


def test_a_substitute_takes_the_place_of_who_is_long_gone() -> None:
    hall = Hall()
    five = {k: (2.0 * k, 0.0, 0) for k in range(5)}
    before = hall.wait(five, 1.0)
    hall.read(4, "4", times=4)
    four = {k: five[k] for k in range(4)}
    hall.wait(four, 9.0)
    fresh = four | {9: (8.0, 0.0, 0)}
    hall.look(fresh)
    hall.read(9, "22", times=4)
    after = hall.wait(fresh, 1.0)
    assert after[9] == before[4]
    assert likeliest(hall.ten.told(after[9])) == "22"


def test_a_track_that_changes_its_team_is_somebody_else() -> None:
    hall = Hall()
    before = hall.wait({1: (0.0, 0.0, 0)}, 1.0)
    after = hall.wait({1: (0.0, 0.0, 1)}, 1.0)
    assert before[1] < SIDE <= after[1]


def test_one_reading_is_not_enough_and_a_few_are() -> None:
    hall = Hall()
    row = hall.wait({1: (0.0, 0.0, 0)}, 1.0)[1]
    hall.read(1, "15", times=1, sure=0.6)
    assert likeliest(hall.ten.told(row)) is None
    hall.read(1, "15", times=4)
    assert likeliest(hall.ten.told(row)) == "15"


def test_a_number_cut_at_the_edge_speaks_for_the_whole() -> None:
    hall = Hall()
    row = hall.wait({1: (0.0, 0.0, 0)}, 1.0)[1]
    hall.read(1, "5", times=2)
    hall.read(1, "15", times=2)
    told = dict(hall.ten.told(row))
    assert told["15"] > told["22"]
    assert told["15"] > 0.2


def test_two_of_a_team_do_not_wear_one_number() -> None:
    hall = Hall()
    rows = hall.wait({1: (0.0, 0.0, 0), 2: (5.0, 0.0, 0)}, 1.0)
    hall.read(1, "4", times=8)
    hall.read(2, "4", times=8)
    chances = [dict(hall.ten.told(rows[k]))["4"] for k in (1, 2)]
    assert sum(chances) <= 1.0 + 1e-6


def test_a_roster_that_grows_keeps_what_was_read() -> None:
    hall = Hall()
    row = hall.wait({1: (0.0, 0.0, 0)}, 1.0)[1]
    hall.read(1, "15", times=5)
    hall.ten.roster(HOME | {"99"}, AWAY)
    assert likeliest(hall.ten.told(row)) == "15"
    hall.ten.roster(frozenset(), frozenset())
    assert hall.ten.told(row) == []


def test_sides_are_turned_round() -> None:
    hall = Hall()
    row = hall.wait({1: (0.0, 0.0, 0)}, 1.0)[1]
    hall.read(1, "15", times=5)
    hall.ten.swap()
    assert hall.look({1: (0.0, 0.0, 1)})[1] == row + SIDE
    assert likeliest(hall.ten.told(row + SIDE)) == "15"


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_the_order_of_the_tracks_does_not_matter(data: st.DataObject) -> None:
    one, two = Hall(), Hall()
    people = eleven()
    for _ in range(6):
        order = data.draw(st.permutations(range(len(people))))
        assert one.look(people) == two.look(people, order)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10_000)), max_size=40))
def test_only_roster_numbers_of_the_side_come_out(votes: list[tuple[int, int]]) -> None:
    hall = Hall()
    hall.wait(eleven(), 0.5)
    for track, seed in votes:
        hall.ten.vote(track, np.random.default_rng(seed).dirichlet(np.full(7, 0.2)))
    hall.wait(eleven(), 0.3)
    for row in range(2 * SIDE):
        told = hall.ten.told(row)
        assert {number for number, _ in told} == (HOME if row < SIDE else AWAY)
        chances = [chance for _, chance in told]
        assert all(0.0 <= chance <= 1.0 for chance in chances)
        assert sum(chances) <= 1.0 + 1e-9
        assert chances == sorted(chances, reverse=True)
