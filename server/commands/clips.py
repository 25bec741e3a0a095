"""`courtside clips`: the clips of a running server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from server.commands.output import BAD_INPUT, fail, put_json, say
from server.commands.remote import ask, json_of, url_option

_ADMIN = click.option("--admin-token", envvar="COURTSIDE_ADMIN_TOKEN", hidden=True)
_TOKEN = click.option(
    "--token", envvar="COURTSIDE_TOKEN", show_envvar=True, help="A token of the game."
)
_PLAYER = click.option("--player", help="Only of a player: home-7.")
_TYPE = click.option("--type", "kind", help="Only of a type of play: steal.")
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON as the API has it.")


@click.group()
def clips() -> None:
    """Clips of games on a running server."""


@clips.command("list")
@click.argument("game")
@url_option
@_TOKEN
@_PLAYER
@_TYPE
@_JSON
def list_clips(
    game: str, url: str, token: str | None, player: str | None, kind: str | None, as_json: bool
) -> None:
    """The plays of GAME that have a clip: number, state, length and words."""
    asked = {"player": player, "type": kind}
    found = json_of(ask("GET", url, _path(game), token, params=asked), url)
    if as_json:
        put_json(found)
        return
    for clip in found["clips"]:
        length = f"{clip['duration_s']:.0f} s" if "duration_s" in clip else "-"
        click.echo(f"{clip['seq']:>6}  {clip['status']:<10}  {length:>4}  {clip['label']}")


@clips.command()
@click.argument("game")
@click.argument("from_s", type=float)
@click.argument("to_s", type=float)
@click.option("--camera", default="main", show_default=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file: MP4, or WebM where the camera sent VP8.",
)
@url_option
@_TOKEN
def cut(
    game: str,
    from_s: float,
    to_s: float,
    camera: str,
    output: Path,
    url: str,
    token: str | None,
) -> None:
    """Cut from second FROM_S to TO_S out of a camera's recording; takes the desk's token.

    It begins at the key frame before, and nothing is encoded again."""
    asked = {"camera": camera, "from_s": from_s, "to_s": to_s}
    film = ask("GET", url, f"{_path(game)}/range.mp4", token, params=asked)
    try:
        output.write_bytes(film.content)
    except OSError as error:
        fail(BAD_INPUT, f"{output} cannot be written: {error.strerror}")
    say(f"{output}: {film.headers['content-type']}, {len(film.content)} bytes")


@clips.command()
@click.argument("game")
@click.argument("seq", type=int, required=False)
@_PLAYER
@_TYPE
@url_option
@_TOKEN
@_JSON
def share(
    game: str,
    seq: int | None,
    player: str | None,
    kind: str | None,
    url: str,
    token: str | None,
    as_json: bool,
) -> None:
    """A link that shows clip SEQ of GAME, or without one a reel, to anybody."""
    if seq is not None and (player or kind):
        raise click.UsageError("a clip by its number, or a reel by --player and --type")
    asked: dict[str, Any] = {"seq": seq, "player": player, "type": kind}
    body = {name: value for name, value in asked.items() if value is not None}
    made = json_of(ask("POST", url, f"{_path(game)}/share", token, body=body), url)
    if as_json:
        put_json(made)
    else:
        click.echo(made["link"])


@clips.command()
@url_option
@_ADMIN
@_JSON
def failed(url: str, admin_token: str | None, as_json: bool) -> None:
    """What could not be made, of all games, and why; takes COURTSIDE_ADMIN_TOKEN."""
    found = json_of(ask("GET", url, "/api/v1/clips/failed", admin_token), url)
    if as_json:
        put_json(found)
        return
    for clip in found["failed"]:
        click.echo(f"{clip['game_id']}  {clip['seq']:>6}  {clip['error']}")


@clips.command()
@click.argument("game", required=False)
@click.argument("seq", type=int, required=False)
@url_option
@_ADMIN
@_JSON
def retry(
    game: str | None, seq: int | None, url: str, admin_token: str | None, as_json: bool
) -> None:
    """Try clip SEQ of GAME again, or all that failed; takes COURTSIDE_ADMIN_TOKEN."""
    if (game is None) != (seq is None):
        raise click.UsageError("a game and the number of its clip, or nothing for all")
    body = {} if game is None else {"game_id": game, "seq": seq}
    answer = json_of(ask("POST", url, "/api/v1/clips/retry", admin_token, body=body), url)
    if as_json:
        put_json(answer)
    else:
        click.echo(f"{answer['retried']} to be tried again")


def _path(game: str) -> str:
    return f"/api/v1/games/{quote(game, safe='')}/clips"
