"""Messages without a sequence: the newest one counts, and snapshots hold it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from server.clock import ManualClock
from server.live.redis import LiveStore, connect
from server.live.says import Says
from tests.live.books import MemoryBooks
from tests.live.conftest import GAME, Stage, until
from tests.redis_server import RedisServer


def tracks(media_s: float, camera: str = "main") -> dict[str, Any]:
    return {"type": "tracks", "camera": camera, "media_s": media_s, "items": []}


def proposal(id_: str, status: str = "waiting") -> dict[str, Any]:
    return {"type": "proposal", "proposal": {"id": id_, "status": status}}


async def test_they_reach_viewers_everywhere(stage: Stage) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    here, there = await stage.viewer(a), await stage.viewer(b)
    await here.reaches(0)
    await there.reaches(0)
    await a.hub.announce(GAME, {"type": "camera", "camera": "main", "status": "live", "why": ""})
    a.hub.say(GAME, tracks(1.0))
    await a.hub.announce(GAME, proposal("p1"))
    for viewer in (here, there):
        camera = await viewer.gets("camera")
        assert camera["at"]
        await viewer.gets("tracks", media_s=1.0)
        await viewer.gets("proposal")
    late = await stage.viewer(a)
    await late.reaches(0)
    assert late.state["camera"]["main"]["status"] == "live"
    assert late.state["tracks"]["main"]["media_s"] == 1.0
    assert [p["id"] for p in late.state["proposals"]] == ["p1"]


async def test_a_new_process_knows_the_last_ones_from_redis(stage: Stage) -> None:
    a = await stage.process("a")
    a.hub.say(GAME, {"type": "camera", "camera": "main", "status": "live", "why": ""})
    a.hub.say(GAME, tracks(2.0))
    await until(lambda: a.hub.said_all)
    b = await stage.process("b")
    viewer = await stage.viewer(b)
    await viewer.reaches(0)
    assert viewer.state["tracks"]["main"]["media_s"] == 2.0
    a.hub.say(GAME, {"type": "camera", "camera": "main", "status": "ended", "why": "over"})
    await viewer.gets("camera", status="ended")
    late = await stage.viewer(b)
    await late.reaches(0)
    assert late.state["tracks"] == {}
    assert late.state["camera"]["main"]["why"] == "over"


async def test_tracks_come_ten_times_a_second_at_most(stage: Stage) -> None:
    a = await stage.process("a")
    viewer = await stage.viewer(a)
    await viewer.reaches(0)
    begin = asyncio.get_running_loop().time()
    for frame in range(45):  # 1.5 s of 30 a second, and another camera beside
        a.hub.say(GAME, tracks(frame / 30))
        a.hub.say(GAME, tracks(frame / 30, "second"))
        await asyncio.sleep(1 / 30)
    most = 10 * (asyncio.get_running_loop().time() - begin) + 2
    main = [m for m in viewer.messages if m["type"] == "tracks" and m["camera"] == "main"]
    assert 8 <= len(main) <= most
    assert len([m for m in viewer.messages if m.get("camera") == "second"]) >= 8


def test_the_rate_of_tracks_does_not_drift() -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    says = Says(LiveStore(connect("unix:///nowhere"), clock, "a"), clock)
    passed = 0
    for _ in range(600):
        passed += says.is_due(GAME, "main")
        clock.advance(1 / 30)
    assert 195 <= passed <= 201
    clock.advance(60)  # a pause gives no credit
    assert [says.is_due(GAME, "main") for _ in range(5)].count(True) <= 2


async def test_a_slow_viewer_gets_the_newest_tracks_only(stage: Stage) -> None:
    a = await stage.process("a")
    mailbox = await a.hub.join(GAME)
    await mailbox.get()
    for frame in range(4):
        a.hub.say(GAME, tracks(float(frame)))
        await asyncio.sleep(0.11)
    message = await mailbox.get()
    assert '"media_s":3.0' in message.text
    mailbox.close()


async def test_an_answered_proposal_leaves_the_snapshot_and_is_told_after_a_resume(
    stage: Stage, books: MemoryBooks
) -> None:
    a = await stage.process("a")
    viewer = await stage.viewer(a)
    books.proposals[GAME].append({"id": "p1", "status": "waiting"})
    await a.hub.announce(GAME, proposal("p1"))
    await a.hub.announce(GAME, proposal("p2"))
    await viewer.gets("proposal")
    await viewer.close()
    books.proposals[GAME].clear()
    await a.hub.announce(GAME, proposal("p1", "rejected"))
    await a.hub.announce(GAME, proposal("p2", "rejected"))
    await asyncio.sleep(0.05)
    back = await stage.viewer(a, (books.epoch, 0))
    message = await back.gets("proposal", proposal={"id": "p1", "status": "rejected"})
    assert message
    assert "snapshot" not in back.types()
    late = await stage.viewer(a)
    await late.reaches(0)
    assert late.state["proposals"] == []


async def test_a_proposal_that_no_message_told_of_is_found(
    stage: Stage, books: MemoryBooks
) -> None:
    a = await stage.process("a")
    viewer = await stage.viewer(a)
    await viewer.reaches(0)
    books.proposals[GAME].append({"id": "p9", "status": "waiting"})
    await until(lambda: viewer.state.get("proposals") == [{"id": "p9", "status": "waiting"}])


async def test_viewers_of_all_processes_are_counted(
    stage: Stage, redis_server: RedisServer
) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    one, _two, _three = (
        await stage.viewer(a),
        await stage.viewer(b),
        await stage.viewer(b),
    )
    assert await b.hub.viewers(GAME) >= 2
    assert await a.hub.viewers(GAME) == 3
    await one.close()
    assert await a.hub.viewers(GAME) == 2
    redis_server.kill()
    assert await b.hub.viewers(GAME) == 2


async def test_an_idle_server_notices_that_redis_is_back(
    stage: Stage, redis_server: RedisServer
) -> None:
    a = await stage.process("a")
    redis_server.kill()
    await a.call()
    await until(lambda: a.hub.degraded)
    redis_server.start()
    await until(lambda: not a.hub.degraded)
    with redis_server.frozen():
        await a.call()
        assert a.hub.degraded
    await until(lambda: not a.hub.degraded)


async def test_strange_messages_on_the_channels_do_no_harm(
    stage: Stage, redis_server: RedisServer
) -> None:
    a = await stage.process("a")
    viewer = await stage.viewer(a)
    await viewer.reaches(0)
    channel = f"courtside:{{{GAME}}}:say"
    with redis_server.client() as client:
        for text in (
            "no json",
            "7",
            "[]",
            "{}",
            '{"from":"x"}',
            '{"from":"x","message":7}',
            '{"from":"x","message":{"type":"update"}}',
            '{"from":"x","message":{"type":"update","epoch":"e","seq":9,"entries":7,"state":{}}}',
            '{"from":"x","message":{"type":"proposal"}}',
            '{"from":"x","message":{"type":"proposal","proposal":7}}',
        ):
            client.publish(channel, text)
    await a.call()
    await viewer.reaches(1)
    assert a.bus.malformed >= 5
    assert a.bus.up
