"""A youth game as one volunteer keeps it: no clock, no roster, there since the second quarter."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.api.conftest import Game, problem
from tests.server_process import ServerProcess


def test_a_volunteer_keeps_a_game_that_is_on(game: Game, server: ServerProcess) -> None:
    own = {"base": "youth", "name": "u12", "period_minutes": 10, "mercy_margin": 20}
    made = game.nobody.post("/api/v1/games", json={"rules": own}).json()
    path, numbers = f"/api/v1/games/{made['game_id']}", count()
    with server.client(made["tokens"]["desk"]) as desk:

        def say(kind: str, /, **fields: Any) -> list[dict[str, Any]]:
            body = {"call_id": f"c{next(numbers)}", "type": kind, **fields}
            answer = desk.post(f"{path}/calls", json=body)
            assert answer.status_code == 201, answer.text
            entries: list[dict[str, Any]] = answer.json()["entries"]
            return entries

        say("period_start", period=2)
        say("adjust", team="home", score=12, text="joined late")
        say("adjust", team="away", score=9, text="joined late")
        say("field_goal", team="home", made=True)
        added, shot = say("field_goal", team="away", player="#23", made=True, value=3)
        assert (added["type"], added["player"]) == ("roster_add", "away-23")
        assert (shot["player"], shot["clock_ms"]) == ("away-23", 600_000)
        say("foul", team="home", player="#4", drawn_by="#23", kind="shooting", throws=2)
        for nth, goes_in in ((1, True), (2, False)):
            say("free_throw", team="away", player="#23", made=goes_in, nth=nth, of=2)
        say("rebound", team="home")
        problem(
            desk.post(f"{path}/calls", json={"call_id": "x", "type": "foul", "team": "home",
                                             "player": "5"}),
            409, "unknown-player",
        )  # fmt: skip
        say("period_end")
        state = desk.get(path).json()
        assert (state["home"]["score"], state["away"]["score"]) == (14, 13)
        assert (state["rules"], state["period_label"]) == ("u12", "Q2")
        (confirmed,) = say("confirm", score={"home": 14, "away": 13})
        assert (confirmed["period"], confirmed["home"], confirmed["away"]) == (2, 14, 13)
        box = desk.get(f"{path}/boxscore").json()
        (bea,) = box["away"]["players"]
        assert (bea["number"], bea["pts"], bea["fg3m"], bea["fta"]) == ("23", 4, 1, 2)
        assert box["home"]["team"]["pts"] == 2
        say("finalize")
        assert desk.get(path).json()["status"] == "final"
