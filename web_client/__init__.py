"""The pages: plain ES modules without a build step, served as they lie here.

`PAGES` says which file answers which route, `ASSETS` where pages look for everything else,
`HEADERS` what goes with every page: no script, style or address from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).resolve().parent
ASSETS = "/web"
ASSET_SUFFIXES = frozenset({".js", ".css", ".svg"})

PAGES: Mapping[str, Path] = MappingProxyType(
    {
        "/": FOLDER / "index.html",
        "/camera/{game}": FOLDER / "camera.html",
        "/desk/{game}": FOLDER / "desk.html",
        "/watch/{game}": FOLDER / "watch.html",
        "/overlay/{game}": FOLDER / "overlay.html",
        "/sheet/{game}": FOLDER / "sheet.html",
        "/clip/{game}": FOLDER / "clip.html",
    }
)

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        # ws: and wss: stand beside 'self' because older Safari does not count them in.
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
        "Permissions-Policy": "camera=(self), microphone=(self), screen-wake-lock=(self)",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        # Revalidated each time (the server answers 304): a new version is never half loaded.
        "Cache-Control": "no-cache",
    }
)


def asset(name: str) -> Path | None:
    """The file behind `/web/{name}`, or None when there is no such public file."""
    path = FOLDER / name
    if Path(name).name != name or path.suffix not in ASSET_SUFFIXES or not path.is_file():
        return None
    return path
