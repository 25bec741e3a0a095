"""Two scorekeepers say and correct whatever they like; after each step the book is right."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.game.calls import IllegalCall, MalformedCall
from server.game.eventjson import to_json
from server.game.events import SIDES, Event, FieldGoal, FreeThrow, Play, other
from server.game.links import FOLLOWS_PARENT, fits, links_of
from server.game.rules import RULES
from server.game.state import Game, replay
from server.projections.boxscore import COLUMNS
from server.projections.court_time import CourtTime
from server.projections.on_court import OnCourt
from server.projections.order import in_order
from server.projections.sheet import Sheet
from tests.game import plain
from tests.game.strategies import BODIES, CALM, CLOCKS, SEQS
from tests.game.table import AWAY, HOME, Table, fresh

PLAYERS = {"home": tuple(f"home-{n}" for n in HOME), "away": tuple(f"away-{n}" for n in AWAY)}
WHO = st.sampled_from(["desk:1", "desk:2"])
# Whatever a box score holds of these, a flag says when it cannot be.
PARENTLESS = {"stat-without-parent", "free-throw-without-foul"}

State = tuple[list[tuple[int, Event]], Any, Any]


@dataclass(frozen=True)
class Step:
    """What one scorekeeper did. number: of all steps; before: the state until then."""

    number: int
    before: State


class Scorebook(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.table = Table()
        self.steps: list[str] = []
        self.done: dict[str, list[Step]] = {"desk:1": [], "desk:2": []}
        self.undone: dict[str, list[tuple[Step, Step]]] = {"desk:1": [], "desk:2": []}

    # What they do

    @initialize(code=st.sampled_from(sorted(RULES)), five=st.booleans())
    def begin(self, code: str, five: bool) -> None:
        self.table = Table(code)
        self._say("desk:1", {"type": "period_start"})
        if five:
            self._say("desk:1", {"type": "starters", "team": "home", "players": [*HOME[:5]]})
            self._say("desk:1", {"type": "starters", "team": "away", "players": [*AWAY[:5]]})

    @rule(by=WHO, body=BODIES, wait=st.integers(0, 30))
    def call(self, by: str, body: dict[str, Any], wait: int) -> None:
        self.table.wait(wait)
        match body["type"]:
            case "undo":
                self.undo(by)
            case "redo":
                self.redo(by)
            case _:
                self._say(by, body)

    @rule(by=WHO, body=BODIES, after=SEQS)
    def insert(self, by: str, body: dict[str, Any], after: int) -> None:
        if body["type"] not in ("undo", "redo", "void"):
            self._say(by, {**body, "after": after})

    @rule(by=WHO, links=SEQS, period=st.integers(1, 3), clock_ms=CLOCKS)
    def move(self, by: str, links: int, period: int, clock_ms: int | None) -> None:
        self._say(by, {"type": "amend", "links": links, "period": period, "clock_ms": clock_ms})

    @rule(by=WHO, links=SEQS, after=SEQS)
    def order(self, by: str, links: int, after: int) -> None:
        self._say(by, {"type": "amend", "links": links, "after": after})

    @rule(by=WHO, seq=SEQS)
    def say_again(self, by: str, seq: int) -> None:
        """To take a play back and to enter it again where it was leaves the same box score."""
        event = dict(self.table.stands()).get(seq)
        if not isinstance(event, Play) or event.name == "jump_ball":
            return
        group = [s for s, e in self.table.stands() if links_of(e) == seq]
        if group:
            return
        box = self._sections(self.table.game)["boxscore"]
        said = {k: v for k, v in to_json(event).items() if k != "after"}
        entry = self.table.game.history.get(seq)
        assert entry is not None
        if not self._say(by, {"type": "void", "links": seq}):
            return
        if self._say(by, {**said, "after": seq}):
            counts = self._sections(self.table.game)["boxscore"]
            for side in SIDES:
                assert _columns(counts[side]["totals"]) == _columns(box[side]["totals"])

    @rule(by=WHO)
    def undo(self, by: str) -> None:
        done, now = self.done[by], self._state()
        if not done:
            assert self.table.refused("undo", by) == "nothing-to-undo"
            return
        step = done[-1]
        alone = self._alone(by, step)
        try:
            self.table.say("undo", by)
        except IllegalCall as illegal:
            assert not alone
            assert illegal.type == "changed-since"  # noqa: PT017  (half of all runs come here)
            return
        if alone:
            assert self._state() == step.before
        done.pop()
        self.undone[by].append((step, Step(len(self.steps), now)))
        self.steps.append(by)

    @rule(by=WHO)
    def redo(self, by: str) -> None:
        undone = self.undone[by]
        if not undone:
            assert self.table.refused("redo", by) == "nothing-to-redo"
            return
        step, undo = undone[-1]
        alone = self._alone(by, undo)
        try:
            self.table.say("redo", by)
        except IllegalCall as illegal:
            assert not alone
            assert illegal.type == "changed-since"  # noqa: PT017
            return
        if alone:
            assert self._state() == undo.before
        undone.pop()
        self.done[by].append(step)
        self.steps.append(by)

    # What is always true

    @invariant()
    def what_stands_is_what_nobody_took_back(self) -> None:
        facts = plain.standing_facts(self.table.entries)
        assert dict(self.table.stands()) == facts

    @invariant()
    def the_box_is_the_plain_count(self) -> None:
        game, facts = self.table.game, self._facts()
        sections = self._sections(game)
        counted = plain.count(facts, game.rules)
        for side in SIDES:
            box = sections["boxscore"][side]
            for line in (*box["players"], {**box["team"], "id": None}):
                expected = counted.get((side, line["id"]), Counter[str]())
                assert _columns(line) == {c: expected.get(c, 0) for c in COLUMNS}
            by_period = plain.score(facts, side)
            board = sections["scoreboard"][side]
            assert board["score"] == sum(by_period.values()) == sum(board["by_period"])
            assert board["by_period"] == [
                by_period[number] for number in range(1, len(board["by_period"]) + 1)
            ]

    @invariant()
    def the_box_adds_up(self) -> None:
        game = self.table.game
        sections = self._sections(game)
        one_point = all(e.value == 1 for e in self._facts() if isinstance(e, FreeThrow))
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
        sections = self._sections(self.table.game)
        if PARENTLESS & {flag["type"] for flag in sections["flags"]}:
            return
        facts = self._facts()
        box = {side: sections["boxscore"][side]["totals"] for side in SIDES}
        for side in SIDES:
            theirs = box[other(side)]
            assert box[side]["stl"] <= theirs["tov"]
            assert box[side]["blk"] <= theirs["fga"] - theirs["fgm"] + _heaves(facts, other(side))
            thrown = sum(isinstance(e, FreeThrow) and e.made and e.team == side for e in facts)
            assert box[side]["ast"] <= box[side]["fgm"] + thrown

    @invariant()
    def five_on_the_court_share_minutes_and_margin(self) -> None:
        game, facts, on_court = self.table.game, self._facts(), OnCourt()
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
        sections = self._sections(self.table.game)
        for game in (whole, halves):
            assert game.standing == self.table.game.standing
            assert game.progress == self.table.game.progress
            assert self._sections(game) == sections
        # The same facts in another order of arrival: the log's order is only a number.
        shuffled = list(entries)
        random.Random(len(entries)).shuffle(shuffled)
        shuffled.sort(key=lambda entry: entry.seq)
        assert replay(first, shuffled).standing == whole.standing

    @invariant()
    def everything_stays_in_the_log(self) -> None:
        assert [entry.seq for entry in self.table.entries] == [
            *range(1, len(self.table.entries) + 1)
        ]
        assert all(entry.by and entry.at for entry in self.table.entries)

    # Inside

    def _say(self, by: str, body: dict[str, Any]) -> bool:
        before, number = self._state(), len(self.steps)
        fields = {name: value for name, value in body.items() if value is not None}
        try:
            self.table.say(fields.pop("type"), by, **fields)
        except IllegalCall:
            assert self._state() == before
            return False
        except MalformedCall:
            return False
        self.done[by].append(Step(number, before))
        self.undone[by].clear()
        self.steps.append(by)
        return True

    def _alone(self, by: str, step: Step) -> bool:
        """Nobody else did anything since that step."""
        return set(self.steps[step.number :]) <= {by}

    def _state(self) -> State:
        game = self.table.game
        return self.table.stands(), game.progress, game.players

    def _facts(self) -> list[Event]:
        return [event for _, event in self.table.stands()]

    def _sections(self, game: Game) -> dict[str, Any]:
        return Sheet(game, PLAYERS).sections()


def _columns(line: dict[str, Any]) -> dict[str, int]:
    return {column: line[column] for column in COLUMNS}


def _heaves(facts: list[Event], side: str) -> int:
    """Misses that are charged to nobody can be blocked all the same."""
    return sum(
        isinstance(e, FieldGoal) and not e.made and e.team == side and "heave" in (e.tags or ())
        for e in facts
    )


TestScorebook = Scorebook.TestCase
TestScorebook.settings = settings(CALM, max_examples=60, stateful_step_count=30)
