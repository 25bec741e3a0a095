"""WHIP (RFC 9725) from the publisher's side: an offer, its answer, and the session's address."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Self

import httpx

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
MOST_REDIRECTS = 5
REDIRECTS = (307, 308)
"""Those that keep method and body. The RFC forbids the others: they may make a GET of a POST."""
RETRY_STATUSES = (429, 500, 502, 503, 504)


class PublishError(Exception):
    """Publishing ended before the source did. `type` is the server's word for it, or ours."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.type = kind


class RetryError(Exception):
    """Worth another try after `pause_s`, or the publisher's own growing pause."""

    def __init__(self, why: str, pause_s: float | None = None) -> None:
        super().__init__(why)
        self.pause_s = pause_s


@dataclass(frozen=True, slots=True)
class Session:
    """What an offer was answered with."""

    answer: str
    address: httpx.URL


class WhipClient:
    """Of one address, with the token for it. An asynchronous context manager."""

    def __init__(self, url: str, token: str | None, verify: bool) -> None:
        """verify: check certificates. Raises PublishError for what is no address."""
        self._url = _address(url)
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = httpx.AsyncClient(verify=verify, timeout=TIMEOUT_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()

    async def offer(self, sdp: str) -> Session:
        """Follows redirects, with the token: a server hands a publisher on to the one that has
        room for it. Raises RetryError, PublishError."""
        to = self._url
        for _ in range(1 + MOST_REDIRECTS):
            response = await self._post(to, sdp)
            if response.status_code not in (201, *REDIRECTS):
                raise _refusal(response)
            location = _address(response.headers.get("Location", ""), to)
            if response.status_code == 201:
                return Session(response.text, location)
            if self._tells_all(location):
                raise PublishError(
                    "insecure-redirect", f"{to.host} sends us on to http://{location.host}"
                )
            to = location
        raise PublishError("too-many-redirects", f"{self._url.host} leads from address to address")

    async def replaced(self, session: Session) -> str | None:
        """Of a connection that broke: why another publisher has the camera now, or None if
        none has. Raises RetryError."""
        try:
            answer = await self._http.get(session.address, headers=self._for(session.address))
        except httpx.TransportError as error:
            raise RetryError(f"the connection broke: {error}") from error
        return _detail(answer) if answer.status_code == 410 else None

    async def end(self, session: Session) -> None:
        """A server that does not hear it notices by itself, later."""
        try:
            await self._http.delete(session.address, headers=self._for(session.address))
        except httpx.TransportError as error:
            log.info("the session could not be ended: %s", error)

    async def _post(self, to: httpx.URL, sdp: str) -> httpx.Response:
        headers = {**self._headers, "Content-Type": "application/sdp"}
        try:
            return await self._http.post(to, content=sdp, headers=headers)
        except httpx.TransportError as error:
            raise RetryError(f"{to} does not answer: {error or type(error)}") from error

    def _for(self, address: httpx.URL) -> dict[str, str]:
        """Servers behind a proxy may give their sessions addresses without TLS."""
        return {} if self._tells_all(address) else self._headers

    def _tells_all(self, address: httpx.URL) -> bool:
        """Would what was meant for an encrypted connection go there in clear?"""
        return self._url.scheme == "https" and address.scheme == "http"


def _address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """Raises PublishError."""
    try:
        address = httpx.URL(text) if base is None else base.join(text)
    except httpx.InvalidURL as error:
        raise PublishError("bad-address", f"{text!r} is no address: {error}") from error
    if address.scheme not in ("http", "https") or not address.host or (address.port or 0) > 65_535:
        raise PublishError("bad-address", f"{text!r} is no address of HTTP")
    return address


def _refusal(response: httpx.Response) -> Exception:
    """What a status means for us that is neither a session nor a redirect."""
    detail = _detail(response)
    if response.status_code in RETRY_STATUSES:
        after = response.headers.get("Retry-After", "")
        return RetryError(detail, float(after) if after.isdigit() else None)
    return PublishError(_problem(response).get("type", f"http-{response.status_code}"), detail)


def _detail(response: httpx.Response) -> str:
    return _problem(response).get("detail") or f"the server answered {response.status_code}"


def _problem(response: httpx.Response) -> dict[str, str]:
    try:
        document = json.loads(response.text)
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    return {key: str(value) for key, value in document.items()}
