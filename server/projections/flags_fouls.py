"""Flags about players whose game is over: fouled out or ejected, and still there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from server.game.events import (
    ClockStarted,
    Event,
    Foul,
    Play,
    RosterAdded,
    Starters,
    Substitution,
    Turnover,
)
from server.game.rules import Rules
from server.projections.flag import BENCH_KINDS, LIVE, Flag, act_of, flag_on, number_of, who
from server.projections.on_court import OnCourt
from server.projections.player_fouls import PlayerFouls

FIVE = 5


@dataclass(slots=True)
class Gone:
    """A player whose game ended with entry `seq`. why: `fouled-out` or `ejected`.

    fresh: it is still the moment of that foul. acted, stayed: flagged already.
    """

    team: str
    seq: int
    why: str
    fresh: bool = True
    acted: bool = False
    stayed: bool = False

    @property
    def said(self) -> str:
        return "has fouled out" if self.why == "fouled-out" else "is ejected"


class FoulWatch:
    """Fouls against the rule set's limits."""

    concerns: ClassVar[tuple[type[Event], ...]] = (
        Play,
        Substitution,
        Starters,
        RosterAdded,
        ClockStarted,
    )

    def __init__(
        self, rules: Rules, players: Mapping[str, Iterable[str]], on_court: OnCourt
    ) -> None:
        """on_court: takes in each fact after this watch did."""
        self._rules = rules
        self._on_court = on_court
        self._rosters = {side: set(ids) for side, ids in players.items()}
        self._fouls = PlayerFouls(rules)
        self._gone: dict[str, Gone] = {}
        self._open: list[Flag] = []

    def add(self, seq: int, event: Event) -> None:
        if isinstance(event, RosterAdded):
            self._rosters[event.team].add(event.player)
            return
        if self._gone:
            self._look(seq, event)
        if isinstance(event, Foul) and event.player is not None:
            self._count(seq, event, event.player)

    def settle(self, ran: bool) -> None:
        for gone in self._gone.values():
            gone.fresh = False

    def flags(self) -> Iterable[Flag]:
        return self._open

    def able(self, side: str) -> int:
        """How many players of a side may still play."""
        return len(self._rosters[side] - self._gone.keys())

    def _count(self, seq: int, event: Foul, player: str) -> None:
        why = self._fouls.add(player, event.kind)
        if why is not None and player not in self._gone:
            self._gone[player] = Gone(event.team, seq, why)

    def _look(self, seq: int, event: Event) -> None:
        if isinstance(event, Play):
            gone = self._gone.get(event.player or "")
            if gone is not None and not gone.fresh and not _of_the_foul(event, gone):
                self._acts(seq, event, event.player or "", f"has a {act_of(event)}")
        elif isinstance(event, Substitution | Starters):
            coming = (getattr(event, "player_in", None), *(event.players or ()))
            for player in coming:
                if player in self._gone and player not in self._on_court.five(event.team):
                    self._acts(seq, event, player, "comes in")
        if isinstance(event, (*LIVE, ClockStarted)):
            for player, gone in self._gone.items():
                if not gone.stayed and (not gone.fresh or isinstance(event, ClockStarted)):
                    self._stays(seq, event, player, gone)

    def _acts(self, seq: int, event: Event, player: str, what: str) -> None:
        gone = self._gone[player]
        if gone.acted or self._may_stay(gone):
            return
        gone.acted = True
        self._open.append(
            flag_on(
                f"{gone.why}-player",
                seq,
                event,
                f"{who(gone.team, player)} {what} and {gone.said} (entry {gone.seq}).",
                f"Amend the player of entry {seq}, or the foul that was not {number_of(player)}'s.",
                player=player,
            )
        )

    def _stays(self, seq: int, event: Event, player: str, gone: Gone) -> None:
        if player not in self._on_court.five(gone.team) or self._may_stay(gone):
            return
        gone.stayed = True
        self._open.append(
            Flag(
                "missing-substitution",
                event.period,
                event.clock_ms,
                f"{who(gone.team, player)} {gone.said} (entry {gone.seq}) and is on the court "
                "when the game goes on.",
                f"Insert the substitution of {number_of(player)} after entry {gone.seq}, or amend "
                "the foul that was somebody else's.",
                seq=seq,
                team=gone.team,
                player=player,
                about=f"{player}-{gone.seq}",
            )
        )

    def _may_stay(self, gone: Gone) -> bool:
        """Youth: with fewer than five who may play, a player who fouled out stays."""
        if not self._rules.stay_with_five or gone.why != "fouled-out":
            return False
        return self.able(gone.team) < FIVE


def _of_the_foul(event: Play, gone: Gone) -> bool:
    """A technical comes to who sits on the bench, too; an offensive foul has its turnover."""
    if isinstance(event, Foul):
        return event.kind in BENCH_KINDS
    return isinstance(event, Turnover) and event.links == gone.seq
