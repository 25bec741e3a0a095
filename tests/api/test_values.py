"""The small pure parts of the HTTP room."""

from __future__ import annotations

import pytest

from server.api.links import Links
from server.api.problems import as_problem
from server.gamelog.log import LogUnavailable
from server.problems import Problem

TOKENS = {"camera": "c", "desk": "d", "watch": "w"}


def test_a_phone_gets_the_address_that_it_can_use() -> None:
    links = Links("https://192.0.2.7:8443")
    here = links.of_game("http://127.0.0.1:8000/", "g", TOKENS)
    assert here["camera"] == "https://192.0.2.7:8443/camera/g?token=c"
    assert here["desk"] == "http://127.0.0.1:8000/desk/g?token=d"
    assert here["overlay"] == "http://127.0.0.1:8000/overlay/g?token=w"
    there = links.of_game("https://court.example/", "g", TOKENS)
    assert there["camera"] == "https://court.example/camera/g?token=c"
    alone = Links().of_game("http://[::1]:8000", "g", TOKENS)
    assert alone["camera"] == "http://[::1]:8000/camera/g?token=c"


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (Problem(409, "because", "why"), 409, "because"),
        (LogUnavailable("locked"), 503, "log-unavailable"),
        (ZeroDivisionError("secret inside"), 500, "internal-error"),
    ],
)
def test_every_error_has_a_word_and_a_bug_tells_nothing(
    error: Exception, status: int, kind: str
) -> None:
    found = as_problem(error)
    assert (found.status, found.type) == (status, kind)
    assert "secret" not in found.detail
