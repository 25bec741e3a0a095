"""A log in memory: for tests and for trying things out. Gone when the process ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from server.game.entry import Entry
from server.game.events import SIDES
from server.gamelog.log import (
    CallRecord,
    Commit,
    Conflict,
    GameExists,
    GameLine,
    GameRecord,
    Orders,
)
from server.gamelog.proposal import MOST_STILLS, Changes, Label, Proposal


@dataclass(slots=True)
class _Shelf:
    """Everything of one game."""

    record: GameRecord
    names: dict[str, str]
    entries: list[Entry] = field(default_factory=list)
    calls: dict[str, CallRecord] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    changes: int = 0
    stills: dict[str, bytes] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    watched: dict[str, datetime] = field(default_factory=dict)


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
        self.change(commit.game_id, commit.changes)
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

    def set_auto_accept(self, game_id: str, threshold: float | None) -> None:
        shelf = self._shelves[game_id]
        shelf.record = replace(shelf.record, auto_accept=threshold)

    def set_clips(self, game_id: str, rules: str | None) -> None:
        shelf = self._shelves[game_id]
        shelf.record = replace(shelf.record, clips=rules)

    def revoke_tokens(self, game_id: str) -> None:
        shelf = self._shelves[game_id]
        shelf.record = replace(shelf.record, token_version=shelf.record.token_version + 1)

    def erase(self, game_id: str) -> None:
        shelf = self._shelves[game_id]
        for kept in (shelf.names, shelf.stills, shelf.labels):
            kept.clear()
        shelf.record = replace(shelf.record, erased=True)

    def proposal(self, game_id: str, proposal_id: str) -> Proposal | None:
        shelf = self._shelves.get(game_id)
        return None if shelf is None else shelf.proposals.get(proposal_id)

    def proposals(self, game_id: str, status: str | None = None) -> list[Proposal]:
        shelf = self._shelves.get(game_id)
        found = [] if shelf is None else list(shelf.proposals.values())
        return [p for p in found if status is None or p.status == status]

    def proposals_of(self, game_id: str, seqs: Iterable[int]) -> list[Proposal]:
        wanted = set(seqs)
        return [p for p in self.proposals(game_id) if p.seq in wanted]

    def newest_proposals(self, game_id: str, most: int) -> list[Proposal]:
        return self.proposals(game_id)[-most:]

    def standing_orders(self, game_id: str) -> Orders:
        shelf = self._shelves[game_id]
        return Orders(shelf.changes, shelf.record.auto_accept)

    def change(self, game_id: str, changes: Changes, seq_seen: int | None = None) -> None:
        shelf = self._shelves[game_id]
        if seq_seen not in (None, len(shelf.entries)):
            raise Conflict("the log went on")
        if changes.seen not in (None, shelf.changes):
            raise Conflict("a proposal arrived or was answered")
        for settled in changes.settles:
            kept = shelf.proposals.get(settled.proposal.proposal_id)
            if kept is None or kept.status != settled.was:
                raise Conflict(f"proposal {settled.proposal.proposal_id} is answered")
        shelf.changes += changes.adds is not None or bool(changes.settles)
        if changes.adds is not None:
            shelf.proposals[changes.adds.proposal_id] = changes.adds
            if changes.still is not None:
                shelf.stills[changes.adds.proposal_id] = changes.still
                while len(shelf.stills) > MOST_STILLS:
                    del shelf.stills[next(iter(shelf.stills))]
        for settled in changes.settles:
            shelf.proposals[settled.proposal.proposal_id] = settled.proposal
        for label_id in changes.unlabels:
            shelf.labels.pop(label_id, None)
        for label in changes.labels:
            shelf.labels.pop(label.label_id, None)
            shelf.labels[label.label_id] = label

    def still(self, game_id: str, proposal_id: str) -> bytes | None:
        shelf = self._shelves.get(game_id)
        return None if shelf is None else shelf.stills.get(proposal_id)

    def erase_stills(self, game_id: str) -> None:
        self._shelves[game_id].stills.clear()

    def labels(self, game_id: str | None = None, most: int | None = None) -> list[Label]:
        found = [
            label
            for game, shelf in self._shelves.items()
            if game_id in (None, game)
            for label in shelf.labels.values()
        ]
        found.sort(key=lambda label: (label.at, label.label_id))
        if most is None:
            return found
        kept = {
            (label.type, label.label_id)
            for kind in {label.type for label in found}
            for label in [one for one in found if one.type == kind][-most:]
        }
        return [label for label in found if (label.type, label.label_id) in kept]

    def watch(self, game_id: str, camera: str, at: datetime) -> None:
        self._shelves[game_id].watched[camera] = at

    def watched_at(self, game_id: str) -> datetime | None:
        shelf = self._shelves.get(game_id)
        return None if shelf is None else max(shelf.watched.values(), default=None)

    def close(self) -> None:
        """Nothing to let go of."""
