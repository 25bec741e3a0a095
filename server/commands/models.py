"""`courtside models`: which networks there are, and whether their files are the right ones."""

from __future__ import annotations

from pathlib import Path

import click

from onnx_models import registry
from server.commands.output import BAD_INPUT, CHECK_FAILED, fail, put_json, say
from server.models import load_models

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
data_folder = click.option(
    "--data",
    envvar="COURTSIDE_DATA",
    show_envvar=True,
    type=click.Path(path_type=Path),
    default=Path("courtside-data"),
    show_default=True,
    help="Folder whose models.toml, if any, adds models.",
)


@click.group()
def models() -> None:
    """The detection models that this installation knows."""


@models.command("list")
@data_folder
@as_json
def list_models(data: Path, as_json: bool) -> None:
    """Name, licence, labels and measured accuracy of each model."""
    known = _load(data)
    for model in known.models.values():
        is_default = model.name == known.default
        if as_json:
            put_json(
                {
                    "name": model.name,
                    "default": is_default,
                    "file": str(model.path),
                    "sha256": model.sha256,
                    "licence": model.licence,
                    "kind": model.kind,
                    "labels": list(model.labels),
                    "input": list(model.size),
                    "scores": dict(model.scores),
                    "measured": dict(model.measured),
                    "about": model.about,
                }
            )
            continue
        height, width = model.size
        click.echo(f"{model.name}{' (default)' if is_default else ''}")
        click.echo(f"  {model.kind} {width}x{height}, {', '.join(model.labels)}; {model.licence}")
        for what, value in model.measured.items():
            click.echo(f"  {what}: {value:g}")


@models.command()
@data_folder
@as_json
def verify(data: Path, as_json: bool) -> None:
    """Compare every file with the sha256 in models.toml; exit code 1 when one differs."""
    broken = 0
    for model in _load(data).models.values():
        why = ""
        try:
            model.verify()
        except registry.ModelFileError as error:
            why = str(error)
            broken += 1
        if as_json:
            put_json({"name": model.name, "ok": not why, "why": why})
        else:
            click.echo(f"{model.name}: {why or 'as measured'}")
    if broken:
        say(f"courtside: {broken} model file(s) are not what they should be")
        raise SystemExit(CHECK_FAILED)


def _load(data: Path) -> registry.Registry:
    try:
        return load_models(data)
    except registry.ModelFileError as error:
        fail(BAD_INPUT, str(error))
