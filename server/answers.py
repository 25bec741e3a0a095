"""What the books answer to whoever asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from server.game.calls import Call
from server.game.eventjson import to_json
from server.game.state import Game
from server.gamelog.log import GameRecord
from server.merging import Clash
from server.updates import Json, Update


@dataclass(frozen=True, slots=True)
class CreatedGame:
    game_id: str
    epoch: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A call's answer. again: nothing was written now, it had been answered before; or
    (merged) another desk had said the same, in `entries`.

    update, proposals: what viewers must be told. flags: what is open, in the answer to what
    closes a period or the game.
    """

    call_id: str
    entries: tuple[Json, ...]
    again: bool
    update: Update | None = None
    proposals: tuple[Json, ...] = ()
    merged: bool = False
    flags: tuple[Json, ...] | None = None

    def document(self) -> Json:
        found: Json = {"call_id": self.call_id, "entries": list(self.entries)}
        if self.merged:
            found["merged"] = True
        if self.flags is not None:
            found["flags"] = list(self.flags)
        return found


def conflict_json(call: Call, clash: Clash, theirs: tuple[Json, ...]) -> Json:
    """What the problem document `conflict` says besides: both sides, and what can be chosen.

    mine: what the call would write, or what it asked for where that has no meaning any more.
    """
    mine = [to_json(event) for event in clash.mine] or [asked_json(call)]
    return {
        "call_id": call.call_id,
        "why": clash.why,
        "mine": [{**document, "by": call.by} for document in mine],
        "theirs": list(theirs),
        "choices": list(clash.choices),
    }


def asked_json(call: Call) -> Json:
    """A call as it was asked, without what every call says of itself."""
    given = {field.name: getattr(call, field.name) for field in fields(call)}
    own = ("call_id", "by", "at", "base", "resolve", "tapped_at")
    document: Json = {n: v for n, v in given.items() if v is not None and n not in own}
    return document | ({"media": asdict(call.media)} if call.media else {})


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a sighting."""

    proposal: Json | None = None
    update: Update | None = None
    proposals: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class WholeGame:
    """A game as it is at one moment. A value: whoever asked may fold it in a thread of its own.

    names: by side and player id, those that may be shown.
    """

    record: GameRecord
    game: Game
    names: Mapping[str, str]
