"""The duties of a WHIP server, one by one, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from server.ingest.ice import IceSettings
from server.ingest.session import Limits
from server.settings import IceServer
from tests.ingest.clients import BEARER, SDP, AiortcPublisher
from tests.ingest.conftest import WATCH_TOKEN, House, Opener, until

FRAGMENT = {**BEARER, "Content-Type": "application/trickle-ice-sdpfrag"}


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=house.url) as client:
        yield client


@pytest.fixture
async def publisher(house: House) -> AsyncIterator[AiortcPublisher]:
    found = await AiortcPublisher(f"{house.url}/whip/g1/main").start()
    yield found
    await found.close()


async def offer() -> str:
    client = AiortcPublisher("")
    try:
        return await client.offer()
    finally:
        await client.close()


def problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"
    return response.status_code, response.json()["type"]


async def test_created(publisher: AiortcPublisher) -> None:
    response = publisher.response
    assert response is not None
    assert response.headers["content-type"] == "application/sdp"
    assert len(response.headers["location"].rpartition("/")[2]) >= 22
    assert response.headers["etag"].startswith('"')
    assert "link" not in response.headers
    exposed = response.headers["access-control-expose-headers"]
    assert all(name in exposed for name in ("Location", "ETag", "Link"))
    answer = response.text
    assert answer.count("a=candidate") >= 1
    assert "a=recvonly" in answer


async def test_the_camera_is_main_by_default(house: House, http: httpx.AsyncClient) -> None:
    response = await http.post("/whip/g1", content=await offer(), headers=SDP)
    assert response.status_code == 201
    assert response.headers["location"].startswith("/whip/g1/main/")


async def test_two_sessions_share_nothing(http: httpx.AsyncClient) -> None:
    first = await http.post("/whip/g1/a", content=await offer(), headers=SDP)
    second = await http.post("/whip/g1/b", content=await offer(), headers=SDP)
    assert first.headers["location"] != second.headers["location"]
    assert first.headers["etag"] != second.headers["etag"]


async def test_refusals_of_an_offer(house: House, http: httpx.AsyncClient) -> None:
    async def post(text: str, **headers: str) -> tuple[int, str]:
        return problem(await http.post("/whip/g1", content=text, headers={**SDP, **headers}))

    good = await offer()
    video = good[good.index("m=video") :]
    assert await post(good, **{"Content-Type": "text/plain"}) == (415, "unsupported-media-type")
    assert await post("hello") == (400, "malformed-sdp")
    assert await post("") == (400, "malformed-sdp")
    assert await post("v=0\r\n") == (400, "malformed-sdp")
    assert await post(good.replace("sendonly", "recvonly")) == (422, "wrong-direction")
    assert await post(good.replace("sendonly", "inactive")) == (422, "wrong-direction")
    assert await post(good + video.replace("a=mid:0", "a=mid:1")) == (422, "too-many-tracks")
    assert await post(good.replace("H264/90000", "AV1/90000")) == (422, "unsupported-codec")
    assert await post(good.replace("a=rtcp-mux\r\n", "")) == (422, "no-rtcp-mux")
    assert await post(good.replace("m=video", "m=audio").replace("video", "audio")) in (
        (422, "no-video"),
        (422, "unsupported-codec"),
    )
    assert await post(good.replace("m=video", "m=text")) == (422, "unsupported-media")
    assert await post(good + "x" * 70_000) == (413, "too-large")
    for gone in ("a=ice-ufrag", "a=ice-pwd", "a=setup", "a=fingerprint"):
        lines = [line for line in good.splitlines() if not line.startswith(gone)]
        assert await post("\r\n".join(lines) + "\r\n") == (400, "malformed-sdp"), gone
    assert house.cameras.sessions == ()


async def test_tokens(house: House, http: httpx.AsyncClient) -> None:
    text = await offer()
    plain = {"Content-Type": "application/sdp"}
    missing = await http.post("/whip/g1", content=text, headers=plain)
    assert problem(missing) == (401, "token-missing")
    assert missing.headers["www-authenticate"].startswith("Bearer")
    bad = await http.post("/whip/g1?token=nonsense", content=text, headers=plain)
    assert problem(bad) == (401, "token-refused")
    watcher = await http.post(f"/whip/g1?token={WATCH_TOKEN}", content=text, headers=plain)
    assert problem(watcher) == (403, "wrong-role")
    assert house.cameras.sessions == ()


@pytest.mark.parametrize("path", ["/whip/G1", "/whip/g1/Main", "/whip/" + "a" * 33, "/whip/g_1"])
async def test_names(http: httpx.AsyncClient, path: str) -> None:
    response = await http.post(path, content=await offer(), headers=SDP)
    assert problem(response) == (404, "not-found")


async def test_options_and_get(http: httpx.AsyncClient, publisher: AiortcPublisher) -> None:
    for path in ("/whip/g1", "/whip/g1/main"):
        response = await http.options(path)
        assert response.status_code == 204
        assert response.headers["accept-post"] == "application/sdp"
        assert "PATCH" in response.headers["access-control-allow-methods"]
        assert "DELETE" in response.headers["access-control-allow-methods"]
        assert "authorization" in response.headers["access-control-allow-headers"].lower()
        assert "if-match" in response.headers["access-control-allow-headers"].lower()
        look = await http.get(path)
        assert (look.status_code, look.content) == (204, b"")
    preflight = await http.options(publisher.session)
    assert "DELETE" in preflight.headers["access-control-allow-methods"]
    look = await http.get(publisher.session)
    assert (look.status_code, look.content) == (204, b"")


async def test_trickle(house: House, http: httpx.AsyncClient, publisher: AiortcPublisher) -> None:
    remote = publisher.pc.localDescription.sdp
    ufrag = next(x for x in remote.splitlines() if x.startswith("a=ice-ufrag:"))
    password = next(x for x in remote.splitlines() if x.startswith("a=ice-pwd:"))
    body = (
        f"{ufrag}\r\n{password}\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
        "a=candidate:1 1 udp 2130706431 192.0.2.77 50000 typ host\r\n"
        "a=candidate:2 1 tcp 2130706430 192.0.2.77 9 typ host tcptype active\r\n"
        "a=candidate:3 1 udp 2130706429 0f1b.local 50001 typ host\r\n"
        "a=end-of-candidates\r\n"
    )
    etag = publisher.etag

    async def patch(text: str, **headers: str) -> httpx.Response:
        return await http.patch(publisher.session, content=text, headers={**FRAGMENT, **headers})

    done = await patch(body, **{"If-Match": etag})
    assert (done.status_code, done.content) == (204, b"")
    assert "etag" not in done.headers
    assert problem(await patch(body)) == (428, "if-match-missing")
    assert problem(await patch(body, **{"If-Match": '"other"'})) == (412, "stale-etag")
    assert problem(await patch("v=0\nnonsense", **{"If-Match": etag}))[0] == 400
    wrong = {"If-Match": etag, "Content-Type": "application/json"}
    assert problem(await patch(body, **wrong))[0] == 415
    restart = "a=ice-ufrag:newone\r\na=ice-pwd:0123456789012345678901\r\n"
    assert problem(await patch(restart, **{"If-Match": "*"})) == (422, "no-ice-restart")
    assert problem(await patch("a=" + "x" * 20_000, **{"If-Match": etag})) == (413, "too-large")
    plain = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": etag}
    assert problem(await http.patch(publisher.session, content=body, headers=plain))[0] == 401
    await until(lambda: house.statuses() == ["live"], what="the stream")


async def test_delete(house: House, http: httpx.AsyncClient, publisher: AiortcPublisher) -> None:
    assert problem(await http.delete(publisher.session))[0] == 401
    other = publisher.session.replace("/main/", "/other/")
    assert problem(await http.delete(other, headers=BEARER)) == (404, "no-session")
    done = await http.delete(publisher.session, headers={**BEARER, "If-Match": '"stale"'})
    assert (done.status_code, done.content) == (200, b"")
    for method in ("DELETE", "GET", "PATCH"):
        again = await http.request(method, publisher.session, headers=BEARER)
        assert problem(again) == (404, "no-session")
    assert house.cameras.sessions == ()


async def test_too_many(opener: Opener) -> None:
    house = await opener(limits=Limits(sessions=1))
    async with httpx.AsyncClient(base_url=house.url, headers=SDP) as http:
        assert (await http.post("/whip/g1", content=await offer())).status_code == 201
        full = await http.post("/whip/g2", content=await offer())
        assert problem(full) == (503, "too-many-publishers")
        assert int(full.headers["retry-after"]) > 0
        # The same camera again is a phone that returns.
        assert (await http.post("/whip/g1", content=await offer())).status_code == 201
    assert len(house.cameras.sessions) == 1


async def test_ice_servers_are_told(opener: Opener) -> None:
    servers = (
        IceServer("stun:127.0.0.1:9"),
        IceServer("turn:127.0.0.1:9?transport=udp", "ann", 'se"cret'),
    )
    house = await opener(ice=IceSettings(servers))
    async with httpx.AsyncClient(base_url=house.url, headers=SDP) as http:
        for response in (
            await http.post("/whip/g1", content=await offer()),
            await http.options("/whip/g1"),  # with the token
        ):
            assert response.headers.get_list("link") == [
                '<stun:127.0.0.1:9>; rel="ice-server"',
                '<turn:127.0.0.1:9?transport=udp>; rel="ice-server"; username="ann"; '
                'credential="se\\"cret"; credential-type="password"',
            ]
    # A preflight carries no token, so it is told no password.
    for token in ({}, {"Authorization": f"Bearer {WATCH_TOKEN}"}):
        async with httpx.AsyncClient(base_url=house.url, headers=token) as http:
            preflight = await http.options("/whip/g1")
            assert preflight.status_code == 204
            assert "link" not in preflight.headers
