"""A told game with numbers on its shirts that every server takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from server.feeds.told import Doubt, Reading, Side, Step, Told

_NUMBER = re.compile(r"[0-9A-Za-z]{1,4}")
_WHO = ("player", "player_in", "player_out", "drawn_by")


def renumbered(told: Told) -> Told:
    """Players whose ids are no shirt numbers (feeds without them) get free ones."""
    ids: dict[str, str] = {}
    for side, team in told.sides.items():
        ids |= _numbers(side, team)
    sides = {
        side: replace(team, players=tuple(replace(p, id=ids[p.id]) for p in team.players))
        for side, team in told.sides.items()
    }
    otherwise = (Reading(way.why, _steps(way.steps, ids)) for way in told.otherwise)
    doubts = (Doubt(d.why, frozenset(ids[p] for p in d.players)) for d in told.doubts)
    return replace(
        told,
        sides=sides,
        steps=_steps(told.steps, ids),
        otherwise=tuple(otherwise),
        doubts=tuple(doubts),
    )


def number_of(player: str) -> str:
    """The shirt number in an id: `7` of `home-7`."""
    return player.partition("-")[2]


def _numbers(side: str, team: Side) -> dict[str, str]:
    said = {player.id: number_of(player.id) for player in team.players}
    worn = {number for number in said.values() if _NUMBER.fullmatch(number)}
    free = (str(number) for number in range(1, 10_000) if str(number) not in worn)
    return {
        player: f"{side}-{number if number in worn else next(free)}"
        for player, number in said.items()
    }


def _steps(steps: tuple[Step, ...], ids: Mapping[str, str]) -> tuple[Step, ...]:
    return tuple(replace(step, body=_body(step.body, ids)) for step in steps)


def _body(body: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    found = {**body, **{name: ids[body[name]] for name in _WHO if name in body}}
    if "players" in body:
        found["players"] = [ids[player] for player in body["players"]]
    return found
