"""Memory, SQLite and PostgreSQL keep the same promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.game.entry import Entry
from server.game.events import Event, FieldGoal, Media, Note, PeriodStarted
from server.gamelog.log import (
    CallRecord,
    Commit,
    Conflict,
    GameExists,
    GameLine,
    GameRecord,
    Log,
    Proposal,
)

NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)
RECORD = GameRecord("g1", "e1", "fiba", ("home-0", "home-00"), (), NOON)
PROPOSAL = Proposal(
    "p1", "main", "field_goal", 2, 0.75, 0.5, 12.5, 11.0, 13.0, NOON + timedelta(seconds=1)
)


def commit(*seqs: int, call_id: str = "c1", event: Event | None = None) -> Commit:
    fact = event or Note(period=1, clock_ms=0, text="Ω ☃ 好")
    entries = tuple(Entry(seq, fact, "desk:1", NOON, call_id) for seq in seqs)
    return Commit("g1", CallRecord(call_id, "hash", seqs[0], seqs[-1]), entries)


@pytest.fixture
def game(log: Log) -> Log:
    log.add_game(RECORD, {"home": "Löwen", "home-0": "Zoë"})
    return log


def test_a_game_is_kept_as_it_was_made(game: Log) -> None:
    assert game.game("g1") == RECORD
    assert game.game("g2") is None
    assert game.games() == [GameLine(RECORD, 0, NOON, {"home": "Löwen"})]
    with pytest.raises(GameExists):
        game.add_game(replace(RECORD, epoch="e2"), {})
    assert game.game("g1") == RECORD


def test_entries_come_back_equal_and_in_order(game: Log) -> None:
    shot = FieldGoal(
        period=2,
        clock_ms=1234,
        after=1,
        media=Media("main", 0.1),
        team="home",
        player="home-00",
        value=3,
        made=True,
        x_m=-1.5,
        y_m=0.25,
    )
    first = commit(1, 2, 3, event=PeriodStarted(period=1, clock_ms=600_000))
    game.commit(first)
    second = commit(4, call_id="c2", event=shot)
    game.commit(second)
    assert game.entries("g1") == [*first.entries, *second.entries]
    assert game.entries("g1", after=2) == [first.entries[2], second.entries[0]]
    assert game.entries("g1", after=1, upto=2) == [first.entries[1]]
    assert game.entries("g1", after=4) == []
    assert game.entries("other") == []
    later = replace(RECORD, game_id="g0", created_at=NOON + timedelta(seconds=1))
    game.add_game(later, {"away": "B"})
    assert game.games() == [
        GameLine(later, 0, later.created_at, {"away": "B"}),
        GameLine(RECORD, 4, NOON, {"home": "Löwen"}),
    ]


@pytest.mark.parametrize("seqs", [(1,), (2,), (1, 2), (2, 3)])
def test_a_number_is_taken_once(game: Log, seqs: tuple[int, ...]) -> None:
    game.commit(commit(1))
    game.commit(commit(2, call_id="c2"))
    with pytest.raises(Conflict):
        game.commit(commit(*seqs, call_id="c3"))
    assert [entry.call_id for entry in game.entries("g1")] == ["c1", "c2"]
    assert game.answered("g1", "c3") is None


def test_a_call_is_answered_once(game: Log) -> None:
    assert game.answered("g1", "c1") is None
    game.commit(commit(1, 2))
    assert game.answered("g1", "c1") == CallRecord("c1", "hash", 1, 2)
    with pytest.raises(Conflict):
        game.commit(commit(3, call_id="c1"))
    assert len(game.entries("g1")) == 2


def test_all_or_nothing(game: Log) -> None:
    """A commit that fails on its proposal leaves neither the call nor the entries."""
    with pytest.raises(Conflict):
        game.commit(replace(commit(1), settles=replace(PROPOSAL, status="accepted")))
    assert game.entries("g1") == []
    assert game.answered("g1", "c1") is None


def test_names_can_be_erased_and_entries_stay(game: Log) -> None:
    game.commit(commit(1))
    game.set_names("g1", {"home-0": None, "home-00": "Ann", "away": "Bears"})
    assert game.names("g1") == {"home": "Löwen", "home-00": "Ann", "away": "Bears"}
    game.set_names("g1", {"home-00": "Anna"})
    game.hide_names("g1", True)
    record = game.game("g1")
    assert record is not None
    assert record.names_hidden
    game.erase("g1")
    assert game.names("g1") == {}
    assert game.games() == []
    assert len(game.entries("g1")) == 1
    record = game.game("g1")
    assert record is not None
    assert record.erased


def test_proposals_wait_until_they_are_answered(game: Log) -> None:
    game.add_proposal("g1", PROPOSAL, seq_seen=0)
    game.add_proposal("g1", replace(PROPOSAL, proposal_id="p0"), seq_seen=0)
    assert [p.proposal_id for p in game.proposals("g1")] == ["p1", "p0"]
    assert game.proposal("g1", "p1") == PROPOSAL
    assert game.proposal("g1", "p9") is None
    assert game.proposal_count("g1") == 2

    answered = replace(
        PROPOSAL, status="accepted", call_id="c1", answered_by="desk:1", answered_at=NOON
    )
    game.commit(replace(commit(1), settles=answered))
    assert game.proposal("g1", "p1") == answered
    assert [p.proposal_id for p in game.proposals("g1", "waiting")] == ["p0"]
    with pytest.raises(Conflict):
        game.settle("g1", replace(answered, status="rejected"))
    assert game.proposal("g1", "p1") == answered


def test_a_proposal_and_a_shot_do_not_pass_each_other(game: Log) -> None:
    game.commit(commit(1))
    with pytest.raises(Conflict):
        game.add_proposal("g1", PROPOSAL, seq_seen=0)
    assert game.proposal_count("g1") == 0
    assert game.proposals("g1") == []
    game.add_proposal("g1", PROPOSAL, seq_seen=1)
    with pytest.raises(Conflict):
        game.commit(replace(commit(2, call_id="c2"), proposals_seen=0))
    game.commit(replace(commit(2, call_id="c2"), proposals_seen=1))
    absorbed = replace(PROPOSAL, proposal_id="p2", status="absorbed", call_id="c2")
    game.commit(replace(commit(3, call_id="c3"), adds=absorbed))
    assert game.proposal_count("g1") == 2
    assert game.proposal("g1", "p2") == absorbed


def test_texts_are_kept_with_their_call_and_go_with_the_names(game: Log) -> None:
    written = replace(commit(1), texts={"note-1": "Zoë fell"})
    game.commit(written)
    with pytest.raises(Conflict):
        game.commit(replace(commit(1, call_id="late"), texts={"note-2": "lost"}))
    assert game.names("g1") == {"home": "Löwen", "home-0": "Zoë", "note-1": "Zoë fell"}
    assert game.games()[0].teams == {"home": "Löwen"}
    game.erase("g1")
    assert game.names("g1") == {}


def test_a_custom_rule_set_is_kept_as_it_was_given(log: Log) -> None:
    rules = '{"base":"youth","periods":2,"name":"' + "x" * 300 + '"}'
    log.add_game(replace(RECORD, rules=rules), {})
    assert log.game("g1") == replace(RECORD, rules=rules)
