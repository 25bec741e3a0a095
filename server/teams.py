"""Teams and people: request bodies about them, and their names put into the state."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from server.clips.rules import BadClipRules, ClipRules
from server.game.customrules import document_text
from server.game.events import SIDES
from server.game.rules import RULES, BadRules
from server.gamelog.texts import with_texts
from server.problems import Problem
from server.updates import Json, Sections

NAME_LIMIT = 80
# Less than that is not worth an entry that nobody checked.
LEAST_AUTO = 0.5
PLAYERS_LIMIT = 60
GAME_ID = re.compile(r"[a-z0-9-]{1,32}")
NUMBER = re.compile(r"[0-9A-Za-z]{1,4}")
DEFAULT_NAMES = {"home": "Home", "away": "Away"}


@dataclass(frozen=True, slots=True)
class TeamsBody:
    """A checked body. rules: as in a game's record, a name or a document's text.

    players: ids of each side in the order given; names: by side and id; None erases. What was
    not mentioned is absent. auto_accept: None for no change, 0 for never. clips: what becomes of
    the rules that the game has, None for no change.
    """

    game_id: str | None = None
    rules: str = "fiba"
    names_hidden: bool | None = None
    players: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str | None] = field(default_factory=dict)
    auto_accept: float | None = None
    clips: Callable[[ClipRules], ClipRules] | None = None


def read_new_game(body: object) -> TeamsBody:
    """The body of POST /games. Problem 422."""
    given = _object("the body", body, {"game_id", "rules", "home", "away", "names_hidden"})
    game_id = given.get("game_id")
    if game_id is not None and not (isinstance(game_id, str) and GAME_ID.fullmatch(game_id)):
        raise _malformed("game_id must be 1 to 32 of a-z, 0-9 and -")
    return _teams(given, game_id, _rules(given.get("rules")))


def read_patch_game(body: object) -> TeamsBody:
    """The body of PATCH /games/{game}. Problem 422."""
    given = _object("the body", body, {"home", "away", "names_hidden", "auto_accept", "clips"})
    asked = _teams(given, None, "")
    if "auto_accept" in given:
        asked = replace(asked, auto_accept=_auto_accept(given))
    return replace(asked, clips=_clips(given["clips"])) if "clips" in given else asked


def read_patch_player(body: object) -> str | None:
    """The body of PATCH /games/{game}/players/{player}: the new name, None for none."""
    given = _object("the body", body, {"name"})
    if "name" not in given:
        raise Problem(422, "missing-field", "name is missing")
    return _name("name", given["name"])


def team_names(names: Mapping[str, str]) -> dict[str, str]:
    """The names of the teams alone: what is left of a game that hides its players."""
    return {side: names[side] for side in SIDES if side in names}


def with_names(sections: Sections, names: Mapping[str, str], players_too: bool) -> Json:
    """Copies of the sections with names where they belong; the originals stay without.

    What people wrote may name a player, so it is shown when players' names are.
    """
    found: Json = dict(sections)
    for part in ("scoreboard", "roster", "boxscore"):
        if part in found:
            found[part] = {
                **found[part],
                **{side: _named(side, found[part][side], names, players_too) for side in SIDES},
            }
    texts = names if players_too else {}
    return found | {
        part: with_texts(found[part], texts) for part in ("plays", "entries") if part in found
    }


def _named(side: str, team: Json, names: Mapping[str, str], players_too: bool) -> Json:
    named = {**team, "name": names.get(side, DEFAULT_NAMES[side])}
    if "players" in team:
        named["players"] = [
            {**player, "name": names.get(player["id"]) if players_too else None}
            for player in team["players"]
        ]
    return named


def _rules(asked: object) -> str:
    """What stands for the rules in a game's record: a name, or a league's document as text."""
    if asked is None:
        return "fiba"
    try:
        return asked if isinstance(asked, str) and asked in RULES else document_text(asked, RULES)
    except BadRules as bad:
        raise Problem(422, bad.type, bad.detail) from None


def _auto_accept(given: Mapping[str, Any]) -> float:
    """The probability from which on proposals need nobody; 0: each one does."""
    asked = given["auto_accept"]
    if asked is None:
        return 0.0
    if not isinstance(asked, int | float) or isinstance(asked, bool):
        raise _malformed("auto_accept must be a number or null")
    if not LEAST_AUTO <= asked <= 1:
        raise _malformed(f"auto_accept must be {LEAST_AUTO} to 1, or null for never")
    return float(asked)


def _clips(asked: object) -> Callable[[ClipRules], ClipRules]:
    """The change that was asked for, tried out so that it is refused here."""
    try:
        ClipRules().changed(asked)
    except BadClipRules as bad:
        raise _malformed(str(bad)) from None
    return lambda rules: rules.changed(asked)


def _teams(given: Mapping[str, Any], game_id: str | None, rules: str) -> TeamsBody:
    hidden = given.get("names_hidden")
    if hidden is not None and not isinstance(hidden, bool):
        raise _malformed("names_hidden must be true or false")
    players: dict[str, tuple[str, ...]] = {}
    names: dict[str, str | None] = {}
    for side in SIDES:
        if given.get(side) is not None:
            team = _object(side, given[side], {"name", "players"})
            if "name" in team:
                names[side] = _name(f"{side}.name", team["name"])
            players[side] = _players(side, team.get("players", []), names)
    return TeamsBody(game_id, rules, hidden, players, names)


def _players(side: str, listed: object, names: dict[str, str | None]) -> tuple[str, ...]:
    if not isinstance(listed, list) or len(listed) > PLAYERS_LIMIT:
        raise _malformed(f"{side}.players must be a list of at most {PLAYERS_LIMIT}")
    ids: dict[str, None] = {}
    for item in listed:
        player = _object(f"a player of {side}", item, {"number", "name"})
        number = player.get("number")
        if not (isinstance(number, str) and NUMBER.fullmatch(number)):
            raise _malformed('number must be a string of 1 to 4 letters or digits, like "00"')
        player_id = f"{side}-{number}"
        if player_id in ids:
            raise Problem(422, "duplicate-number", f"{side} has two players with number {number}")
        ids[player_id] = None
        if "name" in player:
            names[player_id] = _name(f"name of {player_id}", player["name"])
    return tuple(ids)


def _object(what: str, value: object, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _malformed(f"{what} must be a JSON object")
    unknown = {str(name) for name in value} - known
    if unknown:
        raise Problem(422, "unknown-field", f"{what} has no field {', '.join(sorted(unknown))}")
    return value


def _name(what: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > NAME_LIMIT or "\x00" in value:
        raise _malformed(f"{what} must be text of at most {NAME_LIMIT} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _malformed(f"{what} is no valid text") from None
    return value.strip() or None


def _malformed(detail: str) -> Problem:
    return Problem(422, "malformed", detail)
