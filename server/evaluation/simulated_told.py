"""What was told of simulated films beside what happened, event by event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.sight import Sighting
from server.evaluation.simulated import passer_of
from server.evaluation.simulated_film import Watched
from server.evaluation.tally import Answer, Line, line, yes_or_no
from server.simulator.truth import Event

TOGETHER_S = 1.5
"""An event and what is told of it are at most so far apart."""

ASK = (0.25, 0.75)
"""Between these chances the scorekeeper is asked: neither right nor wrong."""

_AT_RING = ("made", "missed")


@dataclass(slots=True)
class Told:
    """Answers so far, by question."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    late_s: dict[str, list[float]] = field(default_factory=dict)

    def add(self, game: Watched) -> None:
        self._shots(game)
        for kind in ("rebound", "steal"):
            self._others(game, kind)
        self._assists(game)
        for told_s, one in game.told:
            self.late_s.setdefault(one.kind, []).append(told_s - one.at_s)

    def _say(self, what: str, answer: Answer) -> None:
        self.answers.setdefault(what, []).append(answer)

    def _shots(self, game: Watched) -> None:
        told = [one for _, one in game.told if one.kind in ("shot", "free_throw")]
        events = [event for event in game.truth if event.type in _AT_RING]
        for event, one in _matched(events, told):
            self._say("shot found", Answer(one is not None, 1.0, one is not None))
            if one is None:
                continue
            made = 0.5 if one.made is None else one.made
            asked = ASK[0] < made < ASK[1]
            self._say("shot asked", Answer(asked, made, event.type == "made"))
            if not asked:
                self._say("shot made", yes_or_no(made, event.type == "made"))
            free = event.value == 1
            self._say("free throw", Answer((one.kind == "free_throw") == free, 1.0, free))
            self._who("shooter", one, event)
            if one.three is not None and not free:
                self._say("two or three", yes_or_no(one.three, event.value == 3))
        self._false("shot true", events, told)

    def _others(self, game: Watched, kind: str) -> None:
        told = [one for _, one in game.told if one.kind == kind]
        events = [event for event in game.truth if event.type == kind]
        for event, one in _matched(events, told):
            self._say(f"{kind} found", Answer(one is not None, 1.0, one is not None))
            if one is None:
                continue
            self._who(f"{kind} by", one, event)
            if one.offensive is not None and event.offensive is not None:
                self._say("rebound offensive", yes_or_no(one.offensive, event.offensive))
        self._false(f"{kind} true", events, told)

    def _assists(self, game: Watched) -> None:
        """The passer before a basket; whether that makes an assist the simulator cannot say."""
        told = [one for _, one in game.told if one.kind == "assist"]
        baskets = [e for e in game.truth if e.type == "made" and e.value != 1]
        for event, one in _matched(baskets, told):
            passer = passer_of(game.truth, event)
            if one is not None and one.players and passer is not None:
                side, number, chance = one.players[0]
                right = f"{side}-{number}" == passer
                self._say("passer", Answer(right, chance, right))

    def _who(self, what: str, one: Sighting, event: Event) -> None:
        self._say(f"{what}: told", Answer(bool(one.players), 1.0, True))
        if one.home is not None:
            self._say(f"{what}: team", yes_or_no(one.home, event.team == "home"))
        named = [(f"{side}-{number}", p) for side, number, p in one.players if number is not None]
        if named and named[0][1] >= 0.5:
            right = named[0][0] == event.player
            self._say(f"{what}: player", Answer(right, named[0][1], right))

    def _false(self, what: str, events: Sequence[Event], told: Sequence[Sighting]) -> None:
        met = {id(one) for _, one in _matched(events, told) if one is not None}
        for one in told:
            self._say(what, Answer(id(one) in met, one.score, id(one) in met))

    def lines(self) -> list[Line]:
        """The table; questions nobody was asked are left out."""
        order = [
            ("shot found", "of the true attempts, free throws too", False),
            ("shot true", "of the attempts told", False),
            ("shot asked", f"made between {ASK[0]} and {ASK[1]}, of those found", False),
            ("shot made", "made or missed, of those not asked", True),
            ("free throw", "or field goal, of those found", False),
            *_who_lines("shooter", "of those found"),
            ("two or three", "of the field goals with a place", True),
            ("rebound found", "of the true ones", False),
            ("rebound true", "of those told", True),
            *_who_lines("rebound by", "of those found"),
            ("rebound offensive", "or defensive", True),
            ("steal found", "of the true ones", False),
            ("steal true", "of those told", True),
            *_who_lines("steal by", "of those found"),
            ("passer", "of the baskets with an assist told", True),
        ]
        return [
            line(what, self.answers[what], note, said=said)
            for what, note, said in order
            if what in self.answers
        ]

    def late(self) -> list[tuple[str, int, float, float]]:
        """(kind, how many, median, 95th percentile): media seconds from the event to the look
        that told it."""
        return [
            (kind, len(all_s), float(np.median(all_s)), float(np.percentile(all_s, 95)))
            for kind, all_s in sorted(self.late_s.items())
        ]


def _who_lines(what: str, of: str) -> list[tuple[str, str, bool]]:
    return [
        (f"{what}: told", f"candidates given, {of}", False),
        (f"{what}: team", "of those with a side", True),
        (f"{what}: player", "of those with one player at 0.5 or more", True),
    ]


def _matched(
    events: Iterable[Event], told: Iterable[Sighting]
) -> list[tuple[Event, Sighting | None]]:
    """Each event with the nearest of what was told that no other event has."""
    free = list(told)
    out: list[tuple[Event, Sighting | None]] = []
    for event in events:
        near = [one for one in free if abs(one.at_s - event.t) <= TOGETHER_S]
        best = min(near, key=lambda one: abs(one.at_s - event.t), default=None)
        if best is not None:
            free.remove(best)
        out.append((event, best))
    return out
