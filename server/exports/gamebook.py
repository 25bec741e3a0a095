"""One whole game as exports take it: what stands, in the order of the game, with names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from server.game.events import (
    SIDES,
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    Media,
    Starters,
    Substitution,
)
from server.game.moment import media_of
from server.game.score import points_of
from server.game.state import Game
from server.projections.boxscore import number_of
from server.projections.on_court import OnCourt
from server.projections.order import facts, in_order
from server.projections.possessions import Possessions
from server.projections.sheet import Sheet
from server.projections.shots import IN_THE_KEY, Shots
from server.projections.stats import stats

_TEAM_NAMES = {"home": "Home", "away": "Away"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that stands.

    score: home and away after it. media: where in a picture it happened. coming, going: who
    entered and left the court with it, however that was said (starters of a period, one for one,
    a whole five).
    """

    seq: int
    event: Event
    at: datetime
    score: tuple[int, int]
    media: Media | None = None
    coming: tuple[str, ...] = ()
    going: tuple[str, ...] = ()


class GameBook:
    """Not changed after it is made.

    began: each side's starters as far as they were on the court from the first second; whoever
    was named later is `coming` in a fact.
    box, board: the sections `boxscore` and `scoreboard`, without names.
    tags: of each shot and throw by seq, what was said, or else what follows from the game.
    """

    def __init__(
        self,
        game_id: str,
        created_at: datetime,
        game: Game,
        players: Mapping[str, tuple[str, ...]],
        names: Mapping[str, str],
    ) -> None:
        """players: each side's roster in order. names: by side and player id, only those that
        may be shown."""
        self.game_id = game_id
        self.created_at = created_at
        self.rules = game.rules
        self.final = game.progress.final
        self._names = names
        sections = Sheet(game, dict(players)).sections()
        self.box, self.board = sections["boxscore"], sections["scoreboard"]
        self.players = {
            side: tuple(line["id"] for line in self.box[side]["players"]) for side in SIDES
        }
        self.began, self.facts = _facts(game)
        self.tags = _tags(game)
        self._game = game

    @cached_property
    def statistics(self) -> Mapping[str, Any]:
        """The document of /stats, without names."""
        return stats(self._game, self.players)

    def figures_of(self, player: str) -> Mapping[str, Any]:
        """A player's line of /stats."""
        return self._figures[player]

    @cached_property
    def _figures(self) -> Mapping[str, Mapping[str, Any]]:
        return {line["id"]: line for line in self.statistics["players"]}

    def team(self, side: str) -> str:
        """What a team is called."""
        return self._names.get(side) or _TEAM_NAMES[side]

    def name(self, player: str) -> str | None:
        """A player's name, None when there is none or it is hidden."""
        return self._names.get(player)

    def label(self, player: str) -> str:
        """The name, else the number: `#7`."""
        return self._names.get(player) or f"#{number_of(player)}"


def _facts(game: Game) -> tuple[dict[str, tuple[str, ...]], tuple[Fact, ...]]:
    """Who began, and all that stands."""
    standing = [
        (entry, event) for _, entry, event in in_order(game, {}) if game.standing.stands(entry.seq)
    ]
    began = _began([event for _, event in standing], game.rules.period_length_ms(1))
    on_court, there = OnCourt(), {side: set(five) for side, five in began.items()}
    score = dict.fromkeys(SIDES, 0)
    found = []
    for entry, event in standing:
        on_court.add(entry.seq, event)
        scored = points_of(event)
        if scored is not None:
            score[scored[0]] += scored[1]
        coming: set[str] = set()
        going: set[str] = set()
        if isinstance(event, Substitution | Starters):
            now = set(on_court.five(event.team))
            coming, going = now - there[event.team], there[event.team] - now
            there[event.team] = now
        found.append(
            Fact(
                entry.seq,
                event,
                entry.at,
                (score["home"], score["away"]),
                media_of(entry, event),
                tuple(sorted(coming)),
                tuple(sorted(going)),
            )
        )
    return began, tuple(found)


def _began(events: list[Event], length_ms: int) -> dict[str, tuple[str, ...]]:
    """Each side's last five named at full clock, before anything that counts for a five."""
    began: dict[str, tuple[str, ...]] = dict.fromkeys(SIDES, ())
    for event in events:
        at_full_clock = (event.period, event.clock_ms) == (1, length_ms)
        if not at_full_clock or isinstance(event, Foul) or points_of(event) is not None:
            break
        if isinstance(event, Starters):
            began[event.team] = event.players
    return began


def _tags(game: Game) -> dict[int, tuple[str, ...]]:
    """The tags of shots and throws, derived where nobody said any."""
    told = facts(game)
    found: dict[int, tuple[str, ...]] = {}
    possessions = Possessions()
    for seq, event in told:
        possessions.add(seq, event)
        if isinstance(event, FieldGoal | FreeThrow):
            derived = possessions.tags(event) if event.made else frozenset()
            found[seq] = tuple(sorted(derived)) if event.tags is None else event.tags
    for seq, shot, spot in Shots(game.rules, told).spots():
        if shot.tags is None and spot is not None and spot.zone in IN_THE_KEY:
            found[seq] = ("paint", *found[seq])
    return found
