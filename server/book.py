"""One open game: its folds, advanced as the log grows. A cache; the log is the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from server.game.entry import Entry
from server.game.state import evolve, replay
from server.gamelog.codec import entry_json
from server.gamelog.log import GameRecord, Proposal, game_of
from server.projections.corrected import text_of_correction
from server.projections.sheet import Sheet
from server.referee import goes_in
from server.updates import GameState, Json, Update

# A longer tail is folded at once instead of entry by entry.
_TAIL = 50


class Book:
    """Not for two threads at once."""

    def __init__(self, record: GameRecord, entries: Sequence[Entry]) -> None:
        self.record = record
        self._players = record.players
        self.game = game_of(record, entries)
        # The game before the entries that were followed last.
        self._before = self.game
        self._sheet = Sheet(self.game, self._players)
        self._rules = self.game.rules.document()
        self.waiting: tuple[Proposal, ...] = ()
        self.proposals_seen = 0
        self._sections: dict[str, Any] | None = None

    def follow(self, entries: Sequence[Entry]) -> None:
        """Take in what the log has beyond what is known here."""
        if not entries:
            return
        self._sections = None
        self._before = self.game
        if len(entries) > _TAIL:
            self.game = replay(self.game, entries)
            self._sheet = Sheet(self.game, self._players)
            return
        fits = True
        for entry in entries:
            self.game = evolve(self.game, entry)
            fits = fits and self._sheet.advance(self.game, entry)
        if not fits:
            self._sheet = Sheet(self.game, self._players)

    def know(self, waiting: Sequence[Proposal], seen: int) -> None:
        """Remember the proposals that wait, out of `seen` ever made."""
        self.proposals_seen = seen
        if self.waiting != tuple(waiting):
            self.waiting = tuple(waiting)
            self._sections = None

    def sections(self) -> dict[str, Any]:
        """All sections, without names."""
        if self._sections is None:
            self._sections = {
                **self._sheet.sections(),
                "rules": self._rules,
                "proposals": [proposal_json(proposal) for proposal in self.waiting],
            }
        return self._sections

    def state(self) -> GameState:
        record = self.record
        return GameState(record.game_id, record.epoch, self.game.seq, self.sections())

    def update(self, entries: Sequence[Entry], before: dict[str, Any]) -> Update:
        """What viewers get for entries just followed; before: the sections until then."""
        changed = {n: s for n, s in self.sections().items() if before.get(n) != s}
        documents = tuple(self._told(entry) for entry in entries)
        record = self.record
        return Update(record.game_id, record.epoch, self.game.seq, documents, changed)

    def plays(self) -> list[Json]:
        return self._sheet.plays()

    def _told(self, entry: Entry) -> Json:
        """The entry with what it corrected in words, so that no score jumps silently."""
        text = text_of_correction(self._before, self.game, entry)
        return entry_json(entry) if text is None else {**entry_json(entry), "text": text}


def proposal_json(proposal: Proposal) -> Json:
    """The proposal as clients get it. made: what is proposed; probability: that it went in."""
    return {
        "id": proposal.proposal_id,
        "type": proposal.type,
        "made": goes_in(proposal),
        "value": proposal.value,
        "probability": round(proposal.made, 4),
        "score": round(proposal.score, 4),
        "media": {"camera": proposal.camera, "s": proposal.rim_s},
        "start_s": proposal.start_s,
        "end_s": proposal.end_s,
        "created_at": proposal.created_at.isoformat(),
        "team": None,
        "player": None,
        "status": proposal.status,
        "call_id": proposal.call_id,
    }
