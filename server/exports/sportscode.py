"""Plays as instances of a Sportscode timeline (XML), for video analysts.

The shape is that of files which Hudl Sportscode, Nacsport and LongoMatch exchange: `file` with
`ALL_INSTANCES` of `ID`, `start`, `end` (seconds of the recording), `code` and `label`s, then
`ROWS` with a colour for each code.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from server.exports.gamebook import GameBook
from server.exports.media import Moment, in_words, moments
from server.game.events import Event, FieldGoal, Foul, FreeThrow, Rebound
from server.projections.boxscore import number_of

# What XML 1.0 cannot hold.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Red, green and blue of a row, 16 bits each, as our pages colour the sides.
_COLOURS = {"home": (7967, 22359, 50115), "away": (46003, 13878, 6939), None: (22616, 24929, 29555)}


def sportscode(book: GameBook) -> str:
    """The document. NoMediaTimes as `moments` says."""
    camera, seen = moments(book)
    file = ET.Element("file")
    instances = ET.SubElement(file, "ALL_INSTANCES")
    rows: dict[str, str | None] = {}
    for number, moment in enumerate(seen, 1):
        event = moment.fact.event
        team = getattr(event, "team", None)
        code = _fit(f"{'Game' if team is None else book.team(team)} {what(event)}")
        rows.setdefault(code, team)
        instance = ET.SubElement(instances, "instance")
        _texts(instance, ID=str(number), start=f"{moment.start_s:.2f}", end=f"{moment.end_s:.2f}")
        _texts(instance, code=code)
        for group, text in _labels(book, moment, camera).items():
            _texts(ET.SubElement(instance, "label"), group=group, text=_fit(text))
    listed = ET.SubElement(file, "ROWS")
    for order, (code, team) in enumerate(rows.items(), 1):
        red, green, blue = _COLOURS[team]
        row = ET.SubElement(listed, "row")
        _texts(row, sort_order=str(order), code=code, R=str(red), G=str(green), B=str(blue))
    ET.indent(file)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(file, "unicode") + "\n"


def what(event: Event) -> str:
    """The kind of play an analyst sorts by: `3PT made`, `foul`."""
    match event:
        case FieldGoal(value=value, made=made):
            return f"{value}PT {'made' if made else 'missed'}"
        case FreeThrow(made=made):
            return f"FT {'made' if made else 'missed'}"
        case Rebound(kind=kind):
            return f"{kind} rebound".replace("_", " ")
        case Foul(kind=kind):
            return f"{kind} foul"
    return event.name.replace("_", " ")


def _labels(book: GameBook, moment: Moment, camera: str) -> dict[str, str]:
    event = moment.fact.event
    team, player = getattr(event, "team", None), getattr(event, "player", None)
    labels = {} if team is None else {"Team": book.team(team)}
    if player is not None:
        name = book.name(player)
        labels["Player"] = f"#{number_of(player)}{'' if name is None else f' {name}'}"
    home, away = moment.fact.score
    minutes, rest = divmod(event.clock_ms, 60_000)
    return {
        **labels,
        "Play": in_words(book, event),
        "Period": book.rules.period_label(event.period),
        "Clock": f"{minutes}:{rest // 1000:02d}",
        "Score": f"{home}-{away}",
        "Camera": camera,
    }


def _texts(parent: ET.Element, **texts: str) -> None:
    for tag, text in texts.items():
        ET.SubElement(parent, tag).text = text


def _fit(text: str) -> str:
    return _UNFIT.sub("", text)
