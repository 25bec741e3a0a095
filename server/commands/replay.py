"""`courtside replay`: real event lists through our scorebook, beside their official box."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from server.clock import SystemClock
from server.commands.output import BAD_INPUT, MISSING, fail, put_json, say
from server.feeds.compare import compare
from server.feeds.feeds import READERS, read
from server.feeds.figures import Figures, figures
from server.feeds.play import play
from server.feeds.renumber import renumbered
from server.feeds.told import FeedError, Told
from server.gamelog.memory import MemoryLog

if TYPE_CHECKING:
    from server.feeds.remote import Remote

FASTEST = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where to play and how fast. game: one that is there; parallel: games at a time."""

    url: str
    speed: float
    game: str | None
    token: str | None
    admin_token: str | None
    parallel: int


@click.command()
@click.argument("feed", type=click.Choice(tuple(READERS)))
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a game.")
@click.option(
    "--speed",
    type=click.FloatRange(0, FASTEST, min_open=True),
    help="Play into a running server, so many times as fast as the game was.",
)
@click.option(
    "--server",
    "url",
    envvar="COURTSIDE_URL",
    show_envvar=True,
    default="http://127.0.0.1:8000",
    show_default=True,
    help="With --speed: the server.",
)
@click.option("--game", help="With --speed: a game that is there; else a new one is made.")
@click.option(
    "--token", envvar="COURTSIDE_TOKEN", show_envvar=True, help="Of the desk, for --game."
)
@click.option("--admin-token", envvar="COURTSIDE_ADMIN_TOKEN", hidden=True)
@click.option(
    "--parallel",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="With --speed: games at a time; else one after another.",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="With --speed: play every PATH so often, each time as a game of its own.",
)
def replay(
    feed: str,
    paths: tuple[Path, ...],
    as_json: bool,
    speed: float | None,
    url: str,
    game: str | None,
    token: str | None,
    admin_token: str | None,
    parallel: int,
    repeat: int,
) -> None:
    """Play real games call by call and compare the box score with the official one.

    PATH is a folder with the files of one game. Without --speed no server is needed. Exit code
    0 when the comparison was made, whatever it found; 2 for a file that is broken or missing,
    or a server that refuses; 3 when no server answers.
    """
    if speed is None:
        if game is not None:
            raise click.UsageError("--game needs --speed")
        for told in _read(feed, paths):
            _put(compare(told, _in_memory(told), _in_memory), as_json)
        return
    if math.isnan(speed):
        raise click.UsageError("--speed is a number above 0")
    where = urlsplit(url)
    if where.scheme not in ("http", "https") or not where.netloc:
        raise click.UsageError(f"--server is http://HOST:PORT, not {url!r}")
    # Everything is read before anything is made on the server.
    games = [renumbered(told) for told in _read(feed, paths)] * repeat
    if game is not None and len(games) != 1:
        raise click.UsageError("--game takes one PATH, once")
    server = Server(url.rstrip("/"), speed, game, token, admin_token, parallel)
    asyncio.run(_into(server, games, as_json))


def _read(feed: str, paths: tuple[Path, ...]) -> Iterator[Told]:
    for path in paths:
        try:
            yield read(feed, path)
        except FeedError as error:
            fail(BAD_INPUT, str(error))


def _in_memory(told: Told) -> Figures:
    return figures(play(told, MemoryLog(), SystemClock().now()))


async def _into(server: Server, games: list[Told], as_json: bool) -> None:
    """Play the games into the server, some at a time; ends the command when that fails."""
    import httpx

    from server.feeds.remote import Remote, RemoteError

    places = asyncio.Semaphore(server.parallel)
    limits = httpx.Limits(max_connections=server.parallel)

    async def one(remote: Remote, told: Told) -> None:
        async with places:
            found = await _play(server, remote, told)
        _put(found, as_json)

    # What is raised in `except*` would come out as a group: the command ends after it.
    ended: tuple[int, str] | None = None
    try:
        async with (
            httpx.AsyncClient(base_url=server.url, timeout=30, limits=limits) as client,
            asyncio.TaskGroup() as group,
        ):
            remote = Remote(client, SystemClock().monotonic_s)
            for told in games:
                group.create_task(one(remote, told))
    except* RemoteError as failed:
        error = failed.exceptions[0]
        missing = isinstance(error, RemoteError) and error.missing
        ended = MISSING if missing else BAD_INPUT, str(error)
    except* httpx.InvalidURL as failed:
        ended = BAD_INPUT, f"--server {server.url}: {failed.exceptions[0]}"
    if ended is not None:
        fail(*ended)


async def _play(server: Server, remote: Remote, told: Told) -> dict[str, Any]:
    """One game: made or joined, played, compared by what the server says of it."""
    if server.game is None:
        opened = await remote.create(told, server.admin_token)
        say(f"{told.game} is game {opened.game_id}; watch it at {opened.watch}")
    else:
        opened = await remote.join(told, server.game, server.token)
    begun_s = remote.monotonic_s()
    sent = await remote.play(told, opened, server.speed)
    took_s = remote.monotonic_s() - begun_s
    ours = await remote.figures(opened, sent.refused)
    return {
        **compare(told, ours, _in_memory),
        "server": {
            "url": server.url,
            "game_id": opened.game_id,
            "seconds": round(took_s, 1),
            "calls": sent.calls,
            "requests": sent.requests,
            "retries": sent.retries,
        },
    }


def _put(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        put_json(found)
        return
    minutes, margin, derived = (found[name] for name in ("minutes", "plus_minus", "derived"))
    click.echo(
        f"{found['feed']} {found['game']}: {found['equal']} of {found['cells']} cells equal, "
        f"minutes {minutes['equal']} of {minutes['cells']}, "
        f"plus/minus {margin['equal']} of {margin['cells']}, "
        f"derived {derived['equal']} of {derived['cells']}"
    )
    for item in [*found["differences"], *derived["differences"]]:
        who, why = item["player"] or item["team"], item.get("why")
        because = f" ({why})" if why else ""
        click.echo(f"  {who} {item['stat']}: {item['ours']}, official {item['official']}{because}")
    for item in found["invariants"]:
        click.echo(f"  {item['team'] or 'game'} {item['name']}: {item['detail']}")
    if "server" in found:
        done = found["server"]
        click.echo(
            f"  {done['calls']} calls in {done['requests']} requests, {done['seconds']} s, "
            f"{done['retries']} retries"
        )
