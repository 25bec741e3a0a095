"""The options of a server, each with its environment variable, and Settings made of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from server.commands.output import BAD_INPUT, fail
from server.settings import (
    DATABASE,
    DEFAULT_HTTPS_PORT,
    DEFAULT_PORT,
    DEVICES,
    WHEP_VIEWERS,
    Settings,
    SettingsError,
    parse_device,
    parse_forward,
    parse_ice_servers,
    parse_udp_ports,
)

F = TypeVar("F", bound=Callable[..., Any])


def _option(name: str, about: str, **more: Any) -> Callable[[F], F]:
    variable = "COURTSIDE_" + name.removeprefix("--").replace("-", "_").upper()
    return click.option(name, envvar=variable, show_envvar=True, help=about, **more)


_PATH = click.Path(path_type=Path)

data_option = _option(
    "--data",
    "Folder of everything that is kept.",
    type=_PATH,
    default=Path("courtside-data"),
    show_default=True,
)
database_option = _option(
    "--database", "SQLAlchemy URL of the log; SQLite in the data folder without it."
)

_OPTIONS = [
    _option("--host", "Address to listen on.", default="127.0.0.1", show_default=True),
    _option("--port", "Port; 0 picks one.", type=int, default=DEFAULT_PORT, show_default=True),
    data_option,
    _option(
        "--media", "Recordings: a folder, or s3://BUCKET/PREFIX; a folder in the data without."
    ),
    _option("--keep-recordings", "Days that recordings are kept; for ever without it.", type=float),
    _option("--redis", "URL of a Redis; a private one is started without it."),
    database_option,
    _option("--model", "Name of a model in models.toml."),
    _option(
        "--device",
        "Where inference runs.",
        type=click.Choice(DEVICES),
        default="auto",
        show_default=True,
    ),
    _option(
        "--eyes",
        "off: cameras are recorded and shown, nothing is decoded or looked at.",
        type=click.Choice(["on", "off"]),
        default="on",
        show_default=True,
    ),
    click.option(
        "--lan/--no-lan",
        envvar="COURTSIDE_LAN",
        show_envvar=True,
        default=None,
        help="Also https on the LAN address, for phones.  [default: demo yes, serve no]",
    ),
    _option(
        "--https-port",
        "Port of that https.",
        type=int,
        default=DEFAULT_HTTPS_PORT,
        show_default=True,
    ),
    _option("--cert", "Certificate (PEM) for https.", type=_PATH),
    _option("--key", "Its private key (PEM).", type=_PATH),
    _option("--ice-servers", "stun:HOST:PORT,turn:USER:PASSWORD@HOST:PORT, or JSON."),
    _option("--public-ip", "Address that the internet knows this machine by."),
    _option("--udp-ports", "A-B: UDP ports for WebRTC."),
    _option(
        "--whep-viewers",
        "Watch by WebRTC at once, at most; others watch by HLS.",
        type=int,
        default=WHEP_VIEWERS,
        show_default=True,
    ),
    _option(
        "--forward",
        "Hand cameras over to a media engine, [GAME=]URL by RTMP, RTSP or WHIP (http); {game} and "
        "{camera} in it are replaced. Give it by environment when it holds a password.",
        multiple=True,
    ),
    # Secrets come by environment only: a command line can be read by everyone on the machine.
    click.option("--admin-token", envvar="COURTSIDE_ADMIN_TOKEN", hidden=True),
    click.option("--secret", envvar="COURTSIDE_SECRET", hidden=True),
]


def server_options(command: F) -> F:
    """Add the options of a server to a command."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


def find_log(data: Path, database: str | None, *, there: bool = True) -> Settings:
    """Where a log is, for a command that works beside the server. It ends with code 2 for a URL
    that is none and, if the log is to be `there`, for a folder without one."""
    try:
        settings = Settings(data=data, database=database or None)
    except SettingsError as error:
        fail(BAD_INPUT, str(error))
    if there and not database and not (data / DATABASE).is_file():
        # Opening SQLite would make an empty one.
        fail(BAD_INPUT, f"there are no games in {data}; --data names the server's folder")
    return settings


def make_settings(options: dict[str, Any]) -> Settings:
    """Settings from what click read; a bad one ends the command with code 2 and says why."""
    chosen: dict[str, Any] = {k: v if v != "" else None for k, v in options.items()}
    try:
        chosen["lan"] = bool(options["lan"])
        chosen["eyes"] = options["eyes"] != "off"
        chosen["device"] = parse_device(options["device"])
        chosen["ice_servers"] = parse_ice_servers(options["ice_servers"])
        chosen["udp_ports"] = parse_udp_ports(options["udp_ports"])
        chosen["forward"] = tuple(parse_forward(text) for text in options["forward"])
        return Settings(**chosen)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
