"""A fold costs the same for each entry, however long the game. Ratios hold on any machine."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import cache, partial

import pytest

from server.game.calls import parse
from server.game.decide import decide
from server.game.entry import Entry
from server.game.rules import FIBA
from server.game.state import Game, evolve, new_game
from server.projections.sheet import Sheet
from server.projections.stats import stats
from tests.bench.long_game import NUMBERS, calls
from tests.game.table import START

PLAYERS = {side: tuple(f"{side}-{number}" for number in NUMBERS) for side in ("home", "away")}


@cache
def played(size: int) -> Game:
    game = new_game(FIBA, PLAYERS["home"], PLAYERS["away"])
    for body in calls(size):
        call = parse(body, "desk", START)
        for event in decide(game, call):
            game = evolve(game, Entry(game.seq + 1, event, "desk", START, call.call_id))
    return game


def cpu_s(work: Callable[[], object]) -> float:
    """The best of several tries, of this thread alone: others' work disturbs it little."""
    taken = []
    for _ in range(5):
        begun = time.thread_time()
        work()
        taken.append(time.thread_time() - begun)
    return min(taken)


def counted(game: Game) -> Counter[str]:
    """A plain single pass."""
    counts: Counter[str] = Counter()
    for entry in game.history.entries():
        counts[entry.event.name] += 1
        counts[getattr(entry.event, "player", None) or ""] += 1
    return counts


def sections(game: Game) -> object:
    return Sheet(game, PLAYERS).sections()


def statistics(game: Game) -> object:
    return stats(game, PLAYERS)


@pytest.mark.parametrize("fold", [sections, statistics])
def test_a_fold_is_linear_and_some_tens_of_plain_loops(fold: Callable[[Game], object]) -> None:
    ratios = [
        cpu_s(partial(fold, game)) / cpu_s(partial(counted, game))
        for game in (played(1000), played(6000))
    ]
    # Measured: 25 to 35. Quadratic work would make it six times as many in the longer game.
    assert ratios[1] < 2.5 * ratios[0]
    assert ratios[0] < 100
