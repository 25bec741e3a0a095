"""`courtside eval geometry`: where on the floor a pixel is, and how sure that is."""

from __future__ import annotations

import click

from server.commands.tables import as_json, put_table
from server.evaluation import geometry as court


@click.command()
@click.option("--phones", type=click.IntRange(1), default=200, show_default=True)
@click.option("--films", type=click.IntRange(0), default=6, show_default=True)
@click.option("--seconds", type=click.FloatRange(1.0), default=8.0, show_default=True)
@click.option("--tap-px", type=click.FloatRange(0.5), default=4.0, show_default=True)
@click.option("--seed", type=int, default=7001, show_default=True, help="The first.")
@as_json
def geometry(
    phones: int, films: int, seconds: float, tap_px: float, seed: int, as_json: bool
) -> None:
    """Four taps from simulated phones, and phones that follow the play: metres and pixels."""
    more = {"seed": seed, "tap_px": tap_px}
    about = f"{phones} phones from seed {seed} on, taps off by {tap_px:g} px of {court.STILL[0]}"
    lines = court.taps(range(seed, seed + phones), tap_px)
    put_table("geometry_taps", about, lines, as_json, **more)
    if films:
        about = f"{films} panned films of {seconds:g} s"
        spreads = court.pans(range(seed, seed + films), seconds, tap_px)
        put_table("geometry_pan", about, spreads, as_json, **more)
