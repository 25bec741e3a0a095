"""What every feed becomes: a roster, calls in order, and the official box to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.feeds.league import rules_in
from server.game.rules import Rules


class FeedError(Exception):
    """A file that is missing, broken or not of this feed; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call. key: a name for its entry; parent: the key of the entry that it belongs to."""

    body: Mapping[str, Any]
    key: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Official:
    """A line of the official box. counts: the 15 columns; ms and plus_minus where it has them.

    team_rebounds: the team's own, where the box keeps them apart.
    without_own: columns of a team's line that hold its players' counts only.
    derived: what else the box has, by the names of server/feeds/derived.py.
    """

    counts: Mapping[str, int]
    ms: int | None = None
    plus_minus: int | None = None
    team_rebounds: int | None = None
    without_own: frozenset[str] = frozenset()
    derived: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """id: as in the log, `home-7`. official: None for somebody whom only the plays name."""

    id: str
    name: str
    official: Official | None = None


@dataclass(frozen=True, slots=True)
class Side:
    name: str
    players: tuple[Person, ...]
    official: Official


@dataclass(frozen=True, slots=True)
class Reading:
    """Another way to read the same events, one that a source is known to have used for its
    own box. why: what it did, as a sentence."""

    why: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """The feed contradicts itself about the minutes and plus/minus of some players."""

    why: str
    players: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """One game of a feed. league: its rules as a document (see league.py). steps: calls in the
    order in which they are said.

    otherwise, doubts: what may explain minutes and plus/minus that differ.
    unknown: words of the feed that this reader does not know, with how often they came.
    """

    feed: str
    game: str
    league: dict[str, Any]
    sides: Mapping[str, Side]
    steps: tuple[Step, ...]
    otherwise: tuple[Reading, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    unknown: Mapping[str, int] = field(default_factory=dict)

    @property
    def rules(self) -> Rules:
        return rules_in(self.league)
