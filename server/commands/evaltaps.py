"""The table `simulation_taps` of `courtside eval simulation`: what a scorekeeper is spared."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import click

from pipeline.possession_reader import shipped
from pipeline.sight import Sighting
from server.commands.output import put_json
from server.commands.tapsbook import TapsBook
from server.evaluation.atrates import Rates, told
from server.evaluation.taps import Shift, keep
from server.evaluation.watched import Eye, roster, sides, watch
from server.gamelog.proposal import Label
from server.simulator.truth import Event

# From an eye without faults to what a phone may be worth: what the taps depend on.
EYES = {
    "no faults": Eye(found=1.0, false=0.0, asks=0.0, right=1.0, named=1.0, blur=0.0),
    "exact floor": Eye(blur=0.0),
    "half of a phone's errors": Eye(blur=0.5),
    "a phone's errors": Eye(),
}


RATES = {
    "told at the rates measured": Rates(),
    "the same, every number read": Rates(eye=Eye(named=1.0)),
    "told without a fault": Rates(1.0, 1.0, 1.0, 1.0, 1.0, EYES["no faults"]),
}


def floor_plans(seed: int, minutes: float, eyes: Sequence[str], as_json: bool) -> None:
    """A whole game from the floor plan, an eye a table; and told without it."""
    for name in eyes:
        game = watch(seed, minutes, shipped(), EYES[name])
        shift = at_the_desk(game.truth, game.told, game.players, minutes)
        put_shift(f"floor plan, {name}", shift, as_json, seed=seed, eye=asdict(EYES[name]))
    for name, rates in RATES.items():
        seen = told(game.truth, game.players, rates, seed)
        shift = at_the_desk(game.truth, seen, game.players, minutes)
        put_shift(name, shift, as_json, seed=seed, rates=asdict(rates))


def at_the_desk(
    truth: Iterable[Event],
    heard: Iterable[tuple[float, Sighting]],
    players: Sequence[str],
    minutes: float,
    labels: list[Label] | None = None,
) -> Shift:
    """A game kept in a book of its own. labels: gets what the answers taught."""

    async def run() -> Shift:
        book = await TapsBook.open(roster(players))
        try:
            shift = await keep(truth, heard, minutes, book, sides(players))
            if labels is not None:
                labels.extend(await book.labels())
            return shift
        finally:
            await book.close()

    return asyncio.run(run())


def put_shift(source: str, shift: Shift, as_json: bool, **more: object) -> None:
    """One line of the table."""
    plain = shift.plain()
    if as_json:
        put_json({"table": "simulation_taps", "source": source, **more, **plain})
        return
    click.echo(f"\ntaps at the desk: {source}, {shift.minutes:g} minutes")
    for name, value in plain.items():
        click.echo(f"{name.replace('_', ' '):<34}{value}")
