"""The driver that joins the rules, the log and the projections: calls in, updates out.

Everything that touches the log or a fold runs in a thread (`server/books.py`), a game always
in the same one, so that the long fold of one game does not hold all others; this class is their
asyncio face. The order for a call is: decide, append (durable), publish, answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar
from weakref import WeakValueDictionary
from zlib import crc32

from pipeline.sight import Sighting
from server.answers import Answered, CreatedGame, WholeGame
from server.books import Books
from server.clock import Clock
from server.game.moment import Filmed
from server.gamelog.log import Log, LogUnavailable
from server.gamelog.proposal import Label
from server.live.desklease import Desks
from server.meters import Meters
from server.problems import Problem
from server.referee import Referee
from server.updates import Announce, GameState, Json, Publish, Sections, Update

T = TypeVar("T")
# The camera that is live at a game, if one is.
WhoFilms = Callable[[str], Awaitable[Filmed | None]]

# A list of calls is what an offline desk kept; more than this is sent in several lists.
LIST_LIMIT = 500
THREADS = 4


class Scorer:
    """Keeps the books of all games of this process; any other process may write too."""

    def __init__(
        self,
        log: Log,
        clock: Clock,
        new_id: Callable[[], str],
        publish: Publish,
        announce: Announce,
        referee: Referee | None = None,
        meters: Meters | None = None,
        who_films: WhoFilms | None = None,
    ) -> None:
        """publish: called with each Update after its entries are durable, in order of the log.
        announce: called with messages without a sequence (`proposal`, `roster`).
        who_films: for the media time of what is said; without it nothing has one.
        """
        # Threads know nothing of each other, as processes do not: the log keeps them apart.
        self._books = [Books(log, clock, new_id, referee or Referee()) for _ in range(THREADS)]
        self._threads = [ThreadPoolExecutor(1, f"books-{number}") for number in range(THREADS)]
        self._meters = meters or Meters()
        self._publish = publish
        self._announce = announce
        self._who_films = who_films or _nobody
        self._tasks: set[asyncio.Task[Any]] = set()
        # Only while somebody publishes; a lock that nobody holds is gone.
        self._publishing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def close(self) -> None:
        """Finish what was begun, then stop the threads. The log is the caller's to close."""
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for thread in self._threads:
            await asyncio.to_thread(thread.shutdown)

    # Games

    async def create_game(self, body: object) -> CreatedGame:
        """Make a game from a request body. Problem 422 when malformed, 409 `game-exists`."""
        return await self._run(lambda books: books.people.create_game, body)

    async def games(self) -> list[Json]:
        """The games that are not erased, newest first: game_id, rules, created_at, teams."""
        return await self._run(lambda books: books.people.games)

    async def patch_game(self, game_id: str, body: object, by: str) -> None:
        """Change team names, player names, `names_hidden`; add players."""
        await self._finish(
            self._change_people(game_id, lambda books: books.people.patch_game, body, by)
        )

    async def patch_player(self, game_id: str, player: str, body: object) -> None:
        """Change a player's name. Problem 404 `unknown-player`."""
        await self._finish(
            self._change_people(game_id, lambda books: books.people.patch_player, player, body)
        )

    async def erase_game(self, game_id: str) -> None:
        """Erase every name of the game and take it off the list; the log stays as it is."""
        await self._finish(self._change_people(game_id, lambda books: books.people.erase_game))

    async def erase_player(self, game_id: str, player: str) -> None:
        """Erase a player's name; the player shows as a number."""
        await self._finish(
            self._change_people(game_id, lambda books: books.people.erase_player, player)
        )

    async def token_version(self, game_id: str) -> int | None:
        """The version that tokens of a game must have; None when there is no such game (any
        more)."""
        return await self._run(lambda books: books.people.token_version, game_id)

    async def revoke_tokens(self, game_id: str) -> None:
        """Refuse every token that the game has now."""
        await self._run(lambda books: books.people.revoke_tokens, game_id)

    # Calls

    async def call(
        self, game_id: str, body: object, by: str, desks: Desks | None = None
    ) -> Answered:
        """Decide one call. The same body again gives the first entries, `again` set.

        desks: who keeps which part of the sheet, when several share it. Problems: 404
        `unknown-game`, 422 malformed, 409 refused, `conflict`, `desk-held`, `call-id-reused`.
        """
        return await self._counted(self._call(game_id, body, by, desks))

    async def calls(
        self, game_id: str, bodies: object, by: str, desks: Desks | None = None
    ) -> list[Json]:
        """Decide a list, in order, each item standing alone: status and entries or problem.

        From a call on that could not be tried (503) none is: an order sent again stays one.
        """
        if not isinstance(bodies, list) or len(bodies) > LIST_LIMIT:
            raise Problem(422, "malformed", f"expected a list of at most {LIST_LIMIT} calls")
        await self._run(lambda books: books.reading.record, game_id)
        answers: list[Json] = []
        for body in bodies:
            try:
                answered = await self.call(game_id, body, by, desks)
            except Problem as problem:
                answers.append({"status": problem.status, "problem": problem.document()})
                if problem.status == 503:
                    return answers + [answers[-1]] * (len(bodies) - len(answers))
            else:
                status = 200 if answered.again else 201
                answers.append({"status": status, **answered.document()})
        return answers

    async def end_idle(self, older_than: timedelta) -> list[str]:
        """Finalize the games without an entry for that long; their ids."""
        ended = []
        for game_id, body in await self._run(lambda books: books.reading.idle, older_than):
            try:
                await self.call(game_id, body, "courtside")
            except Problem:
                continue  # somebody came back to it just now
            ended.append(game_id)
        return ended

    # Reading

    async def state(self, game_id: str, *, names: bool = True) -> GameState:
        """All sections (`camera` is the live room's), as of the log's last entry.

        names=False leaves every name out: what may be kept outside the names table.
        """
        return await self._run(lambda books: books.reading.state, game_id, names)

    async def named(self, game_id: str, sections: Sections, *, hide: bool = False) -> Json:
        """The same sections with names put in; `hide` leaves players' names out when the
        game hides them from watchers."""
        return await self._run(lambda books: books.people.named, game_id, sections, hide)

    async def plays(self, game_id: str, *, hide: bool = False) -> list[Json]:
        """Every play in the order of the game, oldest first, voided ones included."""
        return await self._run(lambda books: books.reading.plays, game_id, hide)

    async def boxscore(self, game_id: str, *, hide: bool = False) -> Json:
        """The box score section with names (`hide`: see `named`)."""
        return await self._run(lambda books: books.reading.boxscore, game_id, hide)

    async def whole(self, game_id: str, *, hide: bool = False) -> WholeGame:
        """The game as a value, for folds that are not kept (`hide`: see `named`)."""
        return await self._run(lambda books: books.reading.whole, game_id, hide)

    async def log(
        self, game_id: str, after: int = 0, *, names: bool = False, hide: bool = False
    ) -> list[Json]:
        """The stored entries after `after`, as JSON, oldest first.

        names: with what people wrote (`hide`: see `named`); without it, as it is stored.
        """
        return await self._run(lambda books: books.reading.entries, game_id, after, names, hide)

    # Proposals

    async def propose(
        self, game_id: str, camera: str, sighting: Sighting, ago_s: float = 0.0
    ) -> Json | None:
        """Keep a proposal for a sighting of something that happened `ago_s` seconds ago; None
        when it is too unsure, already a fact, or proposed by another camera."""
        return await self._finish(self._propose(game_id, camera, sighting, ago_s))

    async def watched(self, game_id: str, camera: str) -> None:
        """A camera looks at the game: what a scorekeeper says now, it should have seen."""
        await self._run(lambda books: books.proposals.watched, game_id, camera)

    async def proposals(self, game_id: str, status: str | None = None) -> list[Json]:
        """The proposals of a game, oldest first; `status` picks waiting, accepted, ..."""
        return await self._run(lambda books: books.proposals.listed, game_id, status)

    async def accept(
        self,
        game_id: str,
        proposal_id: str,
        corrections: object,
        by: str,
        desks: Desks | None = None,
    ) -> Answered:
        """Turn a proposal into a call, with corrections; `with` in them accepts a whole play in
        one call. Counts once however often it is sent.

        Problems: 404 `unknown-proposal`, 409 `proposal-answered`, `parent-waiting`, and those of
        a call.
        """
        return await self._counted(self._accept(game_id, proposal_id, corrections, by, desks))

    async def reject(self, game_id: str, proposal_id: str, by: str) -> Json:
        """Mark a waiting proposal as rejected, and what belongs to it; again is no error. 409
        `proposal-answered`."""
        return await self._finish(self._reject(game_id, proposal_id, by))

    async def still(self, game_id: str, proposal_id: str) -> bytes:
        """The picture (JPEG) of a proposal. Problem 404 `unknown-proposal`, `no-still`."""
        return await self._run(lambda books: books.proposals.still, game_id, proposal_id)

    async def labels(self, game_id: str | None = None, most: int | None = None) -> list[Label]:
        """What was answered to proposals, of one game or all, oldest first; most: the newest so
        many of each type."""
        return await self._run(lambda books: books.proposals.labels, game_id, most)

    # Inside

    async def _counted(self, work: Coroutine[Any, Any, Answered]) -> Answered:
        try:
            answered = await self._finish(work)
        except Problem as problem:
            self._meters.call_refused(problem.type)
            raise
        self._meters.call_answered(again=answered.again, merged=answered.merged)
        return answered

    async def _call(self, game_id: str, body: object, by: str, desks: Desks | None) -> Answered:
        filmed = await self._who_films(game_id)
        answered = await self._run(
            lambda books: books.rulings.call, game_id, body, by, desks, filmed
        )
        await self._tell(game_id, answered.update, answered.proposals)
        return answered

    async def _accept(self, game_id: str, *args: Any) -> Answered:
        answered = await self._run(lambda books: books.proposals.accept, game_id, *args)
        await self._tell(game_id, answered.update, answered.proposals)
        return answered

    async def _propose(
        self, game_id: str, camera: str, sighting: Sighting, ago_s: float
    ) -> Json | None:
        steps = await self._run(
            lambda books: books.proposals.propose, game_id, camera, sighting, ago_s
        )
        for seen in steps:
            await self._tell(game_id, seen.update, seen.proposals)
        return steps[0].proposal if steps else None

    async def _reject(self, game_id: str, proposal_id: str, by: str) -> Json:
        proposal, told = await self._run(
            lambda books: books.proposals.reject, game_id, proposal_id, by
        )
        await self._tell(game_id, None, told)
        return proposal

    async def _change_people(
        self,
        game_id: str,
        change: Callable[[Books], Callable[..., tuple[Update, ...]]],
        *args: Any,
    ) -> None:
        for update in await self._run(change, game_id, *args):
            await self._tell(game_id, update, ())
        # Names travel outside the log: whoever shows some asks again.
        await self._announce(game_id, {"type": "roster"})

    async def _tell(
        self, game_id: str, update: Update | None, proposals: tuple[Mapping[str, Any], ...]
    ) -> None:
        # A game's thread hands results back in order and a lock is fair, so updates of a game
        # are published in the order of the log.
        if update is not None or proposals:
            async with self._publishing.setdefault(game_id, asyncio.Lock()):
                if update is not None:
                    await self._publish(game_id, update)
                for proposal in proposals:
                    self._meters.proposal(proposal["type"], proposal["status"])
                    await self._announce(game_id, {"type": "proposal", "proposal": proposal})

    async def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Run to the end even when the request that asked is cancelled: what is durable must
        also be published."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def _run(self, pick: Callable[[Books], Callable[..., T]], *args: Any) -> T:
        """Call what `pick` finds in the books with `args`, in the thread of the game that is
        the first of them, if that is one."""
        game_id = args[0] if args and isinstance(args[0], str) else ""
        number = crc32(game_id.encode("utf-8", "replace")) % THREADS
        function, loop = pick(self._books[number]), asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads[number], function, *args)
        except LogUnavailable as error:
            raise Problem(503, "log-unavailable", "the database does not answer") from error


async def _nobody(game_id: str) -> Filmed | None:
    """No camera films this game."""
    return None
