"""`courtside eval`: how good the seeing is, one command a table."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import click

from onnx_models import registry
from pipeline.possession_reader import shipped
from server.clock import SystemClock
from server.commands.evaldetection import detection
from server.commands.evalgeometry import geometry
from server.commands.evallabels import labels
from server.commands.evalshots import closeups, shots
from server.commands.evaltaps import EYES, at_the_desk, floor_plans, put_shift
from server.commands.evaltracking import tracking
from server.commands.output import BAD_INPUT, fail, put_json
from server.commands.tables import as_json, data_folder, put_table
from server.evaluation import possession, simulated
from server.evaluation.boards import HELD_OUT, drawn, real
from server.evaluation.filmed import ABOUT, filmed
from server.evaluation.simulated_film import Eyes, Film, drawn_games, of_scenario
from server.evaluation.simulated_told import Told
from server.evaluation.trajectories import DataError, case_of, scenes
from server.simulator.scenarios import scenarios

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


@evaluation.command()
@click.option("--games", type=click.IntRange(1), default=2, show_default=True)
@click.option("--minutes", type=click.FloatRange(0.5), default=5.0, show_default=True)
@click.option(
    "--film-minutes",
    type=click.FloatRange(0),
    default=2.0,
    show_default=True,
    help="Of each game drawn and looked at, 0 for none; takes about twice as long.",
)
@click.option(
    "--desk-minutes",
    type=click.FloatRange(0),
    default=5.0,
    show_default=True,
    help="Of the first game, a scorekeeper at the desk with and without cards; 0 for none.",
)
@click.option("--cases/--no-cases", default=True, help="The hard cases too, a line each.")
@click.option(
    "--looks", type=click.FloatRange(1, 30), default=8.0, show_default=True, help="A second."
)
@click.option("--height", type=click.Choice(["540", "720"]), default="720", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the first game.")
@as_json
def simulation(
    games: int,
    minutes: float,
    film_minutes: float,
    desk_minutes: float,
    cases: bool,
    looks: float,
    height: str,
    seed: int,
    as_json: bool,
) -> None:
    """Simulated games to events: from the floor plan, and from drawn pictures."""
    about = f"possession, {games} simulated games of {minutes:g} minutes from seed {seed} on"
    lines = simulated.evaluate(range(seed, seed + games), minutes, shipped())
    put_table(
        "simulation_possession", about, lines, as_json, seed=seed, games=games, minutes=minutes
    )
    if desk_minutes > 0:
        floor_plans(seed, desk_minutes, list(EYES), as_json)
    size = (int(height) * 16 // 9, int(height))
    eyes = Eyes.open(registry.load().get(), looks)
    if film_minutes > 0:
        films = drawn_games(range(seed, seed + games), film_minutes, size)
        _films("simulation_film", films, eyes, as_json)
    if cases:
        for one in scenarios().values():
            _films(f"simulation_case_{one.name}", [of_scenario(one)], eyes, as_json, one.about)


def _films(table: str, films: Iterable[Film], eyes: Eyes, as_json: bool, about: str = "") -> None:
    clock = SystemClock()
    before_s, told, seconds = clock.monotonic_s(), Told(), 0.0
    for film in films:
        watched = eyes.watch(film)
        told.add(watched)
        seconds += film.seconds
        if not about:
            players = [person.id for person in film.people]
            shift = at_the_desk(watched.truth, watched.told, players, film.seconds / 60)
            put_shift(f"pictures, {film.name}", shift, as_json)
    took_s = clock.monotonic_s() - before_s
    head = f"{about or 'drawn games'}: {seconds:.0f} s, {eyes.looks:g} looks a second"
    put_table(table, f"{head}, took {took_s:.0f} s", told.lines(), as_json)
    for kind, count, median_s, most_s in told.late():
        if as_json:
            put_json({"table": table, "late": kind, "of": count, "p50": median_s, "p95": most_s})
        else:
            click.echo(f"{kind} told after the event: {median_s:.2f} s, p95 {most_s:.2f} ({count})")


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
