"""A scorer's table without a log: calls in, entries out. Time moves by hand."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from server.game.calls import IllegalCall, parse
from server.game.decide import decide
from server.game.entry import Entry
from server.game.events import Event
from server.game.rules import rules_of
from server.game.state import Game, evolve, new_game
from server.projections.order import in_order

START = datetime(2026, 1, 2, 18, 0, tzinfo=UTC)
HOME = ("0", "00", "4", "5", "6", "7", "8")
AWAY = ("4", "10", "11", "12", "13", "14")


def fresh(rules: str = "fiba", rosters: bool = True) -> Game:
    """rules: as in a game's record. rosters: False for a game without any player."""
    if not rosters:
        return new_game(rules_of(rules))
    return new_game(rules_of(rules), (f"home-{n}" for n in HOME), (f"away-{n}" for n in AWAY))


class Table:
    """`say(type, ...)` returns the entries of the call; IllegalCall passes through."""

    def __init__(self, rules: str = "fiba", rosters: bool = True) -> None:
        self.game = fresh(rules, rosters)
        self.entries: list[Entry] = []
        self.now = START
        self._calls = 0

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def say(self, kind: str, by: str = "desk:1", /, **fields: Any) -> list[Entry]:
        self._calls += 1
        call_id = f"c{self._calls}"
        call = parse({"call_id": call_id, "type": kind, **fields}, by, self.now)
        made = []
        for event in decide(self.game, call):
            entry = Entry(self.game.seq + 1, event, by, self.now, call_id)
            self.game = evolve(self.game, entry)
            self.entries.append(entry)
            made.append(entry)
        return made

    def say_all(self, said: list[tuple[str, int, dict[str, Any]]]) -> None:
        """Calls as (by, seconds to wait, body); those that are refused are left out."""
        for by, wait_s, body in said:
            self.wait(wait_s)
            fields = dict(body)
            with suppress(IllegalCall):
                self.say(fields.pop("type"), by, **fields)

    def seq(self, kind: str, by: str = "desk:1", /, **fields: Any) -> int:
        """The number of the first entry of a call."""
        return self.say(kind, by, **fields)[0].seq

    def refused(self, kind: str, by: str = "desk:1", /, **fields: Any) -> str:
        """Why a call is refused; it must change nothing."""
        before = self.game
        try:
            self.say(kind, by, **fields)
        except IllegalCall as illegal:
            assert self.game is before
            return illegal.type
        raise AssertionError(f"{kind} {fields} was accepted")

    def stands(self) -> list[tuple[int, Event]]:
        """What stands now, in log order."""
        return [(e.seq, event) for e, event in self.game.standing.events(self.entries)]

    def event(self, seq: int) -> Event:
        """What entry `seq` says now; it must stand."""
        return dict(self.stands())[seq]

    def standing_seqs(self) -> list[int]:
        return [seq for seq, _ in self.stands()]


def basket_with_assist(table: Table) -> tuple[int, int]:
    """The entries of home's three and of its assist."""
    basket = table.seq("field_goal", team="home", player="4", value=3, made=True)
    return basket, table.seq("assist", team="home", player="5")


def order(table: Table) -> list[int]:
    """What stands, as the game was played."""
    standing = table.game.standing
    return [e.seq for _, e, _ in in_order(table.game, {}) if standing.stands(e.seq)]
