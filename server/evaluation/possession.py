"""Real trajectories to a table: what the shipped fits say against what scorekeepers wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.possession import Array
from pipeline.possession_reader import Reader, ShotReading, Weights
from server.evaluation.tally import Answer, Line, choice, line, yes_or_no
from server.evaluation.trajectories import FOLDS, NBA_FLOOR, Case, Scene

SPLIT = (
    f"by game, {FOLDS} folds (sha256 of the game's id): every scene is answered by the fit that "
    "saw no scene of its game"
)


@dataclass(slots=True)
class Answers:
    """Answers so far, by question."""

    shooter: list[Answer] = field(default_factory=list)
    points: list[Answer] = field(default_factory=list)
    assister: list[Answer] = field(default_factory=list)
    assisted: list[Answer] = field(default_factory=list)
    rebounder: list[Answer] = field(default_factory=list)
    offensive: list[Answer] = field(default_factory=list)
    blocked: list[Answer] = field(default_factory=list)
    blocker: list[Answer] = field(default_factory=list)

    def add_basket(self, scene: Scene, said: ShotReading) -> None:
        if scene.shooter is None or scene.points is None:
            return
        shooter = choice(said.shooter, scene.shooter)
        self.shooter.append(shooter)
        self.points.append(yes_or_no(said.three, scene.points == 3))
        self.assisted.append(yes_or_no(said.assisted, scene.assister is not None))
        if scene.assister is not None and shooter.right:
            self.assister.append(choice(said.assister, scene.assister))

    def add_rebound(self, scene: Scene, rebounder: int, said: Array) -> None:
        self.rebounder.append(choice(said, rebounder))
        if scene.shooter is not None:
            mates = scene.positions.team == scene.positions.team[scene.shooter]
            self.offensive.append(yes_or_no(float(said[mates].sum()), bool(mates[rebounder])))

    def add_miss(self, scene: Scene, said: ShotReading) -> None:
        if scene.shooter is None:
            return
        self.blocked.append(yes_or_no(float(said.blocker.sum()), scene.blocker is not None))
        if scene.blocker is not None:
            self.blocker.append(Answer(int(said.blocker.argmax()) == scene.blocker, 0.0, False))

    def lines(self) -> list[Line]:
        """The table; questions nobody was asked are left out."""
        told = (
            ("shooter", self.shooter, "of a basket"),
            ("points", self.points, "2 or 3"),
            ("assister", self.assister, "where assisted and the shooter is right"),
            ("assisted", self.assisted, "or not"),
            ("rebounder", self.rebounder, "flattered: scenes end at the rebound"),
            ("rebound_offensive", self.offensive, "or defensive"),
            ("blocked", self.blocked, f"or not; {len(self.blocker)} were"),
            ("blocker", self.blocker, "of blocks"),
        )
        return [
            line(what, answers, note, said=what != "blocker")
            for what, answers, note in told
            if answers
        ]


def evaluate(cases: Iterable[Case], fits: Sequence[Weights]) -> list[Line]:
    """Each scene by the fit of its own fold. Raises ValueError when a fold has no fit."""
    if len(fits) != FOLDS:
        raise ValueError(f"{len(fits)} fits for {FOLDS} folds")
    readers = [Reader([fit], NBA_FLOOR) for fit in fits]
    answers = Answers()
    for case in cases:
        scene, reader = case.scene, readers[case.scene.fold]
        where = (scene.positions, case.basket, case.rim_s, case.spread_s)
        if scene.kind == "score":
            answers.add_basket(scene, reader.shot(*where))
            continue
        answers.add_miss(scene, reader.shot(*where))
        if scene.rebounder is not None:
            answers.add_rebound(scene, scene.rebounder, reader.rebound(*where))
    return answers.lines()
