"""`courtside backup` and `courtside restore`: everything of a server in one file."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from server.clock import SystemClock
from server.commands.options import data_option, database_option, find_log
from server.commands.output import BAD_INPUT, CHECK_FAILED, MISSING, fail, put_json

_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@click.command()
@_FILE
@data_option
@database_option
@click.option("--stills", is_flag=True, help="Also the pictures of what cameras proposed.")
@_JSON
def backup(file: Path, data: Path, database: str | None, stills: bool, as_json: bool) -> None:
    """Write every game, name and key to FILE (.tar.gz), also while the server runs.

    It holds the keys that links are signed with: keep it as safe as the folder itself. Pictures
    of people stay behind unless --stills asks for them.
    """
    from server.backup import back_up

    if not data.is_dir():
        fail(BAD_INPUT, f"there is no folder {data}; --data names the server's folder")
    url, now = find_log(data, database).database_url, SystemClock().now()
    _tell("kept", file, as_json, lambda: back_up(file, data, url, now, stills=stills))


@click.command()
@_FILE
@data_option
@database_option
@_JSON
def restore(file: Path, data: Path, database: str | None, as_json: bool) -> None:
    """Put a backup into an empty folder, and into an empty database when --database names one.

    That may be of another kind than the one that was backed up.
    """
    from server.backup import put_back

    if not file.is_file():
        fail(BAD_INPUT, f"there is no file {file}")
    url = find_log(data, database, there=False).database_url
    _tell(
        "restored", file, as_json, lambda: put_back(file, data, url, lambda: secrets.token_hex(8))
    )


def _tell(done: str, file: Path, as_json: bool, work: Callable[[], dict[str, int]]) -> None:
    from sqlalchemy.exc import InterfaceError, OperationalError

    from server.gamelog.backup import BadBackup, NotEmpty

    try:
        rows = work()
    except BadBackup as error:
        fail(BAD_INPUT, f"{file} cannot be restored: {error}")
    except (NotEmpty, FileExistsError, ValueError) as error:
        fail(BAD_INPUT, str(error))
    except (OperationalError, InterfaceError) as error:
        fail(MISSING, f"the database does not answer: {error.orig}")
    except OSError as error:
        fail(CHECK_FAILED, str(error))
    if as_json:
        found: dict[str, Any] = {"file": str(file), "rows": rows}
        put_json(found)
    else:
        click.echo(f"{done} {rows['games']} games with {rows['entries']} entries: {file}")
