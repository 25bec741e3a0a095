"""What the tables of `courtside eval` share: their options and how they are printed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import click

from server.commands.output import put_json


class Row(Protocol):
    """What stands in a table: printed as it is, or as plain JSON."""

    def plain(self) -> dict[str, Any]: ...


as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
data_folder = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder laid out as docs/evaluation.md says.",
)


def put_table(table: str, about: str, lines: Iterable[Row], as_json: bool, **more: object) -> None:
    """A table under its heading, or as JSON lines that carry its name and `more`."""
    if not as_json:
        click.echo(f"\n{about}")
    for one in lines:
        if as_json:
            put_json({"table": table, **more, **one.plain()})
        else:
            click.echo(str(one))
