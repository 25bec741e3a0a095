"""One open game: its folds, advanced as the log grows. A cache; the log is the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from server.game.entry import Entry
from server.game.state import Game, evolve, replay
from server.gamelog.codec import entry_json
from server.gamelog.log import GameRecord, Orders, game_of
from server.gamelog.proposal import Changes, Proposal
from server.projections.corrected import text_of_correction
from server.projections.sheet import Sheet
from server.referee import SHOTS, goes_in, proposed
from server.updates import GameState, Json, Update

# A longer tail is folded at once instead of entry by entry.
_TAIL = 50
# Proposals among which something that happened just now is looked for.
RECENT = 40


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
        self.recent: tuple[Proposal, ...] = ()
        self.orders = Orders(0, record.auto_accept)
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

    def know(self, waiting: Sequence[Proposal], recent: Sequence[Proposal], orders: Orders) -> None:
        """Remember the proposals that wait, and the newest of any status, oldest first."""
        self.recent = tuple(recent)
        if self.waiting != tuple(waiting) or self.orders.auto_accept != orders.auto_accept:
            self.waiting = tuple(waiting)
            self._sections = None
        self.orders = orders

    @property
    def unmet(self) -> list[Proposal]:
        """Accepted by nobody a while ago; whoever says the same now means these."""
        return [one for one in self.recent if one.automatic]

    def changed(self, changes: Changes) -> tuple[Json, ...]:
        """Take in what was written of proposals; those of which viewers must be told."""
        told = [settled.proposal for settled in changes.settles]
        if changes.adds is not None:
            told.append(changes.adds)
        if not told:
            return ()
        waiting = {one.proposal_id: one for one in self.waiting}
        recent = {one.proposal_id: one for one in self.recent}
        for one in told:
            if one.status == "waiting":
                waiting[one.proposal_id] = one
            else:
                waiting.pop(one.proposal_id, None)
            if one.proposal_id in recent or one is changes.adds:
                recent[one.proposal_id] = one
        orders = Orders(self.orders.changes + 1, self.orders.auto_accept)
        self.know(list(waiting.values()), list(recent.values())[-RECENT:], orders)
        return tuple(self.document(one) for one in told)

    def document(self, proposal: Proposal) -> Json:
        """The proposal as clients get it."""
        return proposal_json(self.record.game_id, proposal)

    def sections(self) -> dict[str, Any]:
        """All sections, without names."""
        if self._sections is None:
            self._sections = {
                **self._sheet.sections(),
                "rules": self._rules,
                "proposals": [self.document(proposal) for proposal in self.waiting],
                "settings": {"auto_accept": self.orders.auto_accept},
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

    def would_flag(self, game: Game) -> bool:
        """Would something be flagged in `game`, this one after more entries, that is not now?"""
        known = {(flag["type"], flag["seq"]) for flag in self.sections()["flags"]}
        flags = Sheet(game, self._players).sections()["flags"]
        return any((flag["type"], flag["seq"]) not in known for flag in flags)

    def plays(self) -> list[Json]:
        return self._sheet.plays()

    def _told(self, entry: Entry) -> Json:
        """The entry with what it corrected in words, so that no score jumps silently."""
        text = text_of_correction(self._before, self.game, entry)
        return entry_json(entry) if text is None else {**entry_json(entry), "text": text}


def proposal_json(game_id: str, proposal: Proposal) -> Json:
    """The proposal as clients get it. made: what is proposed; probability: that it went in."""
    fields = proposed(proposal)
    made, three = proposal.made, proposal.three
    still = f"/api/v1/games/{game_id}/proposals/{proposal.proposal_id}/still"
    happened = proposal.status in ("accepted", "absorbed")
    return {
        "id": proposal.proposal_id,
        "type": proposal.type,
        "made": goes_in(proposal) if proposal.type in SHOTS else None,
        "value": proposal.value,
        "probability": None if made is None else round(made, 4),
        "score": round(proposal.score, 4),
        "ask": proposal.ask,
        "team": fields["team"],
        "player": fields["player"],
        "home": None if proposal.home is None else round(proposal.home, 4),
        "players": [
            {"player": player, "probability": round(chance, 4)}
            for player, chance in proposal.players
        ],
        "three": None if three is None else round(three, 4),
        "kind": fields.get("kind"),
        "links": [] if proposal.parent is None else [proposal.parent],
        "parent_seq": proposal.parent_seq,
        "period": proposal.period,
        "clock_ms": proposal.clock_ms,
        "media": {"camera": proposal.camera, "s": proposal.at_s},
        "start_s": proposal.start_s,
        "end_s": proposal.end_s,
        "boxes": [{"label": label, "xyxy": list(xyxy)} for label, xyxy in proposal.boxes],
        "size": list(proposal.size),
        "still": still if proposal.still else None,
        "others": [
            {"camera": look.camera, "s": look.at_s, "score": round(look.score, 4)}
            for look in proposal.others
        ],
        "created_at": proposal.created_at.isoformat(),
        "happened_at": proposal.happened_at.isoformat(),
        "status": proposal.status,
        "call_id": proposal.call_id,
        "seq": proposal.seq if happened else None,
    }
