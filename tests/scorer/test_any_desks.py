"""Whatever several desks say, however late: each call counts once or is said to be open."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.answers import Answered
from server.books import Books
from server.clock import ManualClock
from server.game.events import FieldGoal
from server.gamelog.memory import MemoryLog
from server.merging import NEAR_MS
from server.problems import Problem
from server.referee import Referee
from tests.game.table import START
from tests.scorer.conftest import GAME

DESKS = ("desk.ann", "desk.bob", "desk.eve", "desk")
facts: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("field_goal"),
            "team": st.sampled_from(["home", "away"]),
            "player": st.sampled_from(["4", None]),
            "made": st.booleans(),
            "clock_ms": st.sampled_from([None, 600_000, 595_000, 300_000]),
        }
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["period_start", "period_end", "clock_start", "clock_stop"])}
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["void", "amend"]), "links": st.integers(1, 12)}
    ).map(lambda call: {**call, "value": 3} if call["type"] == "amend" else call),
    st.just({"type": "undo"}),
)
said = st.lists(
    st.tuples(st.sampled_from(DESKS), st.integers(0, 6), st.booleans(), facts), max_size=25
)


def asked(books: Books, game: str, body: dict[str, Any], by: str) -> Answered | Problem:
    """The answer, whatever it is."""
    try:
        return books.rulings.call(game, body, by)
    except Problem as problem:
        return problem


@settings(max_examples=150, deadline=None)
@given(said)
def test_every_call_counts_once_or_is_open(
    said: list[tuple[str, int, bool, dict[str, Any]]],
) -> None:
    numbers, log = count(), MemoryLog()
    # Two processes on one log: what one of them does not know yet makes it late, too.
    processes = [
        Books(log, ManualClock(START), lambda: f"id-{next(numbers)}", Referee()) for _ in range(2)
    ]
    game = processes[0].people.create_game(GAME).game_id
    accepted: dict[str, tuple[dict[str, Any], str, Any]] = {}
    seqs = 0
    for n, (by, behind, keep, fact) in enumerate(said):
        body = {**fact, "call_id": f"c{n}", "base": max(0, seqs - behind)}
        if keep:
            body["resolve"] = "keep"
        answer = asked(processes[n % 2], game, body, by)
        if isinstance(answer, Answered) and not answer.merged:
            accepted[body["call_id"]] = (body, by, answer.entries)
            seqs = answer.entries[-1]["seq"]
        elif isinstance(answer, Answered):
            assert answer.entries
        elif answer.type == "conflict":
            assert not keep or answer.extra["choices"] == ["drop"]
            assert answer.extra["mine"]
            assert answer.extra["theirs"]
            assert all(entry["seq"] > body["base"] for entry in answer.extra["theirs"])
        else:
            assert answer.status == 409, answer
        assert len(log.entries(game)) == seqs, "what was not accepted wrote something"
    for body, by, entries in accepted.values():
        again = processes[0].rulings.call(game, body, by)
        assert (again.again, again.merged, again.entries) == (True, False, entries)
    assert len(log.entries(game)) == seqs

    entries = log.entries(game)
    shots = [e for e in entries if isinstance(e.event, FieldGoal)]
    for late in shots:
        body, by, _ = accepted[late.call_id]
        if body.get("resolve") == "keep" or "." not in by or body["clock_ms"] is None:
            continue
        for early in shots:
            if not body["base"] < early.seq < late.seq or early.by == by:
                continue
            mine, theirs = late.event, early.event
            assert isinstance(mine, FieldGoal)
            assert isinstance(theirs, FieldGoal)
            double = (mine.team, mine.player, mine.period) == (
                theirs.team,
                theirs.player,
                theirs.period,
            ) and abs(mine.clock_ms - theirs.clock_ms) <= NEAR_MS
            fallen = any(
                early.seq in getattr(e.event, "targets", ()) and e.seq < late.seq for e in entries
            )
            amended = any(
                getattr(e.event, "links", None) == early.seq and e.seq < late.seq for e in entries
            )
            assert not double or fallen or amended, (early, late)
