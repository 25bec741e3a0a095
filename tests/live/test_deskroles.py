"""The roles of a desk as a value: who gets what, when."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from server.live.deskroles import ANSWER_MS, FORMER, ROLES, SILENCE_MS, DeskRoles

NOW = 1_000_000
EMPTY = DeskRoles()


def holders(roles: DeskRoles) -> dict[str, str]:
    return {role: held.desk for role, held in roles.held.items()}


def test_the_first_desk_takes_what_it_wants() -> None:
    roles = EMPTY.claim("ann", ROLES, NOW, 0, ask=False)
    assert holders(roles) == dict.fromkeys(ROLES, "ann")
    roles = EMPTY.claim("ann", ["clock"], NOW, 0, ask=False)
    roles = roles.claim("bob", ["home", "away"], NOW, 0, ask=False)
    assert holders(roles) == {"clock": "ann", "home": "bob", "away": "bob"}


def test_without_asking_it_is_all_or_nothing() -> None:
    roles = EMPTY.claim("ann", ["clock"], NOW, 0, ask=False)
    assert roles.claim("bob", ROLES, NOW, 0, ask=False) == roles


def test_a_role_goes_with_consent() -> None:
    roles = EMPTY.claim("ann", ROLES, NOW, 0, ask=False)
    roles = roles.claim("bob", ["home"], NOW, 5, ask=True)
    assert (roles.held["home"].desk, roles.held["home"].asked_by) == ("ann", "bob")
    assert roles.answer("eve", ["home"], NOW, 5, give=True) == roles
    kept = roles.answer("ann", ["home"], NOW, 5, give=False)
    assert kept.held["home"].asked_by is None
    given_ = roles.answer("ann", ROLES, NOW, 5, give=True)
    assert holders(given_) == {"clock": "ann", "home": "bob", "away": "ann"}
    assert (given_.held["home"].seq, given_.held["home"].former) == (5, ("ann",))


def test_a_role_goes_after_silence() -> None:
    roles = EMPTY.claim("ann", ["home"], NOW, 0, ask=False)
    roles = roles.heard("ann", NOW + 5_000)
    later = NOW + 5_000 + SILENCE_MS
    assert roles.claim("bob", ["home"], later - 1, 9, ask=False) == roles
    taken = roles.claim("bob", ["home"], later, 9, ask=False)
    assert holders(taken) == {"home": "bob"}
    # Back again, it has to ask like everybody else.
    assert taken.claim("ann", ["home"], later, 9, ask=False) == taken


def test_a_holder_that_does_not_answer_gives_way() -> None:
    """A tablet that lies there with its page open is heard of, and nobody looks at it."""
    roles = EMPTY.claim("ann", ["home"], NOW, 0, ask=False)
    for wait_ms in range(0, ANSWER_MS, 4_000):
        roles = roles.heard("ann", NOW + wait_ms).claim("bob", ["home"], NOW + wait_ms, 3, ask=True)
        assert holders(roles) == {"home": "ann"}
    roles = roles.heard("ann", NOW + ANSWER_MS).claim("bob", ["home"], NOW + ANSWER_MS, 3, ask=True)
    assert holders(roles) == {"home": "bob"}


def test_giving_up_a_role_gives_it_to_who_asked() -> None:
    roles = EMPTY.claim("ann", ["home", "away"], NOW, 0, ask=False)
    roles = roles.claim("bob", ["home"], NOW, 0, ask=True)
    assert holders(roles.release("ann", ROLES, NOW, 2)) == {"home": "bob"}
    # Who asked may think better of it.
    assert roles.release("bob", ROLES, NOW, 2).held["home"].asked_by is None


def test_whose_calls_are_kept_out() -> None:
    roles = EMPTY.claim("ann", ["home"], NOW, 4, ask=False)
    home = frozenset({"home"})
    assert roles.keeps_out("ann", home, None, NOW) is None
    assert roles.keeps_out("bob", home, None, NOW) == "home"
    assert roles.keeps_out(None, home, 2, NOW) == "home"
    assert roles.keeps_out("bob", frozenset({"away"}), None, NOW) is None
    assert roles.keeps_out("bob", frozenset(), None, NOW) is None
    # A timeout is the clock's as much as the side's, and nobody keeps the clock.
    assert roles.keeps_out("bob", frozenset({"home", "clock"}), None, NOW) is None
    # Who is silent keeps nobody out.
    assert roles.keeps_out("bob", home, None, NOW + SILENCE_MS) is None


def test_what_was_said_before_a_take_over_is_heard_after_it() -> None:
    roles = EMPTY.claim("ann", ["home"], NOW, 4, ask=False)
    later = NOW + SILENCE_MS
    roles = roles.claim("bob", ["home"], later, 20, ask=False)
    home = frozenset({"home"})
    assert roles.keeps_out("ann", home, 17, later) is None
    assert roles.keeps_out("ann", home, 21, later) == "home"
    assert roles.keeps_out("ann", home, None, later) == "home"
    assert roles.keeps_out("eve", home, 17, later) == "home"


names = st.sampled_from(["ann", "bob", "eve"])
some_roles = st.lists(st.sampled_from(ROLES), unique=True)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), names, some_roles, st.booleans()),
        st.tuples(st.just("answer"), names, some_roles, st.booleans()),
        st.tuples(st.just("release"), names, some_roles, st.booleans()),
        st.tuples(st.just("wait"), names, some_roles, st.booleans()),
    ),
    max_size=40,
)


@given(steps)
def test_a_role_never_leaves_a_desk_that_is_there_against_its_will(
    steps: list[tuple[str, str, list[str], bool]],
) -> None:
    roles, now = EMPTY, NOW
    for seq, (step, desk, wanted, flag) in enumerate(steps):
        before = roles
        if step == "claim":
            roles = roles.heard(desk, now).claim(desk, wanted, now, seq, ask=flag)
        elif step == "answer":
            roles = roles.heard(desk, now).answer(desk, wanted, now, seq, give=flag)
        elif step == "release":
            roles = roles.release(desk, wanted, now, seq)
        else:
            now += SILENCE_MS // 2 if flag else 1_000
        for role, held in before.held.items():
            after = roles.held.get(role)
            if after is not None and after.desk == held.desk:
                assert after.seq == held.seq
                continue
            own_will = desk == held.desk and step in ("answer", "release")
            assert own_will or held.silent(now) or held.unanswered(desk, now)
            if after is not None:
                assert held.desk in after.former
                assert after.seq == seq
        for held in roles.held.values():
            assert held.asked_by != held.desk
            assert held.desk not in held.former
            assert len(held.former) <= FORMER
        assert DeskRoles.from_json(json.loads(json.dumps(roles.to_json()))) == roles
