"""The list of plays: every fact in the order of the game, in words, with the running score."""

from __future__ import annotations

from typing import Any

from server.game.entry import Entry
from server.game.eventjson import to_json
from server.game.events import (
    Adjusted,
    Assist,
    Block,
    ClockSet,
    ClockStarted,
    ClockStopped,
    Confirmed,
    Event,
    FieldGoal,
    Finalized,
    Foul,
    FreeThrow,
    JumpBall,
    Note,
    PeriodEnded,
    PeriodStarted,
    Possession,
    Rebound,
    RosterAdded,
    Starters,
    Steal,
    Substitution,
    Timeout,
    Turnover,
)
from server.game.moment import media_of
from server.game.rules import Rules
from server.projections.boxscore import number_of

# The clock's own facts would drown the plays; they stay in the log.
QUIET = (ClockStarted, ClockStopped, ClockSet)


def play(
    entry: Entry,
    event: Event,
    score: tuple[int, int],
    voided: bool,
    amended_by: str | None,
    rules: Rules,
) -> dict[str, Any]:
    """One line of the list. score: home and away after it. event: what the entry says now."""
    return {
        "seq": entry.seq,
        "team": None,
        "player": None,
        "media": None,
        **_tapped(entry, event),
        **to_json(event),
        "text": text_of(event, rules),
        "score": list(score),
        "voided": voided,
        "amended_by": amended_by,
        "by": entry.by,
        "at": entry.at.isoformat(),
    }


def _tapped(entry: Entry, event: Event) -> dict[str, Any]:
    """Where in a picture a fact is that nobody saw there: as the tap says."""
    media = media_of(entry, event)
    if event.media is not None or media is None:
        return {}
    return {"media": {"camera": media.camera, "s": media.s}, "media_from": "tap"}


def text_of(event: Event, rules: Rules) -> str:
    """The fact in words, with numbers and never names: `Home #7 makes a three`."""
    who = _who(event)
    match event:
        case FieldGoal(made=made, value=value):
            shot = {1: "one", 2: "two", 3: "three"}[value]
            return f"{who} {'makes' if made else 'misses'} a {shot}"
        case FreeThrow(made=made, nth=nth, of=of):
            which = "a free throw" if nth is None or of is None else f"free throw {nth} of {of}"
            return f"{who} {'makes' if made else 'misses'} {which}"
        case Rebound(kind=kind):
            return f"{who}: {_plain(kind)} rebound"
        case Turnover(kind=kind):
            return f"{who}: turnover" if kind is None else f"{who}: turnover ({_plain(kind)})"
        case Steal():
            return f"{who}: steal"
        case Block():
            return f"{who}: block"
        case Assist():
            return f"{who}: assist"
        case Foul(kind=kind, drawn_by=drawn_by):
            on = "" if drawn_by is None else f" on #{number_of(drawn_by)}"
            return f"{who}: {_plain(kind)} foul{on}"
        case JumpBall(kind=kind):
            return f"{who} {'gets the held ball' if kind == 'held' else 'wins the jump ball'}"
        case Substitution(players=tuple(players)):
            return f"{who}: {', '.join(f'#{number_of(p)}' for p in players)} on the court"
        case Substitution(player_in=coming, player_out=going):
            parts = [] if coming is None else [f"#{number_of(coming)} in"]
            parts += [] if going is None else [f"#{number_of(going)} out"]
            return f"{who}: {', '.join(parts)}"
        case Starters(players=players):
            return f"{who} starts {', '.join(f'#{number_of(p)}' for p in players)}"
        case RosterAdded(player=player):
            return f"{who}: #{number_of(player)} joins the roster"
        case Timeout(team=None, kind=kind):
            return f"{_plain(kind or 'official')} timeout".capitalize()
        case Timeout(kind=kind):
            return f"{who}: timeout" if kind is None else f"{who}: {_plain(kind)} timeout"
        case Possession():
            return f"{who}: possession arrow"
        case Adjusted(points=points, text=text):
            said = f"{who}: score adjusted by {points:+d}"
            return said if text is None else f"{said} ({text})"
        case Note(text=text):
            return text
        case PeriodStarted(period=period):
            return f"{rules.period_label(period)} starts"
        case PeriodEnded(period=period):
            return f"{rules.period_label(period)} ends"
        case Confirmed(home=home, away=away):
            return f"Score confirmed: {home}–{away}"
        case Finalized():
            return "Final"
    return _plain(event.name)


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _who(event: Event) -> str:
    team = getattr(event, "team", None)
    if team is None:
        return ""
    player = getattr(event, "player", None)
    side = str(team).capitalize()
    if player is None or isinstance(event, RosterAdded):
        return side
    return f"{side} #{number_of(player)}"
