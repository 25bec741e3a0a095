"""Tables, timelines and chapters: whatever the names, their readers read them."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.exports.boxscore_csv import boxscore_csv, minutes
from server.exports.formats import FORMATS
from server.exports.gamebook import GameBook
from server.exports.maxpreps import maxpreps
from server.exports.media import NoMediaTimes
from server.exports.sportscode import sportscode
from server.exports.webvtt import webvtt
from server.projections.boxscore import COLUMNS
from tests.exports.books import book_of
from tests.exports.test_round_trips import PLAYERS
from tests.game.strategies import CALM
from tests.game.table import AWAY, HOME, Table

ANY_NAME = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def seen_game() -> Table:
    """A basket with its assist, a foul with one throw, and a note that names a child."""
    table = Table()
    table.say("starters", team="home", players=list(HOME[:5]))
    table.say("starters", team="away", players=list(AWAY[:5]))
    table.say("period_start", media={"camera": "main", "s": 2.0})
    place = {"period": 1, "clock_ms": 590_000}
    seen = {"camera": "main", "s": 71.25}
    shot = table.seq("field_goal", team="home", player="4", value=3, made=True, media=seen, **place)
    table.say("assist", team="home", player="5", links=shot, media=seen, **place)
    late = {"period": 1, "clock_ms": 500_000}
    foul = table.seq("foul", team="home", player="4", media={"camera": "main", "s": 161}, **late)
    table.say(
        "free_throw",
        team="away",
        player="10",
        made=False,
        links=foul,
        media={"camera": "side", "s": 12.5},
        **late,
    )
    table.say("note", text="Zoë fell", media={"camera": "main", "s": 170}, **late)
    return table


def seen_book(names: dict[str, str] | None = None) -> GameBook:
    return book_of(seen_game().game, PLAYERS, names or {})


@given(ANY_NAME, ANY_NAME)
@settings(CALM, max_examples=60)
def test_no_name_breaks_the_table_or_runs_in_a_spreadsheet(team: str, player: str) -> None:
    text = boxscore_csv(seen_book({"home": team, "home-0": player}))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 1 + len(HOME) + 2 + len(AWAY) + 2
    assert {len(row) for row in rows} == {len(COLUMNS) + 6}
    line = rows[1]
    assert line[2].lstrip("'") == player.lstrip("'")
    for row in rows:
        for cell in row[:3]:
            assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert sum(int(row[3]) for row in rows if row[2] == "Totals") == 3


def test_minutes_in_a_table() -> None:
    assert [minutes(ms) for ms in (None, 0, 59_499, 59_500, 1_246_000)] == [
        *("", "0:00", "0:59", "1:00", "20:46")
    ]


def test_a_timeline_has_the_plays_of_one_camera() -> None:
    file = ET.fromstring(sportscode(seen_book({"home": "Lions", "home-4": "Ann"})))
    found = [
        (
            instance.findtext("code"),
            float(instance.findtext("start") or "nan"),
            float(instance.findtext("end") or "nan"),
            {label.findtext("group"): label.findtext("text") for label in instance.iter("label")},
        )
        for instance in file.iterfind("ALL_INSTANCES/instance")
    ]
    assert [each[0] for each in found] == [
        "Game period start",
        "Lions 3PT made",
        "Lions assist",
        "Lions personal foul",
    ]
    assert [instance.findtext("ID") for instance in file.iter("instance")] == ["1", "2", "3", "4"]
    assert found[0][1:3] == (0.0, 6.0)
    start_s, end_s, labels = found[1][1:]
    assert (start_s, end_s) == (65.25, 75.25)
    assert labels == {
        "Team": "Lions",
        "Player": "#4 Ann",
        "Play": "Lions #4 Ann makes a three",
        "Period": "Q1",
        "Clock": "9:50",
        "Score": "3-0",
        "Camera": "main",
    }
    assert [row.findtext("code") for row in file.iter("row")] == [each[0] for each in found]


CUE = re.compile(r"(\d+)\n(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})\n(.+)")


def cues(text: str) -> list[tuple[float, float, str]]:
    """A reader of WebVTT as strict as players are."""
    assert text.startswith("WEBVTT\n\n")
    found = []
    for number, block in enumerate(text[8:].strip().split("\n\n"), 1):
        match = CUE.fullmatch(block)
        assert match, block
        assert int(match[1]) == number
        start, end = (
            int(match[i]) * 3600 + int(match[i + 1]) * 60 + float(match[i + 2]) for i in (2, 5)
        )
        assert "-->" not in match[8]
        assert not re.search(r"&(?!amp;|lt;|gt;)|[<>]", match[8])
        found.append((start, end, match[8]))
    return found


def test_chapters_follow_each_other() -> None:
    found = cues(webvtt(seen_book({"home": "Lions", "home-4": "Ann"})))
    assert found == [
        (0.0, 65.25, "Q1 Q1 starts (0-0)"),
        (
            65.25,
            155.0,
            "Q1 Lions #4 Ann makes a three (3-0); Q1 Lions #5: assist (3-0)",
        ),
        (155.0, 165.0, "Q1 Lions #4 Ann: personal foul (3-0)"),
    ]


@given(ANY_NAME, ANY_NAME)
@settings(CALM, max_examples=60)
def test_no_name_breaks_timelines_and_chapters(team: str, player: str) -> None:
    book = seen_book({"home": team, "home-4": player})
    assert len(list(ET.fromstring(sportscode(book)).iter("instance"))) == 4
    assert len(cues(webvtt(book))) == 3


@pytest.mark.parametrize("name", [form.name for form in FORMATS.values() if form.of_camera])
def test_without_a_camera_there_is_no_timeline(name: str) -> None:
    table = Table()
    table.say("field_goal", team="home", player="4", value=2, made=True)
    with pytest.raises(NoMediaTimes, match="media time"):
        FORMATS[name].write(book_of(table.game, PLAYERS))


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_what_somebody_wrote_is_in_no_file(form: object) -> None:
    """A note may name a child; only its entry's key is in the book, and files leave it out."""
    assert "Zoë" not in FORMATS[form.name].write(seen_book())  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_a_game_that_has_not_begun_can_be_written(form: object) -> None:
    name = form.name  # type: ignore[attr-defined]
    if not FORMATS[name].of_camera:
        assert FORMATS[name].write(book_of(Table().game, PLAYERS))


def test_maxpreps_has_a_line_for_whoever_played() -> None:
    book = seen_book()
    head, *lines = maxpreps(book, "home").split("\r\n")
    fields = head.split("|")
    assert fields[0] == "Jersey"
    rows = [dict(zip(fields, line.split("|"), strict=True)) for line in lines if line]
    assert [row["Jersey"] for row in rows] == list(HOME[:5])
    made = next(row for row in rows if row["Jersey"] == "4")
    assert (made["Points"], made["ThreePointsMade"], made["TwoPointsMade"]) == ("3", "1", "0")
    assert maxpreps(book, "away").startswith("Jersey|")
