"""The formats a game can be written in, by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.exports.boxscore_csv import boxscore_csv
from server.exports.fiba_livestats import data
from server.exports.gamebook import GameBook
from server.exports.maxpreps import maxpreps
from server.exports.nba_box import boxscore
from server.exports.nba_plays import playbyplay
from server.exports.sportscode import sportscode
from server.exports.webvtt import webvtt


@dataclass(frozen=True, slots=True)
class Format:
    """file: the name its readers expect. of_camera: needs media times, and `write` raises
    NoMediaTimes without."""

    name: str
    about: str
    media_type: str
    file: str
    write: Callable[[GameBook], str]
    of_camera: bool = False


def _json(document: Callable[[GameBook], dict[str, Any]]) -> Callable[[GameBook], str]:
    return lambda book: json.dumps(document(book), ensure_ascii=False)


_JSON = "application/json"
_TEXT = "text/plain; charset=utf-8"

FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format(
            "boxscore-csv",
            "Box score for a spreadsheet",
            "text/csv; charset=utf-8",
            "boxscore.csv",
            boxscore_csv,
        ),
        Format(
            "nba-playbyplay",
            "Plays in the shape of the NBA's live feed",
            _JSON,
            "playbyplay.json",
            _json(playbyplay),
        ),
        Format(
            "nba-boxscore",
            "Box score in the shape of the NBA's live feed",
            _JSON,
            "boxscore.json",
            _json(boxscore),
        ),
        Format(
            "fiba-livestats",
            "Plays and box score in the shape of FIBA LiveStats",
            _JSON,
            "data.json",
            _json(data),
        ),
        Format(
            "maxpreps-home",
            "Home team's statistics for MaxPreps",
            _TEXT,
            "maxpreps-home.txt",
            lambda book: maxpreps(book, "home"),
        ),
        Format(
            "maxpreps-away",
            "Away team's statistics for MaxPreps",
            _TEXT,
            "maxpreps-away.txt",
            lambda book: maxpreps(book, "away"),
        ),
        Format(
            "sportscode",
            "Plays on a Sportscode timeline",
            "application/xml; charset=utf-8",
            "sportscode.xml",
            sportscode,
            of_camera=True,
        ),
        Format(
            "webvtt",
            "Plays as chapters of the recording",
            "text/vtt; charset=utf-8",
            "chapters.vtt",
            webvtt,
            of_camera=True,
        ),
    )
}
