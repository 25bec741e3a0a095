"""Recordings in an S3-compatible store: a real S3 API, spoken to over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from server.gamelog.sql import SqlLog
from server.media.library import MediaUnavailable, NotRecorded
from server.media.remote import Remote
from server.media.storage import Storage
from tests.media.filmed import film
from tests.media.recorded import CAMERA, GAME, Stream, open_log, open_room, record, times
from tests.support import free_port

BUCKET = "recordings"


class S3:
    """A server that can go away and come back with what it had."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.client = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1"
        )
        self.start()

    def start(self) -> None:
        self.server = ThreadedMotoServer("127.0.0.1", self.port, verbose=False)
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def names(self) -> list[str]:
        """Of everything that is in the bucket."""
        found = self.client.list_objects_v2(Bucket=BUCKET)
        return [item["Key"] for item in found.get("Contents", [])]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    port = free_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }.items():
        monkeypatch.setenv(name, value)
    server = S3(port)
    server.client.create_bucket(Bucket=BUCKET)
    yield server
    server.stop()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqlLog]:
    opened = open_log(tmp_path)
    yield opened
    opened.close()


def _local(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "spool").rglob("*.m4s")]


async def test_segments_go_to_the_store_and_are_read_from_it(
    s3: S3, log: SqlLog, tmp_path: Path
) -> None:
    storage = Storage.open(f"s3://{BUCKET}/courtside", tmp_path / "spool")
    room = open_room(log, storage)
    await record(room, film(150))
    await room.close()
    assert _local(tmp_path) == []
    # Another machine has the index and the store, nothing else.
    other = open_room(log, Storage.open(f"s3://{BUCKET}/courtside", tmp_path / "elsewhere"))
    assert len(times(other.library)) == 150
    segment = other.library.segments(GAME, CAMERA, "video")[1]
    part = segment.parts[1]
    assert len(other.library.read(GAME, CAMERA, segment, part)) == part.length
    log.erase(GAME)
    await other.erase(GAME)
    with pytest.raises(NotRecorded):
        other.library.read(GAME, CAMERA, segment)


async def test_while_the_store_is_away_segments_wait_and_are_readable(
    s3: S3, log: SqlLog, tmp_path: Path
) -> None:
    storage = Storage.open(f"s3://{BUCKET}/courtside", tmp_path / "spool")
    room = open_room(log, storage)
    s3.stop()
    await record(room, film(150))
    assert len(_local(tmp_path)) == 3
    assert len(times(room.library)) == 150
    s3.start()
    async with asyncio.timeout(40):
        while _local(tmp_path):
            await asyncio.sleep(0.1)
        while room.troubles:
            await asyncio.sleep(0.1)
    await room.close()
    assert len(times(room.library)) == 150


class SlowStore(Remote):
    """Takes a file when it is told to."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.begun, self.go = threading.Event(), threading.Event()

    def put(self, name: str, data: bytes) -> None:
        self.begun.set()
        assert self.go.wait(20)
        super().put(name, data)


@pytest.mark.parametrize("whole", [True, False])
async def test_what_is_erased_while_it_is_uploaded_is_in_the_store_no_more(
    s3: S3, log: SqlLog, tmp_path: Path, whole: bool
) -> None:
    store = SlowStore(f"s3://{BUCKET}/courtside")
    room = open_room(log, Storage(tmp_path / "spool", store))
    await record(room, film(60))
    assert await asyncio.to_thread(store.begun.wait, 20)
    if whole:
        log.erase(GAME)
    erasing = asyncio.create_task(room.erase(GAME) if whole else room.erase_pictures(GAME))
    await asyncio.wait([erasing], timeout=0.3)
    store.go.set()
    await erasing
    await room.close()
    assert s3.names() == []
    assert room.library.segments(GAME, CAMERA, "video") == []


async def test_what_another_process_erased_is_taken_out_of_the_store_again(
    s3: S3, log: SqlLog, tmp_path: Path
) -> None:
    store = SlowStore(f"s3://{BUCKET}/courtside")
    room = open_room(log, Storage(tmp_path / "spool", store))
    await record(room, film(60))
    assert await asyncio.to_thread(store.begun.wait, 20)
    log.erase(GAME)
    store.go.set()
    await room.close()
    assert s3.names() == []


async def test_a_bucket_that_is_not_there_is_a_trouble_and_ends_when_it_is(
    s3: S3, log: SqlLog, tmp_path: Path
) -> None:
    storage = Storage.open("s3://forgotten/courtside", tmp_path / "spool")
    room = open_room(log, storage)
    await record(room, film(60))
    async with asyncio.timeout(20):
        while "storage" not in room.troubles:
            await asyncio.sleep(0.05)
    assert "NoSuchBucket" in room.troubles["storage"]
    s3.client.create_bucket(Bucket="forgotten")
    async with asyncio.timeout(20):
        while room.troubles or _local(tmp_path):
            await asyncio.sleep(0.05)
    await room.close()
    assert len(times(room.library)) == 60


async def test_what_a_dead_process_had_not_uploaded_is_uploaded_at_the_next_start(
    s3: S3, log: SqlLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage.open(f"s3://{BUCKET}/courtside", tmp_path / "spool")
    room = open_room(log, storage)
    monkeypatch.setattr(room._uploader, "put", lambda *lost: None)
    await record(room, film(150))
    assert len(_local(tmp_path)) == 3
    again = open_room(log, storage)
    looking = asyncio.create_task(again.run())
    async with asyncio.timeout(40):
        while _local(tmp_path):
            await asyncio.sleep(0.1)
    looking.cancel()
    await again.close()
    assert len(times(again.library)) == 150


def test_a_store_that_nobody_can_reach_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(MediaUnavailable):
        Storage.open("s3://", tmp_path)
    assert Stream().game == GAME
