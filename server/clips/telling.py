"""What a game has to tell on the vertical clip of a play."""

from __future__ import annotations

from server.clips.story import Score, Story
from server.clips.wanted import when_of
from server.exports.gamebook import Fact, GameBook
from server.exports.media import in_words
from server.game.score import points_of
from server.gamelog.clips import Clip


def story_of(book: GameBook, fact: Fact, clip: Clip) -> Story:
    """Of a ready clip. Nobody is told of a basket before it is in the picture."""
    start_s = clip.facts["start_s"]
    return Story(
        book.team("home"),
        book.team("away"),
        when_of(book, fact.event),
        in_words(book, fact.event),
        round(max(0.0, clip.moment_s - start_s), 3),
        _scores(book, fact, clip.camera, start_s, clip.facts["end_s"]),
    )


def _scores(
    book: GameBook, fact: Fact, camera: str, start_s: float, end_s: float
) -> tuple[Score, ...]:
    """What the camera saw counts from then on; what it did not, as it comes in the game."""
    score = {"home": 0, "away": 0}
    seen: list[tuple[float, str, int]] = []
    past = True
    for one in book.facts:
        past = past and one.seq != fact.seq
        if (scored := points_of(one.event)) is None:
            continue
        side, points = scored
        if one.media is not None and one.media.camera == camera:
            seen.append((one.media.s, side, points))
        elif past:
            score[side] += points
    seen.sort(key=lambda one: one[0])
    found = [Score(0.0, **score)]
    for at_s, side, points in seen:
        if at_s >= end_s:
            break
        score[side] += points
        now = Score(round(max(0.0, at_s - start_s), 3), **score)
        if found[-1].from_s == now.from_s:
            found.pop()
        found.append(now)
    return tuple(found)
