"""`courtside eval simulation`: games that were drawn, so that all of their truth is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import click
from click.core import ParameterSource

from onnx_models import registry
from pipeline.possession_reader import shipped
from server.clock import SystemClock
from server.commands.evaltaps import EYES, at_the_desk, floor_plans, put_shift
from server.commands.output import BAD_INPUT, fail, put_json
from server.commands.tables import as_json, put_table
from server.evaluation import simulated, simulated_file
from server.evaluation.simulated_film import Eyes, Film, as_told, drawn_games, of_scenario
from server.evaluation.simulated_told import Told
from server.evaluation.trajectories import DataError
from server.simulator.scenarios import scenarios


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of films with their truth, as `python -m server.simulator OUT.mp4` writes them, "
    "looked at in place of drawn games (--film-minutes and --height say nothing then). The other "
    "tables are left out unless asked for: --games or --minutes, --desk-minutes, --cases.",
)
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
    data: Path | None,
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
    try:
        films = None if data is None else simulated_file.films(data)
    except DataError as error:
        fail(BAD_INPUT, str(error))
    if films is None or _given("games", "minutes"):
        about = f"possession, {games} simulated games of {minutes:g} minutes from seed {seed} on"
        lines = simulated.evaluate(range(seed, seed + games), minutes, shipped())
        more = {"seed": seed, "games": games, "minutes": minutes}
        put_table("simulation_possession", about, lines, as_json, **more)
    if desk_minutes > 0 and (films is None or _given("desk_minutes")):
        floor_plans(seed, desk_minutes, list(EYES), as_json)
    eyes = Eyes.open(registry.load().get(), looks)
    if films is not None:
        try:
            _from_files(films, eyes, as_json)
        except DataError as error:
            fail(BAD_INPUT, str(error))
    elif film_minutes > 0:
        size = (int(height) * 16 // 9, int(height))
        drawn = drawn_games(range(seed, seed + games), film_minutes, size)
        _looked_at("simulation_film", "drawn games", drawn, eyes, as_json)
    if cases and (films is None or _given("cases")):
        for one in scenarios().values():
            table, film = f"simulation_case_{one.name}", of_scenario(one)
            _looked_at(table, one.about, [film], eyes, as_json, desk=False)


def _given(*options: str) -> bool:
    """Whether one of these options was written on the command line."""
    context = click.get_current_context()
    return any(context.get_parameter_source(one) is ParameterSource.COMMANDLINE for one in options)


def _from_files(films: Iterable[Film], eyes: Eyes, as_json: bool) -> None:
    """A table a film. What its truth does not say is not told to the eyes either."""
    if not as_json:
        click.echo(f"split: {simulated_file.SPLIT}")
    for film in films:
        setup = as_told(film)
        marks, colours = setup.marks is not None, setup.shirts != (None, None)
        about = film.name
        if not marks:
            about += ", without marks on the court (only shots are told)"
        if not colours:
            about += ", without the shirts' colours"
        said: dict[str, object] = {"film": film.name, "split": simulated_file.SPLIT}
        said |= {"marks": marks, "colours": colours}
        if as_json:
            put_json({"table": "simulation_film", **said, "seconds": film.seconds})
        _looked_at("simulation_film", about, [film], eyes, as_json, said=said)


def _looked_at(
    table: str,
    about: str,
    films: Iterable[Film],
    eyes: Eyes,
    as_json: bool,
    desk: bool = True,
    said: Mapping[str, object] | None = None,
) -> None:
    """Films as one table. desk: also what each would spare a scorekeeper. said: with each line
    of JSON."""
    more = dict(said or {})
    clock = SystemClock()
    before_s, told, seconds = clock.monotonic_s(), Told(), 0.0
    for film in films:
        watched = eyes.watch(film)
        told.add(watched)
        seconds += film.seconds
        if desk:
            players = [person.id for person in film.people]
            shift = at_the_desk(watched.truth, watched.told, players, film.seconds / 60)
            put_shift(f"pictures, {film.name}", shift, as_json)
    took_s = clock.monotonic_s() - before_s
    head = f"{about}: {seconds:.0f} s, {eyes.looks:g} looks a second"
    put_table(table, f"{head}, took {took_s:.0f} s", told.lines(), as_json, **more)
    for kind, count, median_s, most_s in told.late():
        if as_json:
            late = {"late": kind, "of": count, "p50": median_s, "p95": most_s}
            put_json({"table": table, **more, **late})
        else:
            click.echo(f"{kind} told after the event: {median_s:.2f} s, p95 {most_s:.2f} ({count})")
