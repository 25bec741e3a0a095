"""Whatever two scorekeepers say and correct: after each step the book is right."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis.stateful import invariant

from server.game.events import SIDES, Event, FieldGoal, FreeThrow, other
from server.game.links import FOLLOWS_PARENT, fits
from server.game.state import replay
from server.projections.boxscore import COLUMNS, BoxScore
from server.projections.court_time import CourtTime
from server.projections.on_court import OnCourt
from server.projections.order import in_order
from tests.game import plain
from tests.game.scorekeepers import PLAYERS, Scorekeepers, columns
from tests.game.strategies import CALM
from tests.game.table import fresh

# Whatever a box score holds of these, a flag says when it cannot be.
PARENTLESS = {"stat-without-parent", "free-throw-without-foul"}


class Scorebook(Scorekeepers):
    """What is always true of theirs."""

    @invariant()
    def what_stands_is_what_nobody_took_back(self) -> None:
        facts = plain.standing_facts(self.table.entries)
        assert dict(self.table.stands()) == facts

    @invariant()
    def the_box_is_the_plain_count(self) -> None:
        game, facts = self.table.game, self.facts()
        sections = self.sections(game)
        counted = plain.count(facts, game.rules)
        for side in SIDES:
            box = sections["boxscore"][side]
            for line in (*box["players"], {**box["team"], "id": None}):
                expected = counted.get((side, line["id"]), Counter[str]())
                assert columns(line) == {c: expected.get(c, 0) for c in COLUMNS}
            by_period = plain.score(facts, side)
            board = sections["scoreboard"][side]
            assert board["score"] == sum(by_period.values()) == sum(board["by_period"])
            assert board["by_period"] == [
                by_period[number] for number in range(1, len(board["by_period"]) + 1)
            ]

    @invariant()
    def the_box_adds_up(self) -> None:
        game = self.table.game
        sections = self.sections(game)
        one_point = all(e.value == 1 for e in self.facts() if isinstance(e, FreeThrow))
        for side in SIDES:
            box = sections["boxscore"][side]
            players, own, totals = box["players"], box["team"], box["totals"]
            for line in (*players, own, totals):
                assert line["fgm"] <= line["fga"]
                assert line["fg3m"] <= line["fg3a"] <= line["fga"]
                assert line["ftm"] <= line["fta"]
                assert line["reb"] == line["oreb"] + line["dreb"]
                if one_point:
                    assert line["pts"] == 2 * line["fgm"] + line["fg3m"] + line["ftm"]
            for column in COLUMNS:
                apart = column in ("oreb", "dreb", "reb") and not game.rules.team_rebounds_in_totals
                parts = [line[column] for line in players] + ([] if apart else [own[column]])
                assert totals[column] == sum(parts)

    @invariant()
    def children_have_the_parent_that_they_name(self) -> None:
        facts = dict(self.table.stands())
        for event in facts.values():
            if isinstance(event, FOLLOWS_PARENT) and event.links is not None:
                assert fits(event.name, event.team, facts[event.links])

    @invariant()
    def what_cannot_be_is_flagged(self) -> None:
        sections = self.sections(self.table.game)
        if PARENTLESS & {flag["type"] for flag in sections["flags"]}:
            return
        facts = self.facts()
        box = {side: sections["boxscore"][side]["totals"] for side in SIDES}
        for side in SIDES:
            theirs = box[other(side)]
            assert box[side]["stl"] <= theirs["tov"]
            assert box[side]["blk"] <= theirs["fga"] - theirs["fgm"] + _heaves(facts, other(side))
            thrown = sum(isinstance(e, FreeThrow) and e.made and e.team == side for e in facts)
            assert box[side]["ast"] <= box[side]["fgm"] + thrown

    @invariant()
    def five_on_the_court_share_minutes_and_margin(self) -> None:
        game, facts, on_court = self.table.game, self.facts(), OnCourt()
        time = CourtTime(game.rules, on_court)
        for _, entry, event in in_order(game, {}):
            if game.standing.stands(entry.seq):
                time.add(entry.seq, event)
                on_court.add(entry.seq, event)
        if any(len(five) != 5 for side in SIDES for five in time.spells(side)):
            return
        margin = sum(
            event.value if event.team == "home" else -event.value
            for event in facts
            if isinstance(event, FieldGoal | FreeThrow) and event.made
        )
        for side, ahead in (("home", margin), ("away", -margin)):
            stays = time.stays(side).values()
            theirs = time.stays(other(side)).values()
            assert sum(stay.ms for stay in stays) == sum(stay.ms for stay in theirs)
            assert sum(stay.plus_minus for stay in stays) == 5 * ahead

    @invariant()
    def the_fold_is_pure(self) -> None:
        entries = self.table.entries
        first = fresh(self.table.game.rules.name)
        half = len(entries) // 2
        whole = replay(first, entries)
        halves = replay(replay(first, entries[:half]), entries[half:])
        sections = self.sections(self.table.game)
        for game in (whole, halves):
            assert game.standing == self.table.game.standing
            assert game.progress == self.table.game.progress
            assert self.sections(game) == sections

    @invariant()
    def the_box_does_not_care_in_which_order_facts_arrive(self) -> None:
        facts = self.table.stands()
        random.Random(len(facts)).shuffle(facts)
        game = self.table.game
        on_court, box = OnCourt(), BoxScore(game.rules, PLAYERS)
        time = CourtTime(game.rules, on_court)
        for seq, event in facts:
            box.add(seq, event)
        arrived, told = box.section(time, on_court), self.sections(game)["boxscore"]
        for side in SIDES:
            assert columns(arrived[side]["totals"]) == columns(told[side]["totals"])
            assert _by_player(arrived[side]) == _by_player(told[side])

    @invariant()
    def everything_stays_in_the_log(self) -> None:
        assert [entry.seq for entry in self.table.entries] == [
            *range(1, len(self.table.entries) + 1)
        ]
        assert all(entry.by and entry.at for entry in self.table.entries)


def _by_player(box: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {line["id"]: columns(line) for line in box["players"]}


def _heaves(facts: list[Event], side: str) -> int:
    """Misses that are charged to nobody can be blocked all the same."""
    return sum(
        isinstance(e, FieldGoal) and not e.made and e.team == side and "heave" in (e.tags or ())
        for e in facts
    )


TestScorebook = Scorebook.TestCase
TestScorebook.settings = settings(CALM, max_examples=40, stateful_step_count=25)
