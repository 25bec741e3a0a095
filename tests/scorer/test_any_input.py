"""Whatever arrives, it is answered or refused with a Problem; the books stay right."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sight import Sighting
from server.books import Books
from server.clock import ManualClock
from server.game.calls import SHAPES
from server.gamelog.memory import MemoryLog
from server.problems import Problem
from server.referee import Referee
from tests.game.strategies import CALM, SAID
from tests.game.table import START
from tests.scorer.conftest import GAME, sighting

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
NAMES = st.sampled_from(
    [*["team", "player", "value", "made", "period", "clock_ms", "links", "media", "text", "kind"]]
)
BODIES = st.one_of(
    JSON,
    st.builds(
        lambda word, fields: {"call_id": "c", "type": word, **fields},
        st.sampled_from(sorted(SHAPES)),
        st.dictionaries(NAMES, JSON, max_size=4),
    ),
)


def open_books() -> tuple[Books, MemoryLog, ManualClock]:
    log, clock, numbers = MemoryLog(), ManualClock(START), count(1)
    return Books(log, clock, lambda: f"id-{next(numbers)}", Referee()), log, clock


@settings(CALM, max_examples=200)
@given(BODIES, JSON, JSON)
def test_any_json_is_answered_or_refused(body: Any, game: Any, corrections: Any) -> None:
    books, log, _ = open_books()
    made = books.people.create_game(GAME).game_id
    (seen,) = books.proposals.propose(made, "main", sighting())
    assert seen.proposal is not None
    refusals = []
    for ask in (
        lambda: books.rulings.call(made, body, "desk"),
        lambda: books.people.create_game(game),
        lambda: books.people.patch_game(made, game, "desk"),
        lambda: books.people.patch_player(made, "home-7", game),
        lambda: books.proposals.accept(made, seen.proposal["id"], corrections, "desk"),
    ):
        try:
            ask()
        except Problem as problem:
            refusals.append(problem.status)
    assert set(refusals) <= {409, 422}
    entries = log.entries(made)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


@settings(CALM, max_examples=60)
@given(SAID, st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1)), max_size=6))
def test_a_book_that_followed_equals_one_opened_now(
    said: list[tuple[str, int, dict[str, Any]]], seen: list[tuple[int, float]]
) -> None:
    """Updates, caches and another process's view all tell the same state."""
    books, log, clock = open_books()
    game = books.people.create_game(GAME).game_id
    other = Books(log, clock, iter("xyz").__next__, Referee())
    shown: dict[str, Any] = dict(books.reading.state(game, False).sections)
    sightings = dict(seen)
    for n, (by, wait, body) in enumerate(said):
        clock.advance(wait)
        if n in sightings:
            shot = Sighting(0, "shot", float(n), n - 1.0, n + 1.0, 0.9, sightings[n])
            steps = books.proposals.propose(game, "main", shot)
            told = steps[0].update if steps else None
            shown |= {} if told is None else told.sections
        try:
            update = books.rulings.call(game, {"call_id": f"c{n}", **body}, by).update
        except Problem:
            continue
        assert update is not None
        shown |= update.sections
        if n % 7 == 0:
            other.reading.state(game, False)
    fresh = Books(log, clock, iter("xyz").__next__, Referee())
    state = fresh.reading.state(game, False)
    assert books.reading.state(game, False) == state
    assert other.reading.state(game, False) == state
    assert fresh.reading.plays(game) == books.reading.plays(game) == other.reading.plays(game)
    # What a viewer put together from the updates; proposals come by themselves.
    for name, section in state.sections.items():
        if name != "proposals":
            assert shown[name] == section
