"""`courtside replay`: real event lists through our scorebook, beside their official box."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from server.clock import SystemClock
from server.commands.output import BAD_INPUT, fail, put_json
from server.feeds.compare import compare
from server.feeds.feeds import READERS, read
from server.feeds.figures import Figures, figures
from server.feeds.play import play
from server.feeds.told import FeedError, Told
from server.gamelog.memory import MemoryLog


@click.command()
@click.argument("feed", type=click.Choice(tuple(READERS)))
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a game.")
def replay(feed: str, paths: tuple[Path, ...], as_json: bool) -> None:
    """Play real games call by call and compare the box score with the official one.

    PATH is a folder with the files of one game. Exit code 0 when the comparison was made,
    whatever it found; 2 for a file that is broken or missing.
    """
    clock = SystemClock()

    def in_memory(told: Told) -> Figures:
        return figures(play(told, MemoryLog(), clock.now()))

    for path in paths:
        try:
            told = read(feed, path)
        except FeedError as error:
            fail(BAD_INPUT, str(error))
        found = compare(told, in_memory(told), in_memory)
        if as_json:
            put_json(found)
        else:
            _show(found)


def _show(found: dict[str, Any]) -> None:
    minutes, margin = found["minutes"], found["plus_minus"]
    click.echo(
        f"{found['feed']} {found['game']}: {found['equal']} of {found['cells']} cells equal, "
        f"minutes {minutes['equal']} of {minutes['cells']}, "
        f"plus/minus {margin['equal']} of {margin['cells']}"
    )
    for item in found["differences"]:
        who = item["player"] or item["team"]
        click.echo(f"  {who} {item['stat']}: {item['ours']}, official {item['official']}")
    for item in found["invariants"]:
        click.echo(f"  {item['team'] or 'game'} {item['name']}: {item['detail']}")
