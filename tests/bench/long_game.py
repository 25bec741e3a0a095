"""A game of any length that looks like one: fives, substitutions, linked plays, a clock."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from random import Random
from typing import Any

from server.game.events import SIDES, other

Body = dict[str, Any]

NUMBERS = tuple(str(number) for number in range(4, 16))
# Nobody fouls out, however long it lasts: a game of 20,000 entries has 80 fouls a player.
NEW_GAME: Body = {
    "rules": {"base": "fiba", "foul_out": 0},
    **{side: {"players": [{"number": number} for number in NUMBERS]} for side in SIDES},
}
# As many periods as the rules take, at most.
_PERIODS = 20
_SHORTEST = 150
_OVERTIME_MS = 300_000


def calls(size: int) -> Iterator[Body]:
    """`size` calls of one entry each, with ids."""
    told = islice(_game(size), size)
    return ({"call_id": f"c{number}", **body} for number, body in enumerate(told, 1))


def _game(size: int) -> Iterator[Body]:
    random = Random(7)
    a_period = max(_SHORTEST, -(-size // _PERIODS))
    fives = {side: list(NUMBERS[:5]) for side in SIDES}
    for side in SIDES:
        yield {"type": "starters", "team": side, "players": fives[side]}
    for period in count(1):
        yield {"type": "period_start"}
        clock_ms = _OVERTIME_MS if period > 4 else 2 * _OVERTIME_MS
        step_ms = clock_ms // a_period
        said, side = 0, "home"
        while said < a_period - 8:
            for body in _possession(random, fives, side):
                said += 1
                clock_ms -= step_ms
                yield {**body, "clock_ms": clock_ms}
            side = other(side)
        yield {"type": "period_end"}


def _possession(random: Random, fives: dict[str, list[str]], side: str) -> Iterator[Body]:
    """What one side does with the ball until the others have it."""

    def play(kind: str, team: str, /, **fields: Any) -> Body:
        return {"type": kind, "team": team, "player": random.choice(fives[team]), **fields}

    what = random.random()
    if what < 0.45:
        shooter, passer = random.sample(fives[side], 2)
        value = random.choice((2, 2, 3))
        shot = {"type": "field_goal", "team": side, "made": True, "value": value}
        yield {**shot, "player": shooter}
        yield {"type": "assist", "team": side, "player": passer}
    elif what < 0.65:
        place = {"x_m": round(random.uniform(-13, 13), 2), "y_m": round(random.uniform(-7, 7), 2)}
        yield play("field_goal", side, made=False, value=2, **place)
        yield play("rebound", other(side))
    elif what < 0.75:
        yield play("field_goal", side, made=False, value=3)
        yield play("rebound", side)
        yield play("field_goal", side, made=True, value=2)
    elif what < 0.85:
        yield play("turnover", side, kind="bad_pass")
        yield play("steal", other(side))
    elif what < 0.95:
        yield play("foul", other(side))
        thrower = random.choice(fives[side])
        for made in (True, False):
            yield {"type": "free_throw", "team": side, "player": thrower, "made": made}
        yield play("rebound", other(side))
    else:
        going = random.choice(fives[side])
        coming = random.choice([number for number in NUMBERS if number not in fives[side]])
        fives[side][fives[side].index(going)] = coming
        yield {"type": "substitution", "team": side, "player_in": coming, "player_out": going}
        yield play("turnover", side, kind="travel")
