"""`courtside models`: which networks there are, and whether their files are the right ones."""

from __future__ import annotations

import click

from onnx_models import registry
from server.commands.output import BAD_INPUT, CHECK_FAILED, fail, put_json, say

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.group()
def models() -> None:
    """The detection models that this installation knows."""


@models.command("list")
@as_json
def list_models(as_json: bool) -> None:
    """Name, licence, labels and measured accuracy of each model."""
    known = _load()
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
@as_json
def verify(as_json: bool) -> None:
    """Compare every file with the sha256 in models.toml; exit code 1 when one differs."""
    broken = 0
    for model in _load().models.values():
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


def _load() -> registry.Registry:
    try:
        return registry.load()
    except registry.ModelFileError as error:
        fail(BAD_INPUT, str(error))
