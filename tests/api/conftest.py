"""One real server for all tests of its HTTP surface; each test makes its own game."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.server_process import ServerProcess, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running(tmp_path_factory.mktemp("api") / "data") as process:
        yield process


@dataclass(slots=True)
class Game:
    """A fresh game and a client for each role."""

    id: str
    made: dict[str, Any]
    desk: httpx.Client
    watch: httpx.Client
    camera: httpx.Client
    nobody: httpx.Client

    @property
    def path(self) -> str:
        return f"/api/v1/games/{self.id}"

    def call(self, **body: Any) -> httpx.Response:
        return self.desk.post(f"{self.path}/calls", json=body)


@pytest.fixture
def game(server: ServerProcess) -> Iterator[Game]:
    made = server.new_game()
    tokens = made["tokens"]
    with (
        server.client(tokens["desk"]) as desk,
        server.client(tokens["watch"]) as watch,
        server.client(tokens["camera"]) as camera,
        server.client() as nobody,
    ):
        yield Game(made["game_id"], made, desk, watch, camera, nobody)


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """The problem document of an answer, after checking that it is the one expected."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == kind, document
    assert document["status"] == status
    assert document["detail"]
    return document
