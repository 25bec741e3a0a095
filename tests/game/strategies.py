"""Random calls, most of them with a meaning, for properties of the whole book."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.game.table import AWAY, HOME

# A busy machine is no finding; neither is a test that fails one run in a hundred.
CALM = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

TEAMS = st.sampled_from(["home", "away"])
PLAYERS = st.sampled_from(
    [
        *(None, ("home", "99"), ("away", "#23"), ("home", "#4")),
        *(("home", n) for n in HOME),
        *(("away", n) for n in AWAY),
    ]
)
WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=5
)
# Small numbers, so that they often name an entry that is there.
SEQS = st.integers(min_value=1, max_value=25)
CLOCKS = st.one_of(st.none(), st.integers(0, 600_000))


@st.composite
def who(draw: st.DrawFn) -> dict[str, Any]:
    player = draw(PLAYERS)
    if player is None:
        return {"team": draw(TEAMS)}
    return {"team": player[0], "player": player[1]}


@st.composite
def places(draw: st.DrawFn) -> dict[str, Any]:
    """Mostly now; sometimes a clock, a period or an entry to come after."""
    how = draw(st.integers(0, 9))
    if how == 0:
        return {"after": draw(SEQS)}
    if how == 1:
        return {"period": draw(st.integers(1, 3)), "clock_ms": draw(CLOCKS)}
    if how == 2:
        return {"clock_ms": draw(CLOCKS)}
    return {}


def _plays() -> st.SearchStrategy[dict[str, Any]]:
    made = st.booleans()
    links = st.one_of(st.none(), SEQS)
    shot = st.fixed_dictionaries(
        {"type": st.just("field_goal"), "made": made},
        optional={
            "value": st.sampled_from([2, 3]),
            "x_m": st.floats(-14, 14),
            "y_m": st.floats(-7.5, 7.5),
            "tags": st.lists(st.sampled_from(["paint", "fast_break", "goaltending"]), max_size=2),
        },
    )
    free = st.fixed_dictionaries(
        {"type": st.just("free_throw"), "made": made, "links": links},
        optional={"nth": st.integers(1, 2), "of": st.integers(2, 3)},
    )
    linked = st.fixed_dictionaries(
        {"type": st.sampled_from(["rebound", "turnover", "steal", "block", "assist"])},
        optional={"links": SEQS},
    )
    foul = st.fixed_dictionaries(
        {"type": st.just("foul")},
        optional={
            "kind": st.sampled_from(["personal", "technical", "bench", "offensive"]),
            "drawn_by": st.sampled_from(["4", "#31", "home-0", "away-10"]),
            "throws": st.integers(0, 3),
            "links": SEQS,
        },
    )
    dead = st.fixed_dictionaries({"type": st.just("rebound"), "kind": st.just("dead_ball")})
    body = st.one_of(shot, shot, free, linked, linked, foul, dead)
    return st.builds(lambda a, b, c: {**a, **b, **c}, body, who(), places())


def _others() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.fixed_dictionaries({"type": st.sampled_from(["period_start", "period_end"])}),
        st.fixed_dictionaries({"type": st.sampled_from(["clock_start", "clock_stop"])}),
        st.fixed_dictionaries({"type": st.just("clock_set"), "clock_ms": st.integers(0, 600_000)}),
        st.fixed_dictionaries(
            {"type": st.sampled_from(["timeout", "possession", "jump_ball"]), "team": TEAMS}
        ),
        st.fixed_dictionaries(
            {"type": st.just("jump_ball"), "team": TEAMS},
            optional={"kind": st.sampled_from(["opening", "held"])},
        ),
        st.fixed_dictionaries({"type": st.just("timeout"), "kind": st.just("official")}),
        st.fixed_dictionaries(
            {"type": st.just("adjust"), "team": TEAMS, "points": st.integers(-3, 3)}
        ),
        st.fixed_dictionaries(
            {"type": st.just("adjust"), "team": TEAMS, "score": st.integers(0, 9)}
        ),
        st.fixed_dictionaries(
            {"type": st.just("confirm")},
            optional={
                "period": st.integers(1, 2),
                "score": st.fixed_dictionaries({"home": st.integers(0, 9), "away": st.just(2)}),
            },
        ),
        st.fixed_dictionaries(
            {
                "type": st.just("substitution"),
                "team": st.just("home"),
                "player_in": st.sampled_from(HOME),
                "player_out": st.sampled_from(HOME),
            }
        ),
        st.fixed_dictionaries(
            {
                "type": st.just("substitution"),
                "team": TEAMS,
                "players": st.lists(st.sampled_from(["4", "#31", "10", "5"]), max_size=4),
            }
        ),
        st.fixed_dictionaries(
            {"type": st.just("starters"), "team": st.just("away"), "players": st.just([*AWAY[:5]])}
        ),
        st.fixed_dictionaries(
            {
                "type": st.just("roster_add"),
                "team": TEAMS,
                "player": st.sampled_from(["21", "22"]),
            }
        ),
        st.fixed_dictionaries({"type": st.just("note"), "text": WORDS}),
    )


def _corrections() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.fixed_dictionaries({"type": st.just("void"), "links": SEQS}),
        st.fixed_dictionaries({"type": st.sampled_from(["undo", "redo"])}),
        st.fixed_dictionaries(
            {"type": st.just("amend"), "links": SEQS},
            optional={
                "made": st.booleans(),
                "value": st.sampled_from([2, 3]),
                "player": st.sampled_from(["4", "7", "10"]),
                "team": TEAMS,
                "clock_ms": st.integers(0, 600_000),
            },
        ),
    )


BODIES = st.one_of(_plays(), _plays(), _plays(), _others(), _corrections())
# (who asks, seconds since the last call, the body)
SAID = st.lists(
    st.tuples(st.sampled_from(["desk:1", "desk:2"]), st.integers(0, 30), BODIES), max_size=40
)
