"""What people write: keys in the log, texts beside it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.game.events import Adjusted, Amended, ClockStopped, Event, Note
from server.gamelog.texts import is_text_key, naming, take_texts, text_key, with_texts

WORDS = st.text(min_size=1, max_size=30)
PLACE: dict[str, Any] = {"period": 1, "clock_ms": 5}


def note(text: str) -> Note:
    return Note(**PLACE, text=text)


@given(st.text(max_size=64))
def test_a_key_fits_the_table_and_is_known_again(call_id: str) -> None:
    assert len(text_key(call_id)) <= 64
    assert is_text_key(text_key(call_id))


@given(WORDS, st.sampled_from(["note", "adjust", "amend"]))
def test_what_was_taken_out_can_be_put_back(text: str, where: str) -> None:
    event: Event = {
        "note": note(text),
        "adjust": Adjusted(**PLACE, team="home", points=2, text=text),
        "amend": Amended(**PLACE, links=3, event=note(text)),
    }[where]
    (taken,), texts = take_texts("c1", [event])
    assert texts == {text_key("c1"): text}
    said: dict[str, Any] = {"line": f"home: ({text_key('c1')})", "n": [1, None, True]}
    assert with_texts(said, texts)["line"] == f"home: ({text})"
    assert with_texts(said, {})["line"] == "home: ()"
    inner = taken.event if isinstance(taken, Amended) else taken
    assert isinstance(inner, Note | Adjusted)
    assert inner.text == text_key("c1")
    # Taken twice is taken once: a text that an amendment keeps has its key already.
    assert take_texts("c2", [taken]) == ((taken,), {})


def test_what_has_no_text_stays_as_it_is() -> None:
    events = (ClockStopped(**PLACE), Adjusted(**PLACE, team="home", points=1), note(""))
    assert take_texts("c", events) == (events, {})
    document = {"a": ["b", {"c": 1}], "d": ("e", 2.5, None)}
    assert with_texts(document, {}) is document


def test_a_name_is_found_in_any_case_and_as_a_word() -> None:
    texts = {
        "home-7": "Ann-Marie Öz",
        text_key("1"): "ANN fell, she is fine",
        text_key("2"): "annual trophy",
        text_key("3"): "well done öz!",
        text_key("4"): "好",
    }
    assert naming("Ann-Marie Öz", texts) == [text_key("1"), text_key("3")]
    assert naming("", texts) == []
    assert naming("A", texts) == []
