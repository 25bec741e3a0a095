"""`courtside eval simulation`: the simulator's floor plan through the flow of possession."""

from __future__ import annotations

import json
from itertools import islice

import numpy as np
from click.testing import CliRunner

from pipeline.possession_reader import shipped
from server.cli import main
from server.evaluation import simulated
from server.simulator.game import SimulatedGame


def test_the_floor_plan_is_that_of_the_film() -> None:
    game = SimulatedGame(4, size=(128, 72), court="full")
    standing = list(islice(game.standing(6), 20))
    film = [truth for _, truth in islice(game.frames(6), 20)]
    assert [one.media_s for one in standing] == [one.media_s for one in film]
    assert [one.events for one in standing] == [one.events for one in film]
    assert standing[0].at.shape == (10, 2)
    assert not np.array_equal(standing[0].at, standing[-1].at)


def test_a_simulated_game_is_read_mostly_right() -> None:
    lines = {one.what: one for one in simulated.evaluate([3], 1.5, shipped()[:1])}
    # One of ten is right by chance; a minute and a half has only a handful of shots.
    assert lines["shooter"].of >= 5
    assert lines["shooter"].share >= 0.6
    assert lines["rebound_found"].share >= 0.5


def test_the_table_is_json() -> None:
    words = ["eval", "simulation", "--games", "1", "--minutes", "0.5", "--seed", "3", "--json"]
    words += ["--film-minutes", "0", "--desk-minutes", "0", "--no-cases"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    lines = [json.loads(one) for one in done.stdout.splitlines()]
    assert {one["table"] for one in lines} == {"simulation_possession"}
    assert lines[0]["seed"] == 3
