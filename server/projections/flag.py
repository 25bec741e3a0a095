"""One thing in the book that cannot be right, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from server.game.events import Event, FieldGoal, Foul, FreeThrow, JumpBall, Play, Rebound, Turnover

# Whoever gets one of these may sit on the bench.
BENCH_KINDS = frozenset({"technical", "bench", "coach", "disqualifying"})
# While these happen the game is on.
LIVE = (FieldGoal, Rebound, Turnover, JumpBall)


@dataclass(frozen=True, slots=True)
class Flag:
    """text: what is wrong; mend: how to mend it, a sentence. Numbers only, never names.

    seq: the entry it is about, None when it is about what is not there; then `about` makes its
    id. needs: the type of fact that is missing where this complains of one.
    """

    type: str
    period: int
    clock_ms: int
    text: str
    mend: str
    seq: int | None = None
    team: str | None = None
    player: str | None = None
    about: str = ""
    needs: str = ""

    def document(self) -> dict[str, Any]:
        """As clients get it. The id stays the same for as long as the flag is there."""
        return {
            "id": f"{self.type}-{self.about or self.seq}",
            "type": self.type,
            "seq": self.seq,
            "period": self.period,
            "clock_ms": self.clock_ms,
            "team": self.team,
            "player": self.player,
            "text": self.text,
            "mend": self.mend,
        }


class Watch(Protocol):
    """Looks for flags of one noun. Facts come in the order of the game.

    concerns: the types of facts that it wants to see.
    """

    concerns: ClassVar[tuple[type[Event], ...]]

    def add(self, seq: int, event: Any, /) -> None:
        """Take in the fact of entry `seq`."""

    def flags(self) -> Iterable[Flag]:
        """What is open now."""


class MomentWatch(Watch, Protocol):
    """One that judges when a moment is over.

    A moment is what happened at one reading of the clock: books and feeds do not agree on the
    order within it.
    """

    def settle(self, ran: bool) -> None:
        """The next fact belongs to another moment. ran: the clock ran until then."""


def flag_on(
    kind: str,
    seq: int,
    event: Event,
    text: str,
    mend: str,
    *,
    player: str | None = None,
    needs: str = "",
    about: str = "",
) -> Flag:
    """A flag about the fact of entry `seq`, and about `player` when it is not a player's."""
    return Flag(
        kind,
        event.period,
        event.clock_ms,
        text,
        mend,
        seq=seq,
        team=getattr(event, "team", None),
        player=player or getattr(event, "player", None),
        about=about,
        needs=needs,
    )


def number_of(player: str) -> str:
    """`#7` of `home-7`."""
    return f"#{player.partition('-')[2]}"


def side_of(team: str) -> str:
    return team.capitalize()


def who(team: str, player: str | None) -> str:
    """`Home #7`, or `Home` for what is the team's own."""
    return side_of(team) if player is None else f"{side_of(team)} {number_of(player)}"


def act_of(event: Play) -> str:
    """What a play is, in two words at most."""
    if isinstance(event, FieldGoal):
        return f"{'basket' if event.made else 'missed shot'}"
    if isinstance(event, FreeThrow):
        return "free throw"
    if isinstance(event, Foul):
        return f"{event.kind} foul"
    return event.name.replace("_", " ")
