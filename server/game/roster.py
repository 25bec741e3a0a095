"""Whom a call means: `home-7`, or `7` together with a team."""

from __future__ import annotations

from server.game.calls import Call, IllegalCall
from server.game.events import SIDES
from server.game.state import Game


def team_of(team: str | None) -> str:
    """The side, or IllegalCall `unknown-team`."""
    if team not in SIDES:
        raise IllegalCall("unknown-team", f"team must be home or away, not {team!r}")
    return str(team)


def player_of(game: Game, team: str, named: str) -> str:
    """The id of a player of `team` named by id, "7" or "#7", or IllegalCall `unknown-player`.

    Numbers are strings: "0" and "00" are two players.
    """
    players = game.players[team]
    if named in players:
        return named
    by_number = f"{team}-{named.removeprefix('#')}"
    if by_number in players:
        return by_number
    raise IllegalCall("unknown-player", f"{team} has no player {named!r}")


def player_and_team(game: Game, call: Call) -> tuple[str, str | None]:
    """Team and player of a call. A player's id alone tells the team, a number does not."""
    if call.team is not None:
        team = team_of(call.team)
        return team, None if call.player is None else player_of(game, team, call.player)
    if call.player is None:
        raise IllegalCall("unknown-team", f"{call.type} needs a team or a player")
    for team in SIDES:
        if call.player in game.players[team]:
            return team, call.player
    raise IllegalCall("unknown-player", f"no player {call.player!r}; a number needs its team")
