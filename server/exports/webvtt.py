"""Plays as chapters of the recording (WebVTT), for video players."""

from __future__ import annotations

from server.exports.gamebook import GameBook
from server.exports.media import Moment, in_words, moments

# Plays that begin closer than this are one chapter: a basket and its assist.
_TOGETHER_S = 1.0


def webvtt(book: GameBook) -> str:
    """The text: chapters follow each other without overlap. NoMediaTimes as `moments` says."""
    _, seen = moments(book)
    chapters: list[list[Moment]] = []
    for moment in seen:
        if chapters and moment.start_s - chapters[-1][0].start_s < _TOGETHER_S:
            chapters[-1].append(moment)
        else:
            chapters.append([moment])
    starts = [chapter[0].start_s for chapter in chapters[1:]]
    ends = [*starts, max(moment.end_s for moment in seen)]
    lines = ["WEBVTT", ""]
    for number, (chapter, end_s) in enumerate(zip(chapters, ends, strict=True), 1):
        lines += [
            str(number),
            f"{timestamp(chapter[0].start_s)} --> {timestamp(end_s)}",
            "; ".join(dict.fromkeys(_title(book, moment) for moment in chapter)),
            "",
        ]
    return "\n".join(lines)


def timestamp(seconds: float) -> str:
    """`01:02:03.450`."""
    ms = round(seconds * 1000)
    minutes, ms = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{ms // 1000:02d}.{ms % 1000:03d}"


def cue_text(words: str) -> str:
    """One line of cue text: no line may break it, no mark may be taken for a tag or an arrow."""
    plain = " ".join(words.split())
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _title(book: GameBook, moment: Moment) -> str:
    event, (home, away) = moment.fact.event, moment.fact.score
    label = book.rules.period_label(event.period)
    return cue_text(f"{label} {in_words(book, event)} ({home}-{away})")
