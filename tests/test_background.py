"""Work beside everything else: once however often it is begun, and never ended unseen."""

from __future__ import annotations

import asyncio

import pytest

from server.background import Background


async def test_it_is_begun_once_and_again_when_it_has_ended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = 0
    fails = asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        await fails.wait()
        raise ValueError("a bug")

    background = Background("work", work)
    background.start()
    background.start()
    await asyncio.sleep(0)
    assert begun == 1
    fails.set()
    while not caplog.records:
        await asyncio.sleep(0)
    assert "work ended by a bug" in caplog.text
    fails.clear()
    background.start()
    await asyncio.sleep(0)
    assert begun == 2
    await background.stop()


async def test_whoever_stops_it_waits_for_its_end(caplog: pytest.LogCaptureFixture) -> None:
    ended = False

    async def work() -> None:
        nonlocal ended
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            ended = True

    background = Background("work", work)
    await background.stop()  # as if nothing was: it was not begun
    background.start()
    await asyncio.sleep(0)
    await background.stop()
    assert ended
    assert not caplog.records
