"""`courtside demo`: everything at once, to look at."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from server.certificates import lan_address
from server.commands.options import make_settings, server_options
from server.commands.output import put_json, say, terminal_qr
from server.commands.serve import announce, run, set_up_logging
from server.listeners import is_free
from server.settings import Settings

if TYPE_CHECKING:
    from server.demo import DemoGame
    from server.serve import Running


@click.command()
@server_options
@click.option(
    "--clip",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A video file to film in place of the drawn game.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the drawing."
)
@click.option("--json", "as_json", is_flag=True, help="The links as one JSON object.")
def demo(clip: Path | None, seed: int, as_json: bool, **options: Any) -> None:
    """A server with a game that is being filmed, and links to look at it. Ctrl-C ends all.

    The camera is a simulated court, or a clip, and publishes by real WebRTC.
    """
    settings = make_settings(options)
    if options["lan"] is None:
        settings = _with_lan(settings)
    set_up_logging(logging.WARNING)
    source = f"simulator:{seed}" if clip is None else str(clip.resolve())

    async def play(running: Running) -> None:
        from server.demo import drawn, film, make_game

        played = None if clip is not None else await asyncio.to_thread(drawn, seed)
        game = await make_game(running, played)
        yours = await make_game(running)
        filming = await film(running, game, source)
        try:
            await announce(running)
            if as_json:
                put_json(
                    {"game_id": game.game_id, "links": dict(game.links), "yours": dict(yours.links)}
                )
            else:
                _show(running, game, yours)
            await filming.process.wait()
            say("The camera has ended; the server goes on. Ctrl-C ends it.")
            await asyncio.Event().wait()
        finally:
            await filming.stop()

    run(settings, play)


def _with_lan(settings: Settings) -> Settings:
    """Https for phones, if this machine has a network; never a reason not to start."""
    address = lan_address()
    if address is None:
        return settings
    https_port = settings.https_port if is_free(address, settings.https_port) else 0
    return replace(settings, lan=True, https_port=https_port)


def _show(running: Running, game: DemoGame, yours: DemoGame) -> None:

    click.echo("\nA game is being filmed. Watch it, keep its score:")
    for page in ("watch", "desk", "overlay"):
        click.echo(f"  {page:<8} {game.links[page]}")
    click.echo("\nFilm a game of your own:")
    for page in ("camera", "desk", "watch"):
        click.echo(f"  {page:<8} {yours.links[page]}")
    if running.listeners.lan_url is None:
        click.echo("  A phone needs https and a network; this link is for this machine only.")
    else:
        click.echo(terminal_qr(yours.links["camera"]))
    click.echo("Ctrl-C stops everything.")
