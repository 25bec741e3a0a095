"""Which basket is whose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ends import Ends


def test_nothing_is_known_before_the_first_shot() -> None:
    assert Ends().home(0) == pytest.approx(0.5)


def test_a_few_shots_tell_and_half_time_is_noticed() -> None:
    ends = Ends()
    for _ in range(6):
        ends.saw(0, 0.95)
        ends.saw(1, 0.05)
    assert ends.home(0) > 0.9
    assert ends.home(1) < 0.1
    for _ in range(4):
        ends.saw(1, 0.95)
        ends.saw(0, 0.05)
    assert ends.home(1) > 0.8


def test_on_half_a_court_the_basket_tells_nothing() -> None:
    ends = Ends()
    for shot in range(30):
        ends.saw(1, 0.95 if shot % 2 else 0.05)
    assert ends.home(1) == pytest.approx(0.5, abs=0.15)


def test_what_a_person_said_holds_until_shots_speak_against_it() -> None:
    ends = Ends()
    ends.say(1)
    assert ends.home(1) > 0.9
    ends.saw(0, 0.9)
    assert ends.home(1) > 0.5
    for _ in range(5):
        ends.saw(0, 0.9)
    assert ends.home(0) > 0.8
    ends.say(None)
    assert ends.home(0) == pytest.approx(0.5)


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), max_size=40))
def test_chances_stay_chances_and_baskets_mirror_each_other(
    shots: list[tuple[int, float]],
) -> None:
    one, other = Ends(), Ends()
    for basket, home in shots:
        one.saw(basket, home)
        other.saw(1 - basket, home)
    assert 0.05 <= one.home(0) <= 0.95
    assert one.home(0) == pytest.approx(other.home(1))
    assert one.home(0) + one.home(1) == pytest.approx(1.0)
