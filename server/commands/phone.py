"""The options that say what befalls a phone while it publishes."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from server.ingest.phone import Phone

F = TypeVar("F", bound=Callable[..., Any])
Timed = tuple[float, float]


def _reader(unit: float, least: float) -> Callable[[str], Timed]:
    """Reads VALUE or VALUE@S: (S, VALUE in units that are `unit` times as large)."""

    def read(text: str) -> Timed:
        value, _, at = text.partition("@")
        try:
            found, at_s = _number(value) * unit, float(at or 0)
        except ValueError as error:
            raise click.BadParameter(f"{text!r} is not VALUE or VALUE@SECONDS") from error
        if not (least <= found < inf and 0 <= at_s < inf):
            raise click.BadParameter(f"{text!r} is out of range")
        return at_s, found

    return read


def _lock(text: str) -> Timed:
    at, _, lasts = text.partition(":")
    try:
        return float(at), float(lasts)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not S:SECONDS, for example 60:20") from error


def _number(text: str) -> float:
    """`1500k` and `1.5M` are a thousand and a million times as much."""
    factor = {"k": 1e3, "M": 1e6}.get(text[-1:], 1.0)
    return float(text if factor == 1.0 else text[:-1]) * factor


def _timed(name: str, about: str, shown: str, *, unit: float = 1.0, least: float = 0.0) -> Any:
    return click.option(
        name, type=_reader(unit, least), multiple=True, help=about, metavar=f"{shown}[@S]"
    )


_OPTIONS = [
    _timed("--loss", "Lose so many percent of the packets, each way.", "PERCENT", unit=0.01),
    _timed("--delay", "Each packet takes so long, each way.", "MS", unit=0.001),
    _timed("--jitter", "And up to so much longer, at random.", "MS", unit=0.001),
    _timed("--reorder", "So many percent come late, out of order.", "PERCENT", unit=0.01),
    _timed("--duplicate", "So many percent come twice.", "PERCENT", unit=0.01),
    _timed("--rate", "What the network lets pass in a second: 1500k.", "BITS", least=1.0),
    _timed("--bitrate", "What is encoded in a second at the most.", "BITS", least=100_000.0),
    click.option("--rotate", type=float, multiple=True, metavar="S", help="Turned a quarter."),
    click.option(
        "--network-change",
        type=float,
        multiple=True,
        metavar="S",
        help="The network is gone at once; publish again over another one.",
    ),
    click.option(
        "--lock",
        type=_lock,
        multiple=True,
        metavar="S:SECONDS",
        help="The screen is locked: nothing is sent for so long.",
    ),
    click.option("--seed", type=int, default=1, show_default=True, help="Of the bad network."),
]


def phone_options(command: F) -> F:
    """Add them to a command."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


def make_phone(befalls: dict[str, Any]) -> Phone:
    """A Phone of what click read; a bad value ends the command with code 2 and says why."""
    from server.ingest.network import Weather
    from server.ingest.phone import Phone

    fields = {
        "loss": "loss", "delay": "delay_s", "jitter": "jitter_s", "reorder": "reorder",
        "duplicate": "duplicate", "rate": "rate_bps",
    }  # fmt: skip
    steps = [
        (at_s, {field: int(value) if option == "rate" else value})
        for option, field in fields.items()
        for at_s, value in befalls[option]
    ]
    try:
        weather = Weather(tuple(steps))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    bitrates = tuple((at_s, int(bps)) for at_s, bps in befalls["bitrate"])
    return Phone(
        weather, befalls["seed"], befalls["rotate"], befalls["network_change"], befalls["lock"],
        bitrates,
    )  # fmt: skip
