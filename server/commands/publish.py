"""`courtside publish`: a file, or a drawn game, as if it were a phone."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from server.commands.output import BAD_INPUT, CHECK_FAILED, fail, put_json, say
from server.commands.phone import make_phone, phone_options
from server.commands.serve import set_up_logging

if TYPE_CHECKING:
    from server.ingest.encode import Picture
    from server.ingest.phone import Phone
    from server.ingest.publish import Published
    from server.ingest.sound import Chunk

_SIMULATOR = re.compile(r"simulator(?::(\d{1,9}))?")
_TESTCARD = "testcard"


@click.command()
@click.argument("file")
@click.argument("url")
@click.option("--token", envvar="COURTSIDE_TOKEN", show_envvar=True, help="The camera's token.")
@click.option("--loop", is_flag=True, help="Begin again at the end, for ever.")
@click.option("--audio", is_flag=True, help="Its sound too; a beep a second where it has none.")
@phone_options
@click.option("--insecure", is_flag=True, help="Accept a self-signed certificate.")
@click.option("--until-eof", is_flag=True, hidden=True, help="Stop when standard input ends.")
@click.option("--json", "as_json", is_flag=True, help="What was published, as one JSON object.")
def publish(
    file: str,
    url: str,
    token: str | None,
    loop: bool,
    audio: bool,
    insecure: bool,
    until_eof: bool,
    as_json: bool,
    **befalls: Any,
) -> None:
    """Publish FILE by WHIP to URL (http://HOST/whip/GAME/CAMERA), in real time.

    FILE is a video file, `simulator:SEED` for a drawn game, or `testcard` for the time of day as
    a bar code and a flash a second.

    A bad network is made here, of the real packets: --loss 3 --delay 30 --jitter 20 --rate 1500k.
    @S after a value says from which second on, and an option may be repeated: --loss 5@10
    --loss 0@20. S is in seconds since the first connection; --rotate, --network-change and
    --lock may be repeated too.
    """
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise click.UsageError(f"URL is http://HOST/whip/GAME/CAMERA, not {url!r}")
    phone = make_phone(befalls)
    set_up_logging()
    import av

    from server.ingest.whipclient import PublishError

    try:
        pictures = _pictures(file, loop)
        sound = _sound(file, loop) if audio else None
        live = file == _TESTCARD
        done = asyncio.run(_play(pictures, live, sound, phone, url, token, not insecure, until_eof))
    except PublishError as error:
        fail(CHECK_FAILED, f"publishing ended: {error} ({error.type})")
    except (ValueError, OSError, av.FFmpegError) as error:
        fail(BAD_INPUT, f"{file} cannot be played: {error}")
    if as_json:
        played_s = round(done.played_s, 3)
        counts = {"pictures": done.pictures, "connections": done.connections}
        put_json({"played_s": played_s, **counts, "lost_packets": done.lost_packets})
    else:
        say(f"published {done.pictures} pictures, {done.played_s:.1f} s")


def _pictures(file: str, loop: bool) -> Iterator[Picture]:
    simulated = _SIMULATOR.fullmatch(file)
    if simulated is not None:
        return _drawn(int(simulated[1] or 1))
    if file == _TESTCARD:
        from server.clock import SystemClock
        from server.ingest import testcard

        return testcard.film(SystemClock())
    if not Path(file).is_file():
        raise click.UsageError(f"{file} is no file")
    from server.ingest.encode import file_pictures

    return file_pictures(file, loop)


def _sound(file: str, loop: bool) -> Iterator[Chunk]:
    from server.ingest.sound import beeps, file_sound, has_sound

    if Path(file).is_file() and has_sound(file):
        return file_sound(file, loop)
    return beeps()


def _drawn(seed: int) -> Iterator[Picture]:
    """Pictures of a simulated game with their times; the truth stays behind."""
    from server.simulator.game import demo_game

    for picture, truth in demo_game(seed).frames():
        yield picture, truth.media_s


async def _play(
    pictures: Iterator[Picture],
    live: bool,
    sound: Iterator[Chunk] | None,
    phone: Phone,
    url: str,
    token: str | None,
    verify: bool,
    until_eof: bool,
) -> Published:
    from server.ingest.publish import publish_frames

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        await loop.connect_read_pipe(lambda: _Parent(stop), sys.stdin)
    return await publish_frames(
        pictures,
        url,
        token,
        live=live,
        sound=sound,
        phone=phone,
        verify=verify,
        stop=stop,
        on_state=lambda state: say(f"camera: {state}"),
    )


class _Parent(asyncio.Protocol):
    """A parent that ends, however it ends, closes our standard input."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop.set()
