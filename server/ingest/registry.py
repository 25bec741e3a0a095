"""Sessions by their ids: those that go on, why others ended, and what of them is still closing."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from server.background import Background
from server.problems import Problem

REMEMBERED = 512


class HttpSession(Protocol):
    """What HTTP knows of a session. id: unguessable. etag: with its quotation marks. key: the
    game and the camera."""

    @property
    def id(self) -> str: ...
    @property
    def etag(self) -> str: ...
    @property
    def key(self) -> tuple[str, str]: ...


S = TypeVar("S", bound=HttpSession)


@dataclass(frozen=True, slots=True)
class Answer(Generic[S]):
    """What POST returns."""

    session: S
    sdp: str


class Registry(Generic[S]):
    """Use from the event loop. watchdog: looks after the sessions from the first one on."""

    def __init__(self, watchdog: Background) -> None:
        self._watchdog = watchdog
        self._active: dict[str, S] = {}
        self._past: OrderedDict[tuple[str, str, str], Problem] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._active)

    def __iter__(self) -> Iterator[S]:
        """Those of now: they may be removed meanwhile."""
        return iter(tuple(self._active.values()))

    def __contains__(self, session: S) -> bool:
        return session.id in self._active

    def check_open(self) -> None:
        """Raises Problem 503 once the server stops."""
        if self._closed:
            raise Problem(503, "stopping", "The server stops.", {"Retry-After": "10"})

    def find(self, game: str, camera: str, session_id: str) -> S:
        """Raises Problem 404, or what was said at the end of one that is remembered."""
        session = self._active.get(session_id)
        if session is not None and session.key == (game, camera):
            return session
        past = self._past.get((game, camera, session_id))
        if past is None:
            raise Problem(404, "no-session", "There is no such session.")
        # A new one each time: an exception that is raised again keeps every trace.
        raise Problem(past.status, past.type, past.detail)

    async def begin(
        self, session: S, answer: Coroutine[Any, Any, str], drop: Callable[[], None]
    ) -> Answer[S]:
        """Add a session while its answer is made; drop() is called if that fails.

        Raises Problem as `answer` does, 503 when the session ended meanwhile.
        """
        self._watchdog.start()
        self._active[session.id] = session
        try:
            sdp = await answer
        except BaseException:
            drop()
            raise
        if session not in self:
            raise Problem(503, "busy", "The session ended while it began.", {"Retry-After": "2"})
        return Answer(session, sdp)

    def remove(self, session: S, problem: Problem | None) -> bool:
        """Take a session away; False if it was. problem: what those hear who ask for it later,
        None: that there is none."""
        if self._active.pop(session.id, None) is None:
            return False
        if problem is not None:
            self._past[*session.key, session.id] = problem
        while len(self._past) > REMEMBERED:
            self._past.popitem(last=False)
        return True

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Run what ends something; close() waits for it."""
        task = asyncio.create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self, end: Callable[[S], None]) -> None:
        """Take no more, call end(session) for those that are left, wait for all that is kept."""
        self._closed = True
        await self._watchdog.stop()
        for session in self:
            end(session)
        if self._closing:
            await asyncio.wait(self._closing)
