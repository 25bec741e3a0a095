"""Hard cases: each is as hard as it says, and its truth is what physics made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice, pairwise

import numpy as np
import pytest

from server.simulator.ball import RADIUS
from server.simulator.court import RIM_HEIGHT, RIM_INNER
from server.simulator.scenarios import Film, Scenario, scenarios
from server.simulator.spoil import blocky, starved
from server.simulator.stage import Stage, Story, lands
from server.simulator.truth import Event, Truth

SMALL = (480, 270)
ALL = scenarios()


def small(name: str) -> Scenario:
    one = ALL[name]
    return replace(one, stand=replace(one.stand, size=SMALL))


def happened(name: str, *kinds: str) -> list[Event]:
    return [event for event in events(name) if event.type in kinds]


@cache
def events(name: str) -> tuple[Event, ...]:
    return ALL[name].events()


@cache
def watched(name: str) -> tuple[Stage, np.ndarray]:
    """The stage at the end of the story, and (N, 3) where the ball flew from the first shot on."""
    one = ALL[name]
    held: list[Stage] = []
    flown: list[np.ndarray] = []

    def story(stage: Stage) -> Story:
        held.append(stage)
        for _ in one.story(stage):
            if stage.phase in ("flight", "loose"):
                flown.append(stage.ball.position.copy())
            yield

    replace(one, story=story).events()
    return held[0], np.array(flown)


@pytest.mark.parametrize("name", ALL)
def test_a_film_and_its_events_are_of_one_game(name: str) -> None:
    scenario = small(name)
    seen: list[Truth] = []
    told: list[Event] = []
    shapes = set()
    for image, truth in scenario.frames(step=75):
        shapes.add(image.shape)
        seen.append(truth)
        told += truth.events
    assert shapes == {(SMALL[1], SMALL[0], 3)}
    assert any(box.label == "player" for box in seen[0].boxes)
    assert any(box.label in ("rim", "backboard") for truth in seen for box in truth.boxes)
    times = [truth.media_s for truth in seen]
    assert times == sorted(times)
    assert told == [e for e in events(name) if e in told]
    assert scenario.about
    assert scenario.name == name


def test_each_shot_ends_as_its_name_says() -> None:
    ends = ("made", "missed")
    assert [e.type for e in happened("in_and_out", *ends)] == ["missed"]
    for name in ("roll", "bank"):
        assert [e.type for e in happened(name, *ends)] == ["made"], name
    for name in ("behind_board", "bitrate_collapse", "starved_cpu"):
        assert [e.type for e in happened(name, *ends)] == ["made", "missed"], name
    assert not happened("crosses_in_projection", "shot", *ends)
    assert not happened("scrum", "shot", *ends)
    assert len(happened("unsteady_full_court", "shot")) == 2
    assert {e.hoop for e in happened("unsteady_full_court", *ends)} == {0, 1}


def test_the_ball_was_in_the_ring_before_it_came_out() -> None:
    stage, flight = watched("in_and_out")
    away = np.hypot(*(flight - stage.hoops[0].centre)[:, :2].T)
    inside = np.flatnonzero((away < RIM_INNER) & (flight[:, 2] < RIM_HEIGHT + RADIUS))
    assert len(inside)
    assert away[inside[0] :].max() > 2 * RIM_INNER


def test_a_roll_takes_its_time_and_a_bank_the_board() -> None:
    shot, made = happened("roll", "shot", "made")
    assert made.t - shot.t > 2.0
    stage, flight = watched("bank")
    nearest = float((stage.hoops[0].board_x - flight[:, 0]).min())
    assert nearest == pytest.approx(RADIUS, abs=0.12)


def test_a_lob_crosses_the_ring_in_the_picture_only() -> None:
    crossed = 0
    for _, truth in islice(small("crosses_in_projection").frames(step=2), 45):
        ball = next((b.xyxy for b in truth.boxes if b.label == "ball"), None)
        rim = next((b.xyxy for b in truth.boxes if b.label == "hoop"), None)
        if ball is None or rim is None:
            continue
        x, y = (ball[0] + ball[2]) / 2, (ball[1] + ball[3]) / 2
        crossed += rim[0] - 4 < x < rim[2] + 4 and rim[1] - 4 < y < rim[3] + 4
    assert crossed


def test_two_attempts_come_within_two_seconds() -> None:
    first, second = happened("putback", "shot")
    assert second.t - first.t < 2.0
    assert second.player != first.player
    assert [e.type for e in happened("putback", "made", "missed")] == ["missed", "made"]


def test_a_foot_on_the_line_costs_a_point() -> None:
    assert [e.value for e in happened("foot_on_line", "shot")] == [2, 3]


def test_somebody_comes_for_somebody_else() -> None:
    stage, _ = watched("substitution")
    ids = [person.id for person in stage.squad.people]
    assert abs(stage.squad.at[ids.index("home-98")][1]) < 7.5
    assert abs(stage.squad.at[3][1]) > 7.5


def test_other_balls_are_no_part_of_the_game() -> None:
    names = {b.id for _, t in small("second_ball").frames(step=60) for b in t.boxes}
    assert {"ball", "ball-1"} <= names
    assert len(happened("second_ball", "shot")) == 1
    assert not ALL["warm_up"].live
    assert len(watched("warm_up")[0].others) == 2


def film(frames: int) -> Iterator[tuple[np.ndarray, Truth]]:
    rng = np.random.default_rng(1)
    for k in range(frames):
        image = rng.integers(0, 255, (54, 96, 3)).astype(np.uint8)
        event = (Event(k / 30, "pass", "home", f"home-{k}"),)
        yield image, Truth(k, k / 30, (), event)


def test_a_starved_machine_loses_pictures_but_no_event_and_no_time() -> None:
    kept = list(starved(film(600), np.random.default_rng(2)))
    times = np.array([truth.media_s for _, truth in kept])
    assert 200 < len(kept) < 560
    assert (np.diff(times) > 0).all()
    assert 0.15 < np.diff(times).max() < 0.9
    told = [event for _, truth in kept for event in truth.events]
    assert told == [event for _, truth in film(600) for event in truth.events][: len(told)]
    twice = [np.array_equal(a[0], b[0]) for a, b in pairwise(kept)]
    assert 0.02 < np.mean(twice) < 0.3


def test_a_starved_line_leaves_blocks() -> None:
    def plain(film: Film) -> list[np.ndarray]:
        return [image for image, _ in film]

    before = plain(small("bank").frames(step=40))
    after = plain(blocky(small("bank").frames(step=40), np.random.default_rng(3)))
    assert len(before) == len(after)
    lost = [float(abs(a.astype(int) - b).mean()) for a, b in zip(before, after, strict=True)]
    assert min(lost) > 1.0


def test_a_free_ball_lands_where_it_is_said_to() -> None:
    x, y = lands(np.array([1.0, 2.0, 2.0]), np.array([2.0, -1.0, 4.905]), 2.0)
    assert [x, y] == pytest.approx([3.0, 1.0])
