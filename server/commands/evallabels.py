"""`courtside eval labels`: what the desks' answers say of the proposals."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.possession_reader import shipped
from server.commands.options import data_option, database_option, find_log
from server.commands.output import BAD_INPUT, MISSING, fail, put_json
from server.gamelog.log import LogUnavailable
from server.gamelog.proposal import Label
from server.labelfigures import Figures, Said, Share, figures


@click.command()
@data_option
@database_option
@click.option("--game", help="Of this game alone.")
@click.option(
    "--simulated",
    type=click.IntRange(1),
    metavar="GAMES",
    help="Of so many simulated games and a simulated scorekeeper instead.",
)
@click.option("--minutes", type=click.FloatRange(1), default=8.0, show_default=True)
@click.option("--each", is_flag=True, help="The labels themselves, one JSON object a line.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def labels(
    data: Path,
    database: str | None,
    game: str | None,
    simulated: int | None,
    minutes: float,
    each: bool,
    as_json: bool,
) -> None:
    """What scorekeepers made of the camera's proposals: edit rate, precision, recall against
    what they said and no proposal did, Brier score and calibration error by type of event."""
    found = _read(data, database, game) if simulated is None else _simulated(simulated, minutes)
    if each:
        for label in found:
            put_json(label.plain())
        return
    lines = figures(found)
    for line in lines:
        if as_json:
            put_json({"table": "labels", "game": game, **line.plain()})
        else:
            click.echo(_words(line))
    if not lines and not as_json:
        click.echo("no label yet: nobody has answered a proposal")


def _read(data: Path, database: str | None, game: str | None) -> list[Label]:
    from server.gamelog.sql import SqlLog  # a second to load, which no other command needs

    settings = find_log(data, database)
    try:
        log = SqlLog.open(settings.database_url)
    except (LogUnavailable, ValueError) as error:
        fail(MISSING, f"the database cannot be opened: {error}")
    try:
        if game is not None and log.game(game) is None:
            fail(BAD_INPUT, f"there is no game {game}")
        return log.labels(game)
    finally:
        log.close()


def _simulated(games: int, minutes: float) -> list[Label]:
    """Of games from seed 1 on, told from the floor plan with a phone's errors."""
    from server.commands.evaltaps import EYES, at_the_desk
    from server.evaluation.watched import watch

    found: list[Label] = []
    for seed in range(1, games + 1):
        told = watch(seed, minutes, shipped(), EYES["a phone's errors"])
        at_the_desk(told.truth, told.told, told.players, minutes, found)
    return found


def _words(line: Figures) -> str:
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(line.outcomes.items()))
    alone = f" ({line.alone} by nobody)" if line.alone else ""
    shares = (("edited", line.edited), ("precision", line.precision), ("recall", line.recall))
    fields = ", ".join(f"{name} {count}" for name, count in line.fields.items())
    return "\n".join(
        [
            f"{line.type}: {line.cases} labels: {outcomes}{alone}",
            *(f"  {name:<12}{_share(share)}" for name, share in shares),
            *([f"  changed     {fields}"] if fields else []),
            *(f"  {question:<12}{_said(said)}" for question, said in line.said.items()),
        ]
    )


def _share(share: Share) -> str:
    if share.share is None:
        return "no case"
    low, high = 100 * share.low, 100 * share.high
    return f"{100 * share.share:5.1f} %  ({low:.1f} to {high:.1f})  {share.right} of {share.of}"


def _said(said: Said) -> str:
    brier = f"Brier {said.brier:.3f} ({said.brier_low:.3f} to {said.brier_high:.3f})"
    return f"{brier}  ECE {said.ece:.3f} ({said.ece_low:.3f} to {said.ece_high:.3f})  of {said.of}"
