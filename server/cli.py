"""The command `courtside`."""

from __future__ import annotations

import importlib
import importlib.metadata

import click

COMMANDS = {
    "serve": "serve:serve_command",
    "demo": "demo:demo",
    "game": "game:game",
    "publish": "publish:publish",
    "clips": "clips:clips",
    "replay": "replay:replay",
    "export": "export:export",
    "models": "models:models",
    "eval": "eval:evaluation",
    "doctor": "doctor:doctor",
    "backup": "backup:backup",
    "restore": "backup:restore",
}
"""Where each stands in server/commands."""


class Commands(click.Group):
    """Reads a command's module when it is asked for: what `eval` needs takes seconds to read."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(f"server.commands.{module}"), name)
        assert isinstance(command, click.Command)  # noqa: S101  (the table is ours)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(importlib.metadata.version("courtside"), prog_name="courtside")
def main() -> None:
    """A phone films a basketball game; everyone else sees the score within a second.

    Exit codes: 0 done, 1 a check failed, 2 bad input, 3 something needed is missing.
    """


if __name__ == "__main__":
    main()
