"""Which plays get a clip, as a game's settings."""

from __future__ import annotations

import pytest

from server.clips.rules import BadClipRules, ClipRules, clip_rules, rules_text
from server.game.events import Block, FieldGoal, Rebound


def test_the_usual_rules_want_baskets_blocks_and_steals() -> None:
    rules = ClipRules()
    shot = FieldGoal(period=1, clock_ms=0, team="home", value=2, made=True)
    assert rules.want(shot)
    assert not rules.want(FieldGoal(period=1, clock_ms=0, team="home", value=2, made=False))
    assert rules.want(Block(period=1, clock_ms=0, team="home"))
    assert not rules.want(Rebound(period=1, clock_ms=0, team="home", kind="offensive"))


def test_a_change_keeps_what_it_does_not_name() -> None:
    rules = ClipRules().changed({"types": ["steal", "rebound"], "before_s": 3})
    assert rules == ClipRules(("steal", "rebound"), 3.0, 4.0, "desk").changed({})
    assert clip_rules(rules_text(rules)) == rules
    assert rules.changed({"share": "nobody"}).before_s == 3
    assert rules.changed(None) == ClipRules()
    assert rules_text(ClipRules()) is None
    assert clip_rules(None) == ClipRules()


@pytest.mark.parametrize(
    "asked",
    [[], "all", {"types": "steal"}, {"types": ["dunk"]}, {"types": [[]]}, {"before_s": 0},
     {"after_s": 31}, {"after_s": True}, {"after_s": "4"}, {"before_s": float("nan")},
     {"share": "everybody"}, {"share": []}, {"kinds": []}, {1: 2}],
)  # fmt: skip
def test_nonsense_is_refused(asked: object) -> None:
    with pytest.raises(BadClipRules):
        ClipRules().changed(asked)
