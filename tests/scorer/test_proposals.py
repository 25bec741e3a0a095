"""One fact, once: what the camera saw and what the scorekeeper said meet."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import judge, possession_chance
from pipeline.sight import Sighting
from server.game.rules import FIBA
from server.game.state import new_game
from server.matching import ABSORB_S, SAID_AGAIN_S, TAP_FIRST_S
from server.problems import Problem
from server.referee import Referee
from server.updates import Json
from tests.scorer.conftest import ON_PAPER, Office, sighting


async def propose(office: Office, made: float = 0.9, at_s: float = 12.5) -> Json:
    proposal = await office.scorer.propose(office.game, "main", sighting(made, at_s))
    assert proposal is not None
    return proposal


async def waiting(office: Office) -> list[str]:
    state = await office.scorer.state(office.game)
    listed = [p["id"] for p in await office.scorer.proposals(office.game, "waiting")]
    assert [p["id"] for p in state.sections["proposals"]] == listed
    return listed


async def statuses(office: Office) -> list[str]:
    return [p["status"] for p in await office.scorer.proposals(office.game)]


async def test_a_sighting_becomes_a_proposal(office: Office) -> None:
    proposal = await propose(office, made=0.125)
    now = office.clock.now().isoformat()
    assert proposal == {
        "id": proposal["id"],
        "type": "field_goal",
        "made": False,
        "value": 2,
        "probability": 0.125,
        "score": 0.8,
        "ask": False,
        "team": None,
        "player": None,
        "home": None,
        "players": [],
        "three": None,
        "kind": None,
        "links": [],
        "parent_seq": None,
        "period": None,
        "clock_ms": None,
        "media": {"camera": "main", "s": 12.5},
        "start_s": 11.5,
        "end_s": 13.0,
        "boxes": [],
        "size": [0, 0],
        "still": None,
        "others": [],
        "created_at": now,
        "happened_at": now,
        "status": "waiting",
        "call_id": None,
        "seq": None,
    }
    assert office.announced == [{"type": "proposal", "proposal": proposal}]
    state = await office.scorer.state(office.game)
    assert (state.seq, state.sections["proposals"]) == (0, [proposal])
    assert office.updates == []


@ON_PAPER
async def test_an_unsure_sighting_is_no_proposal(office: Office) -> None:
    assert await office.scorer.propose(office.game, "main", sighting(score=0.1)) is None
    unsure, game, now = sighting(score=0.1), new_game(FIBA), office.clock.now()
    assert Referee(least={"field_goal": 0.05}).propose("p", "main", unsure, game, now)
    assert await statuses(office) == []


@given(st.floats(0.0, 1.0))
def test_no_shot_is_kept_from_the_desk_because_its_kind_is_unsure(looks_free: float) -> None:
    thrown = possession_chance.shipped().free.of(possession_chance.free_signs(looks_free))
    of_its_kind = thrown if looks_free > 0.5 else 1.0 - thrown
    for kind in ("field_goal", "free_throw"):
        assert judge.shipped().least * of_its_kind >= Referee().least[kind]


async def test_accepting_counts_once_from_two_processes(office: Office, branch: Office) -> None:
    proposal = await propose(office)
    answers = await asyncio.gather(
        *(o.scorer.accept(o.game, proposal["id"], {"team": "home"}, "d") for o in (office, branch)),
        office.scorer.accept(office.game, proposal["id"], {"team": "home"}, "d"),
    )
    assert sorted(answer.again for answer in answers) == [False, True, True]
    assert len({answer.entries[0]["seq"] for answer in answers}) == 1
    assert answers[0].call_id == f"proposal-{proposal['id']}"
    assert answers[0].entries[0]["media"] == {"camera": "main", "s": 12.5}
    assert await office.score() == (2, 0)
    assert (await waiting(office), await statuses(branch)) == ([], ["accepted"])
    told = [m["proposal"]["status"] for m in office.announced + branch.announced]
    assert sorted(told) == ["accepted", "waiting"]


async def test_accepting_with_corrections(office: Office) -> None:
    proposal = await propose(office)
    fields = {"team": "away", "player": "10", "value": 3, "call_id": "ignored"}
    answer = await office.scorer.accept(office.game, proposal["id"], fields, "desk:1")
    expected = {"team": "away", "player": "away-10", "value": 3, "made": True}
    assert answer.entries[0].items() >= expected.items()
    free = await propose(office, at_s=40.0)
    answer = await office.scorer.accept(
        office.game, free["id"], {"type": "free_throw", "team": "home", "made": False}, "desk:1"
    )
    assert answer.entries[0]["type"] == "free_throw"


@pytest.mark.parametrize(
    ("corrections", "status", "kind"),
    [
        (None, 409, "unknown-team"),
        ({}, 409, "unknown-team"),
        ({"team": "blue"}, 409, "unknown-team"),
        ({"team": "home", "player": "99"}, 409, "unknown-player"),
        ({"team": "home", "value": 7}, 409, "value-outside-rules"),
        ({"team": "home", "type": "foul"}, 422, "malformed"),
        ({"team": "home", "colour": 1}, 422, "unknown-field"),
        ([], 422, "malformed"),
    ],
)
async def test_a_bad_correction_leaves_the_proposal_waiting(
    office: Office, corrections: object, status: int, kind: str
) -> None:
    proposal = await propose(office)
    with pytest.raises(Problem) as caught:
        await office.scorer.accept(office.game, proposal["id"], corrections, "desk:1")
    assert (caught.value.status, caught.value.type) == (status, kind)
    assert await waiting(office) == [proposal["id"]]
    await office.scorer.accept(office.game, proposal["id"], {"team": "home"}, "desk:1")


async def test_the_first_answer_stands(office: Office, branch: Office) -> None:
    first, second = await propose(office), await propose(office, at_s=30)
    rejected = await office.scorer.reject(office.game, first["id"], "desk:1")
    assert rejected["status"] == "rejected"
    assert (await branch.scorer.reject(office.game, first["id"], "desk:2")) == rejected
    with pytest.raises(Problem, match="proposal-answered"):
        await branch.scorer.accept(office.game, first["id"], {"team": "home"}, "desk:2")
    await branch.scorer.accept(office.game, second["id"], {"team": "home"}, "desk:2")
    with pytest.raises(Problem, match="proposal-answered") as caught:
        await office.scorer.accept(office.game, second["id"], {"team": "away"}, "desk:1")
    assert caught.value.extra["proposal_status"] == "accepted"
    with pytest.raises(Problem, match="proposal-answered"):
        await office.scorer.reject(office.game, second["id"], "desk:1")
    with pytest.raises(Problem, match="unknown-proposal"):
        await office.scorer.accept(office.game, "none", {"team": "home"}, "desk:1")
    for nobody in ("none", "", "\x00", "é" * 99):
        with pytest.raises(Problem, match="unknown-proposal"):
            await office.scorer.reject(office.game, nobody, "desk:1")
    with pytest.raises(Problem, match="malformed"):
        await office.scorer.proposals(office.game, "open\x00")
    assert await office.score() == (2, 0)


async def test_an_accepted_shot_has_the_clock_of_when_it_fell(office: Office) -> None:
    await office.say("p", "period_start")
    await office.say("s", "clock_start")
    office.clock.advance(10)
    proposal = await propose(office)
    office.clock.advance(8)
    answer = await office.scorer.accept(office.game, proposal["id"], {"team": "home"}, "desk:1")
    assert answer.entries[0]["clock_ms"] == 590_000


async def test_a_desk_call_absorbs_the_waiting_proposal(office: Office, branch: Office) -> None:
    proposal = await propose(office)
    office.clock.advance(ABSORB_S - 1)
    answer = await branch.say("c", "field_goal", team="home", player="7", value=3, made=True)
    assert answer.entries[0]["media"] == {"camera": "main", "s": 12.5}
    assert branch.updates[-1].sections["proposals"] == []
    assert branch.announced[-1]["proposal"]["status"] == "absorbed"
    assert branch.announced[-1]["proposal"]["call_id"] == "c"
    assert await waiting(office) == []
    with pytest.raises(Problem, match="proposal-answered"):
        await office.scorer.accept(office.game, proposal["id"], {"team": "home"}, "desk:2")
    assert await office.score() == (3, 0)


@ON_PAPER
async def test_only_a_matching_call_absorbs(office: Office) -> None:
    proposal = await propose(office)
    await office.say("a", "field_goal", team="home", made=False)
    media = {"camera": "side", "s": 12.5}
    await office.say("c", "field_goal", team="home", made=True, media=media)
    media = {"camera": "main", "s": 12.5 + ABSORB_S + 1}
    await office.say("d", "field_goal", team="home", made=True, media=media)
    office.clock.advance(ABSORB_S + 1)
    await office.say("e", "field_goal", team="home", made=True)
    assert await waiting(office) == [proposal["id"]]


async def test_a_shot_put_into_the_past_absorbs_nothing(office: Office) -> None:
    await office.say("p", "period_start")
    await office.say("t", "timeout", team="home")
    proposal = await propose(office)
    await office.say("c", "field_goal", team="home", made=True, after=2)
    assert await waiting(office) == [proposal["id"]]


async def test_the_nearest_proposal_is_absorbed(office: Office) -> None:
    early = await propose(office, at_s=10)
    office.clock.advance(4)
    late = await propose(office, at_s=14)
    media = {"camera": "main", "s": 10.4}
    first = await office.say("c", "field_goal", team="home", made=True, media=media)
    assert first.entries[0]["media"] == media
    assert await waiting(office) == [late["id"]]
    second = await office.say("d", "field_goal", team="away", made=True)
    assert second.entries[0]["media"] == {"camera": "main", "s": 14}
    assert early["id"] != late["id"]
    assert await statuses(office) == ["absorbed", "absorbed"]


async def test_a_sighting_after_the_tap_is_absorbed_too(office: Office, branch: Office) -> None:
    await office.say("c", "field_goal", team="home", player="7", made=True)
    office.clock.advance(TAP_FIRST_S - 1)
    assert await branch.scorer.propose(office.game, "main", sighting(at_s=20)) is None
    assert await statuses(office) == ["absorbed"]
    assert branch.announced == []
    plays = await office.scorer.plays(office.game)
    assert [(p["type"], p["media"]) for p in plays] == [("field_goal", {"camera": "main", "s": 20})]
    assert await office.score() == (2, 0)
    # One sighting a shot: the next one is another shot.
    assert await branch.scorer.propose(office.game, "main", sighting(at_s=22)) is not None
    # The desk's own last call is still the shot.
    await office.say("u", "undo")
    assert await office.score() == (0, 0)


@ON_PAPER
@pytest.mark.parametrize(("made", "wait_s"), [(0.1, 1.0), (0.9, TAP_FIRST_S + 1)])
async def test_a_sighting_of_another_shot_is_proposed(
    office: Office, made: float, wait_s: float
) -> None:
    await office.say("c", "field_goal", team="home", made=True)
    office.clock.advance(wait_s)
    assert await propose(office, made=made)


async def test_a_shot_taken_back_and_said_right_keeps_its_moment(office: Office) -> None:
    await propose(office)
    wrong = await office.say("c", "field_goal", team="home", made=True)
    office.clock.advance(5)
    await office.say("v", "void", links=wrong.entries[0]["seq"])
    office.clock.advance(SAID_AGAIN_S - 1)
    right = await office.say("d", "field_goal", team="away", made=True)
    assert right.entries[0]["media"] == {"camera": "main", "s": 12.5}
    # The moment is used up.
    assert "media" not in (await office.say("e", "field_goal", team="away", made=True)).entries[0]


@ON_PAPER
@pytest.mark.parametrize(("ago_s", "left"), [(2.0, []), (9.0, ["p"])])
async def test_a_free_throw_meets_a_shot_that_was_taken_for_another(
    office: Office, ago_s: float, left: list[str]
) -> None:
    await propose(office)
    office.clock.advance(ago_s)
    await office.say("f", "free_throw", team="home", made=True)
    assert len(await waiting(office)) == len(left)


@ON_PAPER
@pytest.mark.parametrize(("nth", "waits"), [(1, 0), (2, 1)])
async def test_nobody_rebounds_a_throw_that_is_not_the_last(
    office: Office, nth: int, waits: int
) -> None:
    await office.say("f", "free_throw", team="home", made=False, nth=nth, of=2)
    throw = Sighting(1, "free_throw", 12.5, 11.5, 13.0, 0.9, made=0.1)
    await office.scorer.propose(office.game, "main", throw)
    seen = Sighting(2, "rebound", 13.5, 12.5, 13.5, 0.9, parent=1)
    await office.scorer.propose(office.game, "main", seen)
    assert len(await waiting(office)) == waits


@ON_PAPER
async def test_a_voided_shot_absorbs_nothing(office: Office) -> None:
    await office.say("c", "field_goal", team="home", made=True)
    await office.say("u", "undo")
    assert await propose(office)


@ON_PAPER
async def test_after_the_final_nothing_is_proposed(office: Office) -> None:
    await office.say("f", "finalize")
    assert await office.scorer.propose(office.game, "main", sighting()) is None


async def test_tap_and_sighting_at_once_in_two_processes_are_one_fact(
    office: Office, branch: Office
) -> None:
    for n in range(12):
        office.clock.advance(60)
        await asyncio.gather(
            office.say(f"c{n}", "field_goal", team="home", made=True),
            branch.scorer.propose(office.game, "main", sighting(at_s=60.0 * n)),
        )
        assert await waiting(office) == []
        plays = await office.scorer.plays(office.game)
        assert plays[-1]["media"] == {"camera": "main", "s": 60.0 * n}
    assert await office.score() == (24, 0)
    assert await statuses(office) == ["absorbed"] * 12
