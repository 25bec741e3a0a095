"""`courtside eval`: how good the seeing is, one command a table."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.possession_reader import shipped
from server.commands.output import BAD_INPUT, fail, put_json
from server.evaluation import possession, simulated
from server.evaluation.filmed import ABOUT, filmed
from server.evaluation.tally import Line
from server.evaluation.trajectories import DataError, case_of, scenes

FILMED_EACH = 3  # it is a second look at the same scenes: a third of them is enough

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
        _print(table, about, lines, as_json, split=possession.SPLIT)


@evaluation.command()
@click.option("--games", type=click.IntRange(1), default=2, show_default=True)
@click.option("--minutes", type=click.FloatRange(0.5), default=5.0, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the first game.")
@as_json
def simulation(games: int, minutes: float, seed: int, as_json: bool) -> None:
    """The simulator's floor plan to events: shots, passes, rebounds, steals."""
    about = f"possession, {games} simulated games of {minutes:g} minutes from seed {seed} on"
    lines = simulated.evaluate(range(seed, seed + games), minutes, shipped())
    _print("simulation_possession", about, lines, as_json, seed=seed, games=games, minutes=minutes)


def _print(table: str, about: str, lines: list[Line], as_json: bool, **more: object) -> None:
    if not as_json:
        click.echo(f"\n{about}")
    for one in lines:
        if as_json:
            put_json({"table": table, **more, **one.plain()})
        else:
            click.echo(str(one))
