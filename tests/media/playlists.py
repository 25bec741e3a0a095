"""Playlists read back as a player reads them, and held against the published rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,"]+)')


def attributes(text: str) -> dict[str, str]:
    """Of a tag's attribute list, without the quotes."""
    found = _ATTRIBUTE.findall(text)
    assert ",".join(f"{name}={value}" for name, value in found) == text, text
    names = [name for name, _ in found]
    assert len(set(names)) == len(names), text
    return {name: value.strip('"') for name, value in found}


@dataclass(slots=True)
class Piece:
    """One part. uri: as written."""

    uri: str
    duration_s: float
    independent: bool


@dataclass(slots=True)
class Item:
    """One segment, or the parts of one that is not finished (uri None)."""

    number: int
    at: datetime | None = None
    map: str | None = None
    map_said: bool = False
    discontinuities: int = 0
    gap: bool = False
    parts: list[Piece] = field(default_factory=list)
    duration_s: float = 0.0
    uri: str | None = None


@dataclass(slots=True)
class Parsed:
    """A media playlist. lines: of the header, by tag."""

    head: dict[str, str]
    items: list[Item]
    skipped: int
    hint: str | None
    reports: list[dict[str, str]]
    ended: bool

    @property
    def finished(self) -> list[Item]:
        return [item for item in self.items if item.uri is not None]

    @property
    def control(self) -> dict[str, str]:
        return attributes(self.head.get("EXT-X-SERVER-CONTROL", ""))

    @property
    def target_s(self) -> int:
        return int(self.head["EXT-X-TARGETDURATION"])


HEAD = (
    "EXT-X-VERSION",
    "EXT-X-TARGETDURATION",
    "EXT-X-SERVER-CONTROL",
    "EXT-X-PART-INF",
    "EXT-X-MEDIA-SEQUENCE",
    "EXT-X-PLAYLIST-TYPE",
)


def parse(text: str) -> Parsed:
    """AssertionError for what a strict player would refuse."""
    lines = text.split("\n")
    assert lines[0] == "#EXTM3U"
    assert lines[-1] == "", "the last line ends too"
    assert "" not in lines[:-1]
    found = Parsed({}, [], 0, None, [], False)
    item: Item | None = None
    number = discontinuities = 0
    current_map: str | None = None

    def open_item() -> Item:
        nonlocal item
        if item is None:
            item = Item(number, map=current_map, discontinuities=discontinuities)
        return item

    for line in lines[1:-1]:
        tag, _, value = line.lstrip("#").partition(":")
        if not line.startswith("#"):
            one = open_item()
            one.uri = line
            assert one.duration_s > 0
            found.items.append(one)
            item, number = None, number + 1
        elif tag in HEAD:
            assert tag not in found.head
            assert not found.items
            found.head[tag] = value
            if tag == "EXT-X-MEDIA-SEQUENCE":
                number = int(value)
        elif tag == "EXT-X-SKIP":
            assert not found.items
            assert not found.skipped
            found.skipped = int(attributes(value)["SKIPPED-SEGMENTS"])
            number += found.skipped
        elif tag == "EXT-X-DISCONTINUITY":
            discontinuities += 1
            assert not open_item().parts
            open_item().discontinuities = discontinuities
        elif tag == "EXT-X-MAP":
            current_map = attributes(value)["URI"]
            assert not open_item().parts
            open_item().map, open_item().map_said = current_map, True
        elif tag == "EXT-X-PROGRAM-DATE-TIME":
            assert not open_item().parts
            open_item().at = datetime.fromisoformat(value)
        elif tag == "EXT-X-GAP":
            open_item().gap = True
        elif tag == "EXT-X-PART":
            said = attributes(value)
            piece = Piece(said["URI"], float(said["DURATION"]), said.get("INDEPENDENT") == "YES")
            open_item().parts.append(piece)
        elif tag == "EXTINF":
            open_item().duration_s = float(value.rstrip(","))
        elif tag == "EXT-X-PRELOAD-HINT":
            assert found.hint is None
            assert attributes(value)["TYPE"] == "PART"
            found.hint = attributes(value)["URI"]
        elif tag == "EXT-X-RENDITION-REPORT":
            found.reports.append(attributes(value))
        elif tag == "EXT-X-ENDLIST":
            found.ended = True
        else:
            raise AssertionError(f"an unknown tag: {line}")
    if item is not None:
        found.items.append(item)
    return found


def check_rules(found: Parsed) -> None:
    """What the draft (rfc8216bis, section numbers in brackets) demands of one media playlist."""
    target, control = found.target_s, found.control
    for item in found.finished:
        assert round(item.duration_s) <= target, "6.2.1"
        assert item.at is not None, "6.2.1: a date for each discontinuity at least"
        assert item.map is not None or found.skipped, "4.4.4.5"
        assert not (item.gap and item.parts), "6.2.1: parts of a gap are gaps"
    dates = [item.at for item in found.items if item.at is not None]
    assert dates == sorted(dates), "6.2.1: dates are never ambiguous"
    if found.ended:
        assert found.hint is None, "4.4.5.3"
        assert not found.skipped, "6.2.5.1"
        return
    if "CAN-SKIP-UNTIL" in control:
        assert float(control["CAN-SKIP-UNTIL"]) >= 6 * target, "4.4.3.8"
    assert not found.skipped or "CAN-SKIP-UNTIL" in control, "4.4.3.8"
    assert not found.skipped or int(found.head["EXT-X-VERSION"]) >= 9, "8"
    if "HOLD-BACK" in control:
        assert float(control["HOLD-BACK"]) >= 3 * target, "4.4.3.8"
    if "EXT-X-PART-INF" not in found.head:
        assert not any(item.parts for item in found.items), "4.4.3.7"
        return
    part_s = float(attributes(found.head["EXT-X-PART-INF"])["PART-TARGET"])
    assert control["CAN-BLOCK-RELOAD"] == "YES"
    assert float(control["PART-HOLD-BACK"]) >= 3 * part_s - 1e-6, "4.4.3.8, appendix B"
    assert found.hint is not None
    left_s = 0.0
    for item in reversed(found.items):
        for part in item.parts:
            assert part.duration_s <= part_s + 1e-5, "4.4.4.9"
        for part in item.parts[:-1]:
            assert part.duration_s >= 0.85 * part_s or part.independent, "4.4.4.9"
        assert not item.parts or left_s <= 3 * target, "6.2.2"
        if item.parts and item.uri is not None:
            together_s = sum(part.duration_s for part in item.parts)
            assert abs(together_s - item.duration_s) < 0.002 * len(item.parts)
        left_s += item.duration_s or sum(part.duration_s for part in item.parts)


def merge(before: Parsed, delta: Parsed) -> list[Item]:
    """The segments that a player has after a delta update of a playlist that it knew."""
    first = int(before.head["EXT-X-MEDIA-SEQUENCE"])
    assert delta.head["EXT-X-MEDIA-SEQUENCE"] == before.head["EXT-X-MEDIA-SEQUENCE"]
    kept = [item for item in before.finished if item.number < first + delta.skipped]
    assert len(kept) == delta.skipped, "it skipped what the player never had"
    shift = kept[-1].discontinuities if kept else 0
    in_force = kept[-1].map if kept else None
    for item in delta.items:
        item.discontinuities += shift
        in_force = item.map = item.map or in_force
    return kept + delta.items
