"""The simulator's truth through the flow of possession: what a whole game's events come to.

The floor plan and the moments at the ring are the simulator's own (no picture is drawn), ten
looks a second; nothing here was learned from. Its bodies may overlap and its dribbler may carry
the ball against his guard, which the real ones of `trajectories` do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from pipeline.possession_flow import Flow, Happening
from pipeline.possession_reader import Reader, Weights
from server.evaluation.sheetplays import plays_of, rebounded
from server.evaluation.tally import Answer, Line, choice, line, yes_or_no
from server.floors import floor_of
from server.game.court import FIBA_COURT
from server.simulator.game import SimulatedGame
from server.simulator.truth import Event

FLOOR = floor_of(FIBA_COURT)
_TEAM = np.repeat(np.array([0, 1]), 5)
_LOOKS_A_SECOND = 10
_TOGETHER_S = {"rebound": 1.5, "steal": 1.5}


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """One simulated game: what happened, what was told of it, and the players' ids by row."""

    truth: tuple[Event, ...]
    told: tuple[Happening, ...]
    players: tuple[str, ...]

    def row(self, player: str) -> int:
        return self.players.index(player)


def play(seed: int, minutes: float, fits: Sequence[Weights]) -> Played:
    """A full-court game read as it goes on; the ring's moments are told when they are known."""
    game = SimulatedGame(seed, court="full")
    flow = Flow(Reader(fits, FLOOR), FLOOR, _TEAM)
    truth: list[Event] = []
    told: list[Happening] = []
    players: tuple[str, ...] = ()
    step = game.fps // _LOOKS_A_SECOND
    for now in islice(game.standing(step), round(minutes * 60 * _LOOKS_A_SECOND)):
        players = tuple(person.id for person in now.players)
        for event in now.events:
            truth.append(event)
            if event.type in ("made", "missed") and event.hoop is not None:
                basket = FLOOR.baskets()[event.hoop]
                flow.shot(basket, event.t, 1.0 if event.type == "made" else 0.0)
        told += flow.look(now.media_s, now.ball[:2], now.at)
    return Played(tuple(truth), tuple(told), players)


@dataclass(slots=True)
class Tally:
    """Answers so far, by question; found and true say how events of a kind were met."""

    shooter: list[Answer] = field(default_factory=list)
    points: list[Answer] = field(default_factory=list)
    passer: list[Answer] = field(default_factory=list)
    rebounder: list[Answer] = field(default_factory=list)
    offensive: list[Answer] = field(default_factory=list)
    stealer: list[Answer] = field(default_factory=list)
    found: dict[str, list[Answer]] = field(default_factory=lambda: {k: [] for k in _TOGETHER_S})
    true: dict[str, list[Answer]] = field(default_factory=lambda: {k: [] for k in _TOGETHER_S})

    def add(self, game: Played) -> None:
        self._add_shots(game)
        self._add_met(game, "rebound")
        self._add_met(game, "steal")

    def _add_shots(self, game: Played) -> None:
        at_ring = [e for e in game.truth if e.type in ("made", "missed")]
        for one in game.told:
            event = next((e for e in at_ring if abs(e.t - one.media_s) < 1e-6), None)
            if one.shot is None or event is None or event.value == 1:
                continue
            self.shooter.append(choice(one.player, game.row(event.player)))
            self.points.append(yes_or_no(one.shot.three, event.value == 3))
            passer = passer_of(game.truth, event)
            if passer is not None and self.shooter[-1].right:
                self.passer.append(choice(one.shot.assister, game.row(passer)))

    def _add_met(self, game: Played, kind: str) -> None:
        told = [one for one in game.told if one.kind == kind]
        plays = plays_of(game.truth)
        for event in (e for e in game.truth if e.type == kind):
            near = [one for one in told if abs(one.media_s - event.t) < _TOGETHER_S[kind]]
            self.found[kind].append(Answer(bool(near), 1.0, bool(near)))
            if not near:
                continue
            one = min(near, key=lambda o: abs(o.media_s - event.t))
            told.remove(one)
            self.true[kind].append(Answer(True, one.probability, True))
            who = choice(one.player, game.row(event.player))
            if kind == "steal":
                self.stealer.append(who)
            else:
                self.rebounder.append(who)
                if one.offensive is not None:
                    self.offensive.append(yes_or_no(one.offensive, bool(event.offensive)))
        for one in told:
            # A rebound told too early is one of that shot all the same; `found` says when.
            true = kind == "rebound" and rebounded(plays, one.after_s)
            self.true[kind].append(Answer(true, one.probability, true))

    def lines(self) -> list[Line]:
        """The table; questions nobody was asked are left out."""
        told = [
            line("shooter", self.shooter, "field goals"),
            line("points", self.points, "2 or 3"),
            line("passer", self.passer, "where there was a pass and the shooter is right"),
        ]
        for kind in _TOGETHER_S:
            told.append(line(f"{kind}_found", self.found[kind], "of the true ones", said=False))
            of = "of those told" if kind == "steal" else "of those told, however early"
            told.append(line(f"{kind}_true", self.true[kind], of))
        told.append(line("rebounder", self.rebounder, "of rebounds found"))
        told.append(line("rebound_offensive", self.offensive, "or defensive"))
        told.append(line("stealer", self.stealer, "of steals found"))
        return [one for one in told if one.of]


def passer_of(truth: Iterable[Event], shot: Event) -> str | None:
    """Who passed to the shooter before this shot, without anybody's touch between."""
    passer: str | None = None
    for event in truth:
        if event.t > shot.t:
            break
        if event.type == "pass" and event.to == shot.player:
            passer = event.player
        elif event.type in ("pass", "rebound", "steal", "made", "missed") or (
            event.type == "possession" and event.player != shot.player
        ):
            passer = None if event.t < shot.t else passer
    return passer


def evaluate(seeds: Iterable[int], minutes: float, fits: Sequence[Weights]) -> list[Line]:
    tally = Tally()
    for seed in seeds:
        tally.add(play(seed, minutes, fits))
    return tally.lines()
