"""What people write, kept apart from the log: a note may name a child, and the log never does.

An event holds the key of its text, the names table holds the text under that key. Without it
(erased, or hidden from watchers) the note stays a note and says nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from server.game.events import Adjusted, Amended, Event, Note

_PREFIX = "note-"
_KEY = re.compile(rf"{_PREFIX}[0-9a-f]{{32}}")
_WORD = re.compile(r"\w{2,}")


def text_key(call_id: str) -> str:
    """The key of what a call wrote: 37 characters, the same for the same call."""
    return f"{_PREFIX}{hashlib.sha256(call_id.encode()).hexdigest()[:32]}"


def take_texts(call_id: str, events: Sequence[Event]) -> tuple[tuple[Event, ...], dict[str, str]]:
    """The events of a call with keys in place of what was written, and the texts by key."""
    texts: dict[str, str] = {}

    def take(event: Event) -> Event:
        match event:
            case Amended(event=inner):
                taken = take(inner)
                return event if taken is inner else replace(event, event=taken)
            case Note(text=text) | Adjusted(text=str(text)) if text and not is_text_key(text):
                key = text_key(call_id)
                texts[key] = text
                return replace(event, text=key)
        return event

    return tuple(take(event) for event in events), texts


def is_text_key(who: str) -> bool:
    """Whether a row of the names table is a text and not a name."""
    return _KEY.fullmatch(who) is not None


def with_texts(document: Any, texts: Mapping[str, str]) -> Any:
    """The same JSON value with each key of a text replaced by the text, or by nothing.

    Whatever holds no key is returned as it is, not copied.
    """
    if isinstance(document, str):
        # Nearly no text holds a key, and every update passes here.
        if _PREFIX not in document:
            return document
        return _KEY.sub(lambda found: texts.get(found[0], ""), document)
    if isinstance(document, dict):
        said = {name: with_texts(value, texts) for name, value in document.items()}
        return said if any(said[name] is not document[name] for name in document) else document
    if isinstance(document, list | tuple):
        items = [with_texts(item, texts) for item in document]
        changed = any(new is not old for new, old in zip(items, document, strict=True))
        return type(document)(items) if changed else document
    return document


def naming(name: str, texts: Mapping[str, str]) -> list[str]:
    """The keys of the texts in which a word of `name` stands, whatever its case."""
    words = {word.casefold() for word in _WORD.findall(name)}
    return [
        key
        for key, text in texts.items()
        if is_text_key(key) and words & {word.casefold() for word in _WORD.findall(text)}
    ]
