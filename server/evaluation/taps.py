"""A scorekeeper at the desk page, tap by tap: the same game with the camera's cards and without.

What a call costs is read off the page and held to it by a test in a real browser
(`tests/web/test_taps.py`). The book is a real one (`Book`): it merges what the camera and the
scorekeeper say of one play as it does live.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pipeline.sight import Sighting
from server.evaluation.sheetplays import Fact, Play, plays_of
from server.simulator.truth import Event

Json = dict[str, Any]

COST: Mapping[str, int] = {
    "field_goal": 2,  # the player, what happened
    "free_throw": 1,  # made or missed, of a trip to the line
    "assist": 1,  # a chip of what is asked after a basket
    "rebound": 1,
    "turnover": 2,
    "steal": 1,
    "foul": 5,  # player, foul, shooting, who drew it, done
    "accept": 1,
    "mend": 1,  # a field of a card, which then accepts itself
    "other": 1,  # before a player whom the card does not offer
    "reject": 1,
    "period": 3,  # end, the score is right, start
}
"""Taps. The clock costs one for each start and stop, with the camera as without."""

ACT_S = 2.0
"""The scorekeeper's hand moves so long after the play is over: eyes first."""
WAIT_S = 4.0
"""So long the scorekeeper waits for a rebound before the shot is said."""
STALE_S = 8.0
"""A card that is still there so long after its moment is looked at for itself."""
SAME_S = 2.0
"""A card and a play of one type are the same within so much."""
LIKELY, SURE = 0.5, 0.85
CANDIDATES, OFFERED = 4, 8
"""Of `web_client/cards.js`: who is proposed, what gets a card, how many players are chips."""
PERIOD_S = 600.0
THROWS = 2
SHOTS = ("field_goal", "free_throw")


class Book(Protocol):
    """The server's book of one game on a clock that the caller moves; times in seconds."""

    async def say(self, at_s: float, body: Json) -> int | None:
        """Make a call; the seq of its last entry, None where it was refused."""

    async def see(self, at_s: float, sighting: Sighting) -> None: ...

    async def waiting(self, at_s: float) -> list[Json]:
        """The proposals on the desk."""

    async def accept(self, at_s: float, proposal: str, body: Json) -> int | None: ...

    async def reject(self, at_s: float, proposal: str) -> None: ...

    async def facts(self) -> list[Json]:
        """Every play that stands, as `GET .../plays` has it."""


@dataclass(slots=True)
class Shift:
    """What one game cost. needless: cards of what never was, or is in the book already.

    doubles: facts that stand twice, where such a card was taken for a new one.
    """

    minutes: float
    without: int = 0
    taps: int = 0
    clock: int = 0
    cards: int = 0
    asked: int = 0
    needless: int = 0
    doubles: int = 0
    mended: list[str] = field(default_factory=list)

    @property
    def fewer(self) -> float:
        """The share of taps that the cards save, the clock's among them."""
        return 1 - (self.taps + self.clock) / max(1, self.without + self.clock)

    def plain(self) -> Json:
        """Totals, and what the goals are about."""
        return {
            "minutes": self.minutes,
            "taps_by_hand": self.without + self.clock,
            "taps_with_cards": self.taps + self.clock,
            "fewer": round(self.fewer, 4),
            "cards_accepted": self.cards,
            "made_or_missed_asked": self.asked,
            "mended": dict(Counter(self.mended).most_common()),
            "needless_in_10_minutes": round(10 * self.needless / self.minutes, 2),
            "doubles": self.doubles,
        }


def by_hand(play: Play) -> int:
    """Taps of a play that nobody proposed."""
    return sum(COST[fact.type] for fact in play.facts)


async def keep(
    truth: Iterable[Event],
    told: Iterable[tuple[float, Sighting]],
    minutes: float,
    book: Book,
    playing: Mapping[str, Sequence[str]],
) -> Shift:
    """A whole game at the desk, with every card as it comes.

    told: (media seconds at which it is told, the sighting). playing: ids of who is on court, by
    side; nobody is ever substituted.
    """
    shift = Shift(minutes)
    keeper = _Keeper(book, shift, playing)
    plays = [part for play in plays_of(truth) for part in _as_said(play)]
    todo = sorted(
        [(at_s, 0, sighting) for at_s, sighting in told]
        + [(play.end_s + ACT_S, 1, play) for play in plays]
        + [(n * PERIOD_S, 2, None) for n in range(1, int(minutes * 60 // PERIOD_S))],
        key=lambda one: one[:2],
    )
    await keeper.begin()
    for at_s, _, what in todo:
        await keeper.tidy(at_s)
        if isinstance(what, Play):
            shift.without += by_hand(what)
            await keeper.write(what, at_s)
        elif isinstance(what, Sighting):
            await book.see(at_s, what)
        else:
            await keeper.turn(at_s)
    await keeper.tidy(minutes * 60 + 2 * STALE_S)
    shift.doubles = await keeper.doubles(plays)
    return shift


class _Keeper:
    """The scorekeeper's hand."""

    def __init__(self, book: Book, shift: Shift, playing: Mapping[str, Sequence[str]]) -> None:
        self._book, self._shift, self._playing = book, shift, playing
        self._plays: list[Play] = []
        self._calls = 0
        self._foul: int | None = None
        self._thrown = 0

    async def begin(self) -> None:
        await self._say(0.0, {"type": "period_start"})
        await self._say(0.0, {"type": "clock_start"})
        self._shift.clock += 2

    async def turn(self, at_s: float) -> None:
        """The next period."""
        await self._say(at_s, {"type": "period_end"})
        await self._say(at_s, {"type": "period_start"})
        await self._say(at_s, {"type": "clock_start"})
        self._shift.clock += COST["period"] + 1

    async def write(self, play: Play, at_s: float) -> None:
        """Everything about a play, with its card if one is there."""
        shift, root = self._shift, play.root
        self._plays.append(play)
        trip = self._throw() if root.type == "free_throw" else {}
        cards = await self._book.waiting(at_s)
        card = _match(root, [c for c in cards if not _quiet(c) and not _parent(c, cards)])
        if card is None:
            shift.taps += COST[root.type]
            seq = await self._say(at_s, {**_call(root, drawn_by=play.drawn_by), **trip})
            left = list(play.parts)
        else:
            seq, left = await self._accept(play, card, cards, at_s, trip)
        if root.type == "foul":
            shift.clock += 2
            self._foul, self._thrown = seq, 0
        for part in left:
            # A chip of what is asked; a card of its own is met by it.
            shift.taps += COST[part.type]
            await self._say(at_s, {**_call(part), **({"links": seq} if seq else {})})

    async def _accept(
        self, play: Play, card: Json, cards: Sequence[Json], at_s: float, trip: Json
    ) -> tuple[int | None, list[Fact]]:
        """Mend a card and accept it; what still has to be said by chips."""
        shift, root = self._shift, play.root
        shift.cards += 1
        shift.asked += bool(card["ask"])
        body: Json = {"team": root.team, "player": root.player, **trip}
        mended = [] if _suggested(card) == root.player else ["player"]
        for name in ("made", "value"):
            truth = getattr(root, name)
            if truth is not None:
                body[name] = truth
                if truth != card[name] and not (name == "made" and card["ask"]):
                    mended.append(name)
        kin = [one for one in cards if _parent(one, cards) == card["id"]]
        linked: list[Json] = []
        out: list[str] = []
        left = list(play.parts)
        for one in kin:
            if not _fits(one, root):
                continue
            who = _suggested(one)
            fact = next((f for f in left if f.type == one["type"]), None)
            if who is None:
                continue  # nothing is said of it; the desk asks
            if fact is None or who != fact.player:
                mended.append(fact.type if fact else f"no {one['type']}")
                if fact is None or fact.player not in _candidates(one):
                    out.append(one["id"])
                    continue
            left.remove(fact)
            linked.append({"id": one["id"], "team": fact.team, "player": fact.player})
        shift.mended += mended
        shift.taps += len(mended) * COST["mend"]
        if "player" in mended and root.player not in self._offered(card):
            shift.taps += COST["other"]
        if card["ask"] or not mended:
            shift.taps += COST["accept"]
        if linked:
            body["with"] = linked
        seq = await self._book.accept(at_s, card["id"], body)
        for part_id in out:
            await self._book.reject(at_s, part_id)
        return seq, left

    def _offered(self, card: Json) -> list[str]:
        """As `offered` of `web_client/cards.js`."""
        playing = self._playing.get(card["team"], [])
        return list(dict.fromkeys([*_candidates(card), *playing]))[:OFFERED]

    def _throw(self) -> Json:
        """Which throw of the trip to the line is due, as the desk knows it."""
        self._thrown += 1
        trip: Json = {"nth": min(self._thrown, THROWS), "of": THROWS}
        return trip | ({"links": self._foul} if self._foul else {})

    async def tidy(self, at_s: float) -> None:
        """Look at the cards that nothing has met. One about a play in the book is taken for
        another: the worst that a hurried scorekeeper does."""
        cards = await self._book.waiting(at_s)
        for card in cards:
            if _quiet(card) or _parent(card, cards) or at_s - card["media"]["s"] < STALE_S:
                continue
            self._shift.needless += 1
            self._shift.taps += COST["reject"]
            known = [f for p in self._plays for f in p.facts if _is_about(card, f)]
            if known and card["type"] in SHOTS:
                fact = known[0]
                await self._book.accept(
                    at_s, card["id"], {"team": fact.team, "player": fact.player}
                )
            else:
                await self._book.reject(at_s, card["id"])

    async def doubles(self, plays: Iterable[Play]) -> int:
        """Shots that stand in the book beyond those that there were."""
        there = sum(play.root.type in SHOTS for play in plays)
        book = await self._book.facts()
        stand = sum(one["type"] in SHOTS and not one["voided"] for one in book)
        return stand - there

    async def _say(self, at_s: float, body: Json) -> int | None:
        self._calls += 1
        return await self._book.say(at_s, {"call_id": f"tap-{self._calls}", **body})


def _as_said(play: Play) -> list[Play]:
    """What is known so late that nobody waits for it is said for itself."""
    late = [fact for fact in play.parts if fact.at_s - play.root.at_s > WAIT_S]
    soon = [fact for fact in play.parts if fact not in late]
    return [replace(play, parts=soon), *(Play(fact) for fact in late)]


def _call(fact: Fact, drawn_by: str | None = None) -> Json:
    body: Json = {"type": fact.type, "team": fact.team, "player": fact.player}
    more = {"made": fact.made, "value": fact.value, "kind": fact.kind, "drawn_by": drawn_by}
    body |= {name: value for name, value in more.items() if value is not None}
    return body | ({"throws": THROWS} if fact.type == "foul" else {})


def _match(fact: Fact, cards: Sequence[Json]) -> Json | None:
    """The card that speaks of a fact."""
    about = [one for one in cards if _is_about(one, fact)]
    return min(about, key=lambda one: abs(one["media"]["s"] - fact.at_s), default=None)


def _is_about(card: Json, fact: Fact) -> bool:
    return card["type"] == fact.type and abs(float(card["media"]["s"]) - fact.at_s) <= SAME_S


def _parent(card: Json, cards: Sequence[Json]) -> str | None:
    """The id of the card that it is a part of."""
    return next((one["id"] for one in cards if one["id"] in card["links"]), None)


def _fits(card: Json, root: Fact) -> bool:
    """As `fits` of `web_client/cards.js`."""
    if root.made is None or card["type"] not in ("assist", "block", "rebound"):
        return True
    return bool(root.made == (card["type"] == "assist"))


def _quiet(card: Json) -> bool:
    """As `quiet` of `web_client/cards.js`."""
    unsure = card["score"] < SURE or card["parent_seq"] is not None
    return card["type"] not in SHOTS and unsure


def _candidates(card: Json) -> list[str]:
    listed = [str(one["player"]) for one in card["players"] if one["player"]]
    return list(dict.fromkeys([*([card["player"]] if card["player"] else []), *listed]))[
        :CANDIDATES
    ]


def _suggested(card: Json) -> str | None:
    """As `likely` of `web_client/cards.js`."""
    if card["score"] < LIKELY:
        return None
    if card["player"]:
        return str(card["player"])
    best = next((one for one in card["players"] if one["player"]), None)
    return str(best["player"]) if best and best["probability"] >= LIKELY else None
