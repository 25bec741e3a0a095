"""Game books for tests, and the way back: our files read by the feeds' readers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.exports.fiba_livestats import data
from server.exports.gamebook import GameBook
from server.exports.nba_box import boxscore
from server.exports.nba_plays import playbyplay
from server.feeds.feeds import read
from server.feeds.play import Played, play
from server.feeds.told import Told
from server.game.state import Game
from server.gamelog.memory import MemoryLog
from server.projections.sheet import Sheet

AT = datetime(2026, 1, 2, 18, 0, tzinfo=UTC)
NAMES = {"home": "Lions", "away": "Bears"}


def book_of(
    game: Game, players: Mapping[str, tuple[str, ...]], names: Mapping[str, str] = NAMES
) -> GameBook:
    return GameBook("g1", AT, game, players, names)


def files(feed: str, book: GameBook) -> dict[str, Any]:
    """File name -> document, as the feed has them."""
    if feed == "nba_live":
        return {"playbyplay.json": playbyplay(book), "boxscore.json": boxscore(book)}
    return {"data.json": data(book)}


def read_back(feed: str, book: GameBook, folder: Path) -> tuple[Told, Played]:
    """The book written in the shape of a feed, read by its reader and played again."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in files(feed, book).items():
        (folder / name).write_text(json.dumps(document))
    told = read(feed, folder)
    return told, play(told, MemoryLog(), AT)


def box(game: Game, players: Mapping[str, tuple[str, ...]]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = Sheet(game, dict(players)).sections()["boxscore"]
    return found
