"""What the desk's answers teach, and what is kept of pictures."""

from __future__ import annotations

import pytest

from server.gamelog.proposal import Label
from server.meeting import WATCHED
from server.problems import Problem
from server.stills import MOST_BYTES
from tests.scorer.conftest import ON_PAPER, Office
from tests.scorer.eyes import Eye, picture
from tests.scorer.test_plays import basket, miss, see


async def labels(office: Office) -> dict[str, Label]:
    return {label.type: label for label in await office.scorer.labels(office.game)}


async def test_an_acceptance_is_a_label(office: Office) -> None:
    shot, assist = await basket(office, Eye())
    office.clock.advance(3)
    wanted = {"value": 2, "player": "8", "with": [assist["id"]]}
    await office.scorer.accept(office.game, shot["id"], wanted, "desk.a")
    found = await labels(office)
    label = found["field_goal"]
    assert (label.outcome, label.camera, label.waited_s) == ("corrected", "main", 3.0)
    assert label.corrected == {"value": (3, 2), "player": ("home-7", "home-8")}
    assert label.proposed == {"team": "home", "player": "home-7", "made": True, "value": 3}
    assert label.said == {"score": 0.95, "made": 0.95, "three": 0.9, "home": 0.9, "player": 0.8}
    assert (found["assist"].outcome, found["assist"].corrected) == ("accepted", {})
    # Mended later, it was not right after all.
    await office.say("a", "amend", links=2, player="home-5")
    assert (await labels(office))["assist"].corrected == {"player": ("home-4", "home-5")}
    await office.say("v", "void", links=2)
    assert set(await labels(office)) == {"field_goal"}


@ON_PAPER
async def test_what_was_only_asked_is_no_correction(office: Office) -> None:
    asked = await see(office, Eye().sees(made=0.55))
    await office.scorer.accept(office.game, asked["id"], {"made": False, "team": "away"}, "desk")
    label = (await labels(office))["field_goal"]
    assert label.outcome == "accepted"
    assert label.corrected == {"team": (None, "away"), "made": (None, False), "value": (None, 2)}


@ON_PAPER
async def test_each_answer_is_a_label(office: Office) -> None:
    shot, block, _ = await miss(office, Eye())
    await office.say("s", "field_goal", team="away", value=3, made=False)
    await office.scorer.reject(office.game, block["id"], "desk")
    found = await labels(office)
    assert (found["field_goal"].outcome, found["block"].outcome) == ("absorbed", "rejected")
    assert found["field_goal"].corrected == {"team": ("home", "away"), "value": (2, 3)}
    assert set(found) == {"field_goal", "block"}
    # Taken back and said right: the label is of what is right.
    await office.say("v", "void", links=1)
    assert "field_goal" not in await labels(office)
    await office.say("s2", "field_goal", team="home", value=3, made=False)
    assert (await labels(office))["field_goal"].corrected == {"value": (2, 3)}
    assert shot["id"] == (await labels(office))["field_goal"].label_id


async def test_what_no_camera_proposed_is_missed(office: Office, branch: Office) -> None:
    await office.say("p", "period_start")
    await office.say("a", "rebound", team="home")
    assert await labels(office) == {}
    await branch.scorer.watched(office.game, "main")
    office.clock.advance(WATCHED.total_seconds())
    await office.say("t", "timeout", team="home")
    said = await office.say("b", "steal", team="home")
    assert (await labels(office))["steal"].outcome == "missed"
    assert (await labels(office))["steal"].seq == said.entries[0]["seq"]
    # It was only late.
    office.clock.advance(1)
    assert await branch.scorer.propose(office.game, "main", Eye().sees("steal")) is None
    assert (await labels(office))["steal"].outcome == "absorbed"
    await branch.scorer.watched(office.game, "main")
    await office.say("c", "block", team="home")
    await office.say("u", "undo")
    assert set(await labels(office)) == {"steal"}
    office.clock.advance(WATCHED.total_seconds() + 1)
    await office.say("d", "block", team="home")
    assert set(await labels(office)) == {"steal"}


async def test_a_still_is_kept_and_goes_with_names(office: Office) -> None:
    proposal = await see(office, Eye().sees(still=picture()))
    assert proposal["still"].endswith(f"/proposals/{proposal['id']}/still")
    kept = await office.scorer.still(office.game, proposal["id"])
    assert kept.startswith(b"\xff\xd8")
    assert len(kept) <= MOST_BYTES
    without = await see(office, Eye().sees(at_s=60.0))
    with pytest.raises(Problem, match="no-still"):
        await office.scorer.still(office.game, without["id"])
    with pytest.raises(Problem, match="unknown-proposal"):
        await office.scorer.still(office.game, "none")
    await office.scorer.erase_player(office.game, "home-7")
    with pytest.raises(Problem, match="no-still"):
        await office.scorer.still(office.game, proposal["id"])


@ON_PAPER
async def test_a_game_is_erased_with_its_stills_and_labels(office: Office) -> None:
    proposal = await see(office, Eye().sees(still=picture()))
    await office.scorer.reject(office.game, proposal["id"], "desk")
    await office.scorer.erase_game(office.game)
    assert office.log.still(office.game, proposal["id"]) is None
    assert office.log.labels(office.game) == []
