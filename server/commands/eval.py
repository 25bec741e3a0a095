"""`courtside eval`: how good the seeing is, one command a table."""

from __future__ import annotations

import itertools
from pathlib import Path

import click

from pipeline.possession_reader import shipped
from server.commands.evaldetection import detection
from server.commands.evalgeometry import geometry
from server.commands.evallabels import labels
from server.commands.evalshots import closeups, shots
from server.commands.evalsimulation import simulation
from server.commands.evaltracking import tracking
from server.commands.output import BAD_INPUT, fail, put_json
from server.commands.tables import as_json, data_folder, put_table
from server.evaluation import possession
from server.evaluation.boards import HELD_OUT, drawn, real
from server.evaluation.filmed import ABOUT, filmed
from server.evaluation.trajectories import DataError, case_of, scenes

FILMED_EACH = 3  # it is a second look at the same scenes: a third of them is enough


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
        cases = [case_of(scene) for scene in scenes(data)]
    except DataError as error:
        fail(BAD_INPUT, str(error))
    fits = shipped()
    tables = {
        "trajectories": ("as tracked", possession.evaluate(cases, fits)),
        "trajectories_filmed": (
            f"{ABOUT}; every {FILMED_EACH}rd scene",
            possession.evaluate(map(filmed, cases[::FILMED_EACH]), fits),
        ),
    }
    if not as_json:
        click.echo(f"split: {possession.SPLIT}")
    for table, (about, lines) in tables.items():
        put_table(table, about, lines, as_json, split=possession.SPLIT)


evaluation.add_command(simulation)
evaluation.add_command(labels)
evaluation.add_command(shots)
evaluation.add_command(closeups)
evaluation.add_command(tracking)
evaluation.add_command(geometry)
evaluation.add_command(detection)


@evaluation.command()
@data_folder
@click.option("--boards", type=click.IntRange(1), default=60, show_default=True, help="Drawn.")
@click.option("--digit-px", type=click.FloatRange(8), default=22.0, show_default=True)
@as_json
def scoreboard(data: Path, boards: int, digit_px: float, as_json: bool) -> None:
    """The gym's scoreboard: marked real ones, and drawn ones of seeds that were not looked at."""
    held_out = range(HELD_OUT, HELD_OUT + boards)
    try:
        for one in itertools.chain(real(data / "clips"), drawn(held_out, digit_px)):
            if as_json:
                put_json({"table": "scoreboard", "digit_px": digit_px, **one.plain()})
            else:
                click.echo(str(one))
    except FileNotFoundError as error:
        fail(BAD_INPUT, str(error))
