"""Calls in, updates out: once, in order, whoever writes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from server.problems import Problem
from server.scorer import LIST_LIMIT
from tests.scorer.conftest import GAME, ON_PAPER, Office


async def refused(awaitable: Any) -> tuple[int, str]:
    with pytest.raises(Problem) as caught:
        await awaitable
    assert caught.value.detail
    return caught.value.status, caught.value.type


async def test_a_call_becomes_entries_and_an_update(office: Office) -> None:
    await office.say("p", "period_start")
    answer = await office.say("c", "field_goal", team="home", player="00", value=3, made=True)
    assert not answer.again
    document = answer.document()
    assert document["call_id"] == "c"
    (entry,) = document["entries"]
    expected = {"seq": 2, "type": "field_goal", "by": "desk:1", "player": "home-00", "value": 3}
    assert entry.items() >= expected.items()

    update = office.updates[-1]
    assert (update.seq, update.entries) == (2, answer.entries)
    # Only what changed, each section whole.
    assert set(update.sections) == {"scoreboard", "boxscore", "plays"}
    state = await office.scorer.state(office.game, names=False)
    assert (state.epoch, state.seq) == (update.epoch, 2)
    for name, section in update.sections.items():
        assert state.sections[name] == section
    assert set(state.sections) == {
        *("scoreboard", "roster", "boxscore", "plays", "proposals", "flags", "rules", "settings"),
    }
    shown = (await office.scorer.state(office.game)).document()
    assert shown["game_id"] == office.game
    assert (shown["seq"], shown["period"], shown["clock_ms"]) == (2, 1, 600_000)
    assert (shown["home"]["score"], shown["home"]["name"]) == (3, "Löwen")


async def test_the_same_call_again_counts_once(office: Office) -> None:
    first = await office.say("c", "field_goal", team="home", made=True)
    again = await office.say("c", "field_goal", "desk:2", team="home", made=True)
    assert again.again
    assert again.document() == first.document()
    assert len(office.updates) == 1
    status = await refused(office.say("c", "field_goal", team="home", made=False))
    assert status == (409, "call-id-reused")
    assert await office.score() == (2, 0)


async def test_a_repeated_call_that_could_not_be_made_now_is_answered(office: Office) -> None:
    """The answer that was lost on the way is given, though the game went on since."""
    shot = await office.say("c", "field_goal", team="home", made=True)
    seq = shot.entries[0]["seq"]
    void = await office.say("v", "void", links=seq)
    assert (await office.say("v", "void", links=seq)).document() == void.document()
    await office.say("f", "finalize")
    assert (await office.say("f", "finalize")).again


async def test_a_refused_call_changes_nothing_and_may_be_sent_again(office: Office) -> None:
    assert await refused(office.say("c", "period_end")) == (409, "no-period")
    assert await refused(office.say("c", "dunk")) == (422, "unknown-type")
    assert await refused(office.say("c", "confirm", period=2)) == (409, "unknown-period")
    assert office.updates == []
    assert (await office.scorer.state(office.game)).seq == 0
    await office.say("p", "period_start")
    await office.say("c", "period_end")


@ON_PAPER
@pytest.mark.parametrize("body", [None, [], "x", {"type": "note"}, {"call_id": "c"}, 3.5])
async def test_what_is_no_call_is_malformed(office: Office, body: object) -> None:
    status, _ = await refused(office.scorer.call(office.game, body, "desk"))
    assert status == 422


@pytest.mark.parametrize("game", ["none", "", "A" * 400, "../x", "ß", "\x00"])
async def test_a_game_that_is_not_there(office: Office, game: str) -> None:
    missing = (404, "unknown-game")
    scorer = office.scorer
    assert await refused(scorer.call(game, {"call_id": "c", "type": "undo"}, "d")) == missing
    assert await refused(scorer.calls(game, [], "d")) == missing
    assert await refused(scorer.state(game)) == missing
    assert await refused(scorer.log(game)) == missing
    assert await refused(scorer.plays(game)) == missing
    assert await refused(scorer.boxscore(game)) == missing
    assert await refused(scorer.proposals(game)) == missing
    assert await refused(scorer.erase_game(game)) == missing


async def test_a_list_of_calls_is_answered_one_by_one(office: Office) -> None:
    answers = await office.scorer.calls(
        office.game,
        [
            {"call_id": "1", "type": "period_start"},
            {"call_id": "2", "type": "field_goal", "team": "home", "made": True},
            {"call_id": "2", "type": "field_goal", "team": "home", "made": True},
            {"call_id": "3", "type": "field_goal", "team": "blue", "made": True},
            17,
            {"call_id": "5", "type": "field_goal", "team": "away", "made": True},
        ],
        "desk:1",
    )
    assert [answer["status"] for answer in answers] == [201, 201, 200, 409, 422, 201]
    assert answers[1]["entries"] == answers[2]["entries"]
    assert answers[3]["problem"]["type"] == "unknown-team"
    assert await office.score() == (2, 2)
    too_many: list[Any] = [{}] * (LIST_LIMIT + 1)
    assert await refused(office.scorer.calls(office.game, too_many, "d")) == (422, "malformed")
    assert await refused(office.scorer.calls(office.game, {}, "d")) == (422, "malformed")


async def test_concurrent_calls_are_published_in_order(office: Office) -> None:
    await asyncio.gather(
        *(office.say(f"c{n}", "field_goal", team="home", made=True) for n in range(30))
    )
    assert [update.seq for update in office.updates] == list(range(1, 31))
    assert await office.score() == (60, 0)


async def test_a_cancelled_request_is_still_published(office: Office) -> None:
    task = asyncio.create_task(office.say("c", "field_goal", team="home", made=True))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await office.scorer.close()
    assert [update.seq for update in office.updates] == [1]


async def test_two_processes_write_one_game(office: Office, branch: Office) -> None:
    await asyncio.gather(
        *(office.say(f"a{n}", "field_goal", team="home", made=True) for n in range(12)),
        *(branch.say(f"b{n}", "field_goal", team="away", made=True) for n in range(12)),
        # The same calls through both doors: each counts once.
        *(office.say(f"x{n}", "free_throw", team="home", made=True) for n in range(6)),
        *(branch.say(f"x{n}", "free_throw", team="home", made=True) for n in range(6)),
    )
    assert await office.score() == await branch.score() == (24 + 6, 24)
    log = await branch.scorer.log(branch.game)
    assert [entry["seq"] for entry in log] == list(range(1, 31))
    seqs = [update.seq for update in office.updates + branch.updates]
    assert sorted(seqs) == list(range(1, 31))
    here, there = await office.scorer.state(office.game), await branch.scorer.state(office.game)
    assert here == there


async def test_what_another_process_wrote_is_seen(office: Office, branch: Office) -> None:
    await office.say("p", "period_start")
    assert (await branch.scorer.state(branch.game)).seq == 1
    shot = await office.say("c", "field_goal", team="home", made=True)
    await branch.say("v", "void", links=shot.entries[0]["seq"])
    assert await refused(office.say("w", "void", links=2)) == (409, "already-void")
    assert await office.score() == (0, 0)


async def test_log_after(office: Office) -> None:
    for n in range(5):
        await office.say(f"c{n}", "timeout", team="home")
    assert [e["seq"] for e in await office.scorer.log(office.game, after=3)] == [4, 5]
    assert await office.scorer.log(office.game, after=99) == []
    assert await office.scorer.log(office.game, after=10**30) == []
    assert len(await office.scorer.log(office.game, after=-5)) == 5


@ON_PAPER
async def test_a_closed_book_is_opened_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.shelf.OPEN_GAMES", 1)
    await office.say("c", "field_goal", team="home", made=True)
    other = await office.scorer.create_game(GAME)
    assert (await office.scorer.state(other.game_id)).seq == 0
    await office.say("d", "field_goal", team="home", made=True)
    assert await office.score() == (4, 0)


async def test_an_idle_game_ends_by_itself(office: Office) -> None:
    await office.say("p", "period_start")
    office.clock.advance(3600)
    other = (await office.scorer.create_game(GAME)).game_id
    await office.scorer.call(other, {"call_id": "p", "type": "period_start"}, "desk")
    coming = (await office.scorer.create_game(GAME)).game_id
    assert await office.scorer.end_idle(timedelta(hours=2)) == []
    office.clock.advance(3601)
    assert await office.scorer.end_idle(timedelta(hours=2)) == [office.game]
    assert (await office.scorer.state(office.game)).document()["status"] == "final"
    assert office.updates[-1].entries[0]["by"] == "courtside"
    assert await office.scorer.end_idle(timedelta(hours=2)) == []
    office.clock.advance(3601)
    assert await office.scorer.end_idle(timedelta(hours=2)) == [other]
    office.clock.advance(7 * 24 * 3600)
    assert await office.scorer.end_idle(timedelta(hours=2)) == []
    assert (await office.scorer.state(coming)).document()["status"] == "scheduled"


async def test_a_correction_changes_every_section_it_touches(office: Office) -> None:
    await office.say("p", "period_start")
    await office.say("c", "field_goal", team="home", player="7", made=True)
    await office.say("a", "assist", team="home", player="4")
    await office.say("v", "void", links=2)
    update = office.updates[-1]
    assert update.entries[0]["targets"] == [2, 3]
    assert update.sections["scoreboard"]["home"]["score"] == 0
    assert update.sections["boxscore"]["home"]["totals"]["ast"] == 0
    assert [play["voided"] for play in update.sections["plays"]] == [True, True, False]
