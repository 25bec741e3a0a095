"""Whatever order changes arrive in: no viewer sees a hole or anything twice."""

from __future__ import annotations

import asyncio
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from server.live.mailbox import Mailbox
from server.live.room import Room, Say
from server.updates import Json, Sections, Update
from tests.live.conftest import Checker

GAME = "game-1"
EPOCH = "log-1"
CAPACITY = 4


async def dress(game_id: str, sections: Sections, hide: bool) -> Json:
    await asyncio.sleep(0)  # as a thread would, it lets others run
    return dict(sections)


def update(first: int, last: int) -> Update:
    entries = tuple({"seq": seq} for seq in range(first, last + 1))
    return Update(GAME, EPOCH, last, entries, {"scoreboard": {"score": last}})


steps = st.lists(
    st.one_of(
        # An update that covers seqs relative to where the room is: old, overlapping, next, holes.
        st.tuples(st.just("update"), st.integers(-3, 3), st.integers(0, 3)),
        st.tuples(st.just("load"), st.integers(0, 4), st.just(0)),
        st.tuples(st.just("join"), st.integers(0, 6), st.just(0)),
        st.tuples(st.just("resume"), st.integers(0, 6), st.just(0)),
        st.tuples(st.just("read"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("say"), st.integers(0, 2), st.just(0)),
    ),
    max_size=40,
)


@given(steps)
@settings(max_examples=100, deadline=None)
def test_every_viewer_sees_contiguous_updates(steps: list[tuple[str, int, int]]) -> None:
    async def play() -> None:
        room = Room(GAME, dress)
        room.load(EPOCH, 0, {"scoreboard": {"score": 0}}, ())
        viewers: list[tuple[Mailbox, Checker]] = []

        def enter(since: int | None) -> None:
            place = None if since is None else (EPOCH, since)
            past: list[Json] = []
            if place is not None and room.could_resume(place):
                past = [{"seq": seq} for seq in range(1, room.seq + 3)]
            checker = Checker()
            checker.seq = since
            mailbox = room.join(place, past, hide=True, capacity=CAPACITY)
            viewers.append((mailbox, checker))

        for kind, a, b in steps:
            if kind == "update":
                first = max(1, room.seq + 1 + a)
                result = room.apply(update(first, first + b))
                assert (result == "gap") == (first > room.seq + 1 and result != "ok")
            elif kind == "load":
                seq = room.seq + a
                room.load(EPOCH, seq, {"scoreboard": {"score": seq}}, ())
            elif kind == "join":
                enter(None)
            elif kind == "resume":
                enter(max(0, room.seq - a))
            elif kind == "say":
                room.say(Say({"type": "camera", "camera": str(a), "status": "live"}))
            elif viewers:
                mailbox, checker = viewers[a % len(viewers)]
                for _ in range(b):
                    await take(mailbox, checker)
        for mailbox, checker in viewers:
            while await take(mailbox, checker):
                pass
            assert checker.seq == room.seq
            if checker.state:
                assert checker.state["scoreboard"] == {"score": room.seq}

    asyncio.run(play())


async def take(mailbox: Mailbox, checker: Checker) -> bool:
    """Read one message if one waits."""
    reading = asyncio.ensure_future(mailbox.get())
    for _ in range(8):
        await asyncio.sleep(0)
    if not reading.done():
        reading.cancel()
        await asyncio.wait([reading])
        return False
    checker.take(json.loads(reading.result().text))
    return True


async def interrupt(mailbox: Mailbox, checker: Checker) -> None:
    """Cancel a reader at several points."""
    for pauses in range(5):
        reading = asyncio.ensure_future(mailbox.get())
        for _ in range(pauses):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        if not reading.cancelled():
            checker.take(json.loads(reading.result().text))


async def test_a_reader_that_is_cancelled_loses_nothing() -> None:
    room = Room(GAME, dress)
    room.load(EPOCH, 0, {"scoreboard": {"score": 0}}, ())
    mailbox = room.join(None, hide=True, capacity=CAPACITY)
    checker = Checker()
    await interrupt(mailbox, checker)  # while the snapshot is made
    room.apply(update(1, 1))
    await interrupt(mailbox, checker)  # while an update is dressed
    room.apply(update(2, 2))
    while await take(mailbox, checker):
        pass
    assert checker.types() == ["snapshot", "update", "update"]


async def test_a_thousand_viewers_share_one_snapshot() -> None:
    dressed = 0

    async def counted(game_id: str, sections: Sections, hide: bool) -> Json:
        nonlocal dressed
        dressed += 1
        return await dress(game_id, sections, hide)

    room = Room(GAME, counted)
    room.load(EPOCH, 0, {"scoreboard": {"score": 0}}, ())
    boxes = [room.join(None, hide=True, capacity=CAPACITY) for _ in range(1000)]
    await asyncio.gather(*(box.get() for box in boxes))
    room.apply(update(1, 1))
    messages = await asyncio.gather(*(box.get() for box in boxes))
    assert dressed == 2
    assert len({id(message.text) for message in messages}) == 1
