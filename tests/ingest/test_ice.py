"""Ports, public address, ICE servers: settings that work, and TURN through a real coturn."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection
from aiortc.rtcconfiguration import RTCIceTransportPolicy

from server.ingest.ice import IceSettings, PortsExhaustedError, bind_udp
from server.settings import IceServer
from tests.browser import chromium_page
from tests.ingest.clients import SDP, AiortcPublisher
from tests.ingest.conftest import TOKEN, Opener, until
from tests.ingest.page import PAGE
from tests.support import free_port, need

CANDIDATE = re.compile(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ (\w+)")


def udp_range(size: int) -> tuple[int, int]:
    """A range of ports that were all free a moment ago."""
    for first in range(42_000, 60_000, 97):
        with ExitStack() as stack:
            try:
                for port in range(first, first + size):
                    sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    sock.bind(("0.0.0.0", port))
            except OSError:
                continue
            return first, first + size - 1
    pytest.fail("no free range of UDP ports")


async def answer(url: str) -> httpx.Response:
    client = AiortcPublisher("")
    try:
        async with httpx.AsyncClient(headers=SDP, timeout=20) as http:
            return await http.post(f"{url}/whip/g1", content=await client.offer())
    finally:
        await client.close()


async def test_every_socket_is_in_the_range(opener: Opener) -> None:
    ports = udp_range(20)
    house = await opener(ice=IceSettings(udp_ports=ports))
    found = CANDIDATE.findall((await answer(house.url)).text)
    assert found
    assert all(ports[0] <= int(port) <= ports[1] for _, port, _ in found)
    publisher = await AiortcPublisher(f"{house.url}/whip/g2").start()
    await until(lambda: house.sink("g2").media, what="pictures")
    await publisher.close()


async def test_a_full_range_is_a_clear_refusal(opener: Opener) -> None:
    ports = udp_range(2)
    house = await opener(ice=IceSettings(udp_ports=ports))
    taken = [(await answer(house.url)).status_code for _ in range(1)]
    assert taken == [201]
    async with httpx.AsyncClient(headers=SDP, timeout=20) as http:
        replies = []
        for game in ("g2", "g3"):
            client = AiortcPublisher("")
            replies.append(
                await http.post(f"{house.url}/whip/{game}", content=await client.offer())
            )
            await client.close()
    assert replies[0].status_code == 201
    assert replies[1].status_code == 503
    assert replies[1].json()["type"] == "no-udp-port"
    assert "retry-after" in replies[1].headers
    assert len(house.cameras.sessions) == 2


async def test_the_public_address_comes_first(opener: Opener) -> None:
    ports = udp_range(10)
    house = await opener(ice=IceSettings(public_ip="203.0.113.9", udp_ports=ports))
    found = CANDIDATE.findall((await answer(house.url)).text)
    local = {port for host, port, _ in found if host != "203.0.113.9"}
    assert found[0][0] == "203.0.113.9"
    assert found[0][1] in local
    assert found[0][2] == "host"


async def test_unreachable_ice_servers_do_not_delay_the_answer(opener: Opener) -> None:
    # TEST-NET: packets go nowhere, no answer ever comes.
    servers = (IceServer("stun:203.0.113.1:3478"), IceServer("turn:203.0.113.1:3478", "a", "b"))
    house = await opener(ice=IceSettings(servers))
    began = time.monotonic()
    reply = await answer(house.url)
    assert reply.status_code == 201
    assert time.monotonic() - began < 2.0
    assert CANDIDATE.findall(reply.text)


async def test_no_server_is_asked_by_default(opener: Opener) -> None:
    house = await opener()
    await answer(house.url)
    session = house.cameras.sessions[0]
    configured = session.peer.connection.pc._RTCPeerConnection__configuration  # type: ignore[attr-defined]
    assert configured.iceServers == []


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="range"):
        IceSettings(udp_ports=(5000, 4000))
    with pytest.raises(ValueError, match="nonsense"):
        IceSettings(public_ip="nonsense")
    with pytest.raises(ValueError, match="no address of a STUN"):
        IceSettings((IceServer("http://example.org"),))


def test_what_aiortc_cannot_use_is_told_to_publishers_only() -> None:
    ours = IceServer("turns:turn.example.org?transport=tcp", "a", "b")
    theirs = (IceServer("stuns:stun.example.org"), IceServer("stun:[2001:db8::1]:3478"))
    ice = IceSettings((*theirs, ours))
    assert [server.urls for server in ice.rtc_servers()] == [[ours.urls]]
    assert len(ice.links()) == 3


def test_a_taken_port_is_passed_over() -> None:
    first, last = udp_range(3)
    with ExitStack() as stack:
        ports = set()
        for _ in range(3):
            sock = stack.enter_context(bind_udp("127.0.0.1", (first, last)))
            ports.add(sock.getsockname()[1])
        assert ports == {first, first + 1, last}
        with pytest.raises(PortsExhaustedError, match=f"{first} and {last}"):
            bind_udp("127.0.0.1", (first, last))


# --- TURN -----------------------------------------------------------------------------------


@pytest.fixture
def turnserver() -> str:
    """The program; skips loudly without it."""
    return need("turnserver")


@asynccontextmanager
async def coturn(program: str, folder: Path) -> AsyncIterator[IceServer]:
    """A coturn of our own on the loopback."""
    port = free_port()
    first, last = udp_range(50)
    log = (folder / "turn.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        program, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1",
        f"--listening-port={port}", f"--min-port={first}", f"--max-port={last}",
        "--user=phone:secret", "--realm=court.test", "--lt-cred-mech", "--fingerprint",
        "--allow-loopback-peers", "--no-tls", "--no-dtls", "--no-cli",
        f"--pidfile={folder / 'turn.pid'}", "--log-file=stdout", "--simple-log",
        f"--userdb={folder / 'turn.db'}", stdout=log, stderr=log, cwd=folder,
    )  # fmt: skip
    try:
        end = time.monotonic() + 5
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                assert time.monotonic() < end, (folder / "turn.log").read_text()[-2000:]
                await asyncio.sleep(0.05)
        yield IceServer(f"turn:127.0.0.1:{port}?transport=udp", "phone", "secret")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        log.close()


async def test_aiortc_by_turn_only(opener: Opener, turnserver: str, tmp_path: Path) -> None:
    async with coturn(turnserver, tmp_path) as turn:
        house = await opener()
        publisher = AiortcPublisher(f"{house.url}/whip/g1")
        await publisher.pc.close()
        publisher.pc = RTCPeerConnection(
            RTCConfiguration(
                iceServers=[
                    RTCIceServer(urls=turn.urls, username=turn.username, credential=turn.credential)
                ],
                iceTransportPolicy=RTCIceTransportPolicy.RELAY,
            )
        )
        await publisher.start()
        assert publisher.pc.localDescription.sdp.count("typ relay") == 1
        assert "typ host" not in publisher.pc.localDescription.sdp
        await until(lambda: len(house.sink().media) > 30, what="a second of pictures")
        await publisher.close()


@pytest.mark.e2e
async def test_chromium_by_turn_only(opener: Opener, turnserver: str, tmp_path: Path) -> None:
    async with coturn(turnserver, tmp_path) as turn:
        house = await opener(ice=IceSettings((turn,)), pages={"/page": PAGE})
        config = {
            "iceTransportPolicy": "relay",
            "iceServers": [
                {"urls": turn.urls, "username": turn.username, "credential": turn.credential}
            ],
        }
        async with chromium_page("--allow-loopback-in-peer-connection") as page:
            await page.goto(f"{house.url}/page")
            await page.evaluate(
                "([url, token, config]) => publish(url, token, 'H264', {config})",
                [f"{house.url}/whip/g1", TOKEN, config],
            )
            await until(lambda: len(house.sink().media) > 30, 20, "a second of pictures")
            kinds = await page.evaluate(
                """async () => { const all = [...(await pc.getStats()).values()];
                const pair = all.find(r => r.type === "candidate-pair" && r.nominated);
                return all.find(r => r.id === pair.localCandidateId).candidateType; }"""
            )
            assert kinds == "relay"
