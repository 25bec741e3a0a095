"""`courtside eval`: how good the seeing is, one command a table."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.possession_reader import shipped
from server.commands.output import BAD_INPUT, fail, put_json
from server.evaluation import possession
from server.evaluation.trajectories import DataError, scenes

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
data_folder = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder laid out as docs/evaluation.md says.",
)


@click.group("eval")
def evaluation() -> None:
    """Measure what the camera's eyes and judgement are worth."""


@evaluation.command()
@data_folder
@as_json
def trajectories(data: Path, as_json: bool) -> None:
    """Real tracking data to events: shooter, points, assist, rebound. By game, never the same
    game on both sides."""
    try:
        lines = possession.evaluate(scenes(data), shipped())
    except DataError as error:
        fail(BAD_INPUT, str(error))
    if not as_json:
        click.echo(f"split: {possession.SPLIT}")
    for one in lines:
        if as_json:
            put_json({"table": "trajectories", "split": possession.SPLIT, **one.plain()})
        else:
            click.echo(str(one))
