"""Scoreboards read: a real one that somebody marked, and drawn ones."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import av
import numpy as np

from pipeline.boardwatch import EVERY_S, SURE, VOTES, BoardReading, BoardWatch, clock_of, in_roles
from pipeline.frame import Frame, Image
from pipeline.scoreboard import flat, read
from pipeline.setup import Quad
from server.evaluation.tables import wilson
from server.simulator.board import BoardStyle, BoardTruth, draw_board, filmed

FIELDS = ("left", "right", "clock_ms", "period")
HELD_OUT = 1000
"""Drawn boards from this seed on were not looked at when the reader was made."""

Truth = dict[str, int]


@dataclass(frozen=True, slots=True)
class Reads:
    """How numbers were read. low, high: 95 % Wilson interval of the share that was wrong."""

    what: str
    right: int
    abstained: int
    wrong: int

    def plain(self) -> dict[str, Any]:
        low, high = wilson(self.wrong, self.right + self.abstained + self.wrong)
        return {
            "what": self.what,
            "right": self.right,
            "abstained": self.abstained,
            "wrong": self.wrong,
            "wrong_low": low,
            "wrong_high": high,
        }

    def __str__(self) -> str:
        of = self.right + self.abstained + self.wrong
        low, high = wilson(self.wrong, of)
        return (
            f"{self.what:<34}{of:5}   right {self.right:4}   abstained {self.abstained:4}   "
            f"wrong {self.wrong:3} ({100 * low:.1f} to {100 * high:.1f} %)"
        )


def real(clips: Path) -> Iterator[Reads]:
    """The boards of clips that have labels; `OSError` where a clip is missing."""
    for path in sorted(Path(str(files("server.evaluation"))).glob("labels/*.board.json")):
        label = json.loads(path.read_text(encoding="utf-8"))
        frames = list(_frames(clips / label["clip"]))
        a, b, c, d = ((x, y) for x, y in label["corners"])
        quad = Quad((label["size"][0], label["size"][1]), (a, b, c, d))
        single: Counter[str] = Counter()
        for image, at_s in frames[::5]:
            if (truth := _shown(label["shows"], at_s)) is not None:
                _count(single, in_roles(read(flat(image, quad))), truth)
        yield _reads(f"{path.name.partition('.')[0]}, one look", single)
        voted: Counter[str] = Counter()
        for offset in range(0, 30, 6):
            watch = BoardWatch(quad)
            for image, at_s in frames[offset:]:
                look = watch.take(Frame(image, at_s, 0.0))
                if look is None:
                    continue
                look()
                said, truth = watch.told(), _shown(label["shows"], at_s)
                # Before there were enough readings nothing is expected.
                late = at_s - frames[offset][1] >= (VOTES - 1) * EVERY_S
                if said is not None and truth is not None and late:
                    _count(voted, said, truth)
        yield _reads(f"{path.name.partition('.')[0]}, voted", voted)


def drawn(seeds: Iterable[int], digit_px: float) -> Iterator[Reads]:
    """Boards of all makes, filmed at an angle. digit_px: height of a score's digits."""
    counts: dict[str, Counter[str]] = {}
    for seed in seeds:
        chance = np.random.default_rng(seed)
        style = BoardStyle.of(chance)
        shown = BoardTruth(
            int(chance.integers(0, 110)),
            int(chance.integers(0, 110)),
            f"{chance.integers(0, 10)}:{chance.integers(0, 60):02d}",
            int(chance.integers(1, 5)),
        )
        truth = {
            "left": shown.left,
            "right": shown.right,
            "clock_ms": clock_of(shown.clock) or 0,
            "period": shown.period,
        }
        board = draw_board(shown, style)
        watch: BoardWatch | None = None
        for look in range(VOTES):
            image, corners = filmed(board, chance, digit_px, angle=np.random.default_rng(seed))
            a, b, c, d = corners
            quad = Quad((image.shape[1], image.shape[0]), (a, b, c, d))
            if look == 0:
                single = in_roles(read(flat(image, quad)))
                _count(counts.setdefault(f"{style.lamps}, one look", Counter()), single, truth)
            watch = watch or BoardWatch(quad)
            if (work := watch.take(Frame(image, look * EVERY_S, 0.0))) is not None:
                work()
        said = watch.told() if watch else None
        voted = counts.setdefault(f"{style.lamps}, voted", Counter())
        _count(voted, said or BoardReading(0.0), truth)
    for name in sorted(counts):
        yield _reads(name, counts[name])


def _count(into: Counter[str], said: BoardReading, truth: Truth) -> None:
    for field in FIELDS:
        one = getattr(said, field)
        if one is None or one.sure < SURE:
            into["abstained"] += 1
        else:
            into["right" if one.value == truth[field] else "wrong"] += 1


def _reads(what: str, counts: Counter[str]) -> Reads:
    return Reads(what, counts["right"], counts["abstained"], counts["wrong"])


def _shown(shows: list[dict[str, Any]], at_s: float) -> Truth | None:
    return next((one for one in shows if one["from_s"] <= at_s <= one["to_s"]), None)


def _frames(path: Path) -> Iterator[tuple[Image, float]]:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there")
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            image = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            yield image, float((frame.pts or 0) * (frame.time_base or Fraction(1)))
