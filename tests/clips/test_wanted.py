"""What is cut for a play: how much is known of its moment decides how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from server.clips.rules import ClipRules
from server.clips.wanted import Wanted, wanted
from server.exports.media import moments
from server.game.entry import Tap
from server.game.events import Media
from server.game.state import Game, replay
from tests.exports.books import book_of
from tests.exports.test_round_trips import PLAYERS
from tests.game.table import START, Table, fresh


def clip_of(tap_s: float, rules: ClipRules, seen_s: float | None = None) -> Wanted:
    """Of the basket of `basket`."""
    [clip] = wanted(basket(tap_s, seen_s), rules)
    return clip


def basket(tap_s: float, seen_s: float | None) -> Game:
    """A game with one, tapped at a second of the picture, and seen at another."""
    table = Table()
    [said] = table.say("field_goal", team="home", player="7", value=2, made=True)
    tap = Tap(START + timedelta(seconds=tap_s), Media("main", tap_s))
    seen = None if seen_s is None else Media("main", seen_s)
    return replay(fresh(), [replace(said, event=replace(said.event, media=seen), tap=tap)])


def test_what_was_seen_has_the_seconds_around_it() -> None:
    clip = clip_of(60.0, ClipRules(before_s=3, after_s=2), seen_s=55.0)
    assert (clip.start_s, clip.end_s) == (52.0, 57.0)


@pytest.mark.parametrize("rules", [ClipRules(), ClipRules(before_s=1, after_s=1)])
def test_what_was_only_tapped_is_in_the_clip_however_slow_or_quick_the_tap(
    rules: ClipRules,
) -> None:
    clip = clip_of(60.0, rules)
    assert clip.start_s == pytest.approx(48.0)
    assert clip.end_s >= 60.0
    assert clip_of(60.0, replace(rules, before_s=20)).start_s == pytest.approx(38.1)


def test_a_clip_begins_no_earlier_than_the_picture() -> None:
    assert clip_of(2.0, ClipRules()).start_s == 0.0


@pytest.mark.parametrize("seen_s", [55.0, None])
def test_a_timeline_and_chapters_show_the_same_seconds(seen_s: float | None) -> None:
    _, [moment] = moments(book_of(basket(60.0, seen_s), PLAYERS))
    clip = clip_of(60.0, ClipRules(), seen_s)
    assert (moment.start_s, moment.end_s) == (clip.start_s, clip.end_s)
