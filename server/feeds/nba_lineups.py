"""Who began a period on the court, where the feed names only those who change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from server.feeds import nba_codes
from server.feeds.nba_stats_box import Row
from server.feeds.values import clock_ms
from server.game.events import SIDES

_SUBSTITUTION = nba_codes.SUBSTITUTION
# Official minutes are whole seconds; they add up over several stays.
_TOLERANCE_MS = 3000
# Kinds of row whose people are on the court. Timeouts, ejections and replays may name anybody.
_ON_COURT = frozenset(
    (
        *(nba_codes.MADE, nba_codes.MISSED, nba_codes.FREE_THROW, nba_codes.REBOUND),
        *(nba_codes.TURNOVER, nba_codes.FOUL, nba_codes.VIOLATION, nba_codes.JUMP_BALL),
    )
)


class Starters:
    """The five of each side at the start of each period.

    Whoever acts, or goes out, before coming in began the period. Somebody who plays a whole
    period without a trace is found by the official minutes: a period of them is still unspent.
    Where they do not tell, those who ended the period before are taken to go on.
    """

    def __init__(
        self,
        rows: list[Row],
        ids: Mapping[int, str],
        first: set[str],
        overrides: Mapping[str, Mapping[str, list[int]]],
        official_ms: Mapping[str, int],
    ) -> None:
        """ids: feed's player -> ours. first: who began the game. overrides: as in the file.
        official_ms: minutes of each player of ours."""
        # Who is taken to have gone on, though neither a row nor the minutes say so.
        self.guessed: set[str] = set()
        self._fives: dict[int, dict[str, tuple[str, ...]]] = {}
        periods: dict[int, list[Row]] = {}
        for row in rows:
            periods.setdefault(int(row["PERIOD"]), []).append(row)
        unspent = Counter(official_ms)
        begun: dict[int, list[str]] = {}
        for period, mine in periods.items():
            named = overrides.get(str(period), {})
            told = [ids[player] for five in named.values() for player in five if player in ids]
            told = told or (sorted(first) if period == 1 else [])
            begun[period] = _five_or(told, _seen(mine, ids)[0])
            unspent.subtract(_spent(begun[period], mine, ids))
        before: list[str] = []
        for period, mine in periods.items():
            _, came = _seen(mine, ids)
            length_ms = _length_ms(mine)
            self._fives[period] = {}
            for side in SIDES:
                own = [player for player in begun[period] if player.startswith(side)][:5]
                for player in _silent(side, own, before, came, unspent, length_ms):
                    own.append(player)
                    if unspent[player] < length_ms - _TOLERANCE_MS:
                        self.guessed.add(player)
                    unspent[player] -= length_ms
                self._fives[period][side] = tuple(own)
            fives = self._fives[period]
            before = _at_the_end([*fives["home"], *fives["away"]], mine, ids)

    def of(self, period: int) -> Mapping[str, tuple[str, ...]]:
        return self._fives.get(period, {})


def _five_or(told: list[str], found: list[str]) -> list[str]:
    """The starters of each side who were told, where there are five; else those found."""
    begun: list[str] = []
    for side in SIDES:
        five = [player for player in told if player.startswith(side)]
        begun += five if len(five) == 5 else [p for p in found if p.startswith(side)]
    return begun


def _seen(rows: list[Row], ids: Mapping[int, str]) -> tuple[list[str], set[str]]:
    """Who was there before coming in, and who came in, in the rows of one period. Who went out
    comes first: that is said on purpose, while a wrong name may stand in any other row."""
    left: dict[str, None] = {}
    there: dict[str, None] = {}
    came: set[str] = set()
    begin_ms = max((clock_ms(row["PCTIMESTRING"]) for row in rows), default=0)
    for row in rows:
        kind = row["EVENTMSGTYPE"]
        if kind == _SUBSTITUTION:
            going, coming = ids.get(row["PLAYER1_ID"]), ids.get(row["PLAYER2_ID"])
            if going is not None and going not in came:
                left[going] = None
            if coming is not None and coming not in there and coming not in left:
                came.add(coming)
            continue
        if kind not in _ON_COURT or _may_sit(row, begin_ms):
            continue
        for number in (1, 2, 3):
            player = ids.get(row[f"PLAYER{number}_ID"])
            if player is not None and player not in came:
                there[player] = None
    return list({**left, **there}), came


def _may_sit(row: Row, begin_ms: int) -> bool:
    """Whether the people of a row may be on the bench: technical fouls, and the free throws for
    those that were called between two periods."""
    kind, action = row["EVENTMSGTYPE"], row["EVENTMSGACTIONTYPE"]
    if kind == nba_codes.FREE_THROW:
        at_start = clock_ms(row["PCTIMESTRING"]) == begin_ms
        return bool(at_start and action == nba_codes.TECHNICAL_THROW)
    return bool(kind == nba_codes.FOUL and action in nba_codes.BENCH_FOULS)


def _silent(
    side: str,
    own: list[str],
    before: list[str],
    came: set[str],
    unspent: Mapping[str, int],
    length_ms: int,
) -> list[str]:
    """Who fills the five of a side: first whose minutes lack the whole period, then who ended
    the period before. Fewer when nobody is left."""

    def lacks(player: str) -> bool:
        return unspent[player] >= length_ms - _TOLERANCE_MS

    free = [p for p in unspent if p.startswith(side) and p not in own and p not in came]
    likely = [player for player in free if lacks(player) or player in before]
    likely.sort(key=lambda player: (not lacks(player), player not in before))
    return likely[: 5 - len(own)]


def _length_ms(rows: list[Row]) -> int:
    """How much of a period the rows cover."""
    clocks = [clock_ms(row["PCTIMESTRING"]) for row in rows]
    return max(clocks) - min(clocks)


def _spent(begun: list[str], rows: list[Row], ids: Mapping[int, str]) -> Counter[str]:
    """Time on the court in a period of those who began it and those who came in."""
    clocks = [clock_ms(row["PCTIMESTRING"]) for row in rows]
    since = dict.fromkeys(begun, max(clocks))
    spent: Counter[str] = Counter()
    for row, now_ms in zip(rows, clocks, strict=True):
        if row["EVENTMSGTYPE"] == _SUBSTITUTION:
            going, coming = ids.get(row["PLAYER1_ID"]), ids.get(row["PLAYER2_ID"])
            if going is not None:
                spent[going] += since.pop(going, now_ms) - now_ms
            if coming is not None:
                since[coming] = now_ms
    for player, from_ms in since.items():
        spent[player] += from_ms - min(clocks)
    return spent


def _at_the_end(five: list[str], rows: list[Row], ids: Mapping[int, str]) -> list[str]:
    there = dict.fromkeys(five)
    for row in rows:
        if row["EVENTMSGTYPE"] == _SUBSTITUTION:
            there.pop(ids.get(row["PLAYER1_ID"], ""), None)
            coming = ids.get(row["PLAYER2_ID"])
            if coming is not None:
                there[coming] = None
    return list(there)
