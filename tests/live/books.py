"""A small real set of books: one list of entries for each game, shared by several hubs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.problems import Problem
from server.updates import GameState, Json, Sections, Update


class MemoryBooks:
    """The log and its fold: the score is the number of entries, `last` shows the newest one.

    Sections: `scoreboard` {"score"}, `plays` (the last three seqs), `roster` (players without
    names), `proposals`. What `Books` asks for, and `append` for the tests.
    """

    def __init__(self) -> None:
        self.epoch = "log-1"
        self.entries: dict[str, list[Json]] = {}
        self.proposals: dict[str, list[Json]] = {}
        self.names: dict[str, str] = {"home-7": "Ann"}
        self.away = False

    def create(self, game_id: str) -> None:
        self.entries[game_id] = []
        self.proposals[game_id] = []

    def append(self, game_id: str, count: int = 1) -> Update:
        """Append durably; what a scorer would then publish."""
        log = self.entries[game_id]
        fresh = [{"seq": len(log) + 1 + n, "type": "note"} for n in range(count)]
        log.extend(fresh)
        return Update(game_id, self.epoch, len(log), tuple(fresh), self._sections(game_id))

    def _sections(self, game_id: str) -> dict[str, Any]:
        log = self._log(game_id)
        return {
            "scoreboard": {"score": len(log)},
            "plays": [entry["seq"] for entry in log[-3:]],
        }

    def _log(self, game_id: str) -> list[Json]:
        if game_id not in self.entries:
            raise Problem(404, "unknown-game", f"There is no game {game_id!r}.")
        return self.entries[game_id]

    async def state(self, game_id: str, *, names: bool = True) -> GameState:
        self._answer()
        sections = self._sections(game_id)
        sections["roster"] = {"home": [{"id": "home-7"}]}
        sections["proposals"] = list(self.proposals[game_id])
        return GameState(game_id, self.epoch, len(self._log(game_id)), sections)

    def _answer(self) -> None:
        if self.away:
            raise Problem(503, "log-unavailable", "The database does not answer.")

    async def log(self, game_id: str, after: int = 0) -> list[Json]:
        self._answer()
        return self._log(game_id)[after:]

    async def named(self, game_id: str, sections: Sections, *, hide: bool = False) -> Json:
        self._answer()
        named = dict(sections)
        roster: Mapping[str, Any] | None = sections.get("roster")
        if roster is not None and not hide:
            home = [{**player, "name": self.names.get(player["id"])} for player in roster["home"]]
            named["roster"] = {"home": home}
        return named
