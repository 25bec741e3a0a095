"""At most so many at once, and whoever finds no place hears of it."""

from __future__ import annotations

import pytest

from server.places import Places
from server.problems import Problem


def test_whoever_finds_no_place_is_told_when_to_come_again() -> None:
    places = Places(2, "Too many wait.", retry_s=7)
    with places.one(), places.one():
        with pytest.raises(Problem, match="Too many wait") as caught, places.one():
            pytest.fail("there was a third place")
        assert places.taken == 2
    assert (caught.value.status, caught.value.type) == (503, "busy")
    assert caught.value.headers == {"Retry-After": "7"}
    assert (places.taken, places.turned_away) == (0, 1)


def test_a_place_is_free_again_after_a_failure() -> None:
    places = Places(1, "Too many wait.")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), places.one():
            raise ZeroDivisionError
    assert (places.taken, places.turned_away) == (0, 0)
