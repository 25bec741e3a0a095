"""Links that a person can open: each carries the token of its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

_PAGES = {"camera": "camera", "desk": "desk", "watch": "watch", "overlay": "watch"}
"""Page -> whose token it takes."""


@dataclass(frozen=True, slots=True)
class Links:
    """lan_url: https address for phones, when there is one."""

    lan_url: str | None = None

    def of_game(self, base: str, game: str, tokens: Mapping[str, str]) -> dict[str, str]:
        """page -> link. base: how the asker reached this server.

        Asked from this machine itself, the camera's link names the LAN's https address: the
        phone that opens it is not on this machine, and gives its camera to https only.
        """
        here = base.rstrip("/")
        phone = self.lan_url if self.lan_url and _is_loopback(here) else here
        return {
            page: f"{phone if page == 'camera' else here}/{page}/{game}"
            f"?{urlencode({'token': tokens[role]})}"
            for page, role in _PAGES.items()
            if role in tokens
        }


def _is_loopback(base: str) -> bool:
    host = urlsplit(base).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")
