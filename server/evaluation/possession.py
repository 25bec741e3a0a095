"""Real trajectories to a table: what the shipped fits say against what scorekeepers wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.possession_reader import Reader, ShotReading, Weights
from server.evaluation.fit_possession import (
    RIM_AFTER_START_S,
    RIM_BEFORE_END_S,
    RIM_SPREAD_S,
    basket_of,
)
from server.evaluation.tally import Answer, Line, choice, line, yes_or_no
from server.evaluation.trajectories import FOLDS, NBA_FLOOR, Scene

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

    def add_basket(self, scene: Scene, said: ShotReading) -> None:
        if scene.shooter is None or scene.points is None:
            return
        shooter = choice(said.shooter, scene.shooter)
        self.shooter.append(shooter)
        self.points.append(yes_or_no(said.three, scene.points == 3))
        self.assisted.append(yes_or_no(said.assisted, scene.assister is not None))
        if scene.assister is not None and shooter.right:
            self.assister.append(choice(said.assister, scene.assister))

    def lines(self) -> list[Line]:
        """The table; questions nobody was asked are left out."""
        told = (
            ("shooter", self.shooter, "of a basket"),
            ("points", self.points, "2 or 3"),
            ("assister", self.assister, "where assisted and the shooter is right"),
            ("assisted", self.assisted, "or not"),
            ("rebounder", self.rebounder, "flattered: scenes end at the rebound"),
            ("rebound_offensive", self.offensive, "or defensive"),
        )
        return [line(what, answers, note) for what, answers, note in told if answers]


def evaluate(data: Iterable[Scene], fits: Sequence[Weights]) -> list[Line]:
    """Each scene by the fit of its own fold. Raises ValueError when a fold has no fit."""
    if len(fits) != FOLDS:
        raise ValueError(f"{len(fits)} fits for {FOLDS} folds")
    readers = [Reader([fit], NBA_FLOOR) for fit in fits]
    answers = Answers()
    for scene in data:
        reader, basket = readers[scene.fold], basket_of(scene)
        if scene.kind == "score":
            rim_s = scene.end_s - RIM_BEFORE_END_S
            answers.add_basket(scene, reader.shot(scene.positions, basket, rim_s, RIM_SPREAD_S))
        elif scene.rebounder is not None:
            said = reader.rebound(scene.positions, basket, RIM_AFTER_START_S, RIM_SPREAD_S)
            answers.rebounder.append(choice(said, scene.rebounder))
            if scene.shooter is not None:
                team = scene.positions.team
                mates = team == team[scene.shooter]
                came = bool(mates[scene.rebounder])
                answers.offensive.append(yes_or_no(float(said[mates].sum()), came))
    return answers.lines()
