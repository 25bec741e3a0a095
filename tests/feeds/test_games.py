"""Real games of every feed give their official box."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from server.feeds.feeds import read
from tests.feeds.replaying import compared, played
from tests.support import shared

GAMES = [
    ("nba_live", "0022000001"),
    ("nba_stats_v2", "0021600270"),
    ("fiba_livestats", "2702542"),
    ("fiba_livestats", "2702646"),
    *(("euroleague", f"E2024_{number}") for number in (1, 2, 6, 39, 75, 120, 200, 276)),
]


def replayed(feed: str, game: str) -> dict[str, Any]:
    return compared(read(feed, shared(f"games/{feed}/{game}")))


@pytest.mark.parametrize(("feed", "game"), GAMES)
def test_a_real_game_gives_its_official_box(feed: str, game: str) -> None:
    found = replayed(feed, game)
    assert found["differences"] == []
    assert found["equal"] == found["cells"] == 15 * (len(found["players"]) + 2)
    for time in (found["minutes"], found["plus_minus"]):
        assert time["cells"] == time["equal"] == len(found["players"])
    assert found["invariants"] == []
    assert found["unknown"] == {}
    # The feeds' engines count ties and runs in ways of their own in two of these games.
    derived = {item["stat"] for item in found["derived"]["differences"]}
    assert derived <= {"times_tied", "biggest_run"}
    assert found["derived"]["cells"] > (60 if feed != "nba_stats_v2" else -1)


@pytest.mark.parametrize(("feed", "game"), GAMES)
def test_nothing_that_a_real_game_says_is_left_out(feed: str, game: str) -> None:
    done = played(read(feed, shared(f"games/{feed}/{game}")))
    assert done.refused == done.bared == ()


def test_starters_that_no_row_names(tmp_path: Path) -> None:
    """Without the file that names an overtime's starters, who stayed on is taken to go on."""
    folder = Path(shutil.copytree(shared("games/nba_stats_v2/0021600270"), tmp_path / "game"))
    (folder / "period_starters_override.json").rename(folder / "elsewhere.json")
    told = read("nba_stats_v2", folder)
    assert compared(told)["differences"] == []
