"""Whatever comes first, the camera or the tap: every fact once, none lost."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sight import Sighting
from server.books import Books
from server.clock import ManualClock
from server.gamelog.memory import MemoryLog
from server.matching import ABSORB_S
from server.referee import Referee
from tests.game.table import START
from tests.scorer.conftest import GAME
from tests.scorer.eyes import Eye

# Plays are this far apart: nobody taps so late that it is the next play's.
APART_S = 3 * ABSORB_S
CAMERAS = ("main", "side")


@dataclass(frozen=True)
class Told:
    """One way in which a fact arrives. by: a camera, or the desk. delay_s: after it happened."""

    by: str
    delay_s: float
    fact: str


@dataclass(frozen=True)
class Happened:
    """One play of the game: what there was, and how it was told."""

    kind: str  # basket, miss or turnover
    home: bool
    told: tuple[Told, ...]
    asks: bool


FACTS = {
    "basket": ("field_goal", "assist"),
    "miss": ("field_goal", "block", "rebound"),
    "turnover": ("turnover", "steal"),
}
AFTER_S = {"assist": -1.0, "rebound": 1.0}


@st.composite
def plays(draw: st.DrawFn) -> Happened:
    kind = draw(st.sampled_from(sorted(FACTS)))
    told = []
    for fact in FACTS[kind]:
        for by in draw(st.sets(st.sampled_from((*CAMERAS, "desk")), min_size=1)):
            late = st.floats(0.5, 4.0) if by == "desk" else st.floats(1.0, 4.0)
            told.append(Told(by, draw(late), fact))
    return Happened(kind, draw(st.booleans()), tuple(told), draw(st.booleans()))


def team_of(play: Happened, fact: str) -> str:
    ours = fact not in ("block", "rebound", "steal")
    return "home" if play.home == ours else "away"


class Game:
    """Two processes, two cameras, one desk; the plays happen one after another."""

    def __init__(self, auto_accept: float | None) -> None:
        numbers = count()
        self.log, self.clock = MemoryLog(), ManualClock(START)
        self.books = [
            Books(self.log, self.clock, lambda: f"id-{next(numbers)}", Referee()) for _ in range(2)
        ]
        self.game = self.books[0].people.create_game(GAME).game_id
        self.calls = count()
        self.say(type="period_start")
        if auto_accept is not None:
            self.books[0].people.patch_game(self.game, {"auto_accept": auto_accept}, "desk")
        self.eyes = {camera: Eye(camera) for camera in CAMERAS}

    def say(self, **body: Any) -> None:
        n = next(self.calls)
        self.books[n % 2].rulings.call(self.game, {"call_id": f"c{n}", **body}, "desk")

    def play(self, play: Happened, at_s: float) -> None:
        """Tell a play, in the order in which its messages arrive."""
        seen = {camera: self.sightings(play, camera, at_s) for camera in CAMERAS}
        start = at_s
        self.clock.advance(APART_S)
        now = 0.0
        for told in sorted(play.told, key=lambda told: AFTER_S.get(told.fact, 0) + told.delay_s):
            arrives = AFTER_S.get(told.fact, 0) + told.delay_s
            self.clock.advance(max(0.0, arrives - now))
            now = max(now, arrives)
            if told.by == "desk":
                made = {"made": play.kind == "basket"} if told.fact == "field_goal" else {}
                self.say(type=told.fact, team=team_of(play, told.fact), **made)
            else:
                sighting = seen[told.by][told.fact]
                ago_s = now - (sighting.at_s - start - offset(told.by))
                books = self.books[CAMERAS.index(told.by)]
                books.proposals.propose(self.game, told.by, sighting, ago_s)

    def sightings(self, play: Happened, camera: str, at_s: float) -> dict[str, Sighting]:
        eye, found = self.eyes[camera], dict[str, Sighting]()
        first = FACTS[play.kind][0]
        for fact in FACTS[play.kind]:
            more: dict[str, Any] = {"home": 0.97 if team_of(play, fact) == "home" else 0.03}
            if fact == "field_goal":
                made = (0.6 if play.asks else 0.98) if play.kind == "basket" else 0.02
                more |= {"made": made, "three": 0.02}
            if fact == "rebound":
                more["offensive"] = 0.02
            if fact != first:
                more["of"] = found[first]
            kind: Any = "shot" if fact == "field_goal" else fact
            found[fact] = eye.sees(
                kind, at_s + AFTER_S.get(fact, 0.0) + offset(camera), 0.98, **more
            )
        return found


def offset(camera: str) -> float:
    """Cameras begin their recordings at different times."""
    return 500.0 if camera == "side" else 0.0


@settings(max_examples=60, deadline=None)
@given(st.lists(plays(), min_size=1, max_size=4), st.sampled_from([None, 0.8]))
def test_every_fact_is_told_once(happened: list[Happened], auto_accept: float | None) -> None:
    game = Game(auto_accept)
    for n, play in enumerate(happened):
        game.play(play, 10.0 + APART_S * n)
    # Whoever keeps the book accepts what is left, parents first.
    for _ in range(3):
        for one in game.log.proposals(game.game, "waiting"):
            parent = None if one.parent is None else game.log.proposal(game.game, one.parent)
            if parent is None or parent.status != "waiting":
                said = {"made": True} if one.ask else {}
                game.books[0].proposals.accept(game.game, one.proposal_id, said, "desk")
    assert game.log.proposals(game.game, "waiting") == []
    counted = [
        (p["type"], p["team"])
        for p in game.books[1].reading.plays(game.game)
        if not p["voided"] and p["type"] != "period_start"
    ]
    expected = [(fact, team_of(play, fact)) for play in happened for fact in FACTS[play.kind]]
    assert sorted(counted) == sorted(expected)
    # Each proposal that became a fact became one of its own.
    seqs = [p.seq for p in game.log.proposals(game.game) if p.seq is not None]
    assert len(seqs) == len(set(seqs))
