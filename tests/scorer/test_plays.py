"""Proposals of every kind, linked: a whole play in one call, none of it twice."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.sight import Sighting
from server.matching import TWIN_S
from server.problems import Problem
from server.proposals import MOST_WAITING
from server.updates import Json
from tests.scorer.conftest import ON_PAPER, Office
from tests.scorer.eyes import Eye


async def see(office: Office, sighting: Sighting, camera: str = "main", ago_s: float = 0.0) -> Json:
    proposal = await office.scorer.propose(office.game, camera, sighting, ago_s)
    assert proposal is not None
    return proposal


async def one(office: Office, proposal: Json) -> Json:
    """The proposal as it is now."""
    return next(p for p in await office.scorer.proposals(office.game) if p["id"] == proposal["id"])


async def statuses(office: Office) -> dict[str, str]:
    return {p["type"]: p["status"] for p in await office.scorer.proposals(office.game)}


async def box(office: Office, team: str = "home") -> dict[str, int]:
    section = (await office.scorer.state(office.game)).sections["boxscore"]
    return dict(section[team]["totals"])


async def basket(office: Office, eye: Eye, at_s: float = 12.5) -> tuple[Json, Json]:
    """A basket and its assist."""
    shot = eye.sees("shot", at_s, home=0.9, three=0.9, players=(("home", "7", 0.8),))
    assist = eye.sees("assist", at_s - 1, of=shot, home=0.9, players=(("home", "4", 0.7),))
    return await see(office, shot), await see(office, assist)


async def miss(office: Office, eye: Eye, at_s: float = 12.5) -> tuple[Json, Json, Json]:
    """A blocked shot, the block, and the rebound."""
    shot = eye.sees("shot", at_s, made=0.1, home=0.9, three=0.1)
    block = eye.sees("block", at_s, of=shot, home=0.1)
    rebound = eye.sees("rebound", at_s + 1, of=shot, home=0.1, offensive=0.1)
    return await see(office, shot), await see(office, block), await see(office, rebound)


async def test_what_is_seen_of_a_play(office: Office) -> None:
    await office.say("p", "period_start")
    await office.say("c", "clock_start")
    office.clock.advance(20)
    eye = Eye()
    shot = eye.sees(
        "shot",
        made=0.6,
        home=0.2,
        three=0.75,
        players=(("away", "10", 0.5), ("home", "7", 0.125), ("away", None, 0.1)),
        boxes=(("ball", (1.0, 2.04, 3.0, 4.0)),),
        size=(960, 540),
    )
    proposal = await see(office, shot, ago_s=1.5)
    expected = {
        "type": "field_goal",
        "made": True,
        "ask": True,
        "value": 3,
        "three": 0.75,
        "team": "away",
        "home": 0.2,
        "player": "away-10",
        "players": [
            {"player": "away-10", "probability": 0.5},
            {"player": "home-7", "probability": 0.125},
        ],
        "kind": None,
        "links": [],
        "period": 1,
        "clock_ms": 581_500,
        "boxes": [{"label": "ball", "xyxy": [1.0, 2.0, 3.0, 4.0]}],
        "size": [960, 540],
    }
    assert {name: proposal[name] for name in expected} == expected
    rebound = await see(office, eye.sees("rebound", 13.5, of=shot, home=0.5, offensive=0.9))
    expected = {
        "type": "rebound",
        "made": None,
        "probability": None,
        "value": None,
        "team": None,
        "kind": "offensive",
        "links": [proposal["id"]],
        "parent_seq": None,
    }
    assert {name: rebound[name] for name in expected} == expected


async def test_a_whole_play_is_one_call(office: Office, branch: Office) -> None:
    await office.say("p", "period_start")
    shot, assist = await basket(office, Eye())
    answer = await branch.scorer.accept(office.game, shot["id"], {"with": [assist["id"]]}, "desk.a")
    entries = answer.entries
    assert [(e["type"], e["player"]) for e in entries] == [
        ("field_goal", "home-7"),
        ("assist", "home-4"),
    ]
    assert {e["call_id"] for e in entries} == {f"proposal-{shot['id']}"}
    assert entries[1]["links"] == entries[0]["seq"]
    assert entries[1]["clock_ms"] == entries[0]["clock_ms"]
    assert (await box(office)).items() >= {"pts": 3, "fg3m": 1, "ast": 1}.items()
    assert (await office.scorer.state(office.game)).sections["flags"] == []
    again = await office.scorer.accept(office.game, shot["id"], {"with": [assist["id"]]}, "desk.a")
    assert (again.again, again.entries) == (True, entries)
    with pytest.raises(Problem, match="proposal-answered"):
        await office.scorer.accept(office.game, assist["id"], {}, "desk.a")
    assert await statuses(office) == {"field_goal": "accepted", "assist": "accepted"}
    assert [p["seq"] for p in await office.scorer.proposals(office.game)] == [2, 3]


async def test_a_play_stands_or_falls_together(office: Office) -> None:
    shot, assist = await basket(office, Eye())
    wanted: Json = {"with": [{"id": assist["id"], "player": "99"}]}
    with pytest.raises(Problem, match="unknown-player"):
        await office.scorer.accept(office.game, shot["id"], wanted, "desk")
    assert await statuses(office) == {"field_goal": "waiting", "assist": "waiting"}
    assert await office.score() == (0, 0)
    # The assist of the wrong man, and of nobody at all.
    wanted = {"value": 2, "with": [{"id": assist["id"], "player": "home-8"}]}
    answer = await office.scorer.accept(office.game, shot["id"], wanted, "desk")
    assert [e["player"] for e in answer.entries] == ["home-7", "home-8"]
    assert await office.score() == (2, 0)


@ON_PAPER
async def test_undo_puts_a_play_before_the_desk_again(office: Office) -> None:
    shot, assist = await basket(office, Eye())
    wanted = {"with": [assist["id"]]}
    first = await office.scorer.accept(office.game, shot["id"], wanted, "desk.a")
    await office.say("u", "undo", "desk.a")
    assert await statuses(office) == {"field_goal": "waiting", "assist": "waiting"}
    assert (await box(office)).items() >= {"pts": 0, "ast": 0}.items()
    assert await office.scorer.labels(office.game) == []
    # As it was: redo makes both facts again.
    await office.say("r", "redo", "desk.a")
    assert await statuses(office) == {"field_goal": "accepted", "assist": "accepted"}
    assert len(await office.scorer.labels(office.game)) == 2
    await office.say("u2", "undo", "desk.a")
    second = await office.scorer.accept(office.game, shot["id"], wanted, "desk.b")
    assert second.call_id != first.call_id
    assert (await box(office)).items() >= {"pts": 3, "ast": 1}.items()


async def test_a_child_waits_for_its_parent(office: Office) -> None:
    shot, block, rebound = await miss(office, Eye())
    with pytest.raises(Problem, match="parent-waiting") as caught:
        await office.scorer.accept(office.game, rebound["id"], {}, "desk")
    assert caught.value.extra == {"proposal": rebound["id"], "parent": shot["id"]}
    # Together it is the same, whichever of them is named first.
    answer = await office.scorer.accept(office.game, rebound["id"], {"with": [shot["id"]]}, "desk")
    assert [e["type"] for e in answer.entries] == ["field_goal", "rebound"]
    seq = answer.entries[0]["seq"]
    assert (await one(office, block))["parent_seq"] == seq
    answer = await office.scorer.accept(office.game, block["id"], {}, "desk")
    assert answer.entries[0]["links"] == seq
    assert (await box(office, "away")).items() >= {"blk": 1, "dreb": 1}.items()


async def test_with_the_parent_its_children_are_rejected(office: Office) -> None:
    shot, block, rebound = await miss(office, Eye())
    office.announced.clear()
    await office.scorer.reject(office.game, shot["id"], "desk")
    assert set((await statuses(office)).values()) == {"rejected"}
    told = {m["proposal"]["id"]: m["proposal"]["status"] for m in office.announced}
    assert told == dict.fromkeys([shot["id"], block["id"], rebound["id"]], "rejected")
    assert (await office.scorer.reject(office.game, block["id"], "desk"))["status"] == "rejected"


async def test_what_cannot_belong_to_the_play_falls_with_its_acceptance(office: Office) -> None:
    shot, block, rebound = await miss(office, Eye())
    # It went in after all.
    await office.scorer.accept(office.game, shot["id"], {"made": True}, "desk")
    assert [(await one(office, p))["status"] for p in (block, rebound)] == ["rejected"] * 2


async def test_children_follow_their_parent_into_the_book(office: Office) -> None:
    """Absorbed, then said or accepted: each fact once."""
    await office.say("p", "period_start")
    _, block, rebound = await miss(office, Eye())
    office.clock.advance(2)
    said = await office.say("s", "field_goal", team="home", player="8", made=False)
    assert said.entries[0]["media"] == {"camera": "main", "s": 12.5}
    seq = said.entries[0]["seq"]
    assert [(await one(office, p))["parent_seq"] for p in (block, rebound)] == [seq] * 2
    said = await office.say("b", "rebound", team="away", player="11")
    assert said.entries[0]["media"] == {"camera": "main", "s": 13.5}
    assert said.entries[0]["links"] == seq
    answer = await office.scorer.accept(office.game, block["id"], {"player": "away-10"}, "desk")
    assert answer.entries[0]["links"] == seq
    assert (await box(office, "away")).items() >= {"reb": 1, "blk": 1}.items()
    assert await statuses(office) == {
        "field_goal": "absorbed",
        "block": "accepted",
        "rebound": "absorbed",
    }
    # What comes late of a play that is told already adds nothing.
    eye = Eye()
    late = eye.sees("shot", 30.0, made=0.1)
    await see(office, late)
    await office.say("s2", "field_goal", team="home", made=False)
    await office.say("b2", "rebound", team="home")
    assert (
        await office.scorer.propose(office.game, "main", eye.sees("rebound", 31, of=late)) is None
    )
    assert (await box(office))["oreb"] == 1


@ON_PAPER
async def test_a_child_may_come_before_its_parent(office: Office) -> None:
    eye = Eye()
    shot = eye.sees("shot", made=0.1)
    rebound = await see(office, eye.sees("rebound", 13.5, of=shot))
    assert rebound["links"] == []
    parent = await see(office, shot)
    assert (await one(office, rebound))["links"] == [parent["id"]]
    assert office.announced[-1]["proposal"]["links"] in ([], [parent["id"]])
    assert {m["proposal"]["id"] for m in office.announced[-2:]} == {rebound["id"], parent["id"]}


async def test_two_cameras_propose_one_shot(office: Office, branch: Office) -> None:
    main, side = Eye(), Eye("side")
    unsure = main.sees("shot", 12.5, score=0.5, made=0.6)
    first = await see(office, unsure)
    office.clock.advance(TWIN_S - 0.5)
    sure = side.sees("shot", 300.0, score=0.9, made=0.05, home=0.9)
    second = await see_twice(branch, sure, "side")
    assert await one(office, first) == second
    assert second["media"] == {"camera": "side", "s": 300.0}
    assert (second["made"], second["ask"], second["team"]) == (False, False, "home")
    assert [(o["camera"], o["s"]) for o in second["others"]] == [("main", 12.5)]
    # Either camera's rebound belongs to it, and they are one rebound.
    assert (await see(office, main.sees("rebound", 13.5, of=unsure)))["links"] == [first["id"]]
    assert (
        await office.scorer.propose(office.game, "side", side.sees("rebound", 301.0, of=sure))
        is None
    )
    assert len(await office.scorer.proposals(office.game, "waiting")) == 2
    # A look that comes after the answer adds nothing.
    await office.scorer.accept(office.game, first["id"], {}, "desk")
    third = Eye("third").sees("shot", 7.0, made=0.1)
    assert await office.scorer.propose(office.game, "third", third) is None
    assert await statuses(office) == {"field_goal": "accepted", "rebound": "waiting"}


async def see_twice(office: Office, sighting: Sighting, camera: str) -> Json:
    """What a sighting made of a proposal that was there: told, and no new one."""
    assert await office.scorer.propose(office.game, camera, sighting) is None
    return dict(office.announced[-1]["proposal"])


@ON_PAPER
async def test_a_tip_in_is_a_shot_of_its_own(office: Office) -> None:
    eye = Eye()
    await see(office, eye.sees("shot", 12.0, made=0.1))
    await see(office, eye.sees("shot", 13.2, made=0.9))
    assert await office.scorer.propose(office.game, "main", eye.sees("shot", 13.0)) is None
    assert len(await office.scorer.proposals(office.game, "waiting")) == 2


@ON_PAPER
async def test_the_proposal_of_the_right_team_is_absorbed(office: Office) -> None:
    ours = await see(office, Eye().sees("rebound", 10.0, home=0.95))
    theirs = await see(office, Eye("side").sees("rebound", 90.0, home=0.05), ago_s=3)
    await office.say("r", "rebound", team="away")
    assert [(await one(office, p))["status"] for p in (ours, theirs)] == ["waiting", "absorbed"]
    # Sure of the team, the camera is believed: much later this is no longer the same.
    office.clock.advance(6)
    await office.say("r2", "rebound", team="away")
    assert (await one(office, ours))["status"] == "waiting"
    await office.say("r3", "rebound", team="home")
    assert (await one(office, ours))["status"] == "absorbed"


@ON_PAPER
async def test_a_question_is_answered_by_either_call(office: Office) -> None:
    for made in (True, False):
        asked = await see(office, Eye().sees("shot", 10.0 + 60 * made, made=0.55))
        assert asked["ask"]
        await office.say(f"s{made}", "field_goal", team="home", made=made)
        assert (await one(office, asked))["status"] == "absorbed"
        office.clock.advance(60)


@ON_PAPER
@pytest.mark.parametrize("kind", ["rebound", "assist", "steal", "turnover", "block"])
async def test_what_was_said_first_is_not_proposed(office: Office, kind: Any) -> None:
    await office.say("p", "period_start")
    said = await office.say("c", kind, team="home")
    office.clock.advance(2)
    assert await office.scorer.propose(office.game, "main", Eye().sees(kind)) is None
    plays = await office.scorer.plays(office.game)
    assert plays[-1]["media"] == {"camera": "main", "s": 12.5}
    assert said.entries[0]["type"] == kind


@ON_PAPER
async def test_the_oldest_make_room(office: Office) -> None:
    eye = Eye()
    shot = eye.sees("shot", 0.0, made=0.1)
    first = await see(office, shot)
    child = await see(office, eye.sees("rebound", 1.0, of=shot))
    for n in range(1, MOST_WAITING):
        office.clock.advance(10)
        await see(office, eye.sees("shot", 10.0 * n))
    waiting = await office.scorer.proposals(office.game, "waiting")
    assert len(waiting) == MOST_WAITING - 1
    assert [(await one(office, p))["status"] for p in (first, child)] == ["expired"] * 2
    with pytest.raises(Problem, match="proposal-answered"):
        await office.scorer.accept(office.game, first["id"], {"team": "home"}, "desk")


@pytest.mark.parametrize(
    "asked",
    [
        {"with": "p"},
        {"with": [1]},
        {"with": [{"team": "home"}]},
        {"with": [None]},
        {"with": ["x"] * 9},
        {"type": "rebound"},
    ],
)
@ON_PAPER
async def test_what_is_no_acceptance(office: Office, asked: Json) -> None:
    shot, _ = await basket(office, Eye())
    with pytest.raises(Problem, match="malformed"):
        await office.scorer.accept(office.game, shot["id"], asked, "desk")
    with pytest.raises(Problem, match="unknown-proposal"):
        await office.scorer.accept(office.game, shot["id"], {"with": ["none"]}, "desk")


@ON_PAPER
async def test_a_shot_at_the_buzzer_belongs_to_the_period_that_ended(office: Office) -> None:
    await office.say("p", "period_start")
    await office.say("c", "clock_start")
    office.clock.advance(599)
    await office.say("e", "period_end")
    await office.say("p2", "period_start")
    shot = await see(office, Eye().sees("shot", home=0.9), ago_s=1.0)
    assert (shot["period"], shot["clock_ms"]) == (1, 2_000)
    answer = await office.scorer.accept(office.game, shot["id"], {}, "desk")
    assert (answer.entries[0]["period"], answer.entries[0]["clock_ms"]) == (1, 2_000)
