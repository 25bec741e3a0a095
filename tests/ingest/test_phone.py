"""What befalls a phone, the test card, and sound: the parts that need no network."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from server.cli import main
from server.clock import ManualClock, SystemClock
from server.ingest import testcard
from server.ingest.encode import file_pictures, length_s
from server.ingest.phone import Phone, turned
from server.ingest.sound import CHUNK_S, HZ, Player, beeps, file_sound, has_sound


def luma(frame: av.VideoFrame) -> NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(format="gray"), np.uint8)


def test_a_phone_is_turned_and_upright_again() -> None:
    pictures = [(np.zeros((90, 160, 3), np.uint8), n / 10) for n in range(40)]
    sizes = [p.shape[:2] for p, _ in turned(pictures, (1.0, 2.0)) if isinstance(p, np.ndarray)]
    assert sizes == [(90, 160)] * 10 + [(160, 90)] * 10 + [(90, 160)] * 20


def test_a_turned_picture_is_the_same_picture() -> None:
    scene = np.random.default_rng(1).integers(0, 255, (180, 640), np.uint8)
    upright = luma(testcard.draw(scene, 12345, 0.5))
    for quarters in range(1, 4):
        picture, _ = next(turned([(testcard.draw(scene, 12345, 0.5), 0.5)], (0.0,) * quarters))
        assert isinstance(picture, av.VideoFrame)
        assert (luma(picture) == np.rot90(upright, quarters)).all()


def test_when_things_happen() -> None:
    phone = Phone(change_s=(30.0, 10.0), locks=((5.0, 2.0),), bitrates=((20.0, 500_000),))
    assert [phone.next_change_s(s) for s in (0, 10, 29, 30)] == [10, 30, 30, None]
    assert [phone.locked(s) for s in (4.9, 5, 6.9, 7)] == [False, True, True, False]
    assert [phone.bitrate(s) for s in (0, 20)] == [2_000_000, 500_000]
    assert phone.needs_relay
    assert not Phone(rotate_s=(3.0,)).needs_relay


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**41), st.floats(0, 1000), st.integers(0, 3), st.sampled_from([1, 2]))
def test_the_card_says_when_it_was_drawn(
    wall_ms: int, at_s: float, quarters: int, smaller: int
) -> None:
    scene = np.full((180, 640), 100, np.uint8)
    picture = luma(testcard.draw(scene, wall_ms, at_s))[::smaller, ::smaller]
    said = testcard.read(np.rot90(picture, quarters))
    assert said == wall_ms % 2**32
    assert testcard.flashes(picture) == (at_s >= 1 and at_s % 1.0 < testcard.FLASH_S)


@pytest.mark.parametrize("grey", [0, 60, 255])
def test_what_is_no_card_says_nothing(grey: int) -> None:
    assert testcard.read(np.full((720, 1280), grey, np.uint8)) is None


def test_the_age_of_a_card() -> None:
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    drawn_ms = round(clock.now().timestamp() * 1000)
    picture = luma(testcard.draw(np.zeros((360, 1280), np.uint8), drawn_ms, 0.5))
    clock.advance(0.25)
    assert testcard.age_ms(picture, clock) == pytest.approx(250, abs=1)


def test_the_film_keeps_real_time() -> None:
    clock = SystemClock()
    began = clock.monotonic_s()
    times = [at_s for _, at_s in itertools.islice(testcard.film(clock, (320, 180)), 10)]
    assert clock.monotonic_s() - began >= times[-1] >= 0.29
    assert times == sorted(set(times))


def test_a_beep_a_second() -> None:
    chunks = list(itertools.islice(beeps(), int(3.5 / CHUNK_S)))
    wave = np.concatenate([samples for samples, _ in chunks]).astype(float)
    assert [at_s for _, at_s in chunks[:3]] == pytest.approx([0.0, CHUNK_S, 2 * CHUNK_S])
    loud = np.flatnonzero(np.abs(wave) > 3000) / HZ
    starts = loud[np.diff(loud, prepend=-1) > 0.5]
    assert starts == pytest.approx([1, 2, 3], abs=0.001)


def write(path: Path, sound: bool) -> Path:
    """Two seconds of pictures and, it may be, of a tone that begins after one."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=30)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        if sound:
            audio = container.add_stream("aac", rate=HZ)
            assert isinstance(audio, av.AudioStream)
        for _ in range(60):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "bgr24")
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        for samples, at_s in itertools.islice(beeps(), 100 if sound else 0):
            chunk = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
            chunk.sample_rate, chunk.pts = HZ, round(at_s * HZ)
            container.mux(audio.encode(chunk))
        if sound:
            container.mux(audio.encode(None))
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write(tmp_path / "film.mp4", sound=True)


def test_the_sound_of_a_file_is_in_the_time_of_its_pictures(film: Path) -> None:
    assert has_sound(film)
    assert length_s(film) == pytest.approx(2.0, abs=0.01)
    loud = [at_s for samples, at_s in file_sound(film) if np.abs(samples).max() > 6000]
    assert loud[0] == pytest.approx(1.0, abs=0.03)


def test_sound_and_pictures_begin_again_together(film: Path) -> None:
    sound = itertools.takewhile(lambda chunk: chunk[1] < 5.5, file_sound(film, loop=True))
    loud = np.array([at_s for samples, at_s in sound if np.abs(samples).max() > 6000])
    starts = loud[np.diff(loud, prepend=-1) > 0.5]
    assert starts == pytest.approx([1, 3, 5], abs=0.03)
    times = [at_s for _, at_s in itertools.islice(file_pictures(film, loop=True), 130)]
    assert times[60] == pytest.approx(2.0, abs=0.01)
    assert times[120] == pytest.approx(4.0, abs=0.01)


def test_a_film_without_sound(tmp_path: Path) -> None:
    assert not has_sound(write(tmp_path / "silent.mp4", sound=False))


async def test_sound_waits_for_the_pictures_and_stays_with_them() -> None:
    clock = SystemClock()
    begun: list[float] = []
    player = Player(
        iter(list(itertools.islice(beeps(), 40))), lambda: next(iter(begun), None), clock
    )
    begun.append(clock.monotonic_s() + 0.1)
    late = []
    for _ in range(10):
        taken = await player.take()
        assert taken is not None
        late.append(clock.monotonic_s() - begun[0] - taken[1])
    assert min(late) >= 0
    assert max(late) < 0.1
    begun[0] -= 0.5  # nobody took anything for half a second
    taken = await player.take()
    assert taken is not None
    assert taken[1] >= 0.4
    while taken is not None:
        taken = await player.take()


@pytest.mark.parametrize(
    "options",
    [["--loss", "x"], ["--loss", "101"], ["--rate", "0"], ["--lock", "20"], ["--delay", "1@x"]],
)
def test_bad_options_say_why(options: list[str]) -> None:
    result = CliRunner().invoke(
        main, ["publish", "testcard", "http://127.0.0.1:1/whip/g", *options]
    )
    assert result.exit_code == 2, result.output
    assert "Error" in result.output


def test_a_source_needs_no_end() -> None:
    endless: Iterator[object] = testcard.film(SystemClock(), (64, 32))
    assert next(endless) is not None
