"""The feeds that can be read, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from server.feeds import euroleague, fiba_livestats, nba_live, nba_stats_v2
from server.feeds.told import FeedError, Told


@dataclass(frozen=True, slots=True)
class Feed:
    """files: what a game folder must hold; others in it are passed over."""

    files: tuple[str, ...]
    read: Callable[[Path], Told]


READERS: Mapping[str, Feed] = {
    reader.NAME: Feed(reader.FILES, reader.read)
    for reader in (nba_live, nba_stats_v2, euroleague, fiba_livestats)
}


def read(feed: str, folder: Path) -> Told:
    """The game in `folder`. FeedError when a file is missing, broken or of another shape; it
    names the file and says what to do."""
    if not folder.is_dir():
        raise FeedError(f"{folder} is no folder; PATH is the folder with the files of one game")
    missing = _missing(feed, folder)
    if missing:
        fits = [other for other in READERS if not _missing(other, folder)]
        hint = f"it looks like a game of {fits[0]}" if fits else "fetch it again, or name another"
        needs = " and ".join(READERS[feed].files)
        raise FeedError(f"{folder / missing[0]} is missing; a game of {feed} has {needs} ({hint})")
    return READERS[feed].read(folder)


def _missing(feed: str, folder: Path) -> list[str]:
    return [name for name in READERS[feed].files if not (folder / name).is_file()]
