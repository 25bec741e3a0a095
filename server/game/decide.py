"""Judging a call: the events it makes, or IllegalCall and nothing changes.

Refused is what has no meaning (unknown team, player or entry, a value outside the rules).
Whatever officials could let happen is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from server.game import corrections, events, lineup, score, timing
from server.game.calls import Call, IllegalCall
from server.game.coherence import with_events
from server.game.events import REBOUND_KINDS, TAGS, Event, other
from server.game.links import fits, guess_parent, parent_after
from server.game.place import Place, now, place
from server.game.roster import player_and_team, player_of, team_of
from server.game.state import Game

# The longest trip to the line that any code knows.
TRIP = 3
# No hall is longer; feeds put a shot a little outside the lines now and then.
PLACE_LIMIT_M = 50.0
_FREE_THROW_TAGS = ("fast_break", "second_chance", "off_turnover")


def decide(game: Game, call: Call) -> tuple[Event, ...]:
    """What the rules make of a call in this game: players whom it brings, then the fact."""
    joining = _joining(game, call)
    if joining:
        game = with_events(game, call, joining)
    if call.type in corrections.CORRECTIONS:
        return (*joining, *corrections.correct(game, call, judge))
    return (*joining, judge(game, call, guess=True))


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


def _joining(game: Game, call: Call) -> tuple[events.RosterAdded, ...]:
    """Players of a call who are new to their team; none for a call that adds one by its type."""
    if call.type == "roster_add":
        return ()
    team, amends = call.team, call.type == "amend"
    if amends and team is None:
        entry = game.history.get(call.links or 0)
        team = None if entry is None else getattr(game.standing.event(entry), "team", None)
    new = lineup.newcomers(game, call, team)
    if not new:
        return ()
    where = now(game, call) if amends else place(game, call)
    return tuple(
        events.RosterAdded(**where.fields(), team=side, player=player) for side, player in new
    )


# Plays


def _field_goal(game: Game, call: Call, where: Place) -> Event:
    team, player = player_and_team(game, call)
    if any(at is not None and abs(at) > PLACE_LIMIT_M for at in (call.x_m, call.y_m)):
        raise IllegalCall("value-outside-rules", "x_m and y_m are metres from the court's centre")
    value = game.rules.value_at(call.x_m, call.y_m) if call.value is None else call.value
    _one_of("value", value, game.rules.field_goal_values)
    return events.FieldGoal(
        **where.fields(),
        team=team,
        player=player,
        value=value,
        made=bool(call.made),
        x_m=call.x_m,
        y_m=call.y_m,
        tags=_tags(call, TAGS if game.rules.heave else [t for t in TAGS if t != "heave"]),
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
    elif guess and where.after is not None:
        links = parent_after(game, call.type, team, where.after)
    fields["links"] = links
    return _LINKED[call.type](**fields, **_own_fields(game, call, team, links))


def _own_fields(game: Game, call: Call, team: str, links: int | None) -> dict[str, Any]:
    """What a linked fact says besides team, player and parent."""
    match call.type:
        case "free_throw":
            return _free_throw(game, call)
        case "rebound":
            return {"kind": _rebound_kind(game, call, team, links)}
        case "foul":
            return _foul(game, call, team)
        case "turnover":
            return {"kind": call.kind}
    return {}


def _free_throw(game: Game, call: Call) -> dict[str, Any]:
    values = game.rules.free_throw_values
    value = values[0] if call.value is None else call.value
    _one_of("value", value, values)
    trip = range(1, TRIP + 1)
    if call.of is not None:
        _one_of("of", call.of, trip)
        trip = range(1, call.of + 1)
    if call.nth is not None:
        _one_of("nth", call.nth, trip)
    tags = _tags(call, _FREE_THROW_TAGS)
    return {"made": bool(call.made), "value": value, "nth": call.nth, "of": call.of, "tags": tags}


def _foul(game: Game, call: Call, team: str) -> dict[str, Any]:
    kind = "personal" if call.kind is None else call.kind
    _one_of("kind", kind, game.rules.foul_kinds)
    if call.throws is not None:
        _one_of("throws", call.throws, range(TRIP + 1))
    drawn_by = None if call.drawn_by is None else player_of(game, other(team), call.drawn_by)
    return {"kind": kind, "drawn_by": drawn_by, "throws": call.throws}


def _tags(call: Call, allowed: Iterable[str]) -> tuple[str, ...] | None:
    """In the order of TAGS, each once."""
    if call.tags is None:
        return None
    known = tuple(allowed)
    for tag in call.tags:
        _one_of("tag", tag, known)
    return tuple(tag for tag in TAGS if tag in call.tags)


def _unfit(game: Game, call: Call, team: str, links: int) -> IllegalCall | None:
    """Why a fact of `team` cannot belong to entry `links`, or None."""
    entry = game.history.get(links)
    if entry is None:
        return IllegalCall("unknown-entry", f"there is no entry {links}")
    if not game.standing.stands(links):
        return IllegalCall("already-void", f"entry {links} is void")
    parent = game.standing.event(entry)
    if not fits(call.type, team, parent):
        return IllegalCall("wrong-link", f"a {call.type} of {team} cannot belong to entry {links}")
    on_free_throw = call.type == "assist" and isinstance(parent, events.FreeThrow)
    if on_free_throw and not game.rules.assists_on_free_throws:
        return IllegalCall("wrong-link", "these rules know no assist on a free throw")
    return None


def _rebound_kind(game: Game, call: Call, team: str, links: int | None) -> str:
    if call.kind is not None:
        _one_of("kind", call.kind, REBOUND_KINDS)
        return call.kind
    entry = None if links is None else game.history.get(links)
    if entry is None:
        return "defensive"
    shot = game.standing.event(entry)
    if isinstance(shot, events.FreeThrow) and (shot.nth or TRIP) < (shot.of or 0):
        # Another throw follows, whoever catches this one.
        return "dead_ball"
    return "offensive" if isinstance(shot, events.Play) and shot.team == team else "defensive"


def _jump_ball(game: Game, call: Call, where: Place) -> Event:
    team, player = player_and_team(game, call)
    if call.kind is not None:
        _one_of("kind", call.kind, events.JUMP_BALL_KINDS)
    return events.JumpBall(**where.fields(), team=team, player=player, kind=call.kind)


def _possession(game: Game, call: Call, where: Place) -> Event:
    return events.Possession(**where.fields(), team=team_of(call.team))


def _timeout(game: Game, call: Call, where: Place) -> Event:
    if call.kind is not None:
        _one_of("kind", call.kind, (*events.TEAMLESS_TIMEOUTS, *game.rules.timeout_kinds))
    nobody = call.team is None and call.kind in events.TEAMLESS_TIMEOUTS
    team = None if nobody else team_of(call.team)
    return events.Timeout(**where.fields(), team=team, kind=call.kind)


def _note(game: Game, call: Call, where: Place) -> Event:
    team, player = (None, None)
    if call.team is not None or call.player is not None:
        team, player = player_and_team(game, call)
    return events.Note(**where.fields(), text=call.text or "", team=team, player=player)


def _one_of(name: str, value: object, allowed: object) -> None:
    if value not in allowed:  # type: ignore[operator]
        raise IllegalCall("value-outside-rules", f"{name} {value!r} is outside the rules")


_TIME: Mapping[str, Callable[[Game, Call], Event]] = {
    "period_start": timing.period_start,
    "period_end": timing.period_end,
    **dict.fromkeys(("clock_start", "clock_stop", "clock_set"), timing.clock),
    "confirm": score.confirm,
    "finalize": timing.finalize,
}
_LINKED: Mapping[str, Callable[..., Event]] = {
    "free_throw": events.FreeThrow,
    "rebound": events.Rebound,
    "turnover": events.Turnover,
    "steal": events.Steal,
    "block": events.Block,
    "assist": events.Assist,
    "foul": events.Foul,
}
_PLAYS: Mapping[str, Callable[[Game, Call, Place], Event]] = {
    "field_goal": _field_goal,
    "jump_ball": _jump_ball,
    "possession": _possession,
    "timeout": _timeout,
    "substitution": lineup.substitution,
    "starters": lineup.starters,
    "roster_add": lineup.roster_add,
    "adjust": score.adjust,
    "note": _note,
}
