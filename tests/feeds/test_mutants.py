"""Broken and edited games: never a traceback, always a FeedError or a comparison."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.feeds.feeds import READERS, read
from server.feeds.told import FeedError, Told
from tests.feeds.replaying import compared
from tests.support import shared

GAMES = {
    "nba_live": "0022000001",
    "nba_stats_v2": "0021600270",
    "fiba_livestats": "2702646",
    "euroleague": "E2024_75",
}
# Values that no feed should have where they end up.
ODD: list[Any] = [
    *(None, "", "x" * 300, "\ud800", "\x00", "-1", "٣", "12:00", "PT05M", [], {}, [None]),
    *(-1, 0, 1, 10**9, 2**70, 0.5, 1e308, float("nan"), float("inf"), True),
]
KEPT = 30

Document = Any


def documents(feed: str) -> dict[str, Document]:
    """The files of a real game, its plays cut short so that many can be played."""
    folder = shared(f"games/{feed}/{GAMES[feed]}")
    found = {name: json.loads((folder / name).read_text()) for name in READERS[feed].files}
    for plays in play_lists(found):
        # Newest first in one feed; both ends of a game are worth having.
        del plays[KEPT:-KEPT]
    return found


def play_lists(found: dict[str, Document]) -> Iterator[list[Any]]:
    for document in found.values():
        if "pbp" in document:
            yield document["pbp"]
        if "actions" in document.get("game", {}):
            yield document["game"]["actions"]
        for table in document.get("resultSets", ()):
            if table["name"] == "PlayByPlay":
                yield table["rowSet"]
        for quarter in (
            "FirstQuarter",
            "SecondQuarter",
            "ThirdQuarter",
            "ForthQuarter",
            "ExtraTime",
        ):
            if document.get(quarter):
                yield document[quarter]


def places(value: Document, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in items:
        yield (*path, key)
        if isinstance(below, dict | list):
            yield from places(below, (*path, key))


def mutant(random: Random, originals: dict[str, Document]) -> dict[str, Document]:
    found = copy.deepcopy(originals)
    lists = list(play_lists(found))
    for _ in range(random.randint(1, 4)):
        plays = random.choice(lists)
        at, to = random.randint(0, len(plays)), random.randint(0, len(plays))
        match random.choice(("drop", "twice", "move", "cut", "odd", "odd", "missing", "missing")):
            case "drop":
                del plays[at : at + random.randint(1, 20)]
            case "twice":
                plays[to:to] = copy.deepcopy(plays[at : at + 1])
            case "move":
                moved = plays[at : at + 1]
                del plays[at : at + 1]
                plays[to:to] = moved
            case "cut":
                del plays[at:]
            case word:
                _spoil(random, found, missing=word == "missing")
    return found


def _spoil(random: Random, found: dict[str, Document], *, missing: bool) -> None:
    """Take away a field somewhere, or put something odd there."""
    document = found[random.choice(sorted(found))]
    ways = list(places(document))
    if not ways:
        return
    *above, key = random.choice(ways)
    for step in above:
        document = document[step]
    if missing and isinstance(document, dict):
        del document[key]
    else:
        document[key] = random.choice(ODD)


def read_or_refused(feed: str, folder: Path) -> tuple[Told | None, str]:
    try:
        return read(feed, folder), ""
    except FeedError as error:
        return None, str(error)


@pytest.mark.parametrize("feed", sorted(GAMES))
def test_an_edited_game_is_read_or_refused(feed: str, tmp_path: Path) -> None:
    originals = documents(feed)
    outcomes = {"read": 0, "refused": 0}

    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(st.integers(0, 2**32))
    def holds(seed: int) -> None:
        found = mutant(Random(seed), originals)
        for name, document in found.items():
            (tmp_path / name).write_text(json.dumps(document))
        told, why = read_or_refused(feed, tmp_path)
        if told is None:
            assert str(tmp_path) in why
            outcomes["refused"] += 1
            return
        result = compared(told)
        assert result["equal"] <= result["cells"]
        json.dumps(result, ensure_ascii=False, allow_nan=False).encode()
        outcomes["read"] += 1

    holds()
    assert outcomes["read"] > 10
    assert outcomes["refused"] > 0


@pytest.mark.parametrize("feed", sorted(GAMES))
def test_a_game_that_is_being_played(feed: str, tmp_path: Path) -> None:
    """Wherever the plays end, they are compared, and what is ours holds together."""
    folder = shared(f"games/{feed}/{GAMES[feed]}")
    found = {name: json.loads((folder / name).read_text()) for name in READERS[feed].files}
    for part in (1, 5, 9):
        cut = copy.deepcopy(found)
        lists = list(play_lists(cut))
        left = sum(map(len, lists)) * part // 10
        for plays in lists:
            keep = min(left, len(plays))
            left -= keep
            newest_first = "data.json" in cut
            plays[:] = plays[len(plays) - keep :] if newest_first else plays[:keep]
        for name, document in cut.items():
            (tmp_path / name).write_text(json.dumps(document))
        result = compared(read(feed, tmp_path))
        # Who changes places may be cut in two.
        assert {item["name"] for item in result["invariants"]} <= {"five-on-court"}
        assert all("why" in item for item in result["differences"])
