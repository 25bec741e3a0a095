"""The small pure parts of the HTTP room."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.api.boxscore_csv import COLUMNS, boxscore_csv
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


def box(name: str | None) -> dict[str, Any]:
    counts = dict.fromkeys(COLUMNS, 0)
    side = {"players": [{"id": "home-4", "number": "4", "name": name, **counts}]}
    return {s: {**side, "team": counts, "totals": counts} for s in ("home", "away")}


@given(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)))
def test_no_name_breaks_the_table_or_runs_in_a_spreadsheet(name: str | None) -> None:
    text = boxscore_csv(box(name), {"home": "A", "away": "B"})
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 7
    assert {len(row) for row in rows} == {len(COLUMNS) + 3}
    cell = rows[1][2]
    assert cell.lstrip("'") == (name or "").lstrip("'")
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r")


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
