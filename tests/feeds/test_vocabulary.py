"""The words that the feeds are known to use, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from server.feeds import euroleague, fiba_livestats, nba_codes, nba_fouls, nba_live, nba_stats_v2
from server.feeds import words as feed_words
from server.feeds.derived import official_derived
from server.feeds.figures import figures
from server.feeds.nba_stats_box import team_line
from server.feeds.roster import Listed, Roster
from server.feeds.teller import Teller
from server.feeds.told import Official, Side, Told
from server.feeds.trips import nth_of
from server.feeds.values import clock_ms, metres, minutes_ms, plain, whole
from server.game.events import TURNOVER_KINDS
from server.game.rules import FIBA, NBA
from server.projections.boxscore import COLUMNS
from tests.feeds.replaying import played

NOTHING = Official(dict.fromkeys(COLUMNS, 0))


def seated(*keys: Any) -> Roster:
    """Ann, Cid, ... at home and Bea, Dan, ... away, in turn."""
    roster = Roster()
    for side, mine in (("home", keys[::2]), ("away", keys[1::2])):
        roster.seat(side, [Listed(key, str(n), f"P{n}", NOTHING) for n, key in enumerate(mine, 4)])
    return roster


def told(feed: str, base: str, teller: Teller, roster: Roster) -> Told:
    sides = {side: Side(side, roster.people(side), NOTHING) for side in ("home", "away")}
    return Told(feed, "g", {"base": base}, sides, teller.steps(), unknown=teller.unknown)


def said(game: Told) -> list[dict[str, Any]]:
    """The calls of a game but for the frame; all of them must be taken as they are."""
    done = played(game)
    assert (done.refused, done.bared) == ((), ())
    quiet = ("period_start", "starters")
    return [dict(step.body) for step in game.steps if step.body["type"] not in quiet]


def live(*actions: Mapping[str, Any], one_throw: bool = False) -> Told:
    teller, roster = Teller(NBA), seated(10, 20, 11, 21)
    reader = nba_live._Reader(teller, roster, {1: "home", 2: "away"}, one_throw)
    usual = {"period": 1, "clock": "PT05M00.00S", "teamId": 1, "personId": 10, "playerName": "A"}
    for number, action in enumerate(actions):
        reader.tell({**usual, "actionNumber": number, **action})
    return told("nba_live", "nba", teller, roster)


@pytest.mark.parametrize(
    ("foul", "kind"),
    [
        ({"subType": "personal"}, "personal"),
        ({"subType": "personal", "descriptor": "shooting"}, "shooting"),
        ({"subType": "personal", "descriptor": "loose ball"}, "personal"),
        ({"subType": "personal", "descriptor": "take"}, "personal"),
        ({"subType": "personal", "descriptor": "transition take"}, "personal"),
        ({"subType": "personal", "descriptor": "double"}, "personal"),
        ({"subType": "personal", "descriptor": "flagrant-type-1"}, "flagrant1"),
        ({"subType": "personal", "descriptor": "flagrant-type-2"}, "flagrant2"),
        ({"subType": "offensive", "descriptor": "charge"}, "offensive"),
        ({"subType": "technical"}, "technical"),
        ({"subType": "technical", "descriptor": "defensive-3-second"}, "technical"),
        ({"subType": "defensive-3-second"}, "technical"),
        ({"subType": "technical", "descriptor": "delay-of-game", "personId": 0}, "bench"),
        ({"subType": "too-many-players-technical", "personId": 0}, "bench"),
        ({"subType": "technical", "personId": 99, "playerName": "Coach"}, "coach"),
    ],
)
def test_fouls_of_the_live_feed(foul: dict[str, Any], kind: str) -> None:
    game = live({"actionType": "foul", **foul})
    (call,) = said(game)
    assert call["kind"] == kind
    # A technical foul is in nobody's PF, whoever was called.
    totals = figures(played(game)).box["home"]["totals"]
    assert totals["pf"] == (kind not in ("technical", "coach", "bench"))
    assert len(game.sides["home"].players) == 2


def test_what_the_live_feed_says_of_a_play() -> None:
    game = live(
        {
            "actionType": "2pt",
            "shotResult": "Made",
            "x": 50.0,
            "y": 0.0,
            "qualifiers": ["pointsinthepaint", "2ndchance"],
            "assistPersonId": 11,
        },
        {
            "actionType": "foul",
            "subType": "personal",
            "descriptor": "shooting",
            "teamId": 2,
            "personId": 20,
            "foulDrawnPersonId": 10,
            "qualifiers": ["1freethrow"],
        },
        {"actionType": "freethrow", "subType": "1 of 1", "shotResult": "Made", "qualifiers": []},
        {"actionType": "timeout", "subType": "full"},
        {"actionType": "timeout", "subType": "official", "teamId": 0, "personId": 0},
        {"actionType": "turnover", "subType": "out-of-bounds", "descriptor": "bad pass"},
        {"actionType": "turnover", "subType": "no turnover", "turnoverTotal": 1},
        {"actionType": "violation", "subType": "defensive goaltending"},
        {"actionType": "instantreplay", "subType": "request"},
        {"actionType": "moonwalk", "subType": "left"},
    )
    shot, assist, foul, throw, timeout, official, turnover = said(game)
    assert shot["tags"] == ["paint", "second_chance"]
    assert (shot["x_m"], shot["y_m"]) == (0.0, -7.62)
    assert assist["player"] == "home-5"
    assert (foul["drawn_by"], foul["throws"]) == ("home-4", 1)
    assert (throw["nth"], throw["of"], throw["tags"]) == (1, 1, [])
    assert timeout["team"] == "home"
    assert (official["kind"], "team" in official) == ("official", False)
    assert turnover["kind"] == "bad_pass"
    assert game.unknown == {"moonwalk left": 1}


def test_one_throw_for_a_trip_in_the_live_feed() -> None:
    throw = {"actionType": "freethrow", "subType": "1 of 1", "shotResult": "Made"}
    actions: list[dict[str, Any]] = [
        {"actionType": "3pt", "shotResult": "Made", "pointsTotal": 3},
        {**throw, "pointsTotal": 5},
        {**throw, "description": "A Free Throw 3PT (8 PTS)", "pointsTotal": 8},
        {**throw, "pointsTotal": 9},
        # A total that was not mended after an edit says nothing about a trip of two.
        {**throw, "subType": "1 of 2", "pointsTotal": 12},
        {**throw, "subType": "2 of 2", "shotResult": "Missed", "pointsTotal": 12},
    ]
    game = live(*actions, one_throw=True)
    assert [call.get("value") for call in said(game)] == [3, 2, 3, None, None, None]
    assert figures(played(game)).box["home"]["totals"]["pts"] == 10
    # Elsewhere a total that is ahead only says that plays are not in order.
    assert [call.get("value") for call in said(live(*actions))] == [3, None, 3, None, None, None]


def test_an_action_that_was_edited_stands_as_it_is_now() -> None:
    old: dict[str, Any] = {
        "actionType": "steal",
        "actionNumber": 4,
        "period": 1,
        "orderNumber": 40_000,
        "edited": "2020-01-01T00:00:00Z",
    }
    new = {**old, "edited": "2020-01-01T00:00:09Z", "orderNumber": 25_000}
    late = {**old, "actionNumber": 9, "period": 1, "orderNumber": 30_000}
    unplaced = {"actionType": "steal", "actionNumber": 5, "period": 1}
    assert nba_live.in_order([unplaced, late, new, old]) == [new, late, unplaced]


def fiba(*actions: Mapping[str, Any], drawn: Mapping[str, str] | None = None) -> Told:
    teller = Teller(FIBA)
    roster = seated(("home", "1"), ("away", "1"), ("home", "2"), ("away", "2"))
    reader = fiba_livestats._Reader(teller, roster, FIBA, {}, drawn or {})
    usual = {"period": 1, "periodType": "REGULAR", "clock": "05:00:00", "tno": 1, "pno": 1}
    numbered: list[fiba_livestats.Action] = [
        {**usual, "actionNumber": n, **action} for n, action in enumerate(actions)
    ]
    for action, partner in fiba_livestats.paired(numbered):
        reader.tell(action, partner)
    return told("fiba_livestats", "fiba", teller, roster)


@pytest.mark.parametrize(
    ("action", "kind", "counts"),
    [
        ({"subType": "personal", "qualifier": ["shooting", "2freethrow"]}, "shooting", 1),
        ({"subType": "offensive"}, "offensive", 1),
        ({"subType": "unsportsmanlike"}, "unsportsmanlike", 1),
        ({"subType": "disqualifying"}, "disqualifying", 1),
        ({"subType": "technical"}, "technical", 1),
        ({"subType": "technical", "pno": 0}, "bench", 0),
        ({"subType": "coachTechnical", "pno": 0}, "coach", 0),
        ({"subType": "coachDisqualifying", "pno": 0}, "coach", 0),
        ({"subType": "benchTechnical"}, "bench", 0),
        ({"subType": "adminTechnical", "pno": 0}, "bench", 0),
    ],
)
def test_fouls_of_livestats(action: dict[str, Any], kind: str, counts: int) -> None:
    game = fiba({"actionType": "foul", **action}, drawn={"0": "2"})
    (call,) = said(game)
    assert call["kind"] == kind
    assert call["drawn_by"] == "away-5"
    assert figures(played(game)).box["home"]["totals"]["pf"] == counts


def test_what_livestats_says_of_a_play() -> None:
    game = fiba(
        {"actionType": "3pt", "success": 0, "qualifier": ["fastbreak", "blocked"]},
        {"actionType": "block", "tno": 2, "previousAction": 0},
        {"actionType": "rebound", "subType": "offensivedeadball", "pno": 0},
        {"actionType": "freethrow", "subType": "2of3", "success": "1"},
        {"actionType": "turnover", "subType": "24sec", "pno": 0},
        {"actionType": "timeout", "subType": "commercial", "tno": 0},
        {"actionType": "jumpball", "subType": "won"},
        {"actionType": "foulon", "subType": ""},
        {"actionType": "foul", "subType": "haka"},
        {"actionType": "substitution", "subType": "out"},
        {"actionType": "substitution", "subType": "in"},
        {"actionType": "steal", "tno": 1, "pno": 14, "player": "N. New"},
    )
    shot, block, rebound, throw, turnover, timeout, jump, foul, steal = said(game)
    assert (shot["made"], shot["tags"]) == (False, ["fast_break"])
    assert block["team"] == "away"
    assert rebound["kind"] == "dead_ball"
    assert (throw["made"], throw["nth"], throw["of"]) == (True, 2, 3)
    assert (turnover["kind"], "player" in turnover) == ("shot_clock", False)
    assert timeout["kind"] == "media"
    assert jump["team"] == "home"
    assert foul["kind"] == "personal"
    assert game.unknown == {"foul haka": 1}
    # Out and in at one clock is no change; who is in no box gets a line of its own.
    new = game.sides["home"].players[-1]
    assert (steal["player"], new.name, new.official) == (new.id, "N. New", None)


def test_overtimes_of_livestats_count_from_one_or_go_on() -> None:
    def period(number: int, sort: str) -> int:
        return fiba_livestats.period_of({"period": number, "periodType": sort}, FIBA)

    assert [period(4, "REGULAR"), period(1, "OVERTIME"), period(6, "OVERTIME")] == [4, 5, 6]


def euro(*plays: Mapping[str, Any]) -> Told:
    teller, roster = Teller(FIBA), seated("P1", "P2", "P3", "P4")
    reader = euroleague._Reader(teller, roster, {"RED": "home", "MCO": "away"}, {})
    usual = {"CODETEAM": "RED  ", "PLAYER_ID": "P1  ", "MARKERTIME": "05:00"}
    for number, play in enumerate(plays):
        reader.tell({**usual, "NUMBEROFPLAY": number, **play}, 1, 300_000)
    return told("euroleague", "fiba", teller, roster)


@pytest.mark.parametrize(
    ("word", "kind", "counts"),
    [
        ("CM", "personal", 1),
        ("CMTI", "personal", 1),
        ("OF", "offensive", 1),
        ("CMU", "unsportsmanlike", 1),
        ("CMD", "disqualifying", 1),
        ("CMT", "technical", 1),
        ("B", "bench", 0),
        ("C", "coach", 0),
    ],
)
def test_fouls_of_euroleague(word: str, kind: str, counts: int) -> None:
    game = euro({"PLAYTYPE": f"{word} "})
    (call,) = said(game)
    assert call["kind"] == kind
    assert figures(played(game)).box["home"]["totals"]["pf"] == counts


def test_shots_and_words_of_euroleague() -> None:
    shots = ("2FGM", "2FGA", "3FGM", "3FGA", "LAYUPMD", "LAYUPATT", "DUNK", "2FGAB", "3FGAB")
    quiet = ("BP", "AG", "RV", "CCH", "")
    game = euro(*({"PLAYTYPE": word} for word in (*shots, *quiet, "TOUT_TV", "JB", "WALTZ")))
    calls = said(game)
    assert [call.get("value") for call in calls[:9]] == [2, 2, 3, 3, 2, 2, 2, 2, 3]
    assert [call["type"] for call in calls[9:]] == ["timeout", "jump_ball"]
    assert calls[9]["kind"] == "media"
    assert game.unknown == {"WALTZ": 1}
    # A team's code that is not at the head of the file: who plays tells the side.
    away = euro({"PLAYTYPE": "ST", "CODETEAM": "XXX", "PLAYER_ID": "P2"})
    assert said(away)[0]["team"] == "away"


def test_codes_of_stats_v2() -> None:
    assert set(nba_codes.TURNOVERS.values()) <= set(TURNOVER_KINDS)
    kinds = [nba_codes.foul(code, "", True) for code in (1, 2, 3, 4, 6, 9, 11, 14, 15, 17, 26, 31)]
    assert kinds == [
        *("personal", "shooting", "personal", "offensive", "personal", "personal"),
        *("technical", "flagrant1", "flagrant2", "technical", "offensive", "personal"),
    ]
    assert nba_codes.foul(99, "Oakley T.FOUL (P2.T3)", True) == "technical"
    assert nba_codes.foul(14, "McCollum FLAGRANT.FOUL.TYPE1 (P4.PN)", True) == "flagrant1"
    assert nba_codes.foul(11, "Riley T.FOUL", False) == "coach"
    assert nba_codes.foul(18, "KNICKS T.FOUL Delay", False) == "bench"
    assert nba_stats_v2._WORTH.search("Mitrou-Long Free Technical 1PT (10 PTS)")


def test_a_teams_own_turnovers_are_in_its_line_or_not() -> None:
    def line(turnovers: int, **more: Any) -> dict[str, Any]:
        columns = {column.upper(): 0 for column in COLUMNS if column != "tov"}
        return {"TEAM_ID": 1, "TO": turnovers, **columns, **more}

    players = [line(3), line(4), line(9, TEAM_ID=2)]
    assert team_line(line(7), players).without_own == {"tov"}
    assert team_line(line(8), players).without_own == frozenset()


@pytest.mark.parametrize(
    ("said_words", "kind"),
    [
        (("badpass",), "bad_pass"),
        (("bad pass",), "bad_pass"),
        (("lost ball",), "ball_handling"),
        (("traveling",), "travel"),
        (("24sec",), "shot_clock"),
        (("3-second-violation",), "three_seconds"),
        (("offensive foul",), "offensive_foul"),
        (("out-of-boundsstep", "out-of-bounds"), "out_of_bounds"),
        (("never heard",), "other"),
        (("", None), None),
    ],
)
def test_turnovers(said_words: tuple[Any, ...], kind: str | None) -> None:
    assert feed_words.turnover(*said_words) == kind
    assert kind is None or kind in TURNOVER_KINDS


def test_values() -> None:
    assert nth_of("2 of 3") == nth_of("Doe Free Throw 2 of 3 (4 PTS)") == {"nth": 2, "of": 3}
    assert nth_of("3of2") == nth_of(None) == {}
    assert minutes_ms("36.000000:42") == minutes_ms("36:42") == 2_202_000
    assert minutes_ms("23") == 1_380_000
    assert [whole(v) for v in (None, "", 3.0, "7")] == [0, 0, 3, 7]
    with pytest.raises(ValueError, match="no count"):
        whole(1.5)
    with pytest.raises(ValueError, match="no clock"):
        clock_ms("99:99:99")
    assert plain(" Nikoli\ud800\x00 ") == "Nikoli?"
    assert metres(100, 50, FIBA.court) == {"x_m": 14.0, "y_m": 0.0}
    assert metres(None, 50, FIBA.court) == metres(float("nan"), 1, FIBA.court) == {}
    assert official_derived({"a": None, "b": 4}, {"x": "a", "y": "b", "z": "c"}) == {"y": 4}
    assert nba_fouls.kind_of({"subType": "personal"}, None) == "bench"
