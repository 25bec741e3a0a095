"""What a viewer knows who has seen the picture up to some second: never more, and all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.game.entry import Entry, Tap
from server.game.events import NOT_FACTS, FieldGoal, Media
from server.game.moment import TAP_S, media_of, moment_of
from server.game.score import points_of
from server.game.standing import standing
from server.game.state import Game, replay
from server.projections.asof import Timeline, game_of
from server.projections.sheet import Sheet
from tests.game.strategies import CALM, SAID
from tests.game.table import START, Table, fresh

FEW = settings(CALM, max_examples=40)
LATE = st.lists(st.tuples(st.floats(0, 60), st.floats(0, 90), st.booleans()), min_size=60)


def filmed(table: Table, late: list[tuple[float, float, bool]]) -> Game:
    """The table's game with a camera that began with it: each entry has come some seconds after
    its tap, and some facts were seen at a second of their own."""
    entries = []
    for entry, (came_s, seen_s, seen) in zip(table.entries, late * 9, strict=False):
        tap_s = max(0.0, (entry.at - START).total_seconds() - came_s)
        tap = Tap(START + timedelta(seconds=tap_s), Media("main", tap_s))
        event = entry.event
        if seen and not isinstance(event, NOT_FACTS):
            event = replace(event, media=Media("main", max(0.0, tap_s - seen_s)))
        entries.append(replace(entry, event=event, tap=tap))
    return replay(fresh(), entries)


def score_of(entries: list[Entry]) -> dict[str, int]:
    """The points of what stands among these entries and no others."""
    points = {"home": 0, "away": 0}
    for _, event in standing(entries).events(entries):
        if (scored := points_of(event)) is not None:
            points[scored[0]] += scored[1]
    return points


@FEW
@given(said=SAID, late=LATE, second=st.floats(0, 1200))
def test_the_score_at_a_second_is_that_of_the_entries_with_a_moment_until_then(
    said: list[tuple[str, int, dict[str, Any]]],
    late: list[tuple[float, float, bool]],
    second: float,
) -> None:
    table = Table()
    table.say_all(said)
    game = filmed(table, late)
    entries = list(game.history.entries())
    known = Timeline(game, "main", START).at(second)
    seen = [entry for entry in entries if entry.seq <= known.last and entry.seq not in known.hidden]
    for entry in entries:
        event = entry.event if isinstance(entry.event, NOT_FACTS) else game.standing.event(entry)
        media = moment_of(entry, event).media
        # No void is known late only because its facts were said again with the same sighting.
        if media is not None and entry.event.name != "void":
            assert (entry in seen) == (media.s <= second), entry
    board = Sheet(game_of(game, known), {"home": (), "away": ()}).sections()["scoreboard"]
    assert {side: board[side]["score"] for side in ("home", "away")} == score_of(seen)


@FEW
@given(said=SAID, late=LATE)
def test_nothing_changes_between_its_edges_and_everything_is_known_in_the_end(
    said: list[tuple[str, int, dict[str, Any]]], late: list[tuple[float, float, bool]]
) -> None:
    table = Table()
    table.say_all(said)
    game = filmed(table, late)
    line = Timeline(game, "main", START)
    known = line.at(-1.0)
    steps = 0
    assert known.last == 0
    while known.until_s is not None:
        after = line.at(known.until_s)
        assert after.from_s == known.until_s
        assert line.at(known.until_s - 1e-6) == known
        known = after
        steps += 1
    assert steps <= game.seq
    assert known.whole
    assert known.last == game.seq
    players = {"home": tuple(game.players["home"]), "away": tuple(game.players["away"])}
    whole = Sheet(game, players).sections()
    assert Sheet(game_of(game, known), players).sections()["scoreboard"] == whole["scoreboard"]


def entry_of(table: Table, entry: Entry, tap_s: float, seen_s: float | None = None) -> Entry:
    media = None if seen_s is None else Media("main", seen_s)
    tap = Tap(START + timedelta(seconds=tap_s), Media("main", tap_s))
    return replace(entry, event=replace(entry.event, media=media), tap=tap)


def test_a_tap_counts_a_little_before_it_and_a_sighting_when_it_was_seen() -> None:
    table = Table()
    [basket] = table.say("field_goal", team="home", player="7", value=2, made=True)
    tapped = entry_of(table, basket, 20.0)
    assert moment_of(tapped, tapped.event).media == Media("main", round(20.0 - TAP_S, 3))
    seen = entry_of(table, basket, 20.0, 17.5)
    moment = moment_of(seen, seen.event)
    assert moment.media == Media("main", 17.5)
    assert moment.at == START + timedelta(seconds=17.5)


def test_without_a_camera_a_moment_is_wall_time_only() -> None:
    [entry] = Table().say("field_goal", team="home", player="7", value=2, made=True)
    assert entry.tap is None  # as older programs left it
    moment = moment_of(entry, entry.event)
    assert moment.at == entry.at - timedelta(seconds=TAP_S)
    assert moment.media is None
    assert media_of(entry, entry.event) is None


def test_what_was_put_into_the_past_has_no_place_in_the_picture() -> None:
    [entry] = Table().say("field_goal", team="home", player="7", value=2, made=True)
    at = Tap(START, Media("main", 90.0))
    assert media_of(replace(entry, tap=at), entry.event) == Media("main", 90.0 - TAP_S)
    assert media_of(replace(entry, tap=replace(at, past=True)), entry.event) is None


def test_another_camera_goes_by_the_wall_clock() -> None:
    """Its second 0 is ten seconds later."""
    table = Table()
    table.say("period_start")
    table.wait(30)
    table.say("field_goal", team="home", player="7", value=2, made=True)
    entries = [
        entry_of(table, table.entries[0], 0.0),
        entry_of(table, table.entries[1], 30.0, 28.0),
    ]
    game = replay(fresh(), entries)
    side = Timeline(game, "side", START + timedelta(seconds=10))
    assert side.at(17.9).last == 1
    assert side.at(18.0).last == 2


def test_a_basket_said_again_right_was_right_all_along() -> None:
    table = Table()
    table.say("period_start")
    [wrong] = table.say("field_goal", team="home", player="7", value=2, made=True)
    table.wait(5)
    table.say("void", links=wrong.seq)
    [right] = table.say("field_goal", team="away", player="10", value=2, made=True)
    start, first, void, second = table.entries
    entries = [
        entry_of(table, start, 0.0),
        entry_of(table, first, 22.0, 20.0),
        entry_of(table, void, 26.0),
        entry_of(table, second, 27.0, 20.0),
    ]
    game = replay(fresh(), entries)
    line = Timeline(game, "main", START)
    assert line.at(19.9).last == 1
    known = line.at(20.0)
    assert known.whole
    assert known.last == right.seq
    # Said again without a sighting it is a correction like any other: known when it was made.
    plain = [*entries[:3], entry_of(table, second, 27.0)]
    line = Timeline(replay(fresh(), plain), "main", START)
    assert line.at(20.0).last == wrong.seq
    assert line.at(26.3).last == void.seq


def test_an_amendment_counts_from_when_it_was_made() -> None:
    table = Table()
    table.say("period_start")
    seen = {"camera": "main", "s": 20.0}
    [basket] = table.say("field_goal", team="home", player="7", value=2, made=True, media=seen)
    table.say("amend", links=basket.seq, value=3)
    start, shot, amended = table.entries
    game = replay(
        fresh(),
        [entry_of(table, start, 0), entry_of(table, shot, 22, 20), entry_of(table, amended, 90)],
    )
    line = Timeline(game, "main", START)
    for second, value in ((20.0, 2), (89.5, 2), (90.0, 3)):
        cut = game_of(game, line.at(second))
        event = cut.standing.event(cut.history.entries()[1])
        assert isinstance(event, FieldGoal)
        assert event.value == value
