"""Take-over, the watchdog, claims among processes, slow readers: through real connections."""

from __future__ import annotations

import asyncio
import itertools
import resource
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from server.ingest.session import Limits
from tests.ingest.clients import BEARER, SDP, AiortcPublisher
from tests.ingest.conftest import TOKEN, House, Opener, until
from tests.support import ROOT


async def test_make_before_break_and_the_first_is_told(house: House) -> None:
    url = f"{house.url}/whip/g1/main"
    first = AiortcPublisher(url)
    first.use_channel()
    await first.start()
    await until(lambda: len(house.sink().media) > 15, what="pictures of the first")
    before = len(house.sink().media)

    # A second offer that never connects takes nothing away.
    silent = AiortcPublisher(url)
    async with httpx.AsyncClient(headers=SDP) as http:
        reply = await http.post(url, content=await silent.offer())
    assert reply.status_code == 201
    await asyncio.sleep(0.5)
    assert house.statuses() == ["live"]
    assert len(house.sink().media) > before

    second = await AiortcPublisher(url).start()
    await until(lambda: house.statuses() == ["live", "replaced", "live"], what="take-over")
    sink = house.sink()
    at = len(sink.media)
    await until(lambda: len(sink.media) > at + 15, what="pictures of the second")
    assert sink.closed == 0
    assert len(house.sinks[("g1", "main")]) == 1
    steps = [b - a for a, b in zip(sink.media, sink.media[1:], strict=False)]
    assert min(steps) > 0
    assert max(steps) < 1.0
    assert sink.media[-1] == pytest.approx(time.monotonic() - house.times[0], abs=0.5)

    await until(lambda: first.messages, what="the message on the data channel")
    assert "replaced" in str(first.messages[0])
    await until(lambda: first.pc.connectionState == "closed", what="the end of the first")
    async with httpx.AsyncClient(headers=BEARER) as http:
        for session in (first.session, str(httpx.URL(url).join(reply.headers["location"]))):
            for method in ("GET", "DELETE", "PATCH"):
                told = await http.request(method, session)
                assert told.status_code == 410
                assert told.json()["type"] == "replaced"
        assert (await http.get(second.session)).status_code == 204
    for publisher in (first, silent, second):
        await publisher.close()


async def test_a_silent_publisher_is_lost_then_back_then_ended(opener: Opener) -> None:
    house = await opener(limits=Limits(ended_after_s=4.0))
    publisher = await AiortcPublisher(f"{house.url}/whip/g1").start()
    await until(lambda: len(house.sink().media) > 10, what="pictures")
    sender = publisher.pc.getSenders()[0]
    sender._enabled = False  # as a phone in a pocket: connected, nothing sent
    stopped_s = time.monotonic()
    await until(lambda: house.statuses() == ["live", "lost"], what="the loss")
    assert house.times[-1] - stopped_s < 3.0
    assert house.states[-1][3].startswith("no packets for 2.")
    sender._enabled = True
    await until(lambda: house.statuses() == ["live", "lost", "live"], what="the return")
    await publisher.vanish()
    await until(lambda: house.statuses()[3:] == ["lost", "ended"], what="the end")
    assert house.cameras.sessions == ()
    async with httpx.AsyncClient(headers=BEARER) as http:
        assert (await http.get(publisher.session)).status_code == 404
    await publisher.close()


async def test_a_phone_that_returns_is_not_called_replaced(house: House) -> None:
    url = f"{house.url}/whip/g1"
    first = await AiortcPublisher(url).start()
    await until(lambda: house.sink().media, what="pictures")
    await first.vanish()
    await until(lambda: house.statuses() == ["live", "lost"], what="the loss")
    second = await AiortcPublisher(url).start()
    await until(lambda: len(house.statuses()) > 2, what="the return")
    assert house.statuses() == ["live", "lost", "live"]
    assert house.sink().closed == 0
    await first.close()
    await second.close()


async def test_real_loss_lowers_the_bitrate_that_we_promise(house: House) -> None:
    publisher = await AiortcPublisher(f"{house.url}/whip/g1").start()
    await until(lambda: house.sink().media, what="pictures")
    peer = house.cameras.sessions[0].peer
    full_bps = peer.floor.bps
    publisher.lose(0.3)
    await until(lambda: peer.floor.bps < 0.6 * full_bps, 15, "a lower promise")
    publisher.lose(0.0)
    low_bps = peer.floor.bps
    await until(lambda: peer.floor.bps > low_bps, 15, "a higher promise")
    assert house.statuses().count("ended") == 0
    await publisher.close()


async def test_loss_costs_moments_and_leaves_no_lag(house: House) -> None:
    """One packet in twenty is lost; aiortc's sender sends again what it is asked for."""
    publisher = await AiortcPublisher(f"{house.url}/whip/g1").start()
    await until(lambda: len(house.sink().media) > 30, what="pictures")
    sink = house.sink()
    began = len(sink.media)
    publisher.lose(0.05)
    await asyncio.sleep(5.0)
    publisher.lose(0.0)
    lossy = sink.media[began - 1 :]
    frozen = [b - a for a, b in itertools.pairwise(lossy)]
    assert max(frozen) <= 0.4
    assert len(lossy) > 0.9 * 5.0 * 30
    await asyncio.sleep(1.0)
    lately = sink.age_s[-10:]
    assert sorted(lately)[5] < 0.2
    await publisher.close()


async def test_coming_and_going_leaves_nothing(house: House) -> None:
    """Sockets, tasks and threads of ten sessions are all gone."""

    def used() -> tuple[int, int, int]:
        files = len(list(Path("/proc/self/fd").iterdir()))
        return files, len(asyncio.all_tasks()), threading.active_count()

    before = (0, 0, 0)
    for n in range(11):
        publisher = await AiortcPublisher(f"{house.url}/whip/g1", audio=True).start()
        publisher.track.stop()
        await until(lambda: house.cameras.sessions[0].peer.connected, what="a connection")
        async with httpx.AsyncClient(headers=BEARER) as http:
            await http.delete(publisher.session)
        await publisher.close()
        await asyncio.sleep(0.3)
        if n == 0:
            before = used()
    await asyncio.sleep(1)
    after = used()
    assert all(now <= then + 3 for then, now in zip(before, after, strict=True)), (before, after)


async def test_a_killed_publisher_is_noticed_within_three_seconds(house: House) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.ingest.aiortc_whip", f"{house.url}/whip/g1", TOKEN, cwd=ROOT
    )
    try:
        await until(lambda: len(house.sink().media) > 20, 40, "pictures")
        killed_s = time.monotonic()
    finally:
        process.kill()
        await process.wait()
    await until(lambda: house.statuses() == ["live", "lost"], what="the loss")
    assert house.times[-1] - killed_s < 3.0
    assert house.states[-1][3]


async def test_our_own_stall_is_not_the_publishers_fault(house: House) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.ingest.aiortc_whip", f"{house.url}/whip/g1", TOKEN, cwd=ROOT
    )
    try:
        await until(lambda: len(house.sink().media) > 20, 40, "pictures")
        time.sleep(2.6)
        await asyncio.sleep(1.0)
        assert house.statuses() == ["live"]
    finally:
        process.kill()
        await process.wait()


async def test_a_publisher_that_never_connects_is_forgotten(opener: Opener) -> None:
    house = await opener(limits=Limits(connect_within_s=0.5))
    silent = AiortcPublisher("")
    async with httpx.AsyncClient(headers=SDP) as http:
        await http.post(f"{house.url}/whip/g1", content=await silent.offer())
    assert len(house.cameras.sessions) == 1
    await until(lambda: not house.cameras.sessions, what="the end")
    assert house.states == []
    await silent.close()


async def test_a_slow_sink_never_grows_anything(opener: Opener) -> None:
    """Ten pictures a second are taken of thirty: lag and memory stay bounded."""
    house = await opener(sink_delay_s=0.1)
    publisher = await AiortcPublisher(f"{house.url}/whip/g1").start()
    await until(lambda: len(house.sink().media) > 10, 20, what="pictures")
    session = house.cameras.sessions[0]
    decoder = session.peer.decoder
    assert decoder is not None
    await asyncio.sleep(5)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    delays = []
    for _ in range(100):
        began = time.monotonic()
        await asyncio.sleep(0.02)
        delays.append(time.monotonic() - began - 0.02)
    await asyncio.sleep(4)
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kb < 20_000
    assert decoder.dropped > 0
    assert decoder.waiting <= 60
    assert max(house.sink().age_s) < 60 / 10 + 2
    assert sorted(delays)[90] < 0.05  # the loop does not feel it
    await publisher.close()


@dataclass(eq=False)
class Hold:
    origin: datetime
    released: int = 0

    async def release(self) -> None:
        self.released += 1


@dataclass(eq=False)
class Claims:
    """Like the leases that processes share, in one process."""

    origin: datetime
    holds: list[Hold] = field(default_factory=list)
    lost: list[Callable[[str], None]] = field(default_factory=list)

    async def claim(self, game: str, camera: str, on_lost: Callable[[str], None]) -> Hold:
        await asyncio.sleep(0.05)
        self.holds.append(Hold(self.origin))
        self.lost.append(on_lost)
        return self.holds[-1]


async def test_another_process_takes_the_camera(opener: Opener) -> None:
    claims = Claims(datetime.now(UTC) - timedelta(hours=1))
    house = await opener(claim=claims.claim)
    url = f"{house.url}/whip/g1"
    first = await AiortcPublisher(url).start()
    await until(lambda: len(house.sink().media) > 5, what="pictures")
    # The time line is the camera's: an hour old when this process saw it first.
    assert house.sink().media[0] == pytest.approx(3600, abs=10)
    second = await AiortcPublisher(url).start()
    await until(lambda: house.statuses() == ["live", "replaced", "live"], what="take-over here")
    assert len(claims.holds) == 1
    assert claims.holds[0].released == 0
    claims.lost[0]("a publisher elsewhere took over this camera")
    assert house.statuses() == ["live", "replaced", "live", "replaced"]
    assert house.states[-1][3] == "a publisher elsewhere took over this camera"
    assert house.sink().closed == 1
    async with httpx.AsyncClient(headers=BEARER) as http:
        assert (await http.get(second.session)).status_code == 410
    third = await AiortcPublisher(url).start()
    await until(lambda: house.statuses()[-1] == "live", what="the third")
    await until(lambda: house.sink().media, what="its pictures")
    assert house.sink().media[0] > house.sinks[("g1", "main")][0].media[-1]
    assert len(claims.holds) == 2
    for publisher in (first, second, third):
        await publisher.close()


class Overtaken(Claims):
    """The second claim is answered after the third, and lost to it."""

    async def claim(self, game: str, camera: str, on_lost: Callable[[str], None]) -> Hold:
        self.lost.append(on_lost)
        if len(self.lost) == 2:
            await until(lambda: len(self.holds) == 2, what="the third claim")
        if len(self.lost) == 3 and len(self.holds) == 1:
            self.lost[1]("another publisher took over this camera")
        self.holds.append(Hold(self.origin))
        return self.holds[-1]


async def test_a_claim_that_was_overtaken_leaves_the_newer_one_alone(opener: Opener) -> None:
    claims = Overtaken(datetime.now(UTC))
    house = await opener(claim=claims.claim)
    url = f"{house.url}/whip/g1"
    first = await AiortcPublisher(url).start()
    await until(lambda: house.statuses() == ["live"], what="the first")
    await first.close()
    await until(lambda: claims.holds[0].released == 1, what="its hold to be given back")
    second = await AiortcPublisher(url).start()
    await until(lambda: len(claims.lost) == 2, what="the second claim")
    third = await AiortcPublisher(url).start()
    await until(lambda: len(claims.holds) == 3, what="all claims")
    await until(lambda: house.statuses()[-1] == "live", what="the third")
    assert [hold.released for hold in claims.holds] == [1, 0, 1]
    await third.close()
    await until(lambda: claims.holds[1].released == 1, what="the newer hold to be given back")
    await second.close()


async def test_a_bug_in_a_claim_is_said(opener: Opener, caplog: pytest.LogCaptureFixture) -> None:
    async def claim(game: str, camera: str, on_lost: Callable[[str], None]) -> Hold:
        raise ZeroDivisionError

    house = await opener(claim=claim)
    publisher = await AiortcPublisher(f"{house.url}/whip/g1").start()
    await until(lambda: "claim camera ended by a bug" in caplog.text, what="a word in the log")
    await publisher.close()


async def test_ending_a_game_ends_its_cameras_only(house: House) -> None:
    one = await AiortcPublisher(f"{house.url}/whip/g1").start()
    two = await AiortcPublisher(f"{house.url}/whip/g2").start()
    await until(lambda: house.sink("g1").media and house.sink("g2").media, what="pictures")
    await house.cameras.end_game("g1", "the game is over")
    assert house.states[-1] == ("g1", "main", "ended", "the game is over")
    assert [s.game for s in house.cameras.sessions] == ["g2"]
    await one.close()
    await two.close()
