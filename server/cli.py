"""The command `courtside`."""

from __future__ import annotations

import importlib.metadata

import click

from server.commands.backup import backup, restore
from server.commands.demo import demo
from server.commands.doctor import doctor
from server.commands.eval import evaluation
from server.commands.export import export
from server.commands.game import game
from server.commands.models import models
from server.commands.publish import publish
from server.commands.replay import replay
from server.commands.serve import serve_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(importlib.metadata.version("courtside"), prog_name="courtside")
def main() -> None:
    """A phone films a basketball game; everyone else sees the score within a second.

    Exit codes: 0 done, 1 a check failed, 2 bad input, 3 something needed is missing.
    """


for command in (
    serve_command,
    demo,
    game,
    publish,
    replay,
    export,
    models,
    evaluation,
    doctor,
    backup,
    restore,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
