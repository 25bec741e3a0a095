"""`courtside eval detection`: what the network finds, and what it only believes to find."""

from __future__ import annotations

from pathlib import Path

import click

from onnx_models import registry
from pipeline.detect import Detector
from pipeline.session import ModelError
from server.commands.output import BAD_INPUT, fail
from server.commands.tables import as_json, data_folder, put_table
from server.evaluation import detection as measured
from server.evaluation.trajectories import DataError


@click.command()
@data_folder
@click.option("--model", default="", help="Of `courtside models list`; the default one without.")
@click.option(
    "--models",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A models.toml beside the one that ships.",
)
@click.option("--live/--no-live", default=True, help="Also what the live loop says of a picture.")
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@as_json
def detection(
    data: Path, model: str, models: Path | None, live: bool, threads: int, as_json: bool
) -> None:
    """The detector against boxes drawn by eye: photographs, clips, the simulator."""
    try:
        known = registry.load(registry.SHIPPED, *([models] if models else []))
        chosen = known.get(model)
        chosen.verify()
        network = Detector.open(
            chosen.path, chosen.labels, "cpu", size=chosen.size, threads=threads
        )
        looks = {"416": _look(network, 416 * 416), "640": _look(network, 640 * 640)}
        looks["whole"] = _look(network, chosen.size[0] * chosen.size[1])
        if live:
            looks["live"] = measured.live(chosen.labels, network.detect)
        if not as_json:
            click.echo(f"split: {measured.SPLIT}")
        more = {"model": chosen.name, "split": measured.SPLIT}
        for table in measured.tables(data, looks, chosen.labels, dict(chosen.scores)):
            put_table(table.name, table.about, table.lines, as_json, **more)
    except (DataError, registry.ModelFileError, ModelError) as error:
        fail(BAD_INPUT, str(error))


def _look(network: Detector, area: int) -> measured.Look:
    return lambda image: network.detect([image], [area])[0]
