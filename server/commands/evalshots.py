"""`courtside eval shots` and `closeups`: attempts in film, made or missed."""

from __future__ import annotations

from pathlib import Path

import click

from onnx_models.registry import ModelFileError, load
from pipeline.detect import Detector
from server.commands.output import BAD_INPUT, fail
from server.commands.tables import as_json, data_folder, put_table
from server.evaluation import closeups as near
from server.evaluation import shots as film
from server.evaluation.labels import LabelError

LOOKED_AT = (
    "all six clips were looked at while developing; the network was trained on the first two "
    "thirds of the school game, the judge of shots on none of them"
)
SEEDS = "seeds drawn for this table only; nothing was fitted on whole simulated games"

rate = click.option(
    "--rate",
    type=click.FloatRange(1.0, 120.0),
    default=15.0,
    show_default=True,
    help="Whole pictures a second that the machine could look at; close looks cost less.",
)


def detector() -> Detector:
    """The model that ships, on the CPU."""
    try:
        model = load().get()
        model.verify()
    except ModelFileError as error:
        fail(BAD_INPUT, str(error))
    return Detector.open(model.path, model.labels, "cpu", size=model.size)


@click.command()
@data_folder
@rate
@click.option("--seeds", type=click.IntRange(0), default=3, show_default=True)
@click.option("--seed", type=int, default=9001, show_default=True, help="The first.")
@click.option("--seconds", type=click.FloatRange(5.0), default=60.0, show_default=True)
@as_json
def shots(data: Path, rate: float, seeds: int, seed: int, seconds: float, as_json: bool) -> None:
    """Shots in the labelled clips and in simulated film: found, false, made or missed, asked."""
    eyes = detector()
    try:
        tallies = film.evaluate(film.clips(data), eyes, rate)
    except (LabelError, OSError) as error:
        fail(BAD_INPUT, str(error))
    more = {"rate": rate, "split": LOOKED_AT}
    for name, tally in tallies.items():
        put_table("shots_clip", name, tally.lines(), as_json, clip=name, **more)
    whole = film.together(tallies.values())
    about = f"all clips, {rate:g} whole looks a second; {LOOKED_AT}"
    put_table("shots_clips", about, whole.lines(), as_json, **more)
    if seeds:
        drawn = (film.simulated(one, seconds) for one in range(seed, seed + seeds))
        whole = film.together(film.evaluate(drawn, eyes, rate).values())
        about = f"simulation, {seeds} x {seconds:g} s from seed {seed} on, {rate:g} looks; {SEEDS}"
        put_table(
            "shots_simulation", about, whole.lines(), as_json, rate=rate, seed=seed, split=SEEDS
        )


@click.command()
@data_folder
@rate
@click.option("--each", type=click.IntRange(1), default=1, show_default=True, help="Every n-th.")
@as_json
def closeups(data: Path, rate: float, each: int, as_json: bool) -> None:
    """Close-ups of a hoop, one shot each: seen, made or missed. The ring is found beforehand."""
    try:
        clips = near.closeups(data)
    except near.NoCloseupsError as error:
        fail(BAD_INPUT, str(error))
    eyes = detector()
    for table, held_out in (("closeups_held_out", True), ("closeups_looked_at", False)):
        part = [one for one in clips if one.held_out == held_out][::each]
        tally = near.evaluate(part, eyes, rate)
        about = f"{'held out' if held_out else 'looked at'}, {rate:g} looks a second; {near.SPLIT}"
        put_table(table, about, tally.lines(), as_json, rate=rate, split=near.SPLIT)
