"""What can be read of a game. Blocking, on the books' thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from server.answers import WholeGame
from server.clock import Clock
from server.game.events import Finalized
from server.gamelog.codec import entry_json
from server.gamelog.log import GameRecord, Log
from server.people import People
from server.shelf import Shelf
from server.updates import GameState, Json

# What a database's integer holds; no game is that long.
SEQ_LIMIT = 2**31 - 1


class Reading:
    """Answers without writing; caught up with the log first."""

    def __init__(self, log: Log, shelf: Shelf, people: People, clock: Clock) -> None:
        self._log = log
        self._shelf = shelf
        self._people = people
        self._clock = clock

    def record(self, game_id: str) -> GameRecord:
        return self._shelf.require(game_id)

    def state(self, game_id: str, names: bool) -> GameState:
        state = self._shelf.caught_up(game_id).state()
        if not names:
            return state
        return replace(state, sections=self._people.named(game_id, state.sections, hide=False))

    def boxscore(self, game_id: str, hide: bool) -> Json:
        sections = self._shelf.caught_up(game_id).sections()
        box: Json = self._people.named(game_id, {"boxscore": sections["boxscore"]}, hide)[
            "boxscore"
        ]
        return box

    def plays(self, game_id: str, hide: bool = False) -> list[Json]:
        plays = self._shelf.caught_up(game_id).plays()
        return list(self._people.named(game_id, {"plays": plays}, hide)["plays"])

    def whole(self, game_id: str, hide: bool) -> WholeGame:
        game = self._shelf.caught_up(game_id).game
        return WholeGame(self._shelf.require(game_id), game, self._people.names(game_id, hide))

    def entries(self, game_id: str, after: int, names: bool, hide: bool) -> list[Json]:
        self._shelf.require(game_id)
        after = min(max(0, after), SEQ_LIMIT)
        entries = [entry_json(entry) for entry in self._log.entries(game_id, after)]
        if not names:
            return entries
        return list(self._people.named(game_id, {"entries": entries}, hide)["entries"])

    def idle(self, older_than: timedelta) -> list[tuple[str, Json]]:
        """The games that nobody touched for so long, each with the call that ends it."""
        found = []
        limit = self._clock.now() - older_than
        for line in self._log.games():
            game_id = line.record.game_id
            # A game that has not begun was made for another day; it is not running.
            if line.last_at >= limit or line.seq == 0:
                continue
            last = self._log.entries(game_id, after=line.seq - 1)
            if last and isinstance(last[-1].event, Finalized):
                continue
            if not self._shelf.caught_up(game_id).game.progress.final:
                call_id = f"idle-{line.seq}"
                found.append((game_id, {"call_id": call_id, "type": "finalize"}))
        return found
