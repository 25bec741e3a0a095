"""What was filmed of a game: how much, and away with it."""

from __future__ import annotations

from tests.api.conftest import Game, problem


def test_a_game_that_nobody_filmed_takes_nothing(game: Game) -> None:
    answer = game.desk.get(f"{game.path}/recordings")
    assert answer.json() == {"game_id": game.id, "bytes": 0, "cameras": {}}
    assert game.desk.delete(f"{game.path}/recordings").status_code == 204
    assert game.desk.get(game.path).status_code == 200, "the game stays"


def test_only_the_desk_asks_and_takes_away(game: Game) -> None:
    for client in (game.watch, game.camera):
        problem(client.get(f"{game.path}/recordings"), 403, "token-refused")
        problem(client.delete(f"{game.path}/recordings"), 403, "token-refused")
    problem(game.nobody.delete(f"{game.path}/recordings"), 401, "token-missing")
