"""Who is who, against the simulator's truth: followed, told by team and number, known again.

Rendered pictures go through the detector, `pipeline.shift` and `pipeline.people` as live, ten
looks a second. The court is marked in the first picture by points that are three pixels off; the
camera's later movement is measured, not given. HOTA and its kin are those of `trackers.eval`,
which is made to agree with TrackEval.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray
from trackers.eval import (
    aggregate_clear_metrics,
    aggregate_hota_metrics,
    aggregate_identity_metrics,
    compute_clear_metrics,
    compute_hota_metrics,
    compute_identity_metrics,
)

from pipeline.bearing import Bearing
from pipeline.boxes import Detections, iou
from pipeline.digits import Reader
from pipeline.frame import Frame, Image
from pipeline.identity import likeliest
from pipeline.people import Cast, People
from pipeline.setup import Marks, Setup
from pipeline.shift import Shift
from server.evaluation.tally import Answer, Line, line
from server.floors import floor_of
from server.game.court import FIBA_COURT
from server.simulator.game import Extent, SimulatedGame
from server.simulator.players import Person
from server.simulator.truth import Box, Truth

Ids = NDArray[np.int64]
Look = Callable[[Image], Detections]

LOOKS_A_SECOND = 10
PLAIN = 0.3
"""A player of whom less is to be seen is neither asked for nor wrong when followed."""

CLEAR = 0.6
"""Share of a player to be seen where team and number are asked for."""

MEETS = 0.5
SURE = 0.8
WARM_S = 10.0
"""Colours are learned and first numbers read before anything is asked."""

GONE_S, BACK_S = 2.0, 3.0
"""Out of sight for so long is away; so long after coming back the row is looked at."""

_TAP_PX = 3.0
_SIDES = ("home", "away")


@dataclass(frozen=True, slots=True)
class Followed:
    """Agreement of followed boxes with the true ones, 0 to 1; switches: ids that changed.

    ids: how many were given to `players` true ones.
    """

    what: str
    hota: float
    deta: float
    assa: float
    idf1: float
    mota: float
    switches: int
    ids: int
    players: int

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.what:<34}HOTA {self.hota:.3f}  DetA {self.deta:.3f}  AssA {self.assa:.3f}  "
            f"IDF1 {self.idf1:.3f}  MOTA {self.mota:.3f}  switches {self.switches}  "
            f"ids {self.ids} for {self.players}"
        )


@dataclass(slots=True)
class Pairs:
    """Ids and overlaps of one film, look by look."""

    truth: list[Ids] = field(default_factory=list)
    told: list[Ids] = field(default_factory=list)
    overlap: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, truth: Ids, told: Ids, overlap: NDArray[np.float32]) -> None:
        self.truth.append(truth)
        self.told.append(told)
        self.overlap.append(overlap.astype(np.float64))


@dataclass(slots=True)
class Answers:
    """What was said of players, against what is so."""

    team_told: list[Answer] = field(default_factory=list)
    team_right: list[Answer] = field(default_factory=list)
    referee_right: list[Answer] = field(default_factory=list)
    number_told: list[Answer] = field(default_factory=list)
    number_right: list[Answer] = field(default_factory=list)
    kept: list[Answer] = field(default_factory=list)

    def lines(self) -> list[Line]:
        told = [
            line("team told", self.team_told, f"looks at players, chance from {SURE}", said=False),
            line("team right", self.team_right, "where told"),
            line("referee called neither", self.referee_right, "looks at referees", said=False),
            line("number told", self.number_told, f"player-seconds, from {SURE}", said=False),
            line("number right", self.number_right, "where told"),
            line("row kept over an absence", self.kept, f"away {GONE_S:g} s or more", said=False),
        ]
        return [one for one in told if one.of]


class Film:
    """One simulated game as it was followed."""

    def __init__(self) -> None:
        self.tracks, self.rows, self.answers = Pairs(), Pairs(), Answers()
        self._ids: dict[str, int] = {}
        self._last: dict[str, tuple[float, int]] = {}
        self._back: dict[str, tuple[float, int]] = {}
        self._second = -1

    def add(self, cast: Cast, truth: Truth, people: People) -> None:
        """One look."""
        everybody = [box for box in truth.boxes if box.label in ("player", "referee")]
        asked = [b for b in everybody if b.label == "player" and b.visible >= PLAIN]
        met = _met(cast, everybody)
        # Who follows a referee or somebody hidden does nothing wrong.
        fair = np.array([one is None or one in asked for one in met], np.bool_)
        true = np.array([self._ids.setdefault(b.id, len(self._ids)) for b in asked], np.int64)
        overlap = iou(_boxes(asked), cast.tracks.xyxy)
        self.tracks.add(true, cast.tracks.id[fair], overlap[:, fair])
        held = fair & (cast.row >= 0)
        self.rows.add(true, cast.row[held], overlap[:, held])
        self._absences(cast, truth, met)
        if truth.media_s < WARM_S:
            return
        self._teams(cast, met)
        if int(truth.media_s) != self._second:
            self._second = int(truth.media_s)
            self._numbers(cast, met, people)

    def _teams(self, cast: Cast, met: Sequence[Box | None]) -> None:
        for box, chance in zip(met, cast.team, strict=True):
            if box is None or box.visible < CLEAR:
                continue
            best = int(chance.argmax())
            if box.label == "referee":
                self.answers.referee_right.append(Answer(best == 2, 1.0, best == 2))
                continue
            sure = bool(chance[best] >= SURE)
            self.answers.team_told.append(Answer(sure, 1.0, sure))
            if sure:
                right = best < 2 and _SIDES[best] == box.team
                self.answers.team_right.append(Answer(right, float(chance[best]), right))

    def _numbers(self, cast: Cast, met: Sequence[Box | None], people: People) -> None:
        for box, row in zip(met, cast.row.tolist(), strict=True):
            if box is None or box.label != "player" or box.visible < CLEAR:
                continue
            chances = people.numbers(row) if row >= 0 else []
            number = likeliest(chances, SURE)
            told = number is not None
            self.answers.number_told.append(Answer(told, 1.0, told))
            if told:
                right = number == box.number and _SIDES[row // 5] == box.team
                self.answers.number_right.append(Answer(right, chances[0][1], right))

    def _absences(self, cast: Cast, truth: Truth, met: Sequence[Box | None]) -> None:
        """Whether somebody who was away has the same row afterwards."""
        now = truth.media_s
        for box, row in zip(met, cast.row.tolist(), strict=True):
            if box is None or box.label != "player" or row < 0:
                continue
            last = self._last.get(box.id)
            if last is not None and now - last[0] >= GONE_S and now >= WARM_S:
                self._back[box.id] = (now, last[1])
            self._last[box.id] = (now, row)
        for who, (since, before) in list(self._back.items()):
            if now - since >= BACK_S:
                del self._back[who]
                same = self._last[who][1] == before
                self.answers.kept.append(Answer(same, 1.0, same))


def _met(cast: Cast, boxes: Sequence[Box]) -> list[Box | None]:
    """The true person behind each track, None where there is none."""
    if not boxes:
        return [None] * len(cast.tracks)
    overlap = iou(cast.tracks.xyxy, _boxes(boxes))
    best = overlap.argmax(axis=1)
    return [boxes[k] if overlap[i, k] >= MEETS else None for i, k in enumerate(best.tolist())]


def _boxes(boxes: Sequence[Box]) -> NDArray[np.float32]:
    return np.array([box.xyxy for box in boxes], np.float32).reshape(-1, 4)


def follow(
    game: SimulatedGame, minutes: float, look: Look, labels: Sequence[str], reader: Reader | None
) -> Film:
    """Film a game and follow its people; looking starts with the first picture."""
    ids = itertools.count(1)
    people, bearing, shift = People(labels, lambda: next(ids), reader), Bearing(), Shift()
    film = Film()
    for picture, truth in _until(game, minutes * 60):
        if truth.index == 0:
            setup = _setup(game)
            bearing.resize(game.size)
            bearing.configure(setup)
            people.configure(setup)
        if (focal := bearing.focal) is not None:
            shift.lens(focal)
        moved = shift.update(picture)
        if moved is not None:
            bearing.move(moved, truth.media_s)
        bearing.look(picture, truth.media_s, [])
        frame = Frame(picture, truth.media_s, truth.media_s)
        film.add(people.look(frame, look(picture), bearing.view, moved), truth, people)
    return film


def _until(game: SimulatedGame, end_s: float) -> Iterator[tuple[Image, Truth]]:
    frames = game.frames(game.fps // LOOKS_A_SECOND)
    return takewhile(lambda one: one[1].media_s < end_s, frames)


def _setup(game: SimulatedGame) -> Setup:
    """What a person would tell: the court by taps, the shirts, rosters of twelve a side."""
    rng = np.random.default_rng([game.seed, 0x7A9])
    floor = floor_of(FIBA_COURT)
    assert game.camera is not None  # noqa: S101  (there is a picture)
    x, y = np.meshgrid(np.linspace(-14, 14, 15), np.linspace(-7.5, 7.5, 6))
    metres = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    pixels, depth = game.camera.project(metres)
    width, height = game.size
    inside = (depth > 1) & (pixels > 0).all(axis=1) & (pixels < [width, height]).all(axis=1)
    chosen = rng.permutation(np.flatnonzero(inside))[:8]
    taps = pixels[chosen] + rng.normal(0, _TAP_PX, (len(chosen), 2))
    points = tuple(
        (float(px), float(py), float(at[0]), float(at[1]))
        for (px, py), at in zip(taps, metres[chosen], strict=True)
    )
    players = next(game.standing()).players
    home, away = (_roster(players, side, rng) for side in _SIDES)
    return Setup(
        floor=floor,
        marks=Marks(game.size, points),
        shirts=game.look.jersey,
        numbers=(home, away),
    )


def _roster(players: Sequence[Person], side: str, rng: np.random.Generator) -> frozenset[str]:
    """The five who play, and seven who do not."""
    worn = {int(one.number) for one in players if one.team == side and one.number is not None}
    others = [n for n in rng.permutation(np.arange(4, 56)).tolist() if n not in worn]
    return frozenset(str(n) for n in [*worn, *others[: 12 - len(worn)]])


def summary(what: str, sequences: Sequence[Pairs]) -> Followed:
    """All films of a kind together, each with its own ids."""
    parts = [(one.truth, one.told, one.overlap) for one in sequences]
    hota = aggregate_hota_metrics([compute_hota_metrics(*one) for one in parts])
    clear = aggregate_clear_metrics([compute_clear_metrics(*one) for one in parts])
    identity = aggregate_identity_metrics([compute_identity_metrics(*one) for one in parts])
    return Followed(
        what,
        float(hota["HOTA"]),
        float(hota["DetA"]),
        float(hota["AssA"]),
        float(identity["IDF1"]),
        float(clear["MOTA"]),
        int(clear["IDSW"]),
        sum(len(_distinct(one.told)) for one in sequences),
        sum(len(_distinct(one.truth)) for one in sequences),
    )


def _distinct(ids: Sequence[Ids]) -> set[int]:
    return {number for one in ids for number in one.tolist()}


def evaluate(
    seeds: Sequence[int],
    minutes: float,
    look: Look,
    labels: Sequence[str],
    reader: Reader | None,
) -> Iterator[tuple[str, list[Followed], list[Line]]]:
    """(court, how well followed, what was told) of full-court and half-court films."""
    courts: tuple[Extent, ...] = ("full", "half") if seeds else ()
    for court in courts:
        films = [
            follow(SimulatedGame(seed, court=court), minutes, look, labels, reader)
            for seed in seeds
        ]
        answers: dict[str, list[Answer]] = defaultdict(list)
        for film in films:
            for name in Answers.__slots__:
                answers[name] += getattr(film.answers, name)
        followed = [
            summary("tracks", [film.tracks for film in films]),
            summary("rows of the ten", [film.rows for film in films]),
        ]
        yield court, followed, Answers(**answers).lines()
