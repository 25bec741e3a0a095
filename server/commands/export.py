"""`courtside export`: a game of a data folder as a file for another program."""

from __future__ import annotations

from pathlib import Path

import click

from server.commands.options import data_option, database_option, find_log
from server.commands.output import BAD_INPUT, MISSING, fail, say
from server.exports.formats import FORMATS, Format
from server.exports.gamebook import GameBook
from server.exports.media import NoMediaTimes
from server.gamelog.log import Log, LogUnavailable, game_of
from server.settings import Settings
from server.teams import team_names


@click.command()
@click.argument("game")
@click.argument("form", metavar="FORMAT", type=click.Choice(tuple(FORMATS)))
@data_option
@database_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A file, or a folder, where it gets its usual name; standard output without it.",
)
@click.option("--no-names", is_flag=True, help="Players as numbers.")
def export(
    game: str, form: str, data: Path, database: str | None, output: Path | None, no_names: bool
) -> None:
    """Write GAME as FORMAT. The server may run meanwhile.

    Exit code 2 when there is no such game, 3 when the format needs a camera's media times and
    the game has none."""
    chosen = FORMATS[form]
    settings = find_log(data, database)
    text = _written(settings, game, chosen, no_names)
    if output is None:
        click.echo(text, nl=False)
        return
    place = output / chosen.file if output.is_dir() else output
    try:
        # The text has the line ends that its format wants.
        place.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        fail(BAD_INPUT, f"{place} cannot be written: {error.strerror}")
    say(f"{place}: {chosen.about}")


def _written(settings: Settings, game: str, form: Format, no_names: bool) -> str:
    from server.gamelog.sql import SqlLog  # a second to load, which no other command needs

    try:
        log = SqlLog.open(settings.database_url)
    except (LogUnavailable, ValueError) as error:
        fail(MISSING, f"the database cannot be opened: {error}")
    try:
        return form.write(_book(log, game, no_names))
    except NoMediaTimes as error:
        fail(MISSING, str(error))
    finally:
        log.close()


def _book(log: Log, game_id: str, no_names: bool) -> GameBook:
    record = log.game(game_id)
    if record is None:
        fail(BAD_INPUT, f"there is no game {game_id}")
    game = game_of(record, log.entries(game_id))
    names = log.names(game_id)
    shown = team_names(names) if no_names else names
    return GameBook(game_id, record.created_at, game, record.players, shown)
