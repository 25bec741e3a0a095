"""Everything a person can set, checked once, frozen afterwards.

`server/cli.py` reads options and their `COURTSIDE_*` variables; nobody else reads the
environment.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Device = Literal["auto", "cpu", "cuda", "tensorrt"]
DEVICES: tuple[Device, ...] = ("auto", "cpu", "cuda", "tensorrt")
# The log's file in the data folder, where no other database is named.
DATABASE = "courtside.sqlite"
DEFAULT_PORT = 8000
DEFAULT_HTTPS_PORT = 8443
MINIMUM_SECRET_LENGTH = 16
WHEP_VIEWERS = 20
# http is WHIP.
FORWARD_SCHEMES = ("rtmp", "rtmps", "rtsp", "rtsps", "http", "https")
_GAME = re.compile(r"[a-z0-9-]{1,32}")


class SettingsError(ValueError):
    """A setting that cannot be used; the text names it and says what would be right."""


@dataclass(frozen=True, slots=True)
class IceServer:
    """One STUN or TURN server, as browsers and aiortc take it."""

    urls: str
    username: str | None = None
    credential: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `courtside serve` runs with.

    host, port: where the main listener is; port 0 picks a free one.
    https_port: of the additional https listener that `lan` opens.
    data: folder of everything that is kept; made when absent.
    media: where recordings are kept: a folder or s3://BUCKET/PREFIX, or None for a folder in
    `data`. keep_recordings: days, or None for ever.
    redis: URL, or None for a private server. database: SQLAlchemy URL, or None for SQLite in
    `data`. model: a name in models.toml, or None for its default.
    cert, key: PEM files; both or neither. public_ip: announced besides the local addresses.
    eyes: whether pictures are decoded and looked at; without, a server records and shows them.
    udp_ports: inclusive range for WebRTC, or None for any. whep_viewers: at most, at once.
    forward: (game, or None for all; address), to which pictures are handed over.
    admin_token, secret: None means generated and kept in `data`.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    https_port: int = DEFAULT_HTTPS_PORT
    data: Path = Path("courtside-data")
    media: str | None = None
    keep_recordings: float | None = None
    redis: str | None = None
    database: str | None = None
    model: str | None = None
    device: Device = "auto"
    eyes: bool = True
    lan: bool = False
    cert: Path | None = None
    key: Path | None = None
    ice_servers: tuple[IceServer, ...] = ()
    public_ip: str | None = None
    udp_ports: tuple[int, int] | None = None
    whep_viewers: int = WHEP_VIEWERS
    forward: tuple[tuple[str | None, str], ...] = ()
    admin_token: str | None = None
    secret: str | None = None

    def __post_init__(self) -> None:
        _port("--port", self.port)
        _port("--https-port", self.https_port)
        if not self.host:
            raise SettingsError("--host is empty; 127.0.0.1 is this machine only, 0.0.0.0 is all")
        if self.device not in DEVICES:
            raise SettingsError(f"--device is one of {', '.join(DEVICES)}, not {self.device!r}")
        self._check_data()
        self._check_certificate()
        self._check_media()
        if self.whep_viewers < 0:
            raise SettingsError("--whep-viewers is 0 (nobody) or more")
        if self.public_ip is not None:
            _address("--public-ip", self.public_ip)
        if self.redis is not None:
            _scheme("--redis", self.redis, ("redis", "rediss", "unix"))
        if self.database is not None:
            _scheme("--database", self.database, ("sqlite", "postgresql", "postgres"))
        if self.secret is not None and len(self.secret) < MINIMUM_SECRET_LENGTH:
            raise SettingsError(
                f"COURTSIDE_SECRET has {len(self.secret)} characters; "
                f"give it {MINIMUM_SECRET_LENGTH} or more"
            )

    def _check_data(self) -> None:
        if self.data.exists() and not self.data.is_dir():
            raise SettingsError(f"--data {self.data} is a file; give a folder")

    def _check_media(self) -> None:
        if self.media is not None and "://" in self.media:
            _scheme("--media", self.media, ("s3",))
        if self.keep_recordings is not None and not self.keep_recordings > 0:
            raise SettingsError("--keep-recordings is a number of days above 0")

    def _check_certificate(self) -> None:
        if (self.cert is None) != (self.key is None):
            raise SettingsError("--cert and --key belong together; give both or neither")
        for option, path in (("--cert", self.cert), ("--key", self.key)):
            if path is not None and not path.is_file():
                raise SettingsError(f"{option} {path} is not a file")

    @property
    def media_folder(self) -> Path:
        """Where recordings are written first; without a URL they stay there."""
        return self.data / "media"

    @property
    def database_url(self) -> str:
        """Where the log is. `postgres://` is what hosting services write; we name the driver."""
        if self.database is None:
            return f"sqlite:///{(self.data / DATABASE).resolve()}"
        scheme, _, rest = self.database.partition("://")
        if scheme in ("postgres", "postgresql"):
            return f"postgresql+psycopg://{rest}"
        return self.database


def parse_ice_servers(text: str | None) -> tuple[IceServer, ...]:
    """ICE servers from JSON (a list as in RTCIceServer) or `stun:host:port,turn:user:pass@host`.

    Raises SettingsError for anything else.
    """
    text = (text or "").strip()
    if not text:
        return ()
    if text.startswith("["):
        return _ice_servers_from_json(text)
    return tuple(_ice_server(part.strip()) for part in text.split(",") if part.strip())


def _ice_servers_from_json(text: str) -> tuple[IceServer, ...]:
    try:
        items = json.loads(text)
    except json.JSONDecodeError as error:
        raise SettingsError(f"--ice-servers is not JSON: {error}") from error
    wrong = '--ice-servers: every item is {"urls": text or list, "username", "credential"}'
    servers: list[IceServer] = []
    for item in items:
        if not isinstance(item, dict):
            raise SettingsError(wrong)
        urls = item.get("urls")
        urls = urls if isinstance(urls, list) else [urls]
        known = [item.get("username"), item.get("credential")]
        if not urls or not all(isinstance(url, str) for url in urls):
            raise SettingsError(wrong)
        if not all(value is None or isinstance(value, str) for value in known):
            raise SettingsError(wrong)
        for url in urls:
            _scheme("--ice-servers", url, ("stun", "stuns", "turn", "turns"), ":")
            servers.append(IceServer(url, known[0], known[1]))
    return tuple(servers)


def _ice_server(text: str) -> IceServer:
    _scheme("--ice-servers", text, ("stun", "stuns", "turn", "turns"), ":")
    scheme, _, rest = text.partition(":")
    credentials, at, where = rest.rpartition("@")
    if not where:
        raise SettingsError(f"--ice-servers: a {scheme}: server has no host")
    if not at:
        if scheme.startswith("turn"):
            raise SettingsError(f"--ice-servers: write {scheme}:USER:PASSWORD@HOST:PORT")
        return IceServer(text)
    user, _, password = credentials.partition(":")
    return IceServer(f"{scheme}:{where}", user, password)


def parse_udp_ports(text: str | None) -> tuple[int, int] | None:
    """`A-B` (inclusive) as two ports, None for an empty text; SettingsError otherwise."""
    if not text:
        return None
    first, dash, last = text.partition("-")
    if not (dash and first.strip().isdigit() and last.strip().isdigit()):
        raise SettingsError(f"--udp-ports is A-B, for example 50000-50100, not {text!r}")
    low, high = int(first), int(last)
    if not 1 <= low <= high <= 65535:
        raise SettingsError(f"--udp-ports {text}: A is at least 1, B at most 65535, A at most B")
    return low, high


def parse_forward(text: str) -> tuple[str | None, str]:
    """`URL` or `GAME=URL`; SettingsError otherwise. What is wrong is never repeated: it may hold a
    password."""
    game, equals, url = text.partition("=")
    if not (equals and _GAME.fullmatch(game)):
        game, url = "", text
    try:
        parts = urlsplit(url)
        usable = parts.scheme in FORWARD_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        names = ", ".join(f"{scheme}://" for scheme in FORWARD_SCHEMES)
        raise SettingsError(f"--forward is URL or GAME=URL; URL begins with one of {names}")
    return game or None, url


def parse_device(text: str) -> Device:
    """One of DEVICES, or SettingsError."""
    if text not in DEVICES:
        raise SettingsError(f"--device is one of {', '.join(DEVICES)}, not {text!r}")
    return text


def _port(option: str, value: int) -> None:
    if not 0 <= value <= 65535:
        raise SettingsError(f"{option} is 0 (any) to 65535, not {value}")


def _address(option: str, value: str) -> None:
    try:
        ip_address(value)
    except ValueError as error:
        raise SettingsError(f"{option} is an IP address, not {value!r}") from error


def _scheme(option: str, value: str, allowed: tuple[str, ...], separator: str = "://") -> None:
    """What is wrong is never repeated: it may hold a password."""
    scheme, found, rest = value.partition(separator)
    if not found or not rest or scheme.split("+")[0] not in allowed:
        names = ", ".join(f"{name}{separator}" for name in allowed)
        raise SettingsError(f"{option} begins with one of {names}")
