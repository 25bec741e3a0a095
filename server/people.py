"""The people of a game: its teams, players and their names. Blocking, on the books' thread."""

from __future__ import annotations

from collections.abc import Callable

from server.answers import CreatedGame
from server.clips.rules import clip_rules, rules_text
from server.clock import Clock
from server.game.events import Amended, Note
from server.game.rules import rules_of
from server.game.state import Game
from server.gamelog.log import GameExists, GameRecord, Log
from server.gamelog.texts import naming
from server.problems import Problem
from server.rulings import Rulings
from server.shelf import Shelf
from server.teams import (
    DEFAULT_NAMES,
    GAME_ID,
    read_new_game,
    read_patch_game,
    read_patch_player,
    team_names,
    with_names,
)
from server.updates import Json, Sections, Update


class People:
    """Who plays, and what they are called; names live beside the log, never in it."""

    def __init__(
        self, log: Log, shelf: Shelf, rulings: Rulings, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._log = log
        self._shelf = shelf
        self._rulings = rulings
        self._clock = clock
        self._new_id = new_id

    def create_game(self, body: object) -> CreatedGame:
        asked = read_new_game(body)
        record = GameRecord(
            game_id=asked.game_id or self._new_id(),
            epoch=self._new_id(),
            rules=asked.rules,
            home=asked.players.get("home", ()),
            away=asked.players.get("away", ()),
            created_at=self._clock.now(),
            names_hidden=bool(asked.names_hidden),
        )
        names = {who: name for who, name in asked.names.items() if name is not None}
        try:
            self._log.add_game(record, names)
        except GameExists:
            raise Problem(409, "game-exists", f"there is a game {record.game_id}") from None
        return CreatedGame(record.game_id, record.epoch)

    def games(self) -> list[Json]:
        return [
            {
                "game_id": line.record.game_id,
                "rules": rules_of(line.record.rules).name,
                "created_at": line.record.created_at.isoformat(),
                "last_at": line.last_at.isoformat(),
                "seq": line.seq,
                **{s: {"name": line.teams.get(s, name)} for s, name in DEFAULT_NAMES.items()},
            }
            for line in self._log.games()
        ]

    def token_version(self, game_id: str) -> int | None:
        record = self._log.game(game_id) if GAME_ID.fullmatch(game_id) else None
        return None if record is None or record.erased else record.token_version

    def revoke_tokens(self, game_id: str) -> None:
        self._shelf.require(game_id)
        self._log.revoke_tokens(game_id)

    def named(self, game_id: str, sections: Sections, hide: bool) -> Json:
        record = self._shelf.require(game_id)
        names = self._log.names(game_id)
        return with_names(sections, names, players_too=not (hide and record.names_hidden))

    def names(self, game_id: str, hide: bool) -> dict[str, str]:
        """Names by side and player id; of sides only when `hide` and the game hides them."""
        names = self._log.names(game_id)
        if hide and self._shelf.require(game_id).names_hidden:
            return team_names(names)
        return names

    def patch_game(self, game_id: str, body: object, by: str) -> tuple[Update, ...]:
        asked = read_patch_game(body)
        book = self._shelf.caught_up(game_id)
        updates = []
        for side, players in asked.players.items():
            for player in players:
                if player not in book.game.players[side]:
                    body = {"type": "roster_add", "team": side, "player": player}
                    answer = self._rulings.call(game_id, {**body, "call_id": self._new_id()}, by)
                    updates += [] if answer.update is None else [answer.update]
        self._log.set_names(game_id, asked.names)
        if asked.names_hidden is not None:
            self._log.hide_names(game_id, asked.names_hidden)
        if asked.auto_accept is not None:
            self._log.set_auto_accept(game_id, asked.auto_accept or None)
            self._shelf.catch_up(book)
        if asked.clips is not None:
            rules = asked.clips(clip_rules(self._shelf.require(game_id).clips))
            self._log.set_clips(game_id, rules_text(rules))
        return tuple(updates)

    def patch_player(self, game_id: str, player: str, body: object) -> tuple[Update, ...]:
        name = read_patch_player(body)
        self._require_player(game_id, player)
        self._log.set_names(game_id, {player: name})
        return ()

    def erase_player(self, game_id: str, player: str) -> tuple[Update, ...]:
        game = self._require_player(game_id, player)
        names = self._log.names(game_id)
        gone = [player, *_notes_about(game, player), *naming(names.get(player, ""), names)]
        self._log.set_names(game_id, dict.fromkeys(gone))
        # Nobody can tell who is in a picture of a game, so all of them go.
        self._log.erase_stills(game_id)
        return ()

    def erase_game(self, game_id: str) -> tuple[Update, ...]:
        self._shelf.require(game_id)
        self._log.erase(game_id)
        return ()

    def _require_player(self, game_id: str, player: str) -> Game:
        game = self._shelf.caught_up(game_id).game
        if not any(player in side for side in game.players.values()):
            raise Problem(404, "unknown-player", f"there is no player {player}")
        return game


def _notes_about(game: Game, player: str) -> list[str]:
    """The keys of what was written about a player."""
    said = (entry.event for entry in game.history.entries())
    notes = (event.event if isinstance(event, Amended) else event for event in said)
    return [note.text for note in notes if isinstance(note, Note) and note.player == player]
