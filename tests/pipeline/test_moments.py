"""What is kept of the last seconds, and that it is bounded."""

from __future__ import annotations

import numpy as np

from pipeline.frame import Frame
from pipeline.moments import KEEP_S, STILL_EVERY_S, STILL_WIDTH, Moments
from tests.pipeline.plays import SPOTS
from tests.pipeline.staging import ball, cast

PEOPLE = np.concatenate([SPOTS, SPOTS + np.array([1.2, 0.4])])


def grey(level: int, t_s: float) -> Frame:
    return Frame(np.full((720, 1280, 3), level, np.uint8), t_s, t_s)


def test_the_still_is_of_the_moment_and_small() -> None:
    moments = Moments()
    for look in range(30):
        moments.film(grey(look * 8, look * STILL_EVERY_S))
    still = moments.still(4.1)
    assert still is not None
    assert still.shape == (270, STILL_WIDTH, 3)
    assert int(still[0, 0, 0]) == 16 * 8


def test_memory_is_bounded() -> None:
    moments = Moments()
    for look in range(400):
        moments.film(grey(0, look / 30))
        moments.look(look / 30, cast(PEOPLE).tracks, cast(PEOPLE).row, [])
    kept = moments._stills
    assert len(kept) <= KEEP_S / STILL_EVERY_S + 2
    assert sum(image.nbytes for _, image in kept) < 9e6
    oldest = moments.at(-100.0)
    assert oldest is not None
    assert oldest.media_s >= 399 / 30 - KEEP_S


def test_who_last_had_the_ball_at_his_hands() -> None:
    moments, people = Moments(), cast(PEOPLE)
    moments.look(1.0, people.tracks, people.row, [ball(PEOPLE[3], 1.2)])
    moments.look(1.2, people.tracks, people.row, [ball(PEOPLE[3], 4.5)])
    moments.look(1.4, people.tracks, people.row, [ball(PEOPLE[1], 1.2, score=0.2)])
    moments.look(2.0, people.tracks, people.row, [ball(PEOPLE[1], 1.2)])
    assert moments.thrower(1.5) == 103
    assert moments.thrower(0.5) is None
    moments.clear()
    assert moments.thrower(9.0) is None
    assert moments.at(1.0) is None
    assert moments.still(1.0) is None
