"""The score: what a fact is worth, explicit adjustments of it, and its confirmation."""

from __future__ import annotations

from server.game.calls import Call, IllegalCall
from server.game.events import SIDES, Adjusted, Confirmed, Event, FieldGoal, FreeThrow
from server.game.place import Place, order_of, paths_of
from server.game.roster import team_of
from server.game.state import Game

# The most that an adjustment may change a score by: more is a slip of the finger.
ADJUST_LIMIT = 200
# No team ever scored so much; a slip of the finger has.
SCORE_LIMIT = 999


def points_of(event: Event) -> tuple[str, int] | None:
    """The side and the points that a fact gives, or None."""
    match event:
        case (
            FieldGoal(team=team, value=value, made=True)
            | FreeThrow(team=team, value=value, made=True)
        ):
            return team, value
        case Adjusted(team=team, points=points):
            return team, points
    return None


def adjust(game: Game, call: Call, where: Place) -> Event:
    """The event of an `adjust` call: by `points`, or to `score`."""
    team = team_of(call.team)
    points = call.points or 0
    if isinstance(call.score, int):
        _within("score", call.score)
        points = call.score - _score_before(game, where)[team]
        if points == 0:
            raise IllegalCall("no-change", f"the score of {team} is {call.score} already")
    if points == 0 or abs(points) > ADJUST_LIMIT:
        raise IllegalCall(
            "value-outside-rules", f"points must be 1 to {ADJUST_LIMIT}, or less than 0"
        )
    return Adjusted(**where.fields(), team=team, points=points, text=call.text)


def confirm(game: Game, call: Call) -> Event:
    """The event of a `confirm` call: the score at the end of a period.

    A score that the facts do not add up to is taken as it was said; it is the facts that are
    looked at then.
    """
    progress = game.progress
    period = progress.period if call.period is None else call.period
    if not 1 <= period <= progress.period:
        raise IllegalCall("unknown-period", "only a period that was started can be confirmed")
    if isinstance(call.score, tuple):
        home, away = call.score
        _within("score.home", home)
        _within("score.away", away)
    else:
        home, away = score_after(game, period)
    clock_ms = progress.clock_ms_at(call.at) if period == progress.period else 0
    return Confirmed(period=period, clock_ms=clock_ms, media=call.media, home=home, away=away)


def score_after(game: Game, period: int) -> tuple[int, int]:
    """Home and away at the end of `period`, as far as it was told."""
    score = dict.fromkeys(SIDES, 0)
    for _, event in game.standing.events(game.history.entries()):
        scored = points_of(event)
        if scored is not None and event.period <= period:
            score[scored[0]] += scored[1]
    return score["home"], score["away"]


def _score_before(game: Game, where: Place) -> dict[str, int]:
    """Both scores at a place in the game, for a fact that would be the next entry.

    Now it is all that was told, also when the clock was put back since.
    """
    if where.is_now:
        return dict(zip(SIDES, score_after(game, where.period), strict=True))
    paths = paths_of(game)
    told = []
    for entry, event in game.standing.all_events(game.history.entries()):
        order = order_of(entry, event, paths)
        scored = points_of(event)
        if scored is not None and game.standing.stands(entry.seq):
            told.append((order, scored))
    path = (game.seq + 1,) if where.after is None else (*paths[where.after], game.seq + 1)
    here = (where.period, -where.clock_ms, path)
    score = dict.fromkeys(SIDES, 0)
    for order, (team, points) in told:
        if order < here:
            score[team] += points
    return score


def _within(name: str, score: int) -> None:
    if not 0 <= score <= SCORE_LIMIT:
        raise IllegalCall("value-outside-rules", f"{name} must be 0 to {SCORE_LIMIT}")
