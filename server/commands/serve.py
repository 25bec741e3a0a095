"""`courtside serve`: the server, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING, Any

import click

from server.commands.options import make_settings, server_options
from server.commands.output import BAD_INPUT, CHECK_FAILED, MISSING, fail, say
from server.settings import Settings

if TYPE_CHECKING:  # the server's libraries take seconds to load, other commands need none
    from server.serve import Running, Work


@click.command("serve")
@server_options
def serve_command(**options: Any) -> None:
    """Serve games: pages, API, live updates, WebRTC ingest, inference."""
    settings = make_settings(options)
    set_up_logging()
    run(settings, announce)


def set_up_logging(level: int = logging.INFO) -> None:
    """Everything goes to standard error; addresses with tokens are not logged."""
    logging.basicConfig(
        stream=sys.stderr,
        level=level,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # uvicorn writes the address of each socket, with its token, at a lower level.
    for name in ("uvicorn.error", "httpx", "aioice", "aiortc", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def run(settings: Settings, work: Work) -> None:
    """Serve until stopped, with `work` beside it; ends the command with the right code when the
    server cannot start."""
    from onnx_models.registry import ModelFileError
    from pipeline.session import DeviceError, ModelError
    from server.clock import SystemClock
    from server.gamelog.log import LogUnavailable
    from server.listeners import ListenError
    from server.live.private_redis import RedisMissing
    from server.media.library import MediaUnavailable
    from server.serve import serve_until_stopped

    try:
        asyncio.run(serve_until_stopped(settings, SystemClock(), work))
    except (DeviceError, RedisMissing) as error:
        fail(MISSING, str(error))
    except ModelFileError as error:
        fail(BAD_INPUT, str(error))
    except (ListenError, ModelError) as error:
        fail(CHECK_FAILED, str(error))
    except LogUnavailable as error:
        fail(CHECK_FAILED, f"the database cannot be used: {error}")
    except MediaUnavailable as error:
        fail(BAD_INPUT, f"--media: {error}")


async def announce(running: Running) -> None:
    """Say where the server is, once."""
    listeners, house = running.listeners, running.house
    say(f"Courtside is at {listeners.url}")
    if listeners.lan_url is not None:
        say(f"Phones reach it at {listeners.lan_url}")
    if listeners.self_made:
        say(
            "  The certificate is our own: the phone will warn that the connection is not "
            "private.\n  Choose 'details' (or 'advanced') and 'visit this website'."
        )
    if house.new_admin_token is not None:
        say(f"Admin token, shown this once: {house.new_admin_token}")
