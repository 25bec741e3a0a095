"""`courtside publish` at an address that hands its publishers on to another server."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest

from server.certificates import self_signed
from server.clock import SystemClock
from server.ingest.publish import publish_frames
from server.ingest.whipclient import MOST_REDIRECTS, PublishError
from tests.ingest.conftest import TOKEN, House, until
from tests.ingest.test_publish import drawn
from tests.support import free_port


@dataclass
class Redirector:
    """A real HTTP server, another origin than the house, that answers nothing but redirects."""

    url: str
    status: int = 307
    to: Callable[[str], str] = lambda path: path
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Method, path and Authorization of each request."""


@contextmanager
def redirecting(tls: SSLContext | None = None) -> Iterator[Redirector]:
    class Handler(BaseHTTPRequestHandler):
        def _redirect(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            place.asked.append((self.command, self.path, self.headers.get("Authorization")))
            self.send_response(place.status)
            self.send_header("Location", place.to(self.path))
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_DELETE = _redirect  # noqa: N815  (http.server's names)

        def log_message(self, *args: object) -> None:
            """Nothing: the tests look at `asked`."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        place = Redirector(f"{scheme}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield place
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def redirector() -> Iterator[Redirector]:
    with redirecting() as place:
        yield place


@pytest.fixture
def tls(tmp_path: Path) -> SSLContext:
    files = self_signed(tmp_path, "127.0.0.1", SystemClock().now())
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.cert, files.key)
    return context


@pytest.mark.parametrize("status", [307, 308])
async def test_it_publishes_where_it_is_sent(
    house: House, redirector: Redirector, status: int
) -> None:
    redirector.status = status
    # From /entry to /again here, then over there.
    redirector.to = lambda path: "/again" if path == "/entry" else f"{house.url}/whip/g1/side"
    done = await publish_frames(drawn(1), f"{redirector.url}/entry", TOKEN)
    assert done.connections == 1
    assert house.sink("g1", "side").media
    bearer = f"Bearer {TOKEN}"
    assert redirector.asked == [("POST", "/entry", bearer), ("POST", "/again", bearer)]
    # The session is the last server's: it hears there that the publisher leaves.
    await until(lambda: house.statuses("g1", "side") == ["live", "ended"], what="the end")


async def test_it_is_not_sent_round_and_round(redirector: Redirector) -> None:
    with pytest.raises(PublishError) as caught:
        await publish_frames(drawn(1), f"{redirector.url}/entry", TOKEN)
    assert caught.value.type == "too-many-redirects"
    assert len(redirector.asked) == 1 + MOST_REDIRECTS


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_redirect_that_forgets_the_offer_is_a_refusal(
    house: House, redirector: Redirector, status: int
) -> None:
    redirector.status, redirector.to = status, lambda path: f"{house.url}/whip/g1"
    with pytest.raises(PublishError) as caught:
        await publish_frames(drawn(1), redirector.url, TOKEN)
    assert caught.value.type == f"http-{status}"


async def test_what_was_meant_for_tls_goes_nowhere_in_clear(
    redirector: Redirector, tls: SSLContext
) -> None:
    with redirecting(tls) as secure:
        secure.to = lambda path: redirector.url + path
        with pytest.raises(PublishError) as caught:
            await publish_frames(drawn(1), f"{secure.url}/entry", TOKEN, verify=False)
    assert caught.value.type == "insecure-redirect"
    assert len(secure.asked) == 1
    assert not redirector.asked


NO_HTTP = ["ftp://127.0.0.1/x", "http://127.0.0.1:99999/x"]


@pytest.mark.parametrize("address", NO_HTTP)
async def test_a_redirect_to_nowhere_is_said(redirector: Redirector, address: str) -> None:
    redirector.to = lambda path: address
    with pytest.raises(PublishError, match=address) as caught:
        await publish_frames(drawn(1), redirector.url, TOKEN)
    assert caught.value.type == "bad-address"


@pytest.mark.parametrize("address", ["http://[::1/x", "http:///x", *NO_HTTP])
async def test_an_address_that_is_none_is_said(address: str) -> None:
    with pytest.raises(PublishError, match=re.escape(address)) as caught:
        await publish_frames(drawn(1), address, TOKEN)
    assert caught.value.type == "bad-address"


async def test_a_server_that_is_gone_is_no_place_to_go(redirector: Redirector) -> None:
    redirector.to = lambda path: f"http://127.0.0.1:{free_port()}/whip/g1"
    with pytest.raises(PublishError, match="does not answer"):
        await publish_frames(drawn(1), redirector.url, TOKEN, reconnect=False)
