"""Plays a told game into a running server over HTTP, in its own time or faster."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from server.feeds.figures import Figures
from server.feeds.league import as_posted
from server.feeds.pace import due_ms
from server.feeds.play import plainer, short
from server.feeds.renumber import number_of
from server.feeds.told import Step, Told

NAME_LIMIT = 80
# Calls in one request at most; a server takes 500.
BATCH = 200
# How long a server may be away, and how long to wait between two tries.
PATIENCE_S = 120.0
# A server that was never there is soon given up.
OPENING_S = 3.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 5.0
_COME_AGAIN = frozenset((429, 502, 503, 504))


class RemoteError(Exception):
    """The server refuses or stays away. missing: it is not there, rather than unwilling."""

    def __init__(self, text: str, *, missing: bool = False) -> None:
        super().__init__(text)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Opened:
    """A game on a server. watch: the link for watchers, None for a game that was there."""

    game_id: str
    token: str | None
    watch: str | None


@dataclass(slots=True)
class Sent:
    """What it took. refused: calls that the server would not take, in words."""

    calls: int = 0
    requests: int = 0
    retries: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Remote:
    """One server. monotonic_s: a clock in seconds; sleep: waits that long."""

    client: httpx.AsyncClient
    monotonic_s: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    patience_s: float = PATIENCE_S

    async def create(self, told: Told, admin_token: str | None) -> Opened:
        """A new game for `told`, whose players have numbers (`renumbered`)."""
        body = {"rules": as_posted(told.league), **_teams(told)}
        made = await self._ask("POST", "/api/v1/games", admin_token, body, opening=True)
        return Opened(made["game_id"], made["tokens"]["desk"], made["links"]["watch"])

    async def join(self, told: Told, game_id: str, token: str | None) -> Opened:
        """A game that is there, with the players of `told` on its rosters."""
        path = f"/api/v1/games/{game_id}"
        await self._ask("PATCH", path, token, _teams(told), opening=True)
        return Opened(game_id, token, None)

    async def play(self, told: Told, game: Opened, speed: float) -> Sent:
        """Say every step when it is due. The same game again says nothing twice: a call has
        the same id each time."""
        sent = Sent()
        due = [ms / 1000 / speed for ms in due_ms(told.steps, told.rules)]
        begun_s = self.monotonic_s()
        keys: dict[str, int] = {}
        at = 0
        while at < len(told.steps):
            wait_s = due[at] - (self.monotonic_s() - begun_s)
            if wait_s > 0:
                await self.sleep(wait_s)
            now_s = self.monotonic_s() - begun_s
            batch = _ready(told.steps, due, at, now_s)
            await self._say(told, game, at, batch, keys, sent)
            at += len(batch)
        return sent

    async def figures(self, game: Opened, refused: list[str]) -> Figures:
        """What the server says about the game."""
        path = f"/api/v1/games/{game.game_id}"
        box = await self._ask("GET", f"{path}/boxscore", game.token)
        board = await self._ask("GET", path, game.token)
        statistics = await self._ask("GET", f"{path}/stats", game.token)
        return Figures(box, board, statistics, tuple(refused))

    async def _say(
        self,
        told: Told,
        game: Opened,
        first: int,
        batch: list[Step],
        keys: dict[str, int],
        sent: Sent,
    ) -> None:
        """Send steps, and those that are refused once more as plainly as they can be said."""
        waiting = [
            (step, plainer(_body(told, first + n, step, keys))) for n, step in enumerate(batch)
        ]
        bodies = [next(tries) for _, tries in waiting]
        while waiting:
            answers = await self._post(game, bodies, sent)
            again = []
            for (step, tries), answer in zip(waiting, answers, strict=True):
                if "entries" in answer:
                    if step.key is not None:
                        keys[step.key] = answer["entries"][-1]["seq"]
                    continue
                body = next(tries, None)
                if body is None:
                    sent.refused.append(f"{short(step)}: {answer['problem'].get('detail')}")
                else:
                    again.append((step, tries, body))
            waiting = [(step, tries) for step, tries, _ in again]
            bodies = [body for _, _, body in again]
        sent.calls += len(batch)

    async def _post(
        self, game: Opened, bodies: list[dict[str, Any]], sent: Sent
    ) -> list[dict[str, Any]]:
        """The answer to each call. What the server could not take now is sent again, all of it
        and in order: what it has, it answers as before."""
        path = f"/api/v1/games/{game.game_id}/calls"
        deadline_s = self.monotonic_s() + self.patience_s
        wait_s = FIRST_WAIT_S
        while True:
            sent.requests += 1
            answers: list[dict[str, Any]] = await self._ask(
                "POST", path, game.token, bodies, sent=sent
            )
            late = [a for a in answers if a["status"] in _COME_AGAIN or a["status"] >= 500]
            if not late:
                return answers
            if self.monotonic_s() > deadline_s:
                raise RemoteError(f"the server cannot write: {late[0]['problem'].get('detail')}")
            sent.retries += 1
            await self.sleep(wait_s)
            wait_s = min(LONGEST_WAIT_S, 2 * wait_s)

    async def _ask(
        self,
        method: str,
        path: str,
        token: str | None,
        body: Any = None,
        *,
        opening: bool = False,
        sent: Sent | None = None,
    ) -> Any:
        """The JSON that the server answers, tried again while it is away or busy.

        opening: the first that is asked of a game; sent again only when it did not arrive.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        patience_s = min(OPENING_S, self.patience_s) if opening else self.patience_s
        deadline_s = self.monotonic_s() + patience_s
        wait_s = FIRST_WAIT_S
        while True:
            asked_s = wait_s
            try:
                answer = await self.client.request(method, path, json=body, headers=headers)
            except httpx.TransportError as error:
                why = f"no server answers at {self.client.base_url} ({error!r})"
                if opening and not isinstance(error, httpx.ConnectError):
                    raise RemoteError(why, missing=True) from error
            else:
                if answer.status_code not in _COME_AGAIN:
                    return _document(answer)
                why = f"the server is busy ({answer.status_code})"
                said = answer.headers.get("Retry-After", "")
                asked_s = max(wait_s, float(said)) if said.isdigit() else wait_s
            if self.monotonic_s() + asked_s > deadline_s:
                raise RemoteError(why, missing=True)
            if sent is not None:
                sent.retries += 1
            await self.sleep(asked_s)
            wait_s = min(LONGEST_WAIT_S, 2 * wait_s)


def _ready(steps: tuple[Step, ...], due: list[float], at: int, now_s: float) -> list[Step]:
    """The steps from `at` that are due. A batch ends before a step whose parent is in it: the
    number of that entry is not known yet."""
    batch: list[Step] = []
    keys: set[str | None] = set()
    for step, due_s in zip(steps[at : at + BATCH], due[at : at + BATCH], strict=True):
        if batch and (due_s > now_s or (step.parent is not None and step.parent in keys)):
            break
        batch.append(step)
        keys.add(step.key)
    return batch


def _body(told: Told, index: int, step: Step, keys: Mapping[str, int]) -> dict[str, Any]:
    links = {} if step.parent is None else {"links": keys.get(step.parent)}
    said = {"call_id": call_id(told, index), **step.body, **links}
    return {name: value for name, value in said.items() if value is not None}


def call_id(told: Told, index: int) -> str:
    """The same for the same step of the same game, whenever it is played."""
    return f"{told.feed}-{told.game}-{index + 1}"[-64:]


def _teams(told: Told) -> dict[str, Any]:
    return {
        side: {
            "name": team.name[:NAME_LIMIT] or None,
            "players": [
                {"number": number_of(p.id), "name": p.name[:NAME_LIMIT] or None}
                for p in team.players
            ],
        }
        for side, team in told.sides.items()
    }


def _document(answer: httpx.Response) -> Any:
    try:
        found = answer.json()
    except ValueError:
        raise RemoteError(
            f"{answer.url} answered {answer.status_code}, not as Courtside does"
        ) from None
    if answer.is_success:
        return found
    detail = found.get("detail", "") if isinstance(found, dict) else ""
    hint = ""
    if answer.status_code in (401, 403):
        hint = "; a new game takes --admin-token, one that is there --token of its desk"
    raise RemoteError(f"the server refused ({answer.status_code}): {detail}{hint}")
