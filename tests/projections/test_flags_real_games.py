"""A clean professional game raises no flag, at its end or on the way; a spoilt one does."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from server.feeds.feeds import read
from server.feeds.play import Played, play
from server.game.events import Event, Substitution, Turnover
from server.gamelog.memory import MemoryLog
from server.projections.flags import Flags
from server.projections.on_court import OnCourt
from server.projections.order import in_order
from tests.support import shared

GAMES = (
    *(("nba_live", "0022000001"), ("nba_stats_v2", "0021600270")),
    *(("fiba_livestats", "2702542"), ("fiba_livestats", "2702646")),
    *(("euroleague", f"E2024_{n}") for n in (1, 2, 6, 39, 75, 120, 200, 276)),
)


@cache
def told(feed: str, game: str) -> Played:
    told = read(feed, shared(f"games/{feed}/{game}"))
    return play(told, MemoryLog(), datetime(2026, 1, 2, 18, 0, tzinfo=UTC))


def facts(played: Played) -> list[tuple[int, Event]]:
    standing = played.game.standing
    return [(e.seq, event) for _, e, event in in_order(played.game, {}) if standing.stands(e.seq)]


def flags(played: Played, facts: list[tuple[int, Event]], every: int = 0) -> list[str]:
    """The texts of the flags in the end; with `every`, of those on the way, too."""
    on_court, found = OnCourt(), list[str]()
    fold = Flags(played.game.rules, played.players, on_court)
    for number, (seq, event) in enumerate(facts, 1):
        fold.add(seq, event)
        if isinstance(event, OnCourt.concerns):
            on_court.add(seq, event)
        if every and number % every == 0:
            found += [flag["text"] for flag in fold.section()]
    return found + [flag["text"] for flag in fold.section()]


@pytest.mark.parametrize(("feed", "game"), GAMES)
def test_a_clean_game_raises_none(feed: str, game: str) -> None:
    played = told(feed, game)
    assert flags(played, facts(played), every=7) == []


@pytest.mark.parametrize("kind", [Substitution, Turnover])
@pytest.mark.parametrize(("feed", "game"), GAMES[:4])
def test_most_of_what_is_left_out_is_missed(feed: str, game: str, kind: type[Event]) -> None:
    played = told(feed, game)
    whole = facts(played)
    missing = [seq for seq, event in whole if isinstance(event, kind)][:20]
    noticed = [bool(flags(played, [f for f in whole if f[0] != seq])) for seq in missing]
    assert sum(noticed) >= len(missing) // 2
