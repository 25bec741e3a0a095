"""What of the log still stands, after everything that was voided, amended and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.game.entry import Entry
from server.game.events import NOT_FACTS, Amended, Event, Media, Sighted, Voided


@dataclass(frozen=True, slots=True)
class Standing:
    """fallen: entry that does not stand -> the Voided entry that took it down.

    changed: amended entry -> the Amended entry that speaks for it.
    media: entry -> where a camera saw it, when that arrived later.
    """

    fallen: Mapping[int, int] = field(default_factory=dict)
    changed: Mapping[int, Entry] = field(default_factory=dict)
    media: Mapping[int, Media] = field(default_factory=dict)

    def stands(self, seq: int) -> bool:
        return seq not in self.fallen

    def event(self, entry: Entry) -> Event:
        """What the entry says now: amended, with the media time that a camera gave it."""
        amended = self.changed.get(entry.seq)
        event = entry.event
        if amended is not None and isinstance(amended.event, Amended):
            event = amended.event.event
        if event.media is None and entry.seq in self.media:
            event = replace(event, media=self.media[entry.seq])
        return event

    def events(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Event]]:
        """The entries that stand with what they say now, in log order; no corrections."""
        for entry, event in self.all_events(entries):
            if entry.seq not in self.fallen:
                yield entry, event

    def all_events(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Event]]:
        """The same with those that are void."""
        spoken_of = self.changed.keys() | self.media.keys()
        for entry in entries:
            if not isinstance(entry.event, NOT_FACTS):
                yield entry, self.event(entry) if entry.seq in spoken_of else entry.event


def standing(entries: Sequence[Entry]) -> Standing:
    """Look at all corrections at once: linear, whatever was taken back how often.

    A Voided names only older entries, so from the newest to the oldest each one's own fate is
    known before it is obeyed.
    """
    fallen: dict[int, int] = {}
    for entry in reversed(entries):
        if isinstance(entry.event, Voided) and entry.seq not in fallen:
            for target in entry.event.targets:
                fallen.setdefault(target, entry.seq)
    changed: dict[int, Entry] = {}
    media: dict[int, Media] = {}
    for entry in entries:
        event = entry.event
        if entry.seq in fallen:
            continue
        if isinstance(event, Amended):
            changed[event.links] = entry
        elif isinstance(event, Sighted) and event.media is not None:
            media[event.links] = event.media
    return Standing(fallen, changed, media)


def spoken_of(history: History, entries: Iterable[Entry]) -> dict[int, Entry]:
    """The entries themselves and all whose fate hangs on them: what a correction names, and
    what those correct in turn. By seq, in the order in which they are named."""
    found: dict[int, Entry] = {}
    waiting = list(entries)
    for entry in waiting:
        found[entry.seq] = entry
        event = entry.event
        named: tuple[int, ...] = (event.links,) if isinstance(event, Amended) else ()
        if isinstance(event, Voided):
            named = event.targets
        for seq in named:
            target = history.get(seq)
            if target is not None and seq not in found:
                waiting.append(target)
    return found


class History:
    """The entries so far: a value that is appended to in constant time.

    Versions share one list; each sees only its own length. A version that is not the longest
    copies before it appends, so nobody sees another's future.
    """

    __slots__ = ("_entries", "_length")

    def __init__(self, entries: list[Entry] | None = None) -> None:
        self._entries = entries if entries is not None else []
        self._length = len(self._entries)

    def __len__(self) -> int:
        return self._length

    def append(self, entry: Entry) -> History:
        shared = self._entries
        if len(shared) != self._length:
            shared = shared[: self._length]
        shared.append(entry)
        return History(shared)

    def get(self, seq: int) -> Entry | None:
        """The entry numbered `seq` (from 1), or None."""
        return self._entries[seq - 1] if 1 <= seq <= self._length else None

    def entries(self) -> Sequence[Entry]:
        """All entries in order, as a copy."""
        return self._entries[: self._length]

    def after(self, seq: int) -> Sequence[Entry]:
        """The entries that came after entry `seq`, in order."""
        return self._entries[seq : self._length]

    def newest_first(self) -> Iterator[Entry]:
        for index in range(self._length - 1, -1, -1):
            yield self._entries[index]
