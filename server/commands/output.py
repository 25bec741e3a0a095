"""How commands speak and end: data on standard output, words on standard error."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any, NoReturn

import click
import segno

DONE = 0
CHECK_FAILED = 1
BAD_INPUT = 2
MISSING = 3


def put_json(value: Mapping[str, Any]) -> None:
    """One JSON object, one line, standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def say(text: str) -> None:
    """Words for a person: standard error, so that `--json` output stays clean."""
    click.echo(text, err=True)


def fail(code: int, text: str) -> NoReturn:
    """End the command with a sentence and an exit code of CONTRACTS."""
    say(f"courtside: {text}")
    raise SystemExit(code)


def terminal_qr(text: str) -> str:
    """A QR code in half blocks, dark on light whatever the terminal's colours."""
    out = io.StringIO()
    segno.make(text, error="l").terminal(out, compact=True, border=2)
    return out.getvalue()
