"""Games, teams and names: made, changed, hidden, erased; never in the log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.problems import Problem
from tests.scorer.conftest import GAME, ON_PAPER, Office


@ON_PAPER
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (None, "malformed"),
        ([], "malformed"),
        ({"rules": "street"}, "unknown-rules"),
        ({"rules": 5}, "unknown-rules"),
        ({"game_id": "Big Game"}, "malformed"),
        ({"game_id": "x" * 33}, "malformed"),
        ({"colour": 1}, "unknown-field"),
        ({"home": "Lions"}, "malformed"),
        ({"home": {"name": 5}}, "malformed"),
        ({"home": {"name": "x" * 81}}, "malformed"),
        ({"home": {"name": "\ud800"}}, "malformed"),
        ({"home": {"players": {}}}, "malformed"),
        ({"home": {"players": ["7"]}}, "malformed"),
        ({"home": {"players": [{"name": "Ann"}]}}, "malformed"),
        ({"home": {"players": [{"number": 7}]}}, "malformed"),
        ({"home": {"players": [{"number": "7 7"}]}}, "malformed"),
        ({"home": {"players": [{"number": "7", "name": []}]}}, "malformed"),
        ({"home": {"players": [{"number": "7"}, {"number": "7"}]}}, "duplicate-number"),
        ({"home": {"players": [{"number": str(n)} for n in range(61)]}}, "malformed"),
        ({"names_hidden": "yes"}, "malformed"),
    ],
)
async def test_a_body_that_is_no_game(office: Office, body: object, kind: str) -> None:
    with pytest.raises(Problem) as caught:
        await office.scorer.create_game(body)
    assert (caught.value.status, caught.value.type) == (422, kind)


async def test_a_game_needs_nothing_and_may_name_itself(office: Office) -> None:
    bare = await office.scorer.create_game({})
    state = (await office.scorer.state(bare.game_id)).document()
    assert (state["rules"], state["home"]["name"], state["away"]["name"]) == (
        *("fiba", "Home", "Away"),
    )
    made = await office.scorer.create_game({"game_id": "final-2026", "rules": "nba"})
    assert made.game_id == "final-2026"
    assert made.epoch != bare.epoch
    with pytest.raises(Problem, match="game-exists"):
        await office.scorer.create_game({"game_id": "final-2026"})


async def test_the_list_of_games(office: Office) -> None:
    office.clock.advance(1)
    await office.scorer.create_game({"game_id": "second"})
    await office.say("p", "period_start")
    games = await office.scorer.games()
    assert [(game["game_id"], game["seq"]) for game in games] == [("second", 0), (office.game, 1)]
    assert games[1]["home"] == {"name": "Löwen"}


async def test_names_are_put_in_on_the_way_out(office: Office) -> None:
    await office.say("c", "field_goal", player="home-00", made=True)
    named = (await office.scorer.state(office.game)).sections
    bare = (await office.scorer.state(office.game, names=False)).sections
    assert named["roster"]["home"]["players"][1]["name"] == "Kid 00"
    assert named["roster"]["home"]["name"] == named["boxscore"]["home"]["name"] == "Löwen"
    assert named["boxscore"]["home"]["players"][1]["name"] == "Kid 00"
    assert named["roster"]["away"]["players"][0]["name"] is None
    for text in (bare, [u.sections for u in office.updates], await office.scorer.log(office.game)):
        written = json.dumps(text, ensure_ascii=False)
        assert "Kid" not in written
        assert "Löwen" not in written


async def test_names_hidden_from_watchers(office: Office) -> None:
    await office.scorer.patch_game(office.game, {"names_hidden": True}, "desk:1")
    sections = (await office.scorer.state(office.game, names=False)).sections
    for hide, name in ((True, None), (False, "Kid 0")):
        named = await office.scorer.named(office.game, sections, hide=hide)
        assert named["roster"]["home"]["players"][0]["name"] == name
        assert named["roster"]["home"]["name"] == "Löwen"
        box = await office.scorer.boxscore(office.game, hide=hide)
        assert box["home"]["players"][0]["name"] == name


async def test_names_change_and_players_join(office: Office, branch: Office) -> None:
    await office.scorer.patch_player(office.game, "home-7", {"name": " Zoë "})
    await office.scorer.patch_game(
        office.game,
        {"away": {"name": "Bären", "players": [{"number": "4", "name": "A"}, {"number": "99"}]}},
        "desk:1",
    )
    assert office.announced[-1] == {"type": "roster"}
    assert [entry["type"] for update in office.updates for entry in update.entries] == [
        "roster_add"
    ]
    roster = (await branch.scorer.state(branch.game)).sections["roster"]
    assert roster["away"]["name"] == "Bären"
    assert [p["name"] for p in roster["away"]["players"]][:2] == ["A", None]
    assert roster["away"]["players"][-1]["number"] == "99"
    assert {p["id"]: p["name"] for p in roster["home"]["players"]}["home-7"] == "Zoë"
    await branch.say("c", "field_goal", team="away", player="99", made=True)
    assert (await office.score()) == (0, 2)


@ON_PAPER
@pytest.mark.parametrize(
    ("player", "body", "status", "kind"),
    [
        ("home-7", {}, 422, "missing-field"),
        ("home-7", {"name": 5}, 422, "malformed"),
        ("home-7", {"number": "8"}, 422, "unknown-field"),
        ("home-77", {"name": "X"}, 404, "unknown-player"),
    ],
)
async def test_a_bad_change_of_a_player(
    office: Office, player: str, body: Any, status: int, kind: str
) -> None:
    with pytest.raises(Problem) as caught:
        await office.scorer.patch_player(office.game, player, body)
    assert (caught.value.status, caught.value.type) == (status, kind)


async def test_an_erased_player_shows_as_a_number(office: Office, branch: Office) -> None:
    await office.say("c", "field_goal", player="home-7", made=True)
    before = (await office.scorer.state(office.game, names=False)).sections
    await office.scorer.erase_player(office.game, "home-7")
    after = (await branch.scorer.state(branch.game)).sections
    seven = next(p for p in after["boxscore"]["home"]["players"] if p["id"] == "home-7")
    assert (seven["name"], seven["number"], seven["pts"]) == (None, "7", 2)
    assert (await office.scorer.state(office.game, names=False)).sections == before
    with pytest.raises(Problem, match="unknown-player"):
        await office.scorer.erase_player(office.game, "home-77")


async def test_an_erased_game_has_no_names_and_all_its_facts(office: Office) -> None:
    await office.say("c", "field_goal", player="home-7", made=True)
    log = await office.scorer.log(office.game)
    await office.scorer.erase_game(office.game)
    state = (await office.scorer.state(office.game)).sections
    assert "Kid" not in json.dumps(state)
    assert state["scoreboard"]["home"] | {"name": "Home", "score": 2} == state["scoreboard"]["home"]
    assert await office.scorer.log(office.game) == log
    assert await office.scorer.games() == []


async def test_any_script_is_a_name(office: Office) -> None:
    names = ["张伟", "محمد", "Þór", "O'Neil", "👍🏽", "<b>x</b>"]
    players = [{"number": str(n), "name": name} for n, name in enumerate(names)]
    made = await office.scorer.create_game({**GAME, "home": {"name": "Ω", "players": players}})
    roster = (await office.scorer.state(made.game_id)).sections["roster"]
    assert [p["name"] for p in roster["home"]["players"]] == names


async def test_what_is_written_stands_apart_and_can_be_erased(office: Office) -> None:
    told = await office.say("n1", "note", text="Kid 00 fell", team="home", player="home-00")
    assert told.entries[0]["text"] == "Kid 00 fell"
    assert (await office.say("n1", "note", text="Kid 00 fell", team="home", player="home-00")).again
    await office.say("n2", "note", text="good crowd")
    await office.say("n3", "adjust", team="away", points=2, text="as KID 00 said")
    await office.say("n4", "amend", links=2, text="great crowd")
    texts = [play["text"] for play in await office.scorer.plays(office.game)]
    assert texts == [
        *("Kid 00 fell", "great crowd", "Away: score adjusted by +2 (as KID 00 said)"),
    ]
    said = [e.get("text") for e in await office.scorer.log(office.game, names=True)]
    assert said[:3] == ["Kid 00 fell", "good crowd", "as KID 00 said"]
    stored = json.dumps(
        [await office.scorer.log(office.game), [(u.entries, u.sections) for u in office.updates]]
    )
    assert "fell" not in stored
    assert "crowd" not in stored
    score = await office.score()
    await office.scorer.erase_player(office.game, "home-00")
    texts = [play["text"] for play in await office.scorer.plays(office.game)]
    assert "Kid" not in json.dumps(texts)
    assert "KID" not in json.dumps(texts)
    assert texts[1] == "great crowd"
    assert await office.score() == score == (0, 2)
    await office.say("u", "undo", "desk:1")
    assert (await office.scorer.plays(office.game))[1]["text"] == "good crowd"
    await office.scorer.erase_game(office.game)
    assert await office.scorer.log(office.game, names=True) == await office.scorer.log(
        office.game, names=True, hide=True
    )
    assert await office.score() == score


@ON_PAPER
async def test_hidden_names_hide_what_is_written_too(office: Office) -> None:
    await office.scorer.patch_game(office.game, {"names_hidden": True}, "desk")
    await office.say("n1", "note", text="Kid 00 fell")
    for hide, text in ((False, "Kid 00 fell"), (True, "")):
        plays = await office.scorer.plays(office.game, hide=hide)
        assert plays[-1]["text"] == text
        assert (await office.scorer.log(office.game, names=True, hide=hide))[-1]["text"] == text
