"""Memory, SQLite and PostgreSQL keep the same promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.game.entry import Entry
from server.game.events import Event, FieldGoal, Media, Note, PeriodStarted
from server.gamelog import memory, sqlproposals
from server.gamelog.log import (
    CallRecord,
    Commit,
    Conflict,
    GameExists,
    GameLine,
    GameRecord,
    Log,
    Orders,
)
from server.gamelog.proposal import Changes, Glimpse, Label, Proposal, Settled

NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)
RECORD = GameRecord("g1", "e1", "fiba", ("home-0", "home-00"), (), NOON)
PROPOSAL = Proposal(
    *("p1", "main", "field_goal", 2, 0.75, 0.5, 12.5, 11.0, 13.0),
    created_at=NOON + timedelta(seconds=1),
    happened_at=NOON,
    sighting=7,
    of=6,
    parent="p0",
    parent_seq=3,
    three=0.25,
    home=0.9,
    players=(("home-00", 0.5), ("home-0", 0.25)),
    ask=True,
    period=1,
    clock_ms=590_000,
    boxes=(("rim", (1.0, 2.0, 3.0, 4.5)),),
    size=(960, 540),
    still=True,
    others=(Glimpse("side", 2, 1.5, 1.0, 2.0, 0.25, 0.5),),
)
REBOUND = Proposal(
    *("r1", "main", "rebound", None, None, 0.5, 13.5, 13.0, 14.0),
    created_at=NOON,
    happened_at=NOON,
    offensive=0.25,
)


def add(proposal: Proposal) -> Changes:
    return Changes(adds=proposal)


def settle(proposal: Proposal, was: str = "waiting") -> Changes:
    return Changes(settles=(Settled(proposal, was),))


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
        game.commit(replace(commit(1), changes=settle(replace(PROPOSAL, status="accepted"))))
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
    game.change("g1", add(PROPOSAL), seq_seen=0)
    game.change("g1", add(REBOUND), seq_seen=0)
    assert [p.proposal_id for p in game.proposals("g1")] == ["p1", "r1"]
    assert [game.proposal("g1", name) for name in ("p1", "r1")] == [PROPOSAL, REBOUND]
    assert game.proposal("g1", "p9") is None
    assert game.standing_orders("g1") == Orders(2, None)
    assert [p.proposal_id for p in game.newest_proposals("g1", 1)] == ["r1"]

    answered = replace(
        PROPOSAL, status="accepted", call_id="c1", seq=1, answered_by="desk:1", answered_at=NOON
    )
    game.commit(replace(commit(1), changes=settle(answered)))
    assert game.proposal("g1", "p1") == answered
    assert [p.proposal_id for p in game.proposals("g1", "waiting")] == ["r1"]
    assert game.proposals_of("g1", [1, 7]) == [answered]
    assert game.proposals_of("g1", []) == []
    with pytest.raises(Conflict):
        game.change("g1", settle(replace(answered, status="rejected")))
    assert game.proposal("g1", "p1") == answered
    # An undo puts it before the desk again.
    game.change("g1", settle(PROPOSAL, "accepted"))
    assert game.proposal("g1", "p1") == PROPOSAL
    assert game.standing_orders("g1") == Orders(4, None)


def test_a_proposal_and_a_shot_do_not_pass_each_other(game: Log) -> None:
    game.commit(commit(1))
    with pytest.raises(Conflict):
        game.change("g1", add(PROPOSAL), seq_seen=0)
    assert game.standing_orders("g1").changes == 0
    assert game.proposals("g1") == []
    game.change("g1", add(PROPOSAL), seq_seen=1)
    for late in (Changes(seen=0), replace(add(REBOUND), seen=0)):
        with pytest.raises(Conflict):
            game.commit(replace(commit(2, call_id="c2"), changes=late))
        with pytest.raises(Conflict):
            game.change("g1", late)
    game.commit(replace(commit(2, call_id="c2"), changes=Changes(seen=1)))
    absorbed = replace(PROPOSAL, proposal_id="p2", status="absorbed", call_id="c2")
    game.commit(replace(commit(3, call_id="c3"), changes=add(absorbed)))
    assert game.standing_orders("g1").changes == 2
    assert game.proposal("g1", "p2") == absorbed


def test_stills_go_alone_or_with_the_game(game: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 3
    for module in (memory, sqlproposals):
        monkeypatch.setattr(module, "MOST_STILLS", most)
    picture = bytes(range(256))
    game.change("g1", replace(add(PROPOSAL), still=picture))
    assert game.still("g1", "p1") == picture
    assert game.still("g1", "p2") is None
    game.erase_stills("g1")
    assert game.still("g1", "p1") is None
    for n in range(most + 2):
        one = replace(PROPOSAL, proposal_id=f"s{n}")
        game.change("g1", replace(add(one), still=picture))
    kept = [game.still("g1", f"s{n}") is not None for n in range(most + 2)]
    assert kept == [False] * 2 + [True] * most
    game.erase("g1")
    assert game.still("g1", f"s{most}") is None


def test_labels_are_kept_until_they_no_longer_hold(game: Log) -> None:
    label = Label(
        *("p1", "field_goal", "corrected", NOON, "main"),
        said={"score": 0.5, "made": 0.75},
        proposed={"made": True, "player": None},
        corrected={"made": (True, False), "player": (None, "home-0")},
        seq=3,
        waited_s=2.5,
    )
    missed = Label("missed-4", "rebound", "missed", NOON + timedelta(seconds=1), seq=4)
    game.change("g1", Changes(labels=(missed, label)))
    assert game.labels("g1") == game.labels() == [label, missed]
    assert game.labels("g2") == []
    other = replace(label, outcome="rejected", corrected={})
    game.change("g1", Changes(labels=(other,), unlabels=("missed-4", "missed-9")))
    assert game.labels("g1") == [other]
    many = [replace(label, label_id=f"l{n}", at=NOON + timedelta(hours=n)) for n in range(4)]
    game.change("g1", Changes(labels=(missed, *many)))
    assert [one.label_id for one in game.labels(most=2)] == ["missed-4", "l2", "l3"]
    game.erase("g1")
    assert game.labels() == []


def test_what_is_asked_each_time(game: Log) -> None:
    assert game.standing_orders("g1") == Orders(0, None)
    game.set_auto_accept("g1", 0.875)
    assert game.standing_orders("g1") == Orders(0, 0.875)
    record = game.game("g1")
    assert record is not None
    assert record.auto_accept == 0.875
    assert game.watched_at("g1") is None
    game.watch("g1", "main", NOON)
    game.watch("g1", "side", NOON + timedelta(seconds=1))
    game.watch("g1", "main", NOON + timedelta(seconds=2))
    assert game.watched_at("g1") == NOON + timedelta(seconds=2)


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
