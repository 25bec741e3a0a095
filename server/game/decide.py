"""Judging a call: the events it makes, or IllegalCall and nothing changes.

Refused is what has no meaning (unknown team, player or entry, a value outside the rules).
Whatever officials could let happen is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.game import corrections, events
from server.game.calls import Call, IllegalCall
from server.game.events import SIDES, Event
from server.game.links import fits, guess_parent
from server.game.place import Place, place
from server.game.roster import player_and_team, player_of, team_of
from server.game.state import Game

# The most that an adjustment may change a score by: more is a slip of the finger.
ADJUST_LIMIT = 200
# Overtimes are not bounded by any code; this only keeps a slip from making a period 10,000.
OVERTIME_LIMIT = 20


def decide(game: Game, call: Call) -> tuple[Event, ...]:
    """What the rules make of a call in this game."""
    if call.type in corrections.CORRECTIONS:
        return corrections.correct(game, call, judge)
    return (judge(game, call, guess=True),)


def judge(game: Game, call: Call, guess: bool) -> Event:
    """The one event of a call that is no correction.

    guess: find a link that was not said; False for a fact that is said anew by an amendment.
    """
    if call.type in _TIME:
        return _TIME[call.type](game, call)
    where = place(game, call)
    if call.type in _LINKED:
        return _linked(game, call, where, guess)
    return _PLAYS[call.type](game, call, where)


# Time


def _period_start(game: Game, call: Call) -> Event:
    _not_final(game)
    progress, rules = game.progress, game.rules
    period = progress.period + 1 if call.period is None else call.period
    last = max(rules.periods, progress.period + 1)
    if not 1 <= period <= last or period > rules.periods + OVERTIME_LIMIT:
        raise IllegalCall("unknown-period", f"there is no period {period} to start")
    if period <= progress.period:
        raise IllegalCall("period-exists", f"period {period} was started before")
    length_ms = rules.period_length_ms(period)
    clock_ms = _clock_within(game, period, length_ms if call.clock_ms is None else call.clock_ms)
    return events.PeriodStarted(period=period, clock_ms=clock_ms, media=call.media)


def _period_end(game: Game, call: Call) -> Event:
    period = _open_period(game, call)
    clock_ms = _clock_within(game, period, 0 if call.clock_ms is None else call.clock_ms)
    return events.PeriodEnded(period=period, clock_ms=clock_ms, media=call.media)


def _clock_start(game: Game, call: Call) -> Event:
    period = _open_period(game, call)
    return events.ClockStarted(period=period, clock_ms=_clock(game, call), media=call.media)


def _clock_stop(game: Game, call: Call) -> Event:
    period = _open_period(game, call)
    return events.ClockStopped(period=period, clock_ms=_clock(game, call), media=call.media)


def _clock_set(game: Game, call: Call) -> Event:
    period = _open_period(game, call)
    return events.ClockSet(period=period, clock_ms=_clock(game, call), media=call.media)


def _finalize(game: Game, call: Call) -> Event:
    _not_final(game)
    period = max(1, game.progress.period)
    clock_ms = game.progress.clock_ms_at(call.at)
    return events.Finalized(period=period, clock_ms=clock_ms, media=call.media)


def _not_final(game: Game) -> None:
    if game.progress.final:
        raise IllegalCall("game-final", "the game is final; void the finalize to go on")


def _open_period(game: Game, call: Call) -> int:
    _not_final(game)
    period = game.progress.period
    if not game.progress.period_open:
        raise IllegalCall("no-period", "no period is being played; start one first")
    if call.period is not None and call.period != period:
        raise IllegalCall("unknown-period", f"period {period} is being played, not {call.period}")
    return period


def _clock(game: Game, call: Call) -> int:
    if call.clock_ms is None:
        return game.progress.clock_ms_at(call.at)
    return _clock_within(game, game.progress.period, call.clock_ms)


def _clock_within(game: Game, period: int, clock_ms: int) -> int:
    length_ms = game.rules.period_length_ms(period)
    if not 0 <= clock_ms <= length_ms:
        raise IllegalCall(
            "clock-outside-period", f"clock_ms {clock_ms} is not between 0 and {length_ms}"
        )
    return clock_ms


# Plays


def _field_goal(game: Game, call: Call, where: Place) -> Event:
    team, player = player_and_team(game, call)
    value = 2 if call.value is None else call.value
    _one_of("value", value, game.rules.field_goal_values)
    return events.FieldGoal(
        **where.fields(),
        team=team,
        player=player,
        value=value,
        made=bool(call.made),
        x_m=call.x_m,
        y_m=call.y_m,
    )


def _linked(game: Game, call: Call, where: Place, guess: bool) -> Event:
    team, player = player_and_team(game, call)
    fields: dict[str, Any] = {**where.fields(), "team": team, "player": player}
    links = call.links
    if links is not None:
        unfit = _unfit(game, call, team, links)
        if unfit is not None and guess:
            raise unfit
        # An amendment does not choose the parent: one that was voided or changed since is let go.
        links = None if unfit is not None else links
    elif guess and where.is_now:
        links = guess_parent(game, call.type, team)
    fields["links"] = links
    if call.type == "free_throw":
        value = 1 if call.value is None else call.value
        _one_of("value", value, game.rules.free_throw_values)
        fields |= {"made": bool(call.made), "value": value}
    elif call.type == "turnover":
        fields["kind"] = call.kind
    elif call.type == "rebound":
        fields["kind"] = _rebound_kind(game, call, team, links)
    return _LINKED[call.type](**fields)


def _unfit(game: Game, call: Call, team: str, links: int) -> IllegalCall | None:
    """Why a fact of `team` cannot belong to entry `links`, or None."""
    entry = game.history.get(links)
    if entry is None:
        return IllegalCall("unknown-entry", f"there is no entry {links}")
    if not game.standing.stands(links):
        return IllegalCall("already-void", f"entry {links} is void")
    if not fits(call.type, team, game.standing.event(entry)):
        return IllegalCall("wrong-link", f"a {call.type} of {team} cannot belong to entry {links}")
    return None


def _rebound_kind(game: Game, call: Call, team: str, links: int | None) -> str:
    if call.kind is not None:
        _one_of("kind", call.kind, ("offensive", "defensive"))
        return call.kind
    entry = None if links is None else game.history.get(links)
    if entry is not None:
        shot = game.standing.event(entry)
        if isinstance(shot, events.Play) and shot.team == team:
            return "offensive"
    return "defensive"


def _foul(game: Game, call: Call, where: Place) -> Event:
    team, player = player_and_team(game, call)
    kind = "personal" if call.kind is None else call.kind
    _one_of("kind", kind, game.rules.foul_kinds)
    return events.Foul(**where.fields(), team=team, player=player, kind=kind)


def _jump_ball(game: Game, call: Call, where: Place) -> Event:
    team, player = player_and_team(game, call)
    return events.JumpBall(**where.fields(), team=team, player=player)


def _possession(game: Game, call: Call, where: Place) -> Event:
    return events.Possession(**where.fields(), team=team_of(call.team))


def _timeout(game: Game, call: Call, where: Place) -> Event:
    return events.Timeout(**where.fields(), team=team_of(call.team))


def _substitution(game: Game, call: Call, where: Place) -> Event:
    named = [player for player in (call.player_in, call.player_out) if player is not None]
    if not named:
        raise IllegalCall("unknown-player", "a substitution needs player_in or player_out")
    team = call.team
    if team is None:
        team = next((side for side in SIDES for p in named if p in game.players[side]), None)
    team = team_of(team)
    coming = None if call.player_in is None else player_of(game, team, call.player_in)
    going = None if call.player_out is None else player_of(game, team, call.player_out)
    if coming == going:
        raise IllegalCall("same-player", "a player cannot be replaced by the same one")
    return events.Substitution(**where.fields(), team=team, player_in=coming, player_out=going)


def _starters(game: Game, call: Call, where: Place) -> Event:
    named = call.players or ()
    team = call.team
    if team is None:
        team = next((side for side in SIDES for p in named if p in game.players[side]), None)
    team = team_of(team)
    players = tuple(player_of(game, team, player) for player in named)
    if len(set(players)) != len(players):
        raise IllegalCall("same-player", "a player is named twice")
    if not 1 <= len(players) <= 5:
        raise IllegalCall("value-outside-rules", "one to five players start")
    return events.Starters(**where.fields(), team=team, players=players)


def _roster_add(game: Game, call: Call, where: Place) -> Event:
    team = team_of(call.team)
    number = str(call.player).removeprefix(f"{team}-").removeprefix("#")
    if not (1 <= len(number) <= 4 and number.isascii() and number.isalnum()):
        raise IllegalCall("unknown-player", "a number has one to four letters or digits")
    player = f"{team}-{number}"
    if player in game.players[team]:
        raise IllegalCall("player-exists", f"{player} is on the roster")
    return events.RosterAdded(**where.fields(), team=team, player=player)


def _adjust(game: Game, call: Call, where: Place) -> Event:
    points = call.points or 0
    if points == 0 or abs(points) > ADJUST_LIMIT:
        raise IllegalCall(
            "value-outside-rules", f"points must be 1 to {ADJUST_LIMIT}, or less than 0"
        )
    team = team_of(call.team)
    return events.Adjusted(**where.fields(), team=team, points=points, text=call.text)


def _note(game: Game, call: Call, where: Place) -> Event:
    team, player = (None, None)
    if call.team is not None or call.player is not None:
        team, player = player_and_team(game, call)
    return events.Note(**where.fields(), text=call.text or "", team=team, player=player)


def _one_of(name: str, value: object, allowed: object) -> None:
    if value not in allowed:  # type: ignore[operator]
        raise IllegalCall("value-outside-rules", f"{name} {value!r} is outside the rules")


_TIME: Mapping[str, Callable[[Game, Call], Event]] = {
    "period_start": _period_start,
    "period_end": _period_end,
    "clock_start": _clock_start,
    "clock_stop": _clock_stop,
    "clock_set": _clock_set,
    "finalize": _finalize,
}
_LINKED: Mapping[str, Callable[..., Event]] = {
    "free_throw": events.FreeThrow,
    "rebound": events.Rebound,
    "turnover": events.Turnover,
    "steal": events.Steal,
    "block": events.Block,
    "assist": events.Assist,
}
_PLAYS: Mapping[str, Callable[[Game, Call, Place], Event]] = {
    "field_goal": _field_goal,
    "foul": _foul,
    "jump_ball": _jump_ball,
    "possession": _possession,
    "timeout": _timeout,
    "substitution": _substitution,
    "starters": _starters,
    "roster_add": _roster_add,
    "adjust": _adjust,
    "note": _note,
}
