"""A correction reaches those who watch in words, and the log as a fact like any other."""

from __future__ import annotations

from tests.scorer.conftest import ON_PAPER, Office


@ON_PAPER
async def test_watchers_are_told_what_was_corrected(office: Office) -> None:
    await office.say("a", "period_start")
    basket = await office.say("b", "field_goal", team="home", player="7", made=True)
    await office.say("c", "assist", team="home", player="4")
    amended = await office.say("d", "amend", links=basket.entries[0]["seq"], made=False)
    assert [entry["text"] for entry in office.updates[-1].entries] == [
        "corrected: Home #7 misses a two (was made)",
        "corrected: Home #4's assist taken back",
    ]
    # Whoever asked gets the entries as they are stored, now and again.
    again = await office.say("d", "amend", links=basket.entries[0]["seq"], made=False)
    assert again.entries == amended.entries
    assert all("text" not in entry for entry in amended.entries)
    await office.say("e", "undo")
    assert office.updates[-1].entries[0]["text"] == "corrected: Home #7 makes a two (was missed)"
    lines = {play["seq"]: play for play in await office.scorer.plays(office.game)}
    assert all("correction" not in line for line in lines.values())


@ON_PAPER
async def test_another_process_s_corrections_are_not_taken_for_ours(
    office: Office, branch: Office
) -> None:
    await office.say("a", "period_start")
    await office.say("b", "foul", team="home", player="7")
    await branch.say("c", "amend", "desk:2", links=2, player="4")
    await office.say("d", "undo", "desk:2")
    (entry,) = office.updates[-1].entries
    assert entry["text"] == "corrected: Home #7: personal foul (was Home #4)"
    lines = {play["seq"]: play for play in await branch.scorer.plays(branch.game)}
    assert "correction" not in lines[2]


@ON_PAPER
async def test_flags_are_part_of_the_state_and_go_when_mended(office: Office) -> None:
    await office.say("a", "period_start")
    steal = await office.say("b", "steal", team="home", player="7")
    state = await office.scorer.state(office.game)
    (flag,) = state.sections["flags"]
    assert (flag["type"], flag["seq"]) == ("stat-without-parent", steal.entries[0]["seq"])
    await office.say("c", "undo")
    assert office.updates[-1].sections["flags"] == []
