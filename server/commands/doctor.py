"""`courtside doctor`: what on this machine would not work, in plain words."""

from __future__ import annotations

from typing import Any

import click

from server.commands.options import make_settings, server_options
from server.commands.output import put_json

_MARKS = {"ok": "ok     ", "note": "note   ", "failed": "FAILED ", "missing": "MISSING"}


@click.command()
@server_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor(as_json: bool, **options: Any) -> None:
    """Check this machine with the options that `serve` would get.

    Exit code 1 when a check failed, 3 when something needed is missing.
    """
    settings = make_settings(options)
    from server.doctor import examine, exit_code

    findings = []
    for finding in examine(settings):
        findings.append(finding)
        if as_json:
            put_json(finding.document())
        else:
            click.echo(f"{_MARKS[finding.verdict]} {finding.check}: {finding.text}")
    raise SystemExit(exit_code(findings))
