"""What needs nobody, by a game's own wish: only what is sure in every field, and never twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.automatic import BELONGS, sure_fields
from server.game.rules import FIBA
from server.game.state import new_game
from server.problems import Problem
from server.referee import Referee
from tests.game.table import START
from tests.scorer.conftest import ON_PAPER, Office
from tests.scorer.eyes import Eye
from tests.scorer.test_plays import miss, one, see, statuses

SURE: dict[str, Any] = {"score": 0.99, "made": 0.99, "home": 0.99, "three": 0.01}
GAME = new_game(FIBA, ("home-7", "home-8"), ("away-7",))


@pytest.fixture
async def wishful(office: Office) -> Office:
    """An office whose game lets sure proposals pass."""
    await office.say("p", "period_start")
    await office.scorer.patch_game(office.game, {"auto_accept": 0.9}, "desk")
    return office


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (SURE, {"player": None}),
        (SURE | {"players": (("home", "7", 0.98),)}, {}),
        (SURE | {"players": (("home", "7", 0.8),)}, {"player": None}),
        (SURE | {"made": 0.5}, None),
        (SURE | {"made": 0.01}, {"player": None}),
        (SURE | {"home": None}, None),
        (SURE | {"home": 0.9}, None),
        (SURE | {"three": None}, None),
        (SURE | {"three": 0.9}, None),
        (SURE | {"score": 0.9}, None),
        ({"kind": "rebound", "score": 0.99, "home": 0.01, "offensive": 0.99}, {"player": None}),
        ({"kind": "rebound", "score": 0.99, "home": 0.01}, None),
        ({"kind": "steal", "score": 0.99, "home": 0.01}, {"player": None}),
        ({"kind": "free_throw", "score": 0.99, "home": 0.01, "made": 0.99}, {"player": None}),
    ],
)
def test_the_chance_that_every_field_is_right(seen: dict[str, Any], expected: object) -> None:
    proposal = Referee().propose("p", "main", Eye().sees(**seen), GAME, START)
    assert proposal is not None
    if proposal.type in BELONGS:
        assert sure_fields(proposal, 0.9) is None
        proposal = replace(proposal, parent_seq=1)
    assert sure_fields(proposal, 0.9) == expected


async def test_off_until_a_desk_says_so(office: Office, branch: Office) -> None:
    assert (await office.scorer.state(office.game)).document()["auto_accept"] is None
    await see(office, Eye().sees(**SURE))
    assert await statuses(office) == {"field_goal": "waiting"}
    await branch.scorer.patch_game(office.game, {"auto_accept": 0.9}, "desk")
    state = await office.scorer.state(office.game)
    assert state.document()["auto_accept"] == 0.9
    assert state.sections["settings"] == {"auto_accept": 0.9}
    for wrong in (0.4, 1.5, "0.9", True, float("nan")):
        with pytest.raises(Problem, match="malformed"):
            await office.scorer.patch_game(office.game, {"auto_accept": wrong}, "desk")
    await office.scorer.patch_game(office.game, {"home": {"name": "L"}}, "desk")
    assert (await office.scorer.state(office.game)).document()["auto_accept"] == 0.9
    await office.scorer.patch_game(office.game, {"auto_accept": None}, "desk")
    assert (await branch.scorer.state(office.game)).document()["auto_accept"] is None


async def test_a_sure_shot_needs_nobody(wishful: Office, branch: Office) -> None:
    proposal = await see(branch, Eye().sees(**SURE, players=(("home", "7", 0.6),)))
    plays = await wishful.scorer.plays(wishful.game)
    assert [(p["by"], p["team"], p["player"], p["value"]) for p in plays[-1:]] == [
        ("camera.main", "home", None, 2)
    ]
    assert (await one(wishful, proposal))["status"] == "accepted"
    assert branch.updates[-1].entries[0]["by"] == "camera.main"
    (label,) = await wishful.scorer.labels(wishful.game)
    assert (label.outcome, label.automatic) == ("accepted", True)
    # Somebody may take it back.
    await wishful.say("v", "void", links=plays[-1]["seq"])
    assert await wishful.score() == (0, 0)
    (label,) = await wishful.scorer.labels(wishful.game)
    assert (label.outcome, label.automatic) == ("rejected", True)


async def test_the_scorekeepers_tap_is_the_same_shot(wishful: Office, branch: Office) -> None:
    """It says who it was; nothing counts twice, early or late."""
    await see(wishful, Eye().sees(**SURE))
    wishful.clock.advance(2)
    base = (await branch.scorer.state(branch.game)).seq - 1
    tap = {"team": "home", "player": "7", "value": 2, "made": True, "base": base}
    answer = await branch.say("t", "field_goal", "desk.a", **tap)
    assert (answer.merged, answer.entries[0]["by"]) == (True, "camera.main")
    plays = [p for p in await wishful.scorer.plays(wishful.game) if p["type"] == "field_goal"]
    assert [(p["player"], p["voided"]) for p in plays] == [("home-7", False)]
    assert await wishful.score() == (2, 0)
    assert await statuses(wishful) == {"field_goal": "absorbed"}
    (label,) = await wishful.scorer.labels(wishful.game)
    assert label.corrected == {"player": (None, "home-7")}
    # The next tap is the next shot.
    await branch.say("t2", "field_goal", "desk.a", team="home", value=2, made=True)
    assert await wishful.score() == (4, 0)
    # Undo takes back what the desk said, not what another one did.
    await branch.say("u", "undo", "desk.a")
    await branch.say("u2", "undo", "desk.a")
    assert await wishful.score() == (2, 0)
    plays = [p for p in await wishful.scorer.plays(wishful.game) if not p["voided"]]
    assert [p["player"] for p in plays if p["type"] == "field_goal"] == [None]


@ON_PAPER
async def test_a_tap_may_know_better(wishful: Office) -> None:
    await see(wishful, Eye().sees(**SURE))
    wishful.clock.advance(1)
    await wishful.say("t", "field_goal", team="home", player="7", value=3, made=True)
    assert await wishful.score() == (3, 0)
    # A miss is another shot.
    await see(wishful, Eye().sees(at_s=40.0, **SURE))
    await wishful.say("m", "field_goal", team="home", made=False)
    assert await wishful.score() == (5, 0)
    box = (await wishful.scorer.state(wishful.game)).sections["boxscore"]["home"]["totals"]
    assert box["fga"] == 3


@ON_PAPER
async def test_children_follow_at_once(wishful: Office) -> None:
    eye = Eye()
    shot = eye.sees(score=0.99, made=0.01, home=0.99, three=0.01)
    rebound = await see(
        wishful, eye.sees("rebound", 13.5, 0.99, of=shot, home=0.01, offensive=0.01)
    )
    assert rebound["status"] == "waiting"
    await see(wishful, shot)
    assert await statuses(wishful) == {"field_goal": "accepted", "rebound": "accepted"}
    entries = await wishful.scorer.log(wishful.game)
    assert entries[-1]["links"] == entries[-2]["seq"]


@ON_PAPER
async def test_what_would_be_flagged_waits(wishful: Office) -> None:
    """A player who is on the bench, as far as anybody said."""
    await wishful.say("s", "starters", team="home", players=["0", "00", "4", "5", "6"])
    sure: dict[str, Any] = SURE | {"score": 1.0, "home": 1.0, "three": 0.0}
    await see(wishful, Eye().sees(**sure, players=(("home", "7", 1.0),)))
    assert await statuses(wishful) == {"field_goal": "waiting"}
    await wishful.scorer.accept(
        wishful.game, (await wishful.scorer.proposals(wishful.game))[0]["id"], {}, "desk"
    )
    assert (await wishful.scorer.state(wishful.game)).sections["flags"]


@ON_PAPER
async def test_the_unsure_wait(wishful: Office) -> None:
    await miss(wishful, Eye())
    assert set((await statuses(wishful)).values()) == {"waiting"}
