"""A recording that grows in real time, served to the pages by a small server of the tests.

The real server's recorder, playlists and pages meet in tests/web/test_picture_live.py; here a
test decides what is missing, what breaks, and how fast.
"""

from __future__ import annotations

import json
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from server.media.hls import Live, Playlist, multivariant
from server.media.segments import Init, Part, Rendition, Segment
from tests.support import ROOT, need

SEGMENT_S, PART_S = 2.0, 0.5
HZ: dict[Rendition, int] = {"video": 15_360, "audio": 48_000}
ORIGIN = datetime(2026, 3, 7, 19, 0, tzinfo=UTC)
SIGN = "sign=test"
TYPES = {".js": "text/javascript", ".css": "text/css", ".m3u8": "application/vnd.apple.mpegurl"}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>picture</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/web/base.css"><link rel="stylesheet" href="/web/picture.css"></head>
<body><main class="page"><section id="picture"></section></main>
<script type="module" src="/page.js"></script></body></html>"""
PAGE_JS = """import { Api } from "/web/api.js"; import { Picture } from "/web/picture.js";
const api = new Api("t");
window.slates = []; window.ways = [];
window.picture = new Picture(document.getElementById("picture"), { api, game: "g", token: "t" });
picture.addEventListener("slate", ({ detail }) => slates.push(detail.words));
picture.addEventListener("way", ({ detail }) => ways.push(detail.way));
picture.open();"""


def reel(rendition: Rendition, size: str = "320x180") -> tuple[bytes, list[bytes]]:
    """Six seconds: the head, and a fragment for each half second; a key frame every two."""
    if rendition == "video":
        source = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30:duration=6"]
        codec = ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast"]
        codec += ["-g", "60", "-sc_threshold", "0", "-pix_fmt", "yuv420p"]
        codec += ["-video_track_timescale", str(HZ["video"])]
    else:
        source = ["-f", "lavfi", "-i", "sine=frequency=330:duration=6:sample_rate=48000"]
        codec = ["-c:a", "libopus", "-b:a", "32k"]
    flags = "+empty_moov+default_base_moof+frag_keyframe"
    made = subprocess.run(
        [need("ffmpeg"), "-v", "error", *source, *codec, "-movflags", flags,
         "-frag_duration", "500000", "-f", "mp4", "pipe:1"],
        stdout=subprocess.PIPE, check=True,
    ).stdout  # fmt: skip
    head = b""
    fragments: list[bytes] = []
    for kind, box in boxes(made):
        if kind in (b"ftyp", b"moov"):
            head += box
        elif kind == b"moof":
            fragments.append(box)
        elif kind == b"mdat":
            fragments[-1] += box
    return head, fragments[:12]


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at : at + size]
        at += size


def at_media_time(fragment: bytes, ticks: int) -> bytes:
    """The same fragment, at another media time (its tfdt)."""
    at = fragment.index(b"tfdt")
    assert fragment[at + 4] == 1, "a tfdt of 64 bits"
    return fragment[: at + 8] + struct.pack(">Q", ticks) + fragment[at + 16 :]


@dataclass
class Film:
    """The camera `main` of the game `g`; its media second 0 was at ORIGIN.

    recorded: from and to media second of what there is, the last one open ended while it is
    live. broken: how to answer requests whose path holds the key. parts: low latency or plain.
    """

    recorded: list[tuple[float, float | None]]
    status: str = "live"
    began: float = field(default_factory=time.monotonic)
    began_at_s: float = 0.0
    sound: bool = True
    parts: bool = True
    whep: bool = False
    broken: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sizes: tuple[str, ...] = ("320x180",)
    """Of each range in `recorded`; the last size holds for the rest."""

    def __post_init__(self) -> None:
        self.video = [reel("video", size) for size in self.sizes]
        self.audio = reel("audio")

    @property
    def now_s(self) -> float:
        """The media second of this moment."""
        return self.began_at_s + time.monotonic() - self.began

    def stop(self, status: str) -> None:
        """The camera sends no more."""
        self.recorded[-1] = (self.recorded[-1][0], self.now_s)
        self.status = status

    def resume(self) -> None:
        """It is back, from this moment on."""
        self.recorded.append((self.now_s, None))
        self.status = "live"

    def segments(self, rendition: Rendition) -> list[Segment]:
        """All until now; the last one may have fewer parts than a whole one."""
        found: list[Segment] = []
        for index, (start_s, stop_s) in enumerate(self.recorded):
            end_s = self.now_s if stop_s is None else min(self.now_s, stop_s)
            at_s = start_s
            while at_s + PART_S <= end_s:
                count = min(int(SEGMENT_S / PART_S), int((end_s - at_s) / PART_S))
                parts = tuple(
                    Part(at_s + i * PART_S, PART_S, i == 0 or rendition == "audio", i, 1)
                    for i in range(count)
                )
                found.append(
                    Segment(
                        rendition,
                        len(found),
                        min(index, len(self.video) - 1) if rendition == "video" else 0,
                        at_s,
                        count * PART_S,
                        ORIGIN + timedelta(seconds=at_s),
                        parts,
                        discontinuity=at_s == start_s,
                        size_bytes=1,
                    )
                )
                at_s += SEGMENT_S
        return found

    def is_open(self, segment: Segment) -> bool:
        """Does it still grow?"""
        return (
            self.recorded[-1][1] is None
            and segment.start_s >= self.recorded[-1][0]
            and len(segment.parts) < SEGMENT_S / PART_S
        )

    def playlist(self, rendition: Rendition, skip: bool) -> str:
        playlist = Playlist(rendition, SIGN)
        segments = self.segments(rendition)
        last = segments[-1] if segments and self.is_open(segments[-1]) else None
        for segment in segments[:-1] if last else segments:
            playlist.add(segment)
        live = Live(last) if self.parts and self.recorded[-1][1] is None else None
        return playlist.text(live=live, ended=self.status == "ended", skip=skip)

    def wait(self, rendition: Rendition, number: int, part: int) -> None:
        """Until that part is there, or for a while."""
        until = time.monotonic() + 6
        while time.monotonic() < until:
            for last in self.segments(rendition)[-1:]:
                if (last.number, len(last.parts)) > (number, part):
                    return
            time.sleep(0.02)

    def data(self, rendition: Rendition, number: int, part: int | None) -> bytes | None:
        segments = self.segments(rendition)
        if number >= len(segments):
            return None
        segment = segments[number]
        _, fragments = self.video[segment.init_id] if rendition == "video" else self.audio
        count = int(SEGMENT_S / PART_S)
        which = range(len(segment.parts)) if part is None else (part,)
        return b"".join(
            at_media_time(
                fragments[(number * count + i) % len(fragments)],
                round((segment.start_s + i * PART_S) * HZ[rendition]),
            )
            for i in which
        )

    def picture(self) -> dict[str, object]:
        """What `GET .../picture` says."""
        span = self.segments("video")
        return {
            "camera": "main",
            "status": self.status,
            "media_s": self.now_s if self.status == "live" else None,
            "origin": ORIGIN.isoformat(),
            "whep": "/whep/g/main" if self.whep and self.status == "live" else None,
            "hls": "/media/g/main/index.m3u8" if span else None,
            "from_s": span[0].start_s if span else None,
            "to_s": span[-1].end_s if span else None,
            "gaps": [],
            "codecs": {},
        }


class Handler(BaseHTTPRequestHandler):
    """One request to a Film."""

    protocol_version = "HTTP/1.1"
    film: Film

    def do_OPTIONS(self) -> None:
        self._answer(b"", "text/plain")

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        film = self.film
        film.asked.append(self.path)
        for part, status in film.broken.items():
            if part in self.path:
                return self._answer(b"{}", "application/problem+json", status)
        suffix = Path(url.path).suffix
        if url.path == "/":
            return self._answer(PAGE.encode(), "text/html")
        if url.path == "/page.js":
            return self._answer(PAGE_JS.encode(), TYPES[".js"])
        if url.path.startswith("/web/"):
            body = (ROOT / "web_client" / url.path.removeprefix("/web/")).read_bytes()
            return self._answer(body, TYPES.get(suffix, "image/svg+xml"))
        if url.path.endswith("/picture"):
            return self._answer(json.dumps(film.picture()).encode(), "application/json")
        if suffix == ".m3u8":
            return self._answer(self._playlist(url.path, url.query).encode(), TYPES[suffix])
        data = self._media(url.path)
        if data is None:
            return self._answer(b"", "text/plain", HTTPStatus.NOT_FOUND)
        return self._answer(data, "video/mp4")

    def _playlist(self, path: str, query: str) -> str:
        name = Path(path).stem
        if name == "index":
            inits = [Init(i, "video", "avc1.42c01e", 320, 180, b"") for i in range(1)]
            if self.film.sound:
                inits.append(Init(0, "audio", "opus", 0, 0, b""))
            return multivariant(inits, 1_000_000, SIGN)
        rendition: Rendition = "video" if name == "video" else "audio"
        asked = parse_qs(query)
        if "_HLS_msn" in asked:
            number = int(asked["_HLS_msn"][0])
            self.film.wait(rendition, number, int(asked.get("_HLS_part", ["0"])[0]))
        return self.film.playlist(rendition, "_HLS_skip" in asked)

    def _media(self, path: str) -> bytes | None:
        pieces = path.split("/")
        if len(pieces) < 3 or pieces[1] != "media":
            return None
        rendition: Rendition = "video" if pieces[-2] == "video" else "audio"
        name = pieces[-1]
        if name.startswith("init-"):
            index = int(name.removeprefix("init-").removesuffix(".mp4"))
            return (self.film.video[index] if rendition == "video" else self.film.audio)[0]
        number, *part = name.removesuffix(".m4s").split(".")
        return self.film.data(rendition, int(number), int(part[0]) if part else None)

    def _answer(self, body: bytes, kind: str, status: int = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def screening(film: Film) -> Iterator[str]:
    """Serve it; yields the address of a page with its picture."""
    handler = type("FilmHandler", (Handler,), {"film": film})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # players hang up
    thread = threading.Thread(target=server.serve_forever, name="film", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
