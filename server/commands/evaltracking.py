"""`courtside eval tracking`: who is who, from frame to frame and over a game."""

from __future__ import annotations

from pathlib import Path

import click

from onnx_models.registry import ModelFileError, load
from pipeline.boxes import Detections
from pipeline.detect import Detector
from pipeline.digits import Reader, ReaderMissing
from pipeline.frame import Image
from server.commands.output import BAD_INPUT, fail, put_json
from server.commands.tables import as_json, put_table
from server.evaluation import schoolgame
from server.evaluation import tracking as films

SPLIT = "seeds drawn for this table only"


@click.command()
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Also the clip.")
@click.option("--games", type=click.IntRange(0), default=2, show_default=True)
@click.option("--minutes", type=click.FloatRange(0.3), default=1.0, show_default=True)
@click.option("--seed", type=int, default=7001, show_default=True, help="Of the first game.")
@as_json
def tracking(data: Path | None, games: int, minutes: float, seed: int, as_json: bool) -> None:
    """People followed, their teams and numbers: simulated film, and a real game's clip."""
    try:
        model, reader = load().get(), Reader.open()
        model.verify()
    except (ModelFileError, ReaderMissing) as error:
        fail(BAD_INPUT, str(error))
    eyes = Detector.open(model.path, model.labels, "cpu", size=model.size)

    def look(image: Image) -> Detections:
        return eyes.detect([image])[0]

    seeds = range(seed, seed + games)
    for court, followed, lines in films.evaluate(seeds, minutes, look, model.labels, reader):
        about = f"{court} court, {games} games of {minutes:g} minutes from seed {seed} on; {SPLIT}"
        more = {"court": court, "games": games, "minutes": minutes, "seed": seed, "split": SPLIT}
        put_table("tracking_simulation", about, lines, as_json, **more)
        for one in followed:
            if as_json:
                put_json({"table": "tracking_simulation", **more, **one.plain()})
            else:
                click.echo(str(one))
    if data is not None:
        try:
            lines = schoolgame.evaluate(data / "clips", look, model.labels, reader)
        except FileNotFoundError as error:
            fail(BAD_INPUT, str(error))
        split = schoolgame.SPLIT
        put_table("tracking_school", f"school game; {split}", lines, as_json, split=split)
