"""The rules of a game as its pages need them: what may be chosen, what a foul gives."""

from __future__ import annotations

from typing import Any

from server.game.rulebook import Rules


def rules_section(rules: Rules) -> dict[str, Any]:
    """The section "rules". It never changes in a game. Lengths of time are milliseconds."""
    return {
        "name": rules.name,
        "title": rules.title,
        "periods": rules.periods,
        "period_word": rules.period_word,
        "period_ms": rules.period_ms,
        "overtime_ms": rules.overtime_ms,
        "clock": rules.clock,
        "shot_clock_ms": rules.shot_clock_ms,
        "shot_clock_offensive_ms": rules.shot_clock_offensive_ms,
        "field_goal_values": list(rules.field_goal_values),
        "free_throw_values": list(rules.free_throw_values),
        "heave": rules.heave,
        "assists_on_free_throws": rules.assists_on_free_throws,
        "arrow": rules.arrow,
        "foul_kinds": sorted(rules.foul_kinds),
        "no_bonus_kinds": sorted(rules.no_bonus_kinds),
        "awards": {
            kind: {"throws": award.throws, "ball": award.ball}
            for kind, award in sorted(rules.awards.items())
        },
        "foul_out": rules.foul_out,
        "stay_with_five": rules.stay_with_five,
        "one_and_one": rules.one_and_one,
        "double_bonus_foul": rules.double_bonus_foul,
        "timeout_kinds": list(rules.timeout_kinds),
    }
