"""`courtside game`: make a game on a running server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from server.commands.output import BAD_INPUT, fail, put_json, terminal_qr
from server.commands.remote import ask, json_of, url_option


@click.group()
def game() -> None:
    """Games on a running server."""


@game.command()
@url_option
@click.option("--rules", default="fiba", show_default=True, help="Rule set (own ones: --file).")
@click.option("--home", default="Home", show_default=True, help="Name of the home team.")
@click.option("--away", default="Away", show_default=True, help="Name of the away team.")
@click.option(
    "--file",
    "roster",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON with rules, home and away, as the API takes it.",
)
@click.option("--admin-token", envvar="COURTSIDE_ADMIN_TOKEN", hidden=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def new(
    url: str,
    rules: str,
    home: str,
    away: str,
    roster: Path | None,
    admin_token: str | None,
    as_json: bool,
) -> None:
    """Make a game and print its links, and on a terminal a QR code for the phone.

    From another machine COURTSIDE_ADMIN_TOKEN is needed."""
    body: Any = {
        "rules": rules,
        "home": {"name": home, "players": []},
        "away": {"name": away, "players": []},
    }
    if roster is not None:
        body = _read(roster)
    made = json_of(ask("POST", url, "/api/v1/games", admin_token, body=body), url)
    if as_json:
        put_json(made)
        return
    click.echo(f"game {made['game_id']}")
    for page, link in made["links"].items():
        click.echo(f"  {page:<8} {link}")
    if sys.stdout.isatty():
        click.echo(terminal_qr(made["links"]["camera"]))


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(BAD_INPUT, f"{path} is not readable JSON: {error}")
