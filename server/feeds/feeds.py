"""The feeds that can be read, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from server.feeds import euroleague, fiba_livestats, nba_live, nba_stats_v2
from server.feeds.told import FeedError, Told

READERS: Mapping[str, Callable[[Path], Told]] = {
    nba_live.NAME: nba_live.read,
    nba_stats_v2.NAME: nba_stats_v2.read,
    euroleague.NAME: euroleague.read,
    fiba_livestats.NAME: fiba_livestats.read,
}


def read(feed: str, folder: Path) -> Told:
    """The game in `folder`. FeedError when a file is missing, broken or of another shape."""
    if not folder.is_dir():
        raise FeedError(f"{folder} is no game folder")
    try:
        return READERS[feed](folder)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise FeedError(f"{folder} is not a whole {feed} game ({why})") from error
