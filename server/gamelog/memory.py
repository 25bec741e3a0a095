"""A log in memory: for tests and for trying things out. Gone when the process ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from server.game.entry import Entry
from server.game.events import SIDES
from server.gamelog.log import (
    CallRecord,
    Commit,
    Conflict,
    GameExists,
    GameLine,
    GameRecord,
    Proposal,
)


@dataclass(slots=True)
class _Shelf:
    """Everything of one game."""

    record: GameRecord
    names: dict[str, str]
    entries: list[Entry] = field(default_factory=list)
    calls: dict[str, CallRecord] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)


class MemoryLog:
    """Keeps what it is told. Reading or writing a game that was not added is a KeyError."""

    def __init__(self) -> None:
        self._shelves: dict[str, _Shelf] = {}

    def add_game(self, record: GameRecord, names: Mapping[str, str]) -> None:
        if record.game_id in self._shelves:
            raise GameExists(record.game_id)
        self._shelves[record.game_id] = _Shelf(record, dict(names))

    def game(self, game_id: str) -> GameRecord | None:
        shelf = self._shelves.get(game_id)
        return None if shelf is None else shelf.record

    def games(self) -> list[GameLine]:
        lines = [
            GameLine(
                shelf.record,
                len(shelf.entries),
                shelf.entries[-1].at if shelf.entries else shelf.record.created_at,
                {side: shelf.names[side] for side in SIDES if side in shelf.names},
            )
            for shelf in list(self._shelves.values())
            if not shelf.record.erased
        ]
        return sorted(
            lines, key=lambda line: (line.record.created_at, line.record.game_id), reverse=True
        )

    def entries(self, game_id: str, after: int = 0, upto: int | None = None) -> list[Entry]:
        shelf = self._shelves.get(game_id)
        return [] if shelf is None else shelf.entries[max(0, after) : upto]

    def answered(self, game_id: str, call_id: str) -> CallRecord | None:
        shelf = self._shelves.get(game_id)
        return None if shelf is None else shelf.calls.get(call_id)

    def commit(self, commit: Commit) -> None:
        shelf = self._shelves[commit.game_id]
        if commit.call.call_id in shelf.calls:
            raise Conflict(f"call {commit.call.call_id} is answered")
        if [e.seq for e in commit.entries] != [
            len(shelf.entries) + n for n in range(1, len(commit.entries) + 1)
        ]:
            raise Conflict("the log went on")
        if commit.proposals_seen not in (None, len(shelf.proposals)):
            raise Conflict("a proposal arrived")
        if commit.settles is not None:
            self.settle(commit.game_id, commit.settles)
        if commit.adds is not None:
            shelf.proposals[commit.adds.proposal_id] = commit.adds
        shelf.names.update(commit.texts)
        shelf.calls[commit.call.call_id] = commit.call
        shelf.entries.extend(commit.entries)

    def names(self, game_id: str) -> dict[str, str]:
        shelf = self._shelves.get(game_id)
        return {} if shelf is None else dict(shelf.names)

    def set_names(self, game_id: str, names: Mapping[str, str | None]) -> None:
        kept = self._shelves[game_id].names
        for who, name in names.items():
            if name is None:
                kept.pop(who, None)
            else:
                kept[who] = name

    def hide_names(self, game_id: str, hidden: bool) -> None:
        shelf = self._shelves[game_id]
        shelf.record = replace(shelf.record, names_hidden=hidden)

    def revoke_tokens(self, game_id: str) -> None:
        shelf = self._shelves[game_id]
        shelf.record = replace(shelf.record, token_version=shelf.record.token_version + 1)

    def erase(self, game_id: str) -> None:
        shelf = self._shelves[game_id]
        shelf.names.clear()
        shelf.record = replace(shelf.record, erased=True)

    def proposal(self, game_id: str, proposal_id: str) -> Proposal | None:
        shelf = self._shelves.get(game_id)
        return None if shelf is None else shelf.proposals.get(proposal_id)

    def proposals(self, game_id: str, status: str | None = None) -> list[Proposal]:
        shelf = self._shelves.get(game_id)
        found = [] if shelf is None else list(shelf.proposals.values())
        return [p for p in found if status is None or p.status == status]

    def proposal_count(self, game_id: str) -> int:
        return len(self.proposals(game_id))

    def add_proposal(self, game_id: str, proposal: Proposal, seq_seen: int) -> None:
        shelf = self._shelves[game_id]
        if len(shelf.entries) != seq_seen:
            raise Conflict("the log went on")
        shelf.proposals[proposal.proposal_id] = proposal

    def settle(self, game_id: str, proposal: Proposal) -> None:
        proposals = self._shelves[game_id].proposals
        kept = proposals.get(proposal.proposal_id)
        if kept is None or kept.status != "waiting":
            raise Conflict(f"proposal {proposal.proposal_id} is answered")
        proposals[proposal.proposal_id] = proposal

    def close(self) -> None:
        """Nothing to let go of."""
