"""Who plays: the line-up, substitutions, and players who join while the game is on."""

from __future__ import annotations

from collections.abc import Iterable

from server.game.calls import Call, IllegalCall
from server.game.events import SIDES, Event, RosterAdded, Starters, Substitution, other
from server.game.place import Place
from server.game.roster import player_of, team_of
from server.game.state import Game

FIVE = 5


def starters(game: Game, call: Call, where: Place) -> Event:
    """One to five players of one team; who has no five yet says whom he knows."""
    named = call.players or ()
    team = _team_of_players(game, call.team, named)
    return Starters(**where.fields(), team=team, players=_five(game, team, named))


def substitution(game: Game, call: Call, where: Place) -> Event:
    """One for one, one coming or going, or all who are on the court afterwards."""
    one = [player for player in (call.player_in, call.player_out) if player is not None]
    if call.players is not None:
        if one:
            raise IllegalCall("value-outside-rules", "name players, or player_in and player_out")
        team = _team_of_players(game, call.team, call.players)
        players = _five(game, team, call.players)
        return Substitution(**where.fields(), team=team, players=players)
    if not one:
        raise IllegalCall(
            "unknown-player", "a substitution needs player_in, player_out or all players"
        )
    team = _team_of_players(game, call.team, one)
    coming = None if call.player_in is None else player_of(game, team, call.player_in)
    going = None if call.player_out is None else player_of(game, team, call.player_out)
    if coming == going:
        raise IllegalCall("same-player", "a player cannot be replaced by the same one")
    return Substitution(**where.fields(), team=team, player_in=coming, player_out=going)


def roster_add(game: Game, call: Call, where: Place) -> Event:
    """The event of a `roster_add` call."""
    team = team_of(call.team)
    player = _new_id(team, str(call.player).removeprefix(f"{team}-").removeprefix("#"))
    if player in game.players[team]:
        raise IllegalCall("player-exists", f"{player} is on the roster")
    return RosterAdded(**where.fields(), team=team, player=player)


def newcomers(game: Game, call: Call, team: str | None) -> tuple[tuple[str, str], ...]:
    """Side and id of players whom a call names as "#23" and who are not on the roster: they
    join with it.

    Nobody knows the opponents' roster in a youth game; a number that is typed without the hash
    stays a slip of the finger. Only digits: a name must not get into the log.

    team: whose players the call speaks of, None when it does not say.
    """
    one = [call.player, call.player_in, call.player_out, *(call.players or ())]
    own = [name for name in one if name is not None]
    team = _side_of(game, own) if team is None else team
    if team not in SIDES:
        return ()
    named = dict.fromkeys((team, name) for name in own)
    if call.drawn_by is not None:
        named[other(team), call.drawn_by] = None
    found = []
    for side, name in named:
        number = name[1:]
        if name.startswith("#") and f"{side}-{number}" not in game.players[side]:
            if not number.isdigit():
                raise IllegalCall("unknown-player", "who is new is named by digits, like #23")
            found.append((side, _new_id(side, number)))
    return tuple(found)


def _new_id(team: str, number: str) -> str:
    if not (1 <= len(number) <= 4 and number.isascii() and number.isalnum()):
        raise IllegalCall("unknown-player", "a number has one to four letters or digits")
    return f"{team}-{number}"


def _team_of_players(game: Game, team: str | None, named: Iterable[str]) -> str:
    """The side that was said, or that of the first player who was named by id."""
    return team_of(_side_of(game, named) if team is None else team)


def _side_of(game: Game, named: Iterable[str]) -> str | None:
    return next((side for p in named for side in SIDES if p in game.players[side]), None)


def _five(game: Game, team: str, named: Iterable[str]) -> tuple[str, ...]:
    players = tuple(player_of(game, team, player) for player in named)
    if len(set(players)) != len(players):
        raise IllegalCall("same-player", "a player is named twice")
    if not 1 <= len(players) <= FIVE:
        raise IllegalCall("value-outside-rules", "one to five players are on the court")
    return players
