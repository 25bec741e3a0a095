"""Plays a told game the way a live one is played: decide, commit to a log, evolve."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.feeds.league import league_text
from server.feeds.told import Step, Told
from server.game.calls import IllegalCall, MalformedCall, parse
from server.game.decide import decide
from server.game.entry import Entry
from server.game.state import Game, evolve, new_game
from server.gamelog.log import CallRecord, Commit, GameRecord, Log

BY = "replay"
# What a call says beyond the fact itself.
DETAILS = ("links", "tags", "nth", "of", "drawn_by", "throws", "x_m", "y_m")


@dataclass(frozen=True, slots=True)
class Played:
    """refused: the calls that the rules would not take, in words. bared: those that they took
    only without their details or their parent."""

    game: Game
    players: Mapping[str, tuple[str, ...]]
    refused: tuple[str, ...]
    bared: tuple[str, ...] = ()


def play(told: Told, log: Log, at: datetime) -> Played:
    """Say every step. The game in `log` gets the id of the feed's; GameExists when it is there.

    at: the wall time of every entry; the clock of the game is in the steps.
    """
    players = {side: tuple(p.id for p in team.players) for side, team in told.sides.items()}
    game = new_game(told.rules, players["home"], players["away"])
    log.add_game(
        GameRecord(
            told.game,
            told.game,
            league_text(told.league),
            players["home"],
            players["away"],
            created_at=at,
        ),
        {},
    )
    keys: dict[str, int] = {}
    refused, bared = [], []
    for number, step in enumerate(told.steps, 1):
        body: dict[str, Any] = {"call_id": f"{told.feed}-{number}", **step.body}
        if step.parent is not None and step.parent in keys:
            body["links"] = keys[step.parent]
        for tried in plainer(body):
            try:
                game = _say(game, told.game, tried, log, at)
            except (IllegalCall, MalformedCall) as why:
                refusal = f"{short(step)}: {why}"
            else:
                if tried is not body:
                    bared.append(refusal)
                if step.key is not None:
                    keys[step.key] = game.seq
                break
        else:
            refused.append(refusal)
    return Played(game, players, tuple(refused), tuple(bared))


def plainer(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A call as it was told, then without its parent, then without any detail: a feed names
    parents that cannot be ones, and what happened is told all the same."""
    yield body
    for left in (("links",), DETAILS):
        if body.keys() & set(left):
            yield {name: value for name, value in body.items() if name not in left}


def _say(game: Game, game_id: str, body: Mapping[str, Any], log: Log, at: datetime) -> Game:
    call = parse(body, BY, at)
    events = decide(game, call)
    entries = tuple(
        Entry(game.seq + n, event, BY, at, call.call_id) for n, event in enumerate(events, 1)
    )
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    record = CallRecord(call.call_id, digest, entries[0].seq, entries[-1].seq)
    log.commit(Commit(game_id, record, entries))
    for entry in entries:
        game = evolve(game, entry)
    return game


def short(step: Step) -> str:
    said = step.body
    return " ".join(str(said[k]) for k in ("type", "team", "player", "clock_ms") if k in said)
