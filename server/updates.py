"""What a viewer gets: the state of a game as sections of JSON, whole or changed.

Sections carry roster ids and numbers, never names: they are what Redis may hold. Names are
put in on the way out, by `Scorer.named`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Sections = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """What one committed call changed.

    epoch: the identity of the log; `seq` is contiguous within it.
    seq: the last entry of this update, so its first one is `seq - len(entries) + 1`.
    entries: the entries of the call as JSON, oldest first.
    sections: the sections of the state that changed, each whole, without names.
    """

    game_id: str
    epoch: str
    seq: int
    entries: tuple[Json, ...]
    sections: Sections


@dataclass(frozen=True, slots=True)
class GameState:
    """Everything a new viewer needs: all sections as they are after entry `seq`."""

    game_id: str
    epoch: str
    seq: int
    sections: Sections

    def document(self) -> Json:
        """The answer to GET /api/v1/games/{game}: the scoreboard with its place in the log."""
        place = {"game_id": self.game_id, "epoch": self.epoch, "seq": self.seq}
        return {**place, **self.sections["scoreboard"], **self.sections["settings"]}


# Called after the durable append, in the order of the log.
Publish = Callable[[str, Update], Awaitable[None]]
# A message without a sequence (`proposal`, `roster`), for everyone who watches the game.
Announce = Callable[[str, Json], Awaitable[None]]
