"""Handing a camera over to real media engines."""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest

from server.clock import SystemClock
from server.ingest.sample import Sample
from server.media import forward
from server.media.forward import Forwarder, Forwards, Target
from server.media.forward_program import read, write
from server.media.streams import Streams
from server.meters import Meters
from tests.ingest.conftest import TOKEN, until
from tests.media.engines import ffmpeg_rtsp, nginx_rtmp
from tests.media.filmed import film, playing, with_sound
from tests.media.watching import rooms
from tests.support import free_port


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return film(60)


def pictures(path: Path) -> list[float]:
    """Seconds of the pictures in a file, each of which is decoded."""
    with av.open(str(path)) as container:
        return [frame.time or 0.0 for frame in container.decode(video=0)]


@asynccontextmanager
async def forwarding(url: str, samples: list[Sample]) -> AsyncIterator[Forwarder]:
    """A camera that is handed over to this address, while it is live."""
    forwards = Forwards([Target(url)], SystemClock(), Meters())
    async with playing(Streams(SystemClock(), forwards.keep), samples):
        (only,) = forwards.all
        yield only
    await forwards.close()
    assert not forwards.all


async def test_nginx_takes_it_by_rtmp(samples: list[Sample], tmp_path: Path) -> None:
    kept = tmp_path / "nginx" / "g1-main.flv"
    async with nginx_rtmp(kept.parent) as port:
        url = f"rtmp://127.0.0.1:{port}/live/{{game}}-{{camera}}"
        async with forwarding(url, samples) as forwarder:
            await until(lambda: forwarder.state == "live", what="a connection")
            await until(lambda: kept.exists() and kept.stat().st_size > 100_000, what="a film")
    times = pictures(kept)
    assert len(times) > 30
    assert max(later - earlier for earlier, later in itertools.pairwise(times)) < 0.3


async def test_rtsp_carries_picture_and_sound(samples: list[Sample], tmp_path: Path) -> None:
    kept = tmp_path / "kept.mkv"
    async with (
        ffmpeg_rtsp(kept) as port,
        forwarding(f"rtsp://127.0.0.1:{port}/live", with_sound(samples)) as forwarder,
    ):
        await until(lambda: forwarder.state == "live", what="a connection")
        await until(lambda: kept.exists() and kept.stat().st_size > 100_000, what="a film")
    assert len(pictures(kept)) > 30
    with av.open(str(kept)) as container:
        assert container.streams.audio[0].codec_context.name == "opus"


async def test_whip_carries_picture_and_sound(samples: list[Sample]) -> None:
    came: Counter[str] = Counter()

    class Count:
        def put(self, sample: Sample) -> None:
            came[sample.kind] += 1

        def close(self) -> None:
            pass

    async with rooms() as engine:
        url = engine.url.replace("://", f"://{TOKEN}@") + "/whip/g1"
        async with forwarding(url, with_sound(samples)) as forwarder:
            await until(lambda: forwarder.state == "live", what="a connection")
            await until(lambda: engine.streams.find("g1", "main"), what="a camera over there")
            stream = engine.streams.find("g1", "main")
            assert stream is not None
            stream.attach(Count())
            await until(lambda: min(came["video"], came["audio"]) > 30, what="picture and sound")


async def test_it_comes_back_when_the_engine_does(
    samples: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "FIRST_PAUSE_S", 0.2)
    port = free_port()
    url = f"rtmp://secret-user:secret-word@127.0.0.1:{port}/live/secret-key"
    async with forwarding(url, samples) as forwarder:
        await until(lambda: forwarder.state == "lost", what="nobody who answers")
        assert forwarder.why == "Connection refused"
        assert forwarder.to == f"rtmp://127.0.0.1:{port}"
        async with nginx_rtmp(tmp_path / "nginx", port):
            await until(lambda: forwarder.state == "live", what="a connection")
        await until(lambda: forwarder.state == "lost", what="the engine's end")


async def test_what_an_engine_cannot_take_is_said(tmp_path: Path) -> None:
    async with nginx_rtmp(tmp_path / "nginx") as port:
        url = f"rtmp://127.0.0.1:{port}/live/key"
        async with forwarding(url, film(30, codec="VP8")) as forwarder:
            await until(lambda: forwarder.state == "lost", what="a refusal")
            assert "VP8" in forwarder.why


async def test_an_engine_that_takes_nothing_is_given_up(
    samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "STALLED_S", 0.5)
    monkeypatch.setattr(forward, "PIPE_BYTES", 10_000)

    # The kernel takes the connection; nobody ever reads.
    with socket.create_server(("127.0.0.1", 0)) as engine:
        port = engine.getsockname()[1]
        async with forwarding(f"rtmp://127.0.0.1:{port}/live/key", samples) as forwarder:
            await until(lambda: forwarder.state == "lost", 15, what="the end of patience")
            assert forwarder.why == "it took nothing for 0 s"


async def test_the_end_leaves_no_program_behind_that_hangs_in_an_engine(
    samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "GOODBYE_S", 0.2)
    monkeypatch.setattr(forward, "PIPE_BYTES", 10_000)
    programs: list[Process] = []
    start = asyncio.create_subprocess_exec

    async def noted(*args: str, **more: Any) -> Process:
        programs.append(await start(*args, **more))
        return programs[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    # The kernel takes the connection; nobody ever reads.
    with socket.create_server(("127.0.0.1", 0)) as engine:
        port = engine.getsockname()[1]
        async with forwarding(f"rtmp://127.0.0.1:{port}/live/key", samples) as forwarder:
            await until(lambda: programs, what="a program")
            pipe = programs[0].stdin
            assert pipe is not None
            await until(lambda: pipe.transport.get_write_buffer_size() > 10_000, what="a jam")
            assert forwarder.state == "connecting"
    assert [program.returncode for program in programs] == [-signal.SIGKILL]


def test_samples_survive_the_pipe(samples: list[Sample]) -> None:
    pipe = BytesIO(b"".join(write(sample) for sample in samples) + write(samples[0])[:-1])
    found = list(read(pipe))
    assert [(s.kind, s.codec, s.key, s.media_s, s.data) for s in found] == [
        (s.kind, s.codec, s.key, s.media_s, s.data) for s in samples
    ]


def test_where_a_camera_goes() -> None:
    everything = Target("rtsp://host/{game}/{camera}?x={other}")
    assert everything.of("g1", "main") == "rtsp://host/g1/main?x={other}"
    one = Target("rtmp://host/key", "final")
    assert one.of("final", "main") == "rtmp://host/key"
    assert one.of("g1", "main") is None
