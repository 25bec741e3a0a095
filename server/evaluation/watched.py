"""A simulated game as a camera with known faults might tell it: sightings, when they are told.

No picture is drawn. The floor plan is the simulator's with a tracker's errors on it (those of
`filmed`), read by the same `Flow` and put into words by the same `Teller` as video; the moments at
the ring come from an eye that misses, invents and confuses as often as `Eye` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from pipeline.hoops import RimShot
from pipeline.moments import Moments
from pipeline.play import ASSIST_LEAST
from pipeline.possession_flow import Flow, Happening
from pipeline.possession_reader import Reader, Weights
from pipeline.shots import Shot
from pipeline.sight import Kind, Sighting
from pipeline.teller import Teller
from server.evaluation.filmed import BALL_JITTER_M, JITTER_M, SHIFT_M, lost
from server.evaluation.simulated import FLOOR
from server.simulator.game import SimulatedGame
from server.simulator.truth import Event

LOOKS_A_SECOND = 10
_TEAM = np.repeat(np.array([0, 1]), 5)
_NOWHERE = (0.0, 0.0, 9.0, 9.0)


@dataclass(frozen=True, slots=True)
class Eye:
    """The faults of the part that watches the ring and reads shirts; shares of 1.

    found: shots seen at all. false: shots seen that were none, for each true one.
    asks: seen shots of which it cannot say whether they went in; right: of the others, said
    right. named: how often a player's number is the true one; late_s: from a moment to the word
    about it, besides what the reading itself waits for.
    """

    found: float = 0.97
    false: float = 0.05
    asks: float = 0.15
    right: float = 0.95
    named: float = 0.9
    blur: float = 1.0
    late_s: float = 0.5

    @property
    def score(self) -> float:
        """The chance that what it saw was a shot: it knows how often it is wrong."""
        return self.found / (self.found + self.false)

    def made(self, truth: bool, rng: np.random.Generator) -> float:
        """What it says of a shot: the chance that it went in."""
        if rng.random() < self.asks:
            return float(rng.uniform(0.35, 0.65))
        sure = 0.95 if rng.random() < self.right else 0.05
        return sure if truth else 1.0 - sure


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """One game: what happened, and (told_s, sighting) in the order of being told. Media seconds.

    read: what the floor plan said, of which `told` are the words. players: ids such as `home-7`
    by row, five of home first.
    """

    truth: tuple[Event, ...]
    told: tuple[tuple[float, Sighting], ...]
    read: tuple[Happening, ...]
    players: tuple[str, ...]


def watch(seed: int, minutes: float, fits: Sequence[Weights], eye: Eye) -> Watched:
    """A full-court game from its first second; the same for the same arguments."""
    game, rng = SimulatedGame(seed, court="full"), np.random.default_rng([seed, 0x3EE])
    flow = Flow(Reader(fits, FLOOR), FLOOR, _TEAM)
    looks = round(minutes * 60 * LOOKS_A_SECOND)
    unseen, shift = lost(looks, rng) & (eye.blur > 0), rng.normal(0, eye.blur * SHIFT_M, 2)
    ball_m = eye.blur * BALL_JITTER_M
    words: _Words | None = None
    truth: list[Event] = []
    told: list[tuple[float, Sighting]] = []
    read: list[Happening] = []
    players: tuple[str, ...] = ()
    step = game.fps // LOOKS_A_SECOND
    for n, now in enumerate(islice(game.standing(step), looks)):
        if words is None:
            players = tuple(person.id for person in now.players)
            words = _Words(players, eye, rng)
        for event in now.events:
            truth.append(event)
            for shot, basket in words.seen(event):
                flow.shot(FLOOR.baskets()[basket], shot.rim_s, shot.made)
        ball = None if unseen[n] else now.ball[:2] + shift + rng.normal(0, ball_m, 2)
        at = now.at + shift + rng.normal(0, eye.blur * JITTER_M, now.at.shape)
        for happening in flow.look(now.media_s, ball, at):
            read.append(happening)
            told += [(now.media_s + eye.late_s, one) for one in words.of(happening)]
    return Watched(tuple(truth), tuple(told), tuple(read), players)


class _Words:
    """From the ring and the floor plan to sightings."""

    def __init__(self, players: Sequence[str], eye: Eye, rng: np.random.Generator) -> None:
        self._players, self._eye, self._rng = players, eye, rng
        self._teller = Teller(Moments(), self._numbers)
        self._teller.named = True
        self._open: dict[float, Shot] = {}

    def seen(self, event: Event) -> list[tuple[Shot, int]]:
        """What the eye makes of an event at a ring, each with its basket's index."""
        if event.type not in ("made", "missed") or event.hoop is None:
            return []
        eye, rng, found = self._eye, self._rng, []
        if rng.random() < eye.found:
            found.append((self._shot(event.t, eye.made(event.type == "made", rng)), event.hoop))
        if rng.random() < eye.false:
            # A ball that passes the ring later on: a pass, a rebound that is tipped.
            later = event.t + float(rng.uniform(2.0, 8.0))
            found.append((self._shot(later, float(rng.uniform(0.05, 0.5))), event.hoop))
        return found

    def of(self, one: Happening) -> list[Sighting]:
        """What a scorekeeper is told, as `pipeline.play.Play` would say it."""
        if one.kind != "shot":
            return self._teller.happening(one)
        shot = self._open.pop(one.media_s, None)
        if shot is None or one.shot is None:
            return []
        kind: Kind = "free_throw" if one.thrown else "shot"
        said = self._teller.shot(RimShot(shot, 0, _NOWHERE), kind, one)
        assisted = one.shot.assisted * shot.made
        if kind == "shot" and assisted >= ASSIST_LEAST:
            said += self._teller.assist(one.shot, assisted, said[0])
        return said

    def _shot(self, rim_s: float, made: float) -> Shot:
        shot = Shot(rim_s - 1.0, rim_s, rim_s + 0.5, made, self._eye.score)
        self._open[rim_s] = shot
        return shot

    def _numbers(self, row: int) -> list[tuple[str, float]]:
        """A shirt's number, sometimes a team-mate's."""
        mates = range(row // 5 * 5, row // 5 * 5 + 5)
        right = self._rng.random() < self._eye.named
        who = row if right else int(self._rng.choice([mate for mate in mates if mate != row]))
        return [(self._players[who].partition("-")[2], 0.85)]


def sides(players: Sequence[str]) -> dict[str, list[str]]:
    """Ids by side."""
    return {side: [one for one in players if one.startswith(side)] for side in ("home", "away")}


def roster(players: Sequence[str]) -> dict[str, list[str]]:
    """Numbers by side."""
    return {side: [one.partition("-")[2] for one in ids] for side, ids in sides(players).items()}
