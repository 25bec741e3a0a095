"""What a correction did, in words for those who watch: numbers only, never names."""

from __future__ import annotations

from typing import Any

from server.game.entry import Entry
from server.game.events import (
    NOT_FACTS,
    Amended,
    Confirmed,
    Event,
    FieldGoal,
    Finalized,
    Foul,
    FreeThrow,
    PeriodEnded,
    PeriodStarted,
    Rebound,
    Voided,
)
from server.game.rules import Rules
from server.game.standing import spoken_of
from server.game.state import Game
from server.projections.flag import who
from server.projections.plays import text_of

_SHOT = {1: "one", 2: "two", 3: "three"}


def text_of_correction(before: Game, after: Game, entry: Entry) -> str | None:
    """What `entry`, the correction that lies between two states of a game, changed; None for
    an entry that is no correction or changed nothing.

    `corrected: Home #7 makes a three (was a two)`, `corrected: Home #7's three taken back`,
    `restored: Home #7 makes a three`.
    """
    if not isinstance(entry.event, Amended | Voided):
        return None
    fell: list[Event] = []
    for seq, spoken in spoken_of(after.history, (entry,)).items():
        if isinstance(spoken.event, NOT_FACTS):
            continue
        stood, stands = before.standing.stands(seq), after.standing.stands(seq)
        was, now = before.standing.event(spoken), after.standing.event(spoken)
        if stood and not stands:
            fell.append(was)
        elif stands and not stood:
            return f"restored: {text_of(now, after.rules)}"
        elif stands and was != now:
            return _amended(was, now, after.rules)
    return _taken_back(fell, after.rules) if fell else None


def correction_of(game: Game, entry: Entry) -> dict[str, Any] | None:
    """What was done to a fact since it was told, by whom and when: `text`, `by`, `at`; None for
    one that stands as it was told."""
    standing = game.standing
    by: Entry | None
    if standing.stands(entry.seq):
        by, now = standing.changed.get(entry.seq), standing.event(entry)
        if by is None or now == entry.event:
            return None
        text = _amended(entry.event, now, game.rules)
    else:
        by = game.history.get(standing.fallen[entry.seq])
        text = _taken_back([standing.event(entry)], game.rules)
    return None if by is None else {"text": text, "by": by.by, "at": by.at.isoformat()}


def _taken_back(fell: list[Event], rules: Rules) -> str:
    what = f"corrected: {_thing(fell[0], rules)} taken back"
    return what if len(fell) == 1 else f"{what} with what belonged to it"


def _amended(was: Event, now: Event, rules: Rules) -> str:
    said = f"corrected: {text_of(now, rules)}"
    parts = _differences(was, now, rules)
    return f"{said} (was {', '.join(parts)})" if parts else said


def _differences(was: Event, now: Event, rules: Rules) -> list[str]:
    """What of a fact was otherwise before, as it was."""
    parts = []
    changed = {
        name
        for name in ("value", "made", "kind", "points")
        if getattr(was, name, None) != getattr(now, name, None)
    }
    if "value" in changed:
        parts.append(f"a {_thing_done(was)}")
    elif "made" in changed:
        parts.append("made" if getattr(was, "made", False) else "missed")
    parts += [
        str(getattr(was, name, None) or f"no {name}")
        for name in sorted(changed & {"kind", "points"})
    ]
    if _who(was) != _who(now):
        parts.append(_who(was))
    if (was.period, was.clock_ms) != (now.period, now.clock_ms):
        seconds = was.clock_ms // 1000
        parts.append(f"{rules.period_label(was.period)} {seconds // 60}:{seconds % 60:02d}")
    if not parts and text_of(was, rules) != text_of(now, rules):
        parts.append(text_of(was, rules))
    return parts


def _who(event: Event) -> str:
    team = getattr(event, "team", None)
    return "" if team is None else who(team, getattr(event, "player", None))


def _thing(event: Event, rules: Rules) -> str:
    """`Home #7's three`, `the end of Q2`."""
    label = rules.period_label(event.period)
    match event:
        case PeriodStarted():
            return f"the start of {label}"
        case PeriodEnded():
            return f"the end of {label}"
        case Confirmed():
            return f"the confirmation of {label}"
        case Finalized():
            return "the end of the game"
    owner = _who(event)
    return f"{owner}'s {_thing_done(event)}" if owner else f"a {_thing_done(event)}"


def _thing_done(event: Event) -> str:
    match event:
        case FieldGoal(made=made, value=value):
            return _SHOT[value] if made else f"missed {_SHOT[value]}"
        case FreeThrow(made=made):
            return "free throw" if made else "missed free throw"
        case Rebound(kind=kind) | Foul(kind=kind):
            return f"{kind} {event.name}".replace("_", " ")
    return event.name.replace("_", " ")
