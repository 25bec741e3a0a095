"""The starters of periods, where the rows do not name them."""

from __future__ import annotations

from typing import Any

from server.feeds.nba_lineups import Starters
from server.feeds.values import clock_ms

IDS = {n: f"home-{n}" for n in range(1, 9)} | {n: f"away-{n}" for n in range(11, 17)}
FIRST = {f"home-{n}" for n in range(1, 6)} | {f"away-{n}" for n in range(11, 16)}


def row(period: int, clock: str, kind: int, *people: int, action: int = 0) -> dict[str, Any]:
    named = {f"PLAYER{n}_ID": 0 for n in (1, 2, 3)}
    named |= {f"PLAYER{n}_ID": who for n, who in enumerate(people, 1)}
    place = {"PERIOD": period, "PCTIMESTRING": clock}
    return {**place, "EVENTMSGTYPE": kind, "EVENTMSGACTIONTYPE": action, **named}


def game(*second: dict[str, Any]) -> list[dict[str, Any]]:
    """A first period in which 6 comes for 5 at 6:00, then a second with these rows."""
    ends = [row(1, "0:00", 13), row(2, "12:00", 12)]
    return [row(1, "12:00", 12), row(1, "6:00", 8, 5, 6), *ends, *second, row(2, "0:00", 13)]


def fives(rows: list[dict[str, Any]], minutes: dict[int, int], **overrides: Any) -> set[int]:
    official = dict.fromkeys(IDS.values(), 0)
    official |= {IDS[number]: spent * 60_000 for number, spent in minutes.items()}
    found = Starters(rows, IDS, FIRST, overrides, official).of(2)["home"]
    return {int(player.partition("-")[2]) for player in found}


PLAYED = {1: 24, 2: 24, 3: 24, 4: 12, 5: 6, 6: 6, 7: 12, 8: 12}


def test_who_acts_before_coming_in_began() -> None:
    shots = [row(2, "11:00", 1, 1, 2), row(2, "10:00", 2, 3), row(2, "9:00", 8, 7, 4)]
    technical = row(2, "8:00", 6, 5, action=11)
    assert fives(game(*shots, row(2, "8:30", 4, 8), technical), PLAYED) == {1, 2, 3, 7, 8}


def test_minutes_tell_who_left_no_trace() -> None:
    shots = [row(2, "11:00", 1, 1, 2), row(2, "10:00", 2, 3)]
    assert fives(game(*shots), PLAYED) == {1, 2, 3, 7, 8}


def test_without_minutes_who_was_there_goes_on() -> None:
    assert fives(game(row(2, "11:00", 1, 1, 2)), {}) == {1, 2, 3, 4, 6}


def test_a_file_may_name_them() -> None:
    assert fives(game(), PLAYED, **{"2": {"77": [1, 3, 5, 7, 8]}}) == {1, 3, 5, 7, 8}


def test_clock() -> None:
    assert clock_ms("11:39") == 699_000
    assert clock_ms("0:00.5") == 500
