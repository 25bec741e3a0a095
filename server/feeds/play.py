"""Plays a told game the way a live one is played: decide, commit to a log, evolve."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from server.feeds.told import Step, Told
from server.game.calls import IllegalCall, MalformedCall, parse
from server.game.decide import decide
from server.game.entry import Entry
from server.game.state import Game, evolve, new_game
from server.gamelog.log import CallRecord, Commit, GameRecord, Log

BY = "replay"


@dataclass(frozen=True, slots=True)
class Played:
    """refused: the calls that the rules would not take, in words."""

    game: Game
    players: Mapping[str, tuple[str, ...]]
    refused: tuple[str, ...]


def play(told: Told, log: Log, at: datetime) -> Played:
    """Say every step. The game in `log` gets the id of the feed's; GameExists when it is there.

    at: the wall time of every entry; the clock of the game is in the steps.
    """
    players = {side: tuple(p.id for p in team.players) for side, team in told.sides.items()}
    game = new_game(told.rules, players["home"], players["away"])
    log.add_game(
        GameRecord(
            told.game, told.game, told.rules.name, players["home"], players["away"], created_at=at
        ),
        {},
    )
    keys: dict[str, int] = {}
    refused = []
    for number, step in enumerate(told.steps, 1):
        body: dict[str, Any] = {"call_id": f"{told.feed}-{number}", **step.body}
        if step.parent is not None and step.parent in keys:
            body["links"] = keys[step.parent]
        try:
            game = _say(game, told.game, body, log, at)
        except (IllegalCall, MalformedCall) as why:
            refused.append(f"{_short(step)}: {why}")
            continue
        if step.key is not None:
            keys[step.key] = game.seq
    return Played(game, players, tuple(refused))


def _say(game: Game, game_id: str, body: Mapping[str, Any], log: Log, at: datetime) -> Game:
    call = parse(body, BY, at)
    try:
        events = decide(game, call)
    except IllegalCall as why:
        if why.type != "wrong-link":
            raise
        # The feed names a parent that cannot be one; what happened is told all the same.
        events = decide(game, replace(call, links=None))
    entries = tuple(
        Entry(game.seq + n, event, BY, at, call.call_id) for n, event in enumerate(events, 1)
    )
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    record = CallRecord(call.call_id, digest, entries[0].seq, entries[-1].seq)
    log.commit(Commit(game_id, record, entries))
    for entry in entries:
        game = evolve(game, entry)
    return game


def _short(step: Step) -> str:
    said = step.body
    return " ".join(str(said[k]) for k in ("type", "team", "player", "clock_ms") if k in said)
