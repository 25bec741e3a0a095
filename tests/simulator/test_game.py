"""Pictures and truth of whole games."""

from __future__ import annotations

import json
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from server.simulator.__main__ import main
from server.simulator.court import SIZES, Court
from server.simulator.game import Extent, SimulatedGame
from server.simulator.look import Look
from server.simulator.operator import View
from server.simulator.truth import Event, Truth, read_line

SMALL = (480, 270)


def film(game: SimulatedGame, seconds: float, step: int = 30) -> list[Truth]:
    frames = round(seconds * game.fps / step)
    return [truth for _, truth in islice(game.frames(step), frames)]


def test_the_same_seed_gives_the_same_film() -> None:
    first, second, other = (
        list(islice(SimulatedGame(seed, size=SMALL, shake=0.003).frames(7), 6))
        for seed in (3, 3, 4)
    )
    for (a, truth_a), (b, truth_b) in zip(first, second, strict=True):
        assert np.array_equal(a, b)
        assert truth_a == truth_b
    assert not np.array_equal(first[0][0], other[0][0])


def test_asking_again_begins_anew() -> None:
    game = SimulatedGame(5, size=SMALL)
    first = [truth for _, truth in islice(game.frames(), 5)]
    assert [truth for _, truth in islice(game.frames(), 5)] == first


@pytest.mark.parametrize("court", ["half", "full"])
@pytest.mark.parametrize("view", ["sideline", "corner", "baseline", "hoop"])
def test_boxes_are_in_the_picture_and_ids_stay(court: Extent, view: View) -> None:
    game = SimulatedGame(
        11,
        size=SMALL,
        court=court,
        view=view,
        vary=1.0,
        look=Look(referees=2),
    )
    seen: dict[str, tuple[str, str | None, str | None]] = {}
    for truth in film(game, 12, 20):
        names = [box.id for box in truth.boxes]
        assert len(names) == len(set(names))
        for box in truth.boxes:
            x0, y0, x1, y1 = box.xyxy
            assert 0 <= x0 < x1 <= SMALL[0]
            assert 0 <= y0 < y1 <= SMALL[1]
            assert 0 <= box.visible <= 1
            assert seen.setdefault(box.id, (box.label, box.team, box.number)) == (
                box.label,
                box.team,
                box.number,
            )
            if box.label == "player":
                assert box.id == f"{box.team}-{box.number}"


def test_two_teams_of_five() -> None:
    truths = film(SimulatedGame(2, size=SMALL), 20)
    players = {box.id for truth in truths for box in truth.boxes if box.label == "player"}
    assert sum(name.startswith("home-") for name in players) == 5
    assert sum(name.startswith("away-") for name in players) == 5


def test_the_demo_shows_its_basket() -> None:
    for view in ("sideline", "corner", "baseline"):
        game = SimulatedGame(1, view=view)
        for _, truth in islice(game.frames(40), 4):
            (rim,) = [box for box in truth.boxes if box.label == "rim"]
            assert rim.xyxy[2] - rim.xyxy[0] >= 28
            assert rim.xyxy[0] > 0
            assert rim.xyxy[2] < 1280


def events_of(seed: int, seconds: float, court: Extent = "half") -> list[Event]:
    game = SimulatedGame(seed, size=(64, 64), court=court, look=Look(noise=0))
    for _ in islice(game.frames(15), round(seconds * 2)):
        pass
    return list(game.events())


@pytest.fixture(scope="module", params=["half", "full"])
def events(request: pytest.FixtureRequest) -> list[Event]:
    return events_of(21, 75, request.param)


def test_every_shot_ends_once(events: list[Event]) -> None:
    open_shot: Event | None = None
    for event in events:
        if event.type == "shot":
            assert open_shot is None
            open_shot = event
        elif event.type in ("made", "missed"):
            assert open_shot is not None
            assert (event.player, event.value) == (open_shot.player, open_shot.value)
            assert 0 < event.t - open_shot.t < 4
            open_shot = None


def test_events_are_in_order(events: list[Event]) -> None:
    """Only an outcome is known later than it happened."""
    times = [e.t for e in events if e.type not in ("made", "missed")]
    assert times == sorted(times)
    outcomes = [e.t for e in events if e.type in ("made", "missed")]
    assert outcomes == sorted(outcomes)


def test_a_missed_shot_is_rebounded_and_fouls_are_shot(events: list[Event]) -> None:
    types = [e.type for e in events if e.type not in ("possession", "pass", "steal")]
    for before, after in pairwise(types):
        if after == "rebound":
            assert before == "missed"
        if before == "foul":
            assert after == "shot"
    assert all(e.value == 1 for e, b in ((b, a) for a, b in pairwise(events)) if b.type == "foul")


def test_a_value_agrees_with_the_place(events: list[Event]) -> None:
    court = Court(SIZES["fiba"], half=False)
    for event in events:
        if event.type == "shot" and event.value != 1:
            assert event.x is not None
            assert event.y is not None
            hoop = court.hoops()[1 if event.x > 0 else 0]
            assert court.is_three(hoop, event.x, event.y) == (event.value == 3)


def test_a_lively_game() -> None:
    shots = [e for seed in (1, 2) for e in events_of(seed, 75) if e.type in ("made", "missed")]
    assert 4 < 150 / len(shots) < 11
    made = sum(e.type == "made" for e in shots) / len(shots)
    assert 0.3 < made < 0.7


def test_truth_survives_its_file(tmp_path: Path) -> None:
    out = tmp_path / "game.mp4"
    assert main([str(out), "--seed", "3", "--seconds", "5", "--size", "160x96"]) == 0
    text = out.with_suffix(".truth.jsonl").read_text()
    header, *lines = (read_line(line) for line in text.splitlines())
    assert isinstance(header, dict)
    game = SimulatedGame(3, size=(160, 96))
    assert header == {k: v for k, v in game.header().items() if k != "kind"}
    truths = [truth for _, truth in islice(game.frames(), 150)]
    frames = [line for line in lines if isinstance(line, Truth)]
    assert [(f.index, f.media_s, f.boxes) for f in frames] == [
        (t.index, t.media_s, t.boxes) for t in truths
    ]
    assert [line for line in lines if isinstance(line, Event)] == list(game.events())
    with av.open(str(out)) as read:
        assert sum(1 for _ in read.decode(video=0)) == 150


@pytest.mark.parametrize(("court", "vary"), [("half", 0.0), ("full", 1.0)])
def test_the_header_knows_the_camera_of_the_first_picture(court: Extent, vary: float) -> None:
    game = SimulatedGame(9, size=SMALL, court=court, vary=vary)
    header = game.header()
    next(game.frames())
    assert game.camera is not None
    assert header["camera"] == game.camera.plain()
    assert header["shirts"] == {"home": "#f0f0f0", "away": "#192d87"}


def test_a_line_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="not a line"):
        read_line(json.dumps({"kind": "weather"}))


def test_teams_look_different() -> None:
    look = Look(noise=0, jersey=((230, 230, 230), (20, 20, 160)))
    means: dict[str, list[float]] = {"home": [], "away": []}
    for picture, truth in islice(SimulatedGame(8, look=look).frames(30), 6):
        for box in truth.boxes:
            if box.team is None or box.visible < 0.9:
                continue
            x0, y0, x1, y1 = (int(v) for v in box.xyxy)
            third = (x1 - x0) // 3
            chest = picture[y0 + (y1 - y0) // 4 : y0 + (y1 - y0) // 2, x0 + third : x1 - third]
            means[box.team].append(float(chest[..., 0].mean()))
    assert np.mean(means["home"]) > np.mean(means["away"]) + 60


def test_random_looks_differ_and_take_a_photo() -> None:
    rng = np.random.default_rng(0)
    photo = np.full((90, 160, 3), (10, 200, 10), np.uint8)
    pictures = [
        next(SimulatedGame(1, size=SMALL, look=look).frames())[0]
        for look in (Look.random(rng), Look.random(rng), Look.random(rng, photo))
    ]
    assert not np.array_equal(pictures[0], pictures[1])
    top = pictures[2][: SMALL[1] // 8].reshape(-1, 3).mean(axis=0)
    assert top[1] > 2 * top[0]


def test_no_picture_shows_the_end_of_the_world() -> None:
    """Whatever the pan, the surroundings were painted there: no black corner."""
    look = Look(noise=0, floor_colour=(150, 150, 150), wall_colour=(200, 200, 200))
    for view in ("sideline", "corner", "baseline"):
        game = SimulatedGame(6, SMALL, court="full", view=view, shake=0.01, look=look, vary=1.0)
        for picture, _ in islice(game.frames(45), 8):
            corners = picture[[0, 0, -1, -1], [0, -1, 0, -1]]
            assert corners.sum(axis=1).min() > 30


def test_a_picture_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="64"):
        SimulatedGame(1, size=(10, 10))
