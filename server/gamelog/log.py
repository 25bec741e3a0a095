"""What a log offers, and the values that go in and out. SQL and memory pass the same tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from server.game.entry import Entry
from server.game.rules import rules_of
from server.game.state import Game, new_game, replay
from server.gamelog.proposal import Changes, Label, Proposal

NO_CHANGES = Changes()


class Conflict(Exception):  # noqa: N818  (an answer, not a fault)
    """Somebody else wrote first: read again, decide again. Nothing was written."""


class GameExists(Exception):  # noqa: N818
    """A game of that id is there already."""


class LogUnavailable(Exception):  # noqa: N818
    """The database cannot be reached or stays locked; nothing is known to be written."""


@dataclass(frozen=True, slots=True)
class GameRecord:
    """What is fixed when a game is made. home, away: ids of the players, in roster order.

    rules: the name of a rule set, or the JSON text of a custom one.
    epoch: identity of this log; a viewer's place is `epoch:seq`.
    token_version: links made with an older one are refused.
    auto_accept: from which probability on a proposal needs nobody; None: each one does.
    clips: JSON of which plays get a clip, None for the usual ones.
    """

    game_id: str
    epoch: str
    rules: str
    home: tuple[str, ...]
    away: tuple[str, ...]
    created_at: datetime
    names_hidden: bool = False
    erased: bool = False
    token_version: int = 1
    auto_accept: float | None = None
    clips: str | None = None

    @property
    def players(self) -> dict[str, tuple[str, ...]]:
        """The ids of each side."""
        return {"home": self.home, "away": self.away}


def game_of(record: GameRecord, entries: Iterable[Entry]) -> Game:
    """The game of a record after its first entries."""
    return replay(new_game(rules_of(record.rules), record.home, record.away), entries)


@dataclass(frozen=True, slots=True)
class GameLine:
    """One line of the list of games. last_at: its last entry, or its making. teams: the names
    of `home` and `away` that are kept."""

    record: GameRecord
    seq: int
    last_at: datetime
    teams: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call that was answered: with the entries first_seq to last_seq."""

    call_id: str
    body_hash: str
    first_seq: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Orders:
    """What a writer asks for each time: how often the game's proposals have changed, and from
    which probability on they are accepted by nobody."""

    changes: int
    auto_accept: float | None


@dataclass(frozen=True, slots=True)
class Commit:
    """All that one call writes, together or not at all.

    entries: contiguous, the first follows the last one the writer saw.
    changes: what becomes of proposals with them.
    texts: what the call wrote, by key; the entries hold only the keys.
    """

    game_id: str
    call: CallRecord
    entries: tuple[Entry, ...]
    changes: Changes = NO_CHANGES
    texts: Mapping[str, str] = field(default_factory=dict)


class Log(Protocol):
    """Blocking; a game is used from one thread. Methods raise LogUnavailable when the store is."""

    def add_game(self, record: GameRecord, names: Mapping[str, str]) -> None:
        """Keep a new game. GameExists when the id is taken."""
        ...

    def game(self, game_id: str) -> GameRecord | None: ...

    def games(self) -> list[GameLine]:
        """Games that are not erased, newest first."""
        ...

    def entries(self, game_id: str, after: int = 0, upto: int | None = None) -> list[Entry]:
        """Entries with after < seq <= upto, in order."""
        ...

    def answered(self, game_id: str, call_id: str) -> CallRecord | None: ...

    def commit(self, commit: Commit) -> None:
        """Write durably, or raise Conflict."""
        ...

    def names(self, game_id: str) -> dict[str, str]:
        """Names by `home`, `away` and player id; texts by their keys."""
        ...

    def set_names(self, game_id: str, names: Mapping[str, str | None]) -> None:
        """Keep or (None) erase names."""
        ...

    def hide_names(self, game_id: str, hidden: bool) -> None: ...

    def revoke_tokens(self, game_id: str) -> None:
        """Raise the version that tokens of the game must have."""
        ...

    def erase(self, game_id: str) -> None:
        """Erase every name, text, still and label of a game and mark it; its entries stay."""
        ...

    def set_auto_accept(self, game_id: str, threshold: float | None) -> None:
        """From which probability on proposals of a game are accepted by nobody; None: never."""
        ...

    def set_clips(self, game_id: str, rules: str | None) -> None:
        """Which plays of a game get a clip; None: the usual ones."""
        ...

    def proposal(self, game_id: str, proposal_id: str) -> Proposal | None: ...

    def proposals(self, game_id: str, status: str | None = None) -> list[Proposal]:
        """Proposals of a game, oldest first."""
        ...

    def proposals_of(self, game_id: str, seqs: Iterable[int]) -> list[Proposal]:
        """Those that became one of these entries, oldest first."""
        ...

    def newest_proposals(self, game_id: str, most: int) -> list[Proposal]:
        """At most so many, of whatever status, oldest first."""
        ...

    def standing_orders(self, game_id: str) -> Orders: ...

    def change(self, game_id: str, changes: Changes, seq_seen: int | None = None) -> None:
        """Change proposals without an entry. Conflict when a proposal had not the status that
        was expected, one came that the writer did not know of, or the log went past `seq_seen`."""
        ...

    def still(self, game_id: str, proposal_id: str) -> bytes | None:
        """The picture (JPEG) that is kept of a proposal."""
        ...

    def erase_stills(self, game_id: str) -> None: ...

    def labels(self, game_id: str | None = None, most: int | None = None) -> list[Label]:
        """Labels of one game or of all, oldest first; most: of each type, the newest."""
        ...

    def watch(self, game_id: str, camera: str, at: datetime) -> None:
        """A camera looked at the game at wall time `at`."""
        ...

    def watched_at(self, game_id: str) -> datetime | None:
        """When a camera last looked, or None."""
        ...

    def close(self) -> None: ...
