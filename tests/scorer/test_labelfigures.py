"""From answers to figures, and when they say that something is wrong."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from prometheus_client import CollectorRegistry, generate_latest

from server.cli import main
from server.drift import LEAST, WINDOW, Drift, has_drifted, shipped
from server.gamelog.log import GameRecord
from server.gamelog.proposal import OUTCOMES, TYPES, Changes, Label
from server.gamelog.sql import SqlLog
from server.labelfigures import figures, figures_of
from tests.game.table import START

SAID = {"score": 0.9, "made": 0.8, "three": 0.1, "home": 0.7, "player": 0.6}
SHOT = {"made": True, "value": 2, "team": "home", "player": "home-7"}


def shot(n: int, outcome: str = "accepted", **more: Any) -> Label:
    fields: dict[str, Any] = {"said": SAID, "proposed": SHOT, **more}
    at = START + timedelta(seconds=n)
    return Label(f"l{n}", "field_goal", outcome, at, "main", **fields)


def test_what_is_counted() -> None:
    (line,) = figures(
        [
            *(shot(n) for n in range(6)),
            shot(6, "corrected", corrected={"value": (2, 3), "made": (True, False)}),
            shot(7, "corrected", corrected={"type": ("field_goal", "free_throw")}),
            shot(8, "absorbed", corrected={"team": ("home", "away"), "player": ("home-7", None)}),
            shot(9, "rejected"),
            shot(10, "expired"),
            shot(11, automatic=True),
            shot(12, "rejected", automatic=True),
            Label("missed-3", "field_goal", "missed", START),
            Label("missed-4", "field_goal", "missed", START),
        ]
    )
    assert (line.cases, line.alone) == (15, 1)
    assert (line.edited.right, line.edited.of) == (2, 8)
    assert (line.precision.right, line.precision.of) == (8, 11)
    assert (line.recall.right, line.recall.of) == (8, 10)
    assert line.fields == {"made": 1, "player": 1, "team": 1, "type": 1, "value": 1}
    assert {name: said.of for name, said in line.said.items()} == {
        "happened": 11,
        "made": 8,
        "three": 8,
        "team": 8,
        "player": 8,
    }
    # 8 of 11 at 0.9.
    assert line.said["happened"].brier == pytest.approx((8 * 0.01 + 3 * 0.81) / 11)
    assert line.said["happened"].ece == pytest.approx(0.9 - 8 / 11)
    assert line.said["made"].ece == pytest.approx(7 / 8 - 0.8)
    assert line.said["three"].ece == pytest.approx(1 / 8 - 0.1)
    assert line.said["team"].brier == pytest.approx((7 * 0.09 + 0.49) / 8)
    for said in line.said.values():
        assert said.brier_low <= said.brier <= said.brier_high
        assert said.ece_low <= said.ece_high


def test_a_question_is_a_case_of_made() -> None:
    asked = {"made": None, "value": None, "team": None, "player": None}
    label = shot(1, proposed=asked, corrected={"made": (None, False), "team": (None, "away")})
    line = figures_of("field_goal", [label])
    assert line.said["made"].brier == pytest.approx(0.64)
    assert line.said["team"].brier == pytest.approx(0.49)
    assert (line.edited.right, line.fields) == (0, {})
    assert figures_of("steal", []).edited.share is None


GOOD = figures_of("field_goal", [shot(n) for n in range(WINDOW)]).plain()


@pytest.mark.parametrize(
    ("labels", "drifted"),
    [
        ([shot(n) for n in range(WINDOW)], False),
        ([shot(n, "corrected", corrected={"value": (2, 3)}) for n in range(LEAST)], True),
        ([shot(n, "corrected", corrected={"value": (2, 3)}) for n in range(LEAST - 1)], False),
        ([shot(n, "rejected") for n in range(LEAST)], True),
        # Right, but with chances that mean less than they did.
        ([shot(n, said={"score": 0.5, "made": 0.5}) for n in range(LEAST)], True),
        # One in twenty is within what chance does.
        ([shot(n, "rejected" if n % 20 == 0 else "accepted") for n in range(60)], False),
    ],
)
def test_when_figures_are_worse_beyond_chance(labels: list[Label], drifted: bool) -> None:
    assert has_drifted(figures_of("field_goal", labels), GOOD) is drifted


async def test_the_gauges() -> None:
    labels = [shot(n, "rejected") for n in range(LEAST)]
    asked: list[int] = []

    async def read(most: int) -> list[Label]:
        asked.append(most)
        return labels

    registry, drift = CollectorRegistry(), Drift(read, {"field_goal": GOOD})
    registry.register(drift)
    assert b"label_drift{" not in generate_latest(registry)
    await drift.look()
    page = generate_latest(registry).decode()
    assert 'courtside_label_drift{type="field_goal"} 1.0' in page
    assert f'courtside_label_cases{{outcome="rejected",type="field_goal"}} {LEAST}.0' in page
    assert 'courtside_label_ece{question="happened",type="field_goal"} 0.' in page
    assert 'courtside_label_brier{question="happened",type="field_goal"} 0.' in page
    assert asked == [WINDOW]
    labels[:] = [shot(n) for n in range(LEAST)]
    await drift.look()
    page = generate_latest(registry).decode()
    assert 'courtside_label_drift{type="field_goal"} 0.0' in page
    assert 'courtside_label_edit_rate{type="field_goal"} 0.0' in page


def test_the_shipped_figures_can_be_compared() -> None:
    for kind, then in shipped().items():
        assert kind in TYPES
        has_drifted(figures_of(kind, [shot(n, "rejected") for n in range(LEAST)]), then)


def test_the_command(tmp_path: Path) -> None:
    log = SqlLog.open(f"sqlite:///{tmp_path}/courtside.sqlite")
    for game in ("g1", "g2"):
        log.add_game(GameRecord(game, "e", "fiba", (), (), START), {})
        log.change(game, Changes(labels=tuple(shot(n, o) for n, o in enumerate(OUTCOMES))))
    log.close()

    def run(*args: str) -> str:
        done = CliRunner().invoke(main, ["eval", "labels", "--data", str(tmp_path), *args])
        assert done.exit_code == 0, done.output
        return done.output

    (line,) = [json.loads(text) for text in run("--json").splitlines()]
    assert (line["table"], line["type"], line["cases"]) == ("labels", "field_goal", 12)
    assert line["recall"]["of"] == 8
    assert "field_goal: 12 labels" in run()
    each = [json.loads(text) for text in run("--each", "--game", "g1").splitlines()]
    assert [one["outcome"] for one in each] == list(OUTCOMES)
    assert (each[0]["proposed"], each[0]["said"]) == (SHOT, SAID)
    done = CliRunner().invoke(main, ["eval", "labels", "--data", str(tmp_path), "--game", "none"])
    assert done.exit_code == 2
