"""A bad network: the pure part, and real packets through the relay."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ingest.network import Link, Network, Weather
from server.ingest.relay import Relay, nameless, through

shares = st.floats(0, 1)
networks = st.builds(
    Network,
    loss=shares,
    delay_s=st.floats(0, 1),
    jitter_s=st.floats(0, 1),
    reorder=shares,
    duplicate=shares,
    rate_bps=st.none() | st.integers(1_000, 10_000_000),
    queue_s=st.floats(0, 2),
)
steps_s = st.lists(st.floats(0, 0.1), min_size=1, max_size=60)


@given(networks, steps_s, st.integers())
def test_what_came_is_lost_or_arrives_and_never_early(
    network: Network, steps: list[float], seed: int
) -> None:
    link = Link(network, random.Random(seed))
    now_s, arrived = 0.0, 0
    for step_s in steps:
        now_s += step_s
        arrivals = link.due(now_s, 1200)
        assert len(arrivals) <= 2
        assert all(due_s >= now_s + network.delay_s for due_s in arrivals)
        arrived += len(arrivals)
    counts = link.counts
    assert counts.taken == len(steps)
    assert arrived == counts.sent
    copies = counts.sent - (counts.taken - counts.lost - counts.crowded_out)
    assert 0 <= copies <= counts.taken


@given(networks, steps_s, st.integers())
def test_the_same_seed_does_the_same(network: Network, steps: list[float], seed: int) -> None:
    once, again = (Link(network, random.Random(seed)) for _ in range(2))
    assert [once.due(s, 900) for s in steps] == [again.due(s, 900) for s in steps]


@given(st.floats(0, 0.2), st.integers())
def test_jitter_alone_keeps_the_order(jitter_s: float, seed: int) -> None:
    link = Link(Network(jitter_s=jitter_s), random.Random(seed))
    due = [link.due(n * 0.005, 1000)[0] for n in range(50)]
    assert due == sorted(due)


def test_as_much_is_lost_as_was_said() -> None:
    link = Link(Network(loss=0.05), random.Random(7))
    for n in range(10_000):
        link.due(n * 0.001, 1000)
    assert link.counts.lost == pytest.approx(500, rel=0.15)


def test_a_narrow_way_passes_its_rate_and_no_more() -> None:
    link = Link(Network(rate_bps=1_000_000, queue_s=0.1), random.Random(1))
    arrivals = [due for n in range(2000) for due in link.due(n * 0.001, 1250)]  # 10 Mbps for 2 s
    assert len(arrivals) * 1250 * 8 == pytest.approx(2_100_000, rel=0.02)
    assert link.counts.crowded_out == 2000 - len(arrivals)


def test_the_next_packets_are_lost_on_demand() -> None:
    link = Link(Network(), random.Random(1))
    link.lose(2)
    assert [len(link.due(n, 100)) for n in range(4)] == [0, 0, 1, 1]


def test_the_weather_changes_in_its_order() -> None:
    steps = ((20.0, {"loss": 0.0}), (10.0, {"loss": 0.05}), (0.0, {"delay_s": 0.03}))
    weather = Weather(steps)
    assert [weather.at(s).loss for s in (0, 9.9, 10, 19.9, 20)] == [0, 0, 0.05, 0.05, 0]
    assert weather.at(30).delay_s == 0.03


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"loss": 1.1}, "loss is a share"),
        ({"delay_s": -1.0}, "before it was sent"),
        ({"rate_bps": 0}, "nothing pass"),
        ({"reorder": -0.1}, "reorder is a share"),
    ],
)
def test_no_such_network(wrong: dict[str, float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Weather(((5.0, wrong),))


# --- real packets


@pytest.fixture
def echo() -> Iterator[socket.socket]:
    """A server that the test answers for."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(2)
        yield sock


@pytest.fixture
def client() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(2)
        yield sock


def test_packets_go_both_ways_late(echo: socket.socket, client: socket.socket) -> None:
    with Relay(Network(delay_s=0.05)) as relay:
        door = relay.door(*echo.getsockname())
        assert relay.door(*echo.getsockname()) == door
        began = time.monotonic()
        client.sendto(b"there", door)
        data, way = echo.recvfrom(100)
        assert data == b"there"
        assert time.monotonic() - began >= 0.05
        echo.sendto(b"back", way)
        assert client.recvfrom(100) == (b"back", door)
        assert time.monotonic() - began >= 0.1
    assert (relay.there.sent, relay.back.sent) == (1, 1)


def test_two_clients_are_told_apart(echo: socket.socket, client: socket.socket) -> None:
    with Relay() as relay, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        door = relay.door(*echo.getsockname())
        ways = []
        for sock in (client, other):
            sock.sendto(b"?", door)
            ways.append(echo.recvfrom(100)[1])
        assert ways[0] != ways[1]
        echo.sendto(b"for the first", ways[0])
        assert client.recvfrom(100)[0] == b"for the first"


def test_one_packet_is_lost_and_a_mute_network_is_silent(
    echo: socket.socket, client: socket.socket
) -> None:
    with Relay() as relay:
        door = relay.door(*echo.getsockname())
        relay.lose()
        client.sendto(b"1", door)
        client.sendto(b"2", door)
        assert echo.recvfrom(100)[0] == b"2"
        relay.mute(True)
        client.sendto(b"3", door)
        time.sleep(0.1)
        relay.mute(False)
        client.sendto(b"4", door)
        assert echo.recvfrom(100)[0] == b"4"
        relay.set(Network(loss=1.0))
        time.sleep(0.1)
        client.sendto(b"5", door)
        echo.settimeout(0.2)
        with pytest.raises(TimeoutError):
            echo.recvfrom(100)


def test_nobody_at_the_other_end_is_no_end(client: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        target = gone.getsockname()
    with Relay() as relay:
        door = relay.door(*target)
        for _ in range(3):
            client.sendto(b"?", door)
            time.sleep(0.05)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
            late.bind(target)
            late.settimeout(2)
            client.sendto(b"now?", door)
            assert late.recvfrom(100)[0] == b"now?"


def test_addresses_lead_through_the_relay() -> None:
    answer = "\r\n".join(
        [
            "v=0",
            "a=candidate:1 1 udp 2130706431 192.0.2.7 5000 typ host",
            "a=candidate:2 1 udp 2130706431 2001:db8::1 5001 typ host",
            "a=candidate:3 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active",
            "a=end-of-candidates",
            "",
        ]
    )
    with Relay() as relay:
        lines = through(relay, answer).splitlines()
        host, port = relay.door("192.0.2.7", 5000)
        assert lines[1] == f"a=candidate:1 1 udp 2130706431 {host} {port} typ host"
        assert [line[:2] for line in lines] == ["v=", "a=", "a="]
    assert "candidate:" not in nameless(answer)
    assert "a=end-of-candidates" in nameless(answer)
