"""A program: what comes in by standard input goes out to a media engine, without encoding.

A process of its own, because libavformat holds Python's lock while it connects and waits: a media
engine that does not answer would stop the whole server. The address comes by standard input as
well, because it holds secrets and a command line can be read by everyone on the machine.

First line: JSON {"url", "sound"}. Then samples, see `write`. Says on standard output: `live` when
the engine has taken the beginning; `error WHY`, without the address, before it ends.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

import av

from server.certificates import self_signed
from server.clock import SystemClock
from server.ingest.sample import Codec, Sample
from server.media.fmp4 import Frame, fragment
from server.media.heads import Head, OpusHead, head_of, payload
from server.media.packets import HZ

_HEADER = struct.Struct("!BBdI")
_CODECS: tuple[Codec, ...] = ("H264", "VP8", "OPUS")
FORMATS = {
    "rtmp": "flv", "rtmps": "flv", "rtsp": "rtsp", "rtsps": "rtsp", "http": "whip", "https": "whip",
}  # fmt: skip
OPTIONS = {
    "flv": {"flvflags": "no_duration_filesize"},
    # Not by UDP: what is lost between two servers was lost without need.
    "rtsp": {"rtsp_transport": "tcp"},
}
SOUNDLESS = ("flv",)
"""RTMP engines expect AAC; Opus in it is young, and most refuse the whole stream for it."""
INTERLEAVE_US = "100000"
"""A sound that is silent holds the picture back no longer."""


def write(sample: Sample) -> bytes:
    """One sample as this program reads it."""
    codec = _CODECS.index(sample.codec)
    return _HEADER.pack(codec, sample.key, sample.media_s, len(sample.data)) + sample.data


def read(source: BinaryIO) -> Iterator[Sample]:
    """Until the input ends."""
    while len(header := source.read(_HEADER.size)) == _HEADER.size:
        index, key, media_s, size = _HEADER.unpack(header)
        data = source.read(size)
        if len(data) < size:
            return
        codec = _CODECS[index]
        kind = "audio" if codec == "OPUS" else "video"
        yield Sample(kind, codec, data, media_s, media_s, bool(key), False, 0)  # type: ignore[arg-type]


class UnsupportedError(ValueError):
    """This way cannot carry what the camera sends; the text holds nothing of the address."""


class Outlet:
    """One media engine. It is connected to anew when the picture changes its size or codec."""

    def __init__(self, url: str, sound: bool) -> None:
        self._url = url
        self._format = FORMATS[urlsplit(url).scheme]
        self._sound = sound
        self._head: Head | None = None
        self._container: Any = None
        self._streams: dict[str, Any] = {}
        self._zero_s = 0.0
        self._folder = ExitStack()

    def put(self, sample: Sample) -> None:
        """Raises av.FFmpegError or OSError when the engine refuses or is gone."""
        if sample.kind == "audio" and "audio" not in self._streams:
            # Sound began later: with the next key frame it is part of the stream.
            self._head = self._head if self._sound or self._format in SOUNDLESS else None
            self._sound = True
        if sample.kind == "video" and sample.key:
            head = head_of(sample)
            if head is not None and head != self._head:
                self.close()
                self._open(head, sample)
        stream = self._streams.get(sample.kind)
        if stream is None:
            return
        packet = av.Packet(payload(sample))
        packet.stream = stream
        packet.time_base = Fraction(1, HZ[sample.codec])
        packet.pts = packet.dts = round((sample.media_s - self._zero_s) * HZ[sample.codec])
        packet.is_keyframe = sample.key
        if packet.pts >= 0:
            self._container.mux(packet)

    def _open(self, head: Head, first: Sample) -> None:
        if self._format in ("flv", "whip") and head.codec != "H264":
            raise UnsupportedError(f"this way carries H264, not {head.codec}")
        options = {**OPTIONS.get(self._format, {}), "max_interleave_delta": INTERLEAVE_US}
        url = self._url
        if self._format == "whip":
            url, token = _without_token(url)
            options |= {"authorization": token} if token else {}
            # libavformat's own certificate fails the handshake with aiortc and others.
            files = self._folder.enter_context(TemporaryDirectory())
            pair = self_signed(Path(files), "127.0.0.1", SystemClock().now())
            options |= {"cert_file": str(pair.cert), "key_file": str(pair.key)}
        self._container = av.open(url, "w", format=self._format, options=options)
        self._container.flags |= 0x200  # AVFMT_FLAG_FLUSH_PACKETS
        self._add("video", head, first)
        if self._sound and self._format not in SOUNDLESS:
            self._add("audio", OpusHead(), Sample("audio", "OPUS", b"\xfc", 0, 0, True, False, 0))
        self._container.start_encoding()
        self._head, self._zero_s = head, first.media_s
        _say("live")

    def _add(self, kind: str, head: Head, first: Sample) -> None:
        """libavformat learns what the stream is from a film with one frame."""
        init = head.init(1, "video" if kind == "video" else "audio")
        film = init.data + fragment(1, 0, [Frame(payload(first), 1, True)])
        with av.open(BytesIO(film)) as template:
            self._streams[kind] = self._container.add_stream_from_template(template.streams[0])

    def close(self) -> None:
        """What was taken is sent; the engine may be gone already."""
        container, self._container, self._head = self._container, None, None
        self._streams.clear()
        with self._folder:
            if container is not None:
                container.close()


def _without_token(url: str) -> tuple[str, str]:
    """`https://TOKEN@host/path` as the address and the bearer token."""
    parts = urlsplit(url)
    token, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=host).geturl(), unquote(token)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Until the input ends; 1 after an error."""
    order = json.loads(sys.stdin.buffer.readline())
    outlet = Outlet(order["url"], order["sound"])
    try:
        for sample in read(sys.stdin.buffer):
            outlet.put(sample)
        outlet.close()
    except (OSError, ValueError) as error:
        # The text of others' errors names the address.
        own = str(error) if isinstance(error, UnsupportedError) else None
        _say(f"error {own or getattr(error, 'strerror', None) or type(error).__name__}")
        with suppress(OSError, ValueError):
            outlet.close()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
