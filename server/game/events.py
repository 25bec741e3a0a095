"""What the rules agreed happened: frozen facts, each with its place in the game.

Their JSON is made and read by `eventjson`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

# Raised whenever a stored event would no longer mean the same; `gamelog/codec.py` upcasts.
SCHEMA = 1

SIDES = ("home", "away")

# What a scorekeeper may say about a shot. A `heave` is a miss that is charged to nobody (only in
# rule sets with `heave`); a made one with `goaltending` counted because of it.
TAGS = ("paint", "fast_break", "second_chance", "off_turnover", "goaltending", "heave")
REBOUND_KINDS = ("offensive", "defensive", "dead_ball")
JUMP_BALL_KINDS = ("opening", "held")
TEAMLESS_TIMEOUTS = ("official", "media")
# The words that are used for turnovers; any other is taken too.
TURNOVER_KINDS = (
    *("bad_pass", "ball_handling", "travel", "double_dribble", "out_of_bounds", "palming"),
    *("three_seconds", "five_seconds", "eight_seconds", "ten_seconds", "shot_clock", "backcourt"),
    *("offensive_foul", "offensive_goaltending", "lane_violation", "kicked_ball", "inbound"),
    *("too_many_players", "other"),
)


def other(team: str) -> str:
    """The opponents' side."""
    return "away" if team == "home" else "home"


@dataclass(frozen=True, slots=True)
class Media:
    """A moment in a recording: media seconds of that camera, never another's."""

    camera: str
    s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact with its place: period, milliseconds left in it and, when it was put in later,
    the entry it comes `after`."""

    name: ClassVar[str] = ""

    period: int
    clock_ms: int
    after: int | None = None
    media: Media | None = None


# Time


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodStarted(Event):
    name: ClassVar[str] = "period_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEnded(Event):
    name: ClassVar[str] = "period_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted(Event):
    """shot_clock_ms, here and below: what the shot clock showed, when somebody said so."""

    name: ClassVar[str] = "clock_start"
    shot_clock_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStopped(Event):
    name: ClassVar[str] = "clock_stop"
    shot_clock_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSet(Event):
    """The clock was put to `clock_ms`; whether it runs does not change."""

    name: ClassVar[str] = "clock_set"
    shot_clock_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(Event):
    """Somebody compared the score at the end of `period` with the officials': `home`, `away`
    is what it was confirmed to be, whatever the facts add up to."""

    name: ClassVar[str] = "confirm"
    home: int
    away: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finalized(Event):
    name: ClassVar[str] = "finalize"


# Who plays


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterAdded(Event):
    """A player who was not on the roster when the game was made; the id holds the number."""

    name: ClassVar[str] = "roster_add"
    team: str
    player: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Starters(Event):
    name: ClassVar[str] = "starters"
    team: str
    players: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution(Event):
    """One for one (or only in, or only out); or `players`, all who are on the court after it."""

    name: ClassVar[str] = "substitution"
    team: str
    player_in: str | None = None
    player_out: str | None = None
    players: tuple[str, ...] | None = None


# Plays. `player` None: the team's own.


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Event):
    team: str
    player: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGoal(Play):
    """x_m, y_m: metres from the centre of the court.

    tags: of TAGS, what the scorekeeper said about the shot; empty when he said none applies,
    None when he said nothing and it must be derived.
    """

    name: ClassVar[str] = "field_goal"
    value: int
    made: bool
    x_m: float | None = None
    y_m: float | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeThrow(Play):
    """nth, of: the second of three. value: points that this throw is worth. tags: as a shot's."""

    name: ClassVar[str] = "free_throw"
    made: bool
    value: int = 1
    links: int | None = None
    nth: int | None = None
    of: int | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebound(Play):
    """kind: one of REBOUND_KINDS. A dead ball's is kept apart and in no total (NCAA manual)."""

    name: ClassVar[str] = "rebound"
    kind: str
    links: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover(Play):
    """kind: a word, TURNOVER_KINDS where one fits. Without a player it is the team's."""

    name: ClassVar[str] = "turnover"
    kind: str | None = None
    links: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Steal(Play):
    name: ClassVar[str] = "steal"
    links: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Play):
    name: ClassVar[str] = "block"
    links: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assist(Play):
    name: ClassVar[str] = "assist"
    links: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foul(Play):
    """kind: one of the rule set's `foul_kinds`. Without a player it is on bench or coach.

    drawn_by: the opponent who was fouled. throws: free throws awarded. links: the shot that it
    was committed on, or the foul that it answers.
    """

    name: ClassVar[str] = "foul"
    kind: str = "personal"
    drawn_by: str | None = None
    throws: int | None = None
    links: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpBall(Play):
    """`team` gained the ball. kind: `opening`, `held` (a held ball: under an alternating
    possession code it went by the arrow, which then turns), or None when nobody said."""

    name: ClassVar[str] = "jump_ball"
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Possession(Event):
    """The alternating-possession arrow points to `team`."""

    name: ClassVar[str] = "possession"
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout(Event):
    """team None: nobody's, of a kind in TEAMLESS_TIMEOUTS."""

    name: ClassVar[str] = "timeout"
    team: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Event):
    name: ClassVar[str] = "note"
    text: str
    team: str | None = None
    player: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted(Event):
    """An explicit, visible change of a team's score by `points`, belonging to no player."""

    name: ClassVar[str] = "adjust"
    team: str
    points: int
    text: str | None = None


# Corrections: the past is never changed, it is answered.


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided(Event):
    """The entries `targets` no longer stand (the first is the one that was named; the rest
    fell with it). Voiding a `Voided` or an `Amended` takes that correction back.

    cause: `void`, `undo` or `redo`.
    """

    name: ClassVar[str] = "void"
    targets: tuple[int, ...]
    cause: str = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended(Event):
    """Entry `links` stands as `event` from now on. The place of this entry is the target's."""

    name: ClassVar[str] = "amend"
    links: int
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted(Event):
    """A camera saw entry `links` at `media`; it arrived after the call."""

    name: ClassVar[str] = "sighted"
    links: int


EVENTS: Mapping[str, type[Event]] = {
    kind.name: kind
    for kind in (
        *(PeriodStarted, PeriodEnded, ClockStarted, ClockStopped, ClockSet),
        *(Confirmed, Finalized),
        *(RosterAdded, Starters, Substitution),
        *(FieldGoal, FreeThrow, Rebound, Turnover, Steal, Block, Assist, Foul),
        *(JumpBall, Possession, Timeout, Note, Adjusted),
        *(Voided, Amended, Sighted),
    )
}

# What only speaks of other entries and is no fact of the game itself.
NOT_FACTS = (Voided, Amended, Sighted)
