"""Simulated pictures through the whole of the seeing, and what is counted of it."""

from __future__ import annotations

import numpy as np
import pytest

from onnx_models.registry import load
from pipeline.setup import Setup
from pipeline.sight import Side, Sighting
from server.evaluation.simulated_film import Eyes, Film, Watched, of_game, of_scenario, setup_of
from server.evaluation.simulated_told import Told
from server.simulator.game import SimulatedGame
from server.simulator.scenarios import scenarios
from server.simulator.truth import Event


@pytest.fixture(scope="module")
def film() -> Film:
    return of_scenario(scenarios()["bank"])


def marked(film: Film) -> Setup:
    return setup_of(film, np.random.default_rng(1))


def test_a_scenario_is_set_up_as_a_person_would(film: Film) -> None:
    setup = marked(film)
    view = setup.view()
    assert view is not None
    assert view.error_m < 0.4
    assert [len(side) for side in setup.numbers] == [5, 5]
    assert film.camera is not None
    px, _ = film.camera.project(np.array([[9.0, 1.0, 0.0]]))
    assert np.linalg.norm(view.floor(px)[0] - [9.0, 1.0]) < 0.4


def test_a_game_is_set_up_for_its_own_camera() -> None:
    film = of_game(SimulatedGame(3, size=(640, 360), court="full"), 5.0, "full")
    view = marked(film).view()
    assert view is not None
    assert view.size == (640, 360)
    assert not film.half


def test_a_short_film_is_watched_to_its_end(film: Film) -> None:
    """Real pictures, the network that ships; what it sees of so little may differ by network."""
    watched = Eyes.open(load().get(), 7.5).watch(film)
    assert [one.type for one in watched.truth if one.type == "made"] == ["made"]
    told = [one for _, one in watched.told]
    ids = [one.id for one in told]
    assert len(set(ids)) == len(ids)
    assert all(one.parent is None or one.parent in ids for one in told)
    for told_s, one in watched.told:
        assert one.at_s < told_s <= film.seconds
        assert one.size == (1280, 720)
        assert one.still is not None
    assert sum(one.kind in ("shot", "free_throw") for one in told) <= 2


def event(t: float, kind: str, who: str = "home-4", **more: object) -> Event:
    return Event(t, kind, who.partition("-")[0], who, **more)  # type: ignore[arg-type]


def test_events_are_counted_once_each(film: Film) -> None:
    truth = (
        event(5.0, "made", value=3, hoop=0),
        event(20.0, "missed", value=2, hoop=0),
        event(21.0, "rebound", "away-7", offensive=False),
        event(40.0, "missed", value=1, hoop=0),
    )
    four: tuple[tuple[Side, str | None, float], ...] = (("home", "4", 0.8),)
    told = (
        (6.0, Sighting(1, "shot", 5.1, 4, 6, 0.9, made=0.9, three=0.8, home=0.9, players=four)),
        (6.0, Sighting(2, "shot", 6.0, 4, 6, 0.4, made=0.9)),
        (21.0, Sighting(3, "shot", 20.2, 19, 21, 0.9, made=0.6, three=0.1)),
        (24.0, Sighting(4, "rebound", 21.3, 20, 22, 0.7, offensive=0.2, home=0.1, parent=3)),
        (30.0, Sighting(5, "steal", 30.0, 29, 30, 0.6)),
        (41.0, Sighting(6, "free_throw", 40.1, 39, 41, 0.9, made=0.1)),
    )
    tally = Told()
    tally.add(Watched(film, truth, told))
    lines = {one.what: (one.right, one.of) for one in tally.lines()}
    assert lines["shot found"] == (3, 3)
    assert lines["shot true"] == (3, 4)
    assert lines["shot asked"] == (1, 3)
    assert lines["shot made"] == (2, 2)
    assert lines["free throw"] == (3, 3)
    assert lines["two or three"] == (2, 2)
    assert lines["shooter: team"] == (1, 1)
    assert lines["shooter: player"] == (1, 1)
    assert lines["rebound found"] == (1, 1)
    assert lines["rebound by: team"] == (1, 1)
    assert lines["rebound offensive"] == (1, 1)
    assert lines["steal true"] == (0, 1)
    late = {kind: (of, round(p50, 2)) for kind, of, p50, _ in tally.late()}
    assert late["rebound"] == (1, 2.7)
    assert late["shot"] == (3, 0.8)
