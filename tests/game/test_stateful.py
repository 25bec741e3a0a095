"""Two scorekeepers say and correct whatever they like; after each step the book is right."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from server.game.calls import IllegalCall, MalformedCall
from server.game.corrections import CORRECTIONS
from server.game.eventjson import to_json
from server.game.events import NOT_FACTS, SIDES, Event, FieldGoal, FreeThrow, Play, other
from server.game.links import FOLLOWS_PARENT, fits, links_of
from server.game.rules import RULES
from server.game.state import Game, replay
from server.projections.boxscore import COLUMNS, BoxScore
from server.projections.court_time import CourtTime
from server.projections.on_court import OnCourt
from server.projections.order import in_order
from server.projections.sheet import Sheet
from tests.game import plain
from tests.game.strategies import BODIES, CALM
from tests.game.table import AWAY, HOME, Table, fresh

PLAYERS = {"home": tuple(f"home-{n}" for n in HOME), "away": tuple(f"away-{n}" for n in AWAY)}
WHO = st.sampled_from(["desk:1", "desk:2"])
# Whatever a box score holds of these, a flag says when it cannot be.
PARENTLESS = {"stat-without-parent", "free-throw-without-foul"}

Plays = tuple[dict[str, Any], ...]
# Plays that belong together; team 0 attacks.
TOGETHER: tuple[Plays, ...] = (
    (
        {"type": "field_goal", "team": 0, "player": "4", "made": True, "value": 3},
        {"type": "assist", "team": 0, "player": "5"},
    ),
    (
        {"type": "field_goal", "team": 0, "player": "4", "made": False},
        {"type": "block", "team": 1, "player": "10"},
        {"type": "rebound", "team": 1},
    ),
    (
        {"type": "foul", "team": 1, "kind": "shooting", "throws": 2},
        {"type": "free_throw", "team": 0, "player": "4", "made": True, "nth": 1, "of": 2},
        {"type": "free_throw", "team": 0, "player": "4", "made": False, "nth": 2, "of": 2},
        {"type": "rebound", "team": 0, "player": "4"},
    ),
    (
        {"type": "turnover", "team": 0, "player": "4", "kind": "bad_pass"},
        {"type": "steal", "team": 1},
    ),
)

PICKS = st.integers(0, 10_000)
FACTS = BODIES.filter(lambda body: body["type"] not in CORRECTIONS)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "made": st.booleans(),
        "player": st.sampled_from(["4", "5", "10", "#31"]),
        "team": st.sampled_from(SIDES),
        "period": st.integers(1, 2),
        "clock_ms": st.integers(0, 600_000),
    },
)

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

    @initialize(
        code=st.sampled_from(sorted(RULES)),
        five=st.booleans(),
        plays=st.lists(st.tuples(WHO, st.sampled_from(TOGETHER)), min_size=3, max_size=8),
    )
    def begin(self, code: str, five: bool, plays: list[tuple[str, Plays]]) -> None:
        self.table = Table(code)
        self._say("desk:1", {"type": "period_start"})
        if five:
            self._say("desk:1", {"type": "starters", "team": "home", "players": [*HOME[:5]]})
            self._say("desk:1", {"type": "starters", "team": "away", "players": [*AWAY[:5]]})
        for number, (by, together) in enumerate(plays):
            self.play(by, together, swap=bool(number % 2))

    @rule(by=WHO, plays=st.sampled_from(TOGETHER), swap=st.booleans())
    def play(self, by: str, plays: Plays, swap: bool) -> None:
        """What comes as one at a table: a basket and its assist, a foul and its throws."""
        sides = ("away", "home") if swap else SIDES
        for said in plays:
            self._say(by, {**said, "team": sides[said["team"]]})

    @rule(by=WHO, body=FACTS, wait=st.integers(0, 30))
    def call(self, by: str, body: dict[str, Any], wait: int) -> None:
        self.table.wait(wait)
        self._say(by, body)

    @rule(by=WHO, body=FACTS, after=PICKS)
    def insert(self, by: str, body: dict[str, Any], after: int) -> None:
        self._say(by, {**body, "after": self._fact(after)})

    @rule(by=WHO, pick=PICKS)
    def void(self, by: str, pick: int) -> None:
        """Anything, corrections too; a play that stands can always be taken back."""
        seq = 1 + pick % len(self.table.entries)
        play = isinstance(dict(self.table.stands()).get(seq), Play)
        assert self._say(by, {"type": "void", "links": seq}) or not play

    @rule(by=WHO, pick=PICKS, changes=CHANGES)
    def amend(self, by: str, pick: int, changes: dict[str, Any]) -> None:
        self._say(by, {"type": "amend", "links": self._fact(pick), **changes})

    @rule(by=WHO, pick=PICKS)
    def turn(self, by: str, pick: int) -> None:
        """It went in after all, or it did not; it was the others'."""
        event = dict(self.table.stands()).get(seq := self._fact(pick))
        if isinstance(event, FieldGoal | FreeThrow):
            self._say(by, {"type": "amend", "links": seq, "made": not event.made})
        elif isinstance(event, Play):
            self._say(by, {"type": "amend", "links": seq, "team": other(event.team)})

    @rule(by=WHO, pick=PICKS, after=PICKS)
    def order(self, by: str, pick: int, after: int) -> None:
        links, anchor = self._fact(pick), self._fact(after)
        self._say(by, {"type": "amend", "links": links, "after": anchor})

    @precondition(lambda self: not self.table.game.progress.final)
    @rule(by=WHO)
    def finalize(self, by: str) -> None:
        self._say(by, {"type": "finalize"})

    @rule(by=WHO, pick=PICKS)
    def say_again(self, by: str, pick: int) -> None:
        """To take a play back and to enter it again where it was leaves the same box score."""
        seq = self._fact(pick)
        event = dict(self.table.stands()).get(seq)
        if not isinstance(event, Play) or any(links_of(e) == seq for e in self._facts()):
            return
        box = self._sections(self.table.game)["boxscore"]
        said = {name: value for name, value in to_json(event).items() if name != "after"}
        self._say(by, {"type": "void", "links": seq})
        if self._say(by, {**said, "after": seq}):
            counts = self._sections(self.table.game)["boxscore"]
            for side in SIDES:
                assert _columns(counts[side]["totals"]) == _columns(box[side]["totals"])

    @rule(by=WHO, times=st.integers(1, 4))
    def undo(self, by: str, times: int) -> None:
        for _ in range(times):
            self._undo(by)

    @rule(by=WHO, times=st.integers(1, 4))
    def redo(self, by: str, times: int) -> None:
        for _ in range(times):
            self._redo(by)

    @rule(by=WHO, times=st.integers(1, 5))
    def back_and_forth(self, by: str, times: int) -> None:
        """As many redos as undos lead back to where one was."""
        before = self._state()
        back = sum([self._undo(by) for _ in range(times)])
        assert [self._redo(by) for _ in range(back)] == [True] * back
        assert self._state() == before

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

    @invariant()
    def the_box_does_not_care_in_which_order_facts_arrive(self) -> None:
        facts = self.table.stands()
        random.Random(len(facts)).shuffle(facts)
        game = self.table.game
        on_court, box = OnCourt(), BoxScore(game.rules, PLAYERS)
        time = CourtTime(game.rules, on_court)
        for seq, event in facts:
            box.add(seq, event)
        arrived, told = box.section(time, on_court), self._sections(game)["boxscore"]
        for side in SIDES:
            assert _columns(arrived[side]["totals"]) == _columns(told[side]["totals"])
            assert _by_player(arrived[side]) == _by_player(told[side])

    @invariant()
    def everything_stays_in_the_log(self) -> None:
        assert [entry.seq for entry in self.table.entries] == [
            *range(1, len(self.table.entries) + 1)
        ]
        assert all(entry.by and entry.at for entry in self.table.entries)

    # Inside

    def _undo(self, by: str) -> bool:
        """Whether it was done; then it is as before the call when nobody else did anything."""
        done, now = self.done[by], self._state()
        if not done:
            assert self.table.refused("undo", by) == "nothing-to-undo"
            return False
        step = done[-1]
        alone, theirs = self._alone(by, step), self._amended_by_others(by)
        if not self._try("undo", by):
            assert not alone
            return False
        if alone:
            assert self._state() == step.before
        assert theirs <= self._amended_by_others(by)
        done.pop()
        self.undone[by].append((step, Step(len(self.steps), now)))
        self.steps.append(by)
        return True

    def _redo(self, by: str) -> bool:
        """Whether it was done; then it is as before the undo when nobody else did anything."""
        undone = self.undone[by]
        if not undone:
            assert self.table.refused("redo", by) == "nothing-to-redo"
            return False
        step, undo = undone[-1]
        alone = self._alone(by, undo)
        if not self._try("redo", by):
            assert not alone
            return False
        if alone:
            assert self._state() == undo.before
        undone.pop()
        self.done[by].append(step)
        self.steps.append(by)
        return True

    def _amended_by_others(self, by: str) -> set[int]:
        """What somebody said that stands as somebody else has amended it."""
        game = self.table.game
        return {
            seq
            for seq, change in game.standing.changed.items()
            if change.by != by
            and game.standing.stands(seq)
            and (entry := game.history.get(seq)) is not None
            and entry.by == by
        }

    def _try(self, kind: str, by: str) -> bool:
        try:
            self.table.say(kind, by)
        except IllegalCall as illegal:
            if illegal.type != "changed-since":
                raise
            return False
        return True

    def _fact(self, pick: int) -> int:
        """One of the facts, standing or not."""
        facts = [e.seq for e in self.table.entries if not isinstance(e.event, NOT_FACTS)]
        return facts[pick % len(facts)]

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


def _by_player(box: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {line["id"]: _columns(line) for line in box["players"]}


def _heaves(facts: list[Event], side: str) -> int:
    """Misses that are charged to nobody can be blocked all the same."""
    return sum(
        isinstance(e, FieldGoal) and not e.made and e.team == side and "heave" in (e.tags or ())
        for e in facts
    )


TestScorebook = Scorebook.TestCase
TestScorebook.settings = settings(CALM, max_examples=40, stateful_step_count=25)
