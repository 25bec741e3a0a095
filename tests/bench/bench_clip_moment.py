"""Does the clip of a basket hold the whole shot, from the hand until the ball is through?

Baskets with known times: a simulated game's, and those of real clips that were labelled by eye. A
scorekeeper says each some time after it (`tests/bench/scorekeeper.py`); the server's own book
stamps it, and the server's own rules choose what is cut. "Seen" has a sighting of each basket.
Counted is what is asked for: the cut itself begins up to two seconds earlier, at a key frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, cycle, islice
from random import Random

from server.clips.rules import ClipRules
from server.clips.wanted import Wanted, wanted
from server.clock import ManualClock
from server.evaluation.labels import read_shots
from server.game.moment import Filmed
from server.gamelog.memory import MemoryLog
from server.scorer import Scorer
from server.simulator.game import SimulatedGame
from server.updates import Json, Update
from tests.bench.long_game import NEW_GAME
from tests.bench.scorekeeper import SPREAD, USUAL_S, delay_s
from tests.game.table import START
from tests.scorer.eyes import Eye

BASKETS = 300
BETWEEN_S = 20.0
"""As often as both teams of a game score."""

THROUGH_S = 0.5
"""From the rim, where labels have a shot, until it is through: the longest there is 0.45 s."""

SEEN_AFTER_S = 1.0
"""From a shot to its sighting."""

KEEPERS = {
    "usual": (USUAL_S, SPREAD),
    "1.5 s": (1.5, SPREAD),
    "3 s": (3.0, SPREAD),
    "3 s, long tail": (3.0, 0.8),
    "5 s": (5.0, SPREAD),
}
"""Median and spread of the delay."""


@dataclass(frozen=True)
class Basket:
    """Seconds of the picture."""

    release_s: float
    through_s: float

    def later(self, s: float) -> Basket:
        return Basket(self.release_s + s, self.through_s + s)

    def within(self, clip: Wanted) -> bool:
        return clip.start_s <= self.release_s and self.through_s <= clip.end_s


def main(seconds: float) -> dict[str, object]:
    """seconds: a thirtieth of the simulated game; about what playing it takes."""
    flights = {"simulated": _simulated(30 * seconds), "labelled": _labelled()}
    figures: dict[str, object] = {f"{name}: shots": len(some) for name, some in flights.items()}
    for source, shots in flights.items():
        for name, keeper in KEEPERS.items():
            figures |= asyncio.run(_held(f"{source}, {name}", shots, keeper, seen=False))
    figures |= asyncio.run(
        _held("simulated, 5 s, seen", flights["simulated"], KEEPERS["5 s"], seen=True)
    )
    return figures


def _simulated(seconds: float) -> list[Basket]:
    """The baskets of a whole court's game, each beginning at 0."""
    found, left_s = [], 0.0
    for now in SimulatedGame(1, court="full").standing():
        for event in now.events:
            if event.type == "shot":
                left_s = event.t
            elif event.type == "made":
                found.append(Basket(0.0, event.t - left_s))
        if now.media_s > seconds:
            return found
    raise AssertionError("a simulated game has no end")


def _labelled() -> list[Basket]:
    return [
        Basket(0.0, shot.t + THROUGH_S - shot.release)
        for shots in read_shots().values()
        for shot in shots
        if shot.made and shot.release is not None
    ]


async def _held(
    name: str, shots: Sequence[Basket], keeper: tuple[float, float], *, seen: bool
) -> dict[str, object]:
    """The share of clips that hold their basket; all are told to one book."""
    random, eye = Random(5), Eye()
    baskets = [
        shot.later(BETWEEN_S * (n + 1) + random.random())
        for n, shot in enumerate(islice(cycle(shots), BASKETS))
    ]
    todo = [(shot.through_s + delay_s(random, *keeper), shot, True) for shot in baskets]
    if seen:
        todo += [(shot.through_s + SEEN_AFTER_S, shot, False) for shot in baskets]
    clock, numbers = ManualClock(START), count(1)
    scorer = Scorer(
        MemoryLog(), clock, lambda: f"p{next(numbers)}", _publish, _announce, who_films=_films
    )
    told: dict[int, Basket] = {}
    try:
        game = (await scorer.create_game(NEW_GAME)).game_id
        await scorer.call(game, {"call_id": "start", "type": "period_start"}, "desk")
        for at_s, shot, tapped in sorted(todo, key=lambda one: one[0]):
            clock.elapsed_s = at_s
            if tapped:
                body = {"call_id": f"c{at_s}", "type": "field_goal", "team": "home", "made": True}
                answered = await scorer.call(game, {**body, "value": 2}, "desk")
                told[answered.entries[0]["seq"]] = shot
            else:
                sighting = eye.sees(at_s=shot.through_s, home=0.9)
                await scorer.propose(game, "main", sighting, at_s - shot.through_s)
        clips = wanted((await scorer.whole(game)).game, ClipRules())
    finally:
        await scorer.close()
    assert len(clips) == len(baskets), f"{len(clips)} clips"
    held = sum(told[clip.seq].within(clip) for clip in clips)
    mean_s = sum(clip.end_s - clip.start_s for clip in clips) / len(clips)
    return {f"{name}: hold the shot (share)": held / len(clips), f"{name}: length (s)": mean_s}


async def _films(game_id: str) -> Filmed:
    return Filmed("main", START)


async def _publish(game_id: str, update: Update) -> None:
    """Nobody watches."""


async def _announce(game_id: str, message: Json) -> None:
    """Nobody listens."""
