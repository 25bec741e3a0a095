"""Two scorekeepers who say, correct, undo and redo whatever they like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from server.game.calls import IllegalCall, MalformedCall
from server.game.corrections import CORRECTIONS
from server.game.eventjson import to_json
from server.game.events import NOT_FACTS, SIDES, Event, FieldGoal, FreeThrow, Play, other
from server.game.links import links_of
from server.game.rules import RULES
from server.game.state import Game
from server.projections.boxscore import COLUMNS
from server.projections.sheet import Sheet
from tests.game.strategies import BODIES
from tests.game.table import AWAY, HOME, Table

PLAYERS = {"home": tuple(f"home-{n}" for n in HOME), "away": tuple(f"away-{n}" for n in AWAY)}
WHO = st.sampled_from(["desk:1", "desk:2"])

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


class Scorekeepers(RuleBasedStateMachine):
    """Two at one table. What either undoes is undone whole, also when both go on."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table()
        self.steps: list[str] = []
        self.done: dict[str, list[Step]] = {"desk:1": [], "desk:2": []}
        self.undone: dict[str, list[tuple[Step, Step]]] = {"desk:1": [], "desk:2": []}

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
        if not isinstance(event, Play) or any(links_of(e) == seq for e in self.facts()):
            return
        box = self.sections(self.table.game)["boxscore"]
        said = {name: value for name, value in to_json(event).items() if name != "after"}
        self._say(by, {"type": "void", "links": seq})
        if self._say(by, {**said, "after": seq}):
            counts = self.sections(self.table.game)["boxscore"]
            for side in SIDES:
                assert columns(counts[side]["totals"]) == columns(box[side]["totals"])

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

    def facts(self) -> list[Event]:
        """What stands, in log order."""
        return [event for _, event in self.table.stands()]

    def sections(self, game: Game) -> dict[str, Any]:
        """What viewers are told of it."""
        return Sheet(game, PLAYERS).sections()

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


def columns(line: dict[str, Any]) -> dict[str, int]:
    return {column: line[column] for column in COLUMNS}
