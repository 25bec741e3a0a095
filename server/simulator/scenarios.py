"""Hard cases, each a short film with its truth: what an honest evaluation of seeing includes.

`scenarios()` gives them by name. For each, `frames()` gives (picture, Truth) as
`SimulatedGame.frames` does, and `events()` all true events of the whole film without drawing it:

    for name, scenario in scenarios().items():
        for image, truth in scenario.frames():
            see(image, truth.media_s)
        compare(scenario.events())

Where pictures were lost on the way, `frames()` leaves them out: `media_s` says when one was
taken. `live=False`: nobody plays a game (a warm-up), so nothing in it is to be proposed.
`looking` names what is hard. Everything follows from the seed; physics decides each shot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from server.simulator import stories
from server.simulator.camera import Camera
from server.simulator.court import SIZES, Court
from server.simulator.draw import Artist
from server.simulator.game import Extent, people
from server.simulator.look import Look
from server.simulator.operator import Operator, Stand
from server.simulator.players import Person, Squad
from server.simulator.script import TEAM
from server.simulator.spoil import blocky, starved
from server.simulator.stage import Stage, Story
from server.simulator.truth import Event, Truth

Image = NDArray[np.uint8]
Film = Iterator[tuple[Image, Truth]]
Looking = Literal["ring", "ball", "players", "camera", "transport"]

SIZE = (1280, 720)
_STAND = Stand(SIZE, "sideline", True, 0.002, 0.0)
_BEHIND_BOARD = replace(_STAND, place=((18.5, -2.2, 1.7), (12.0, 0.0, 2.4)))
_UNSTEADY = replace(_STAND, shake=0.012, zoom=0.3, place=((0.0, -19.0, 4.0), (0.0, 0.0, 1.5)))
_WIDE_HALL = replace(Look(), margins=(13.0, 6.0))


@dataclass(frozen=True, slots=True)
class Scenario:
    """One hard case.

    about: what is hard, in words. seconds: of the film. live: False where no game is on.
    """

    name: str
    about: str
    looking: Looking
    story: Callable[[Stage], Story] = field(repr=False)
    seconds: float
    stand: Stand = _STAND
    court: Extent = "half"
    look: Look = field(default_factory=Look)
    brought: Callable[[tuple[Person, ...]], tuple[Person, ...]] = field(default=tuple, repr=False)
    spoil: Callable[[Film, np.random.Generator], Film] | None = field(default=None, repr=False)
    live: bool = True
    seed: int = 1
    fps: int = 30

    def events(self) -> tuple[Event, ...]:
        """Everything that happens in the film, in the order in which it became known."""
        stage = self._stage(np.random.default_rng(self.seed).spawn(3)[0])
        out: list[Event] = []
        for _ in range(1, self._count()):
            out += stage.step(1 / self.fps)
        return tuple(out)

    def frames(self, step: int = 1) -> Film:
        """(picture (H, W, 3) uint8 BGR, truth), every step-th; the same each time."""
        streams = np.random.default_rng(self.seed).spawn(3)
        film = self._film(streams, step)
        return film if self.spoil is None else self.spoil(film, streams[2].spawn(1)[0])

    def begins(self) -> tuple[tuple[Person, ...], Camera]:
        """The ten players, home first, and the camera of the first picture."""
        streams = np.random.default_rng(self.seed).spawn(3)
        stage = self._stage(streams[0])
        camera = Operator(stage, self.stand, streams[1]).step(1 / self.fps)
        return stage.squad.people[: 2 * TEAM], camera

    def _count(self) -> int:
        return round(self.seconds * self.fps)

    def _stage(self, rng: np.random.Generator) -> Stage:
        court = Court(SIZES["fiba"], half=self.court == "half")
        squad = Squad(self.brought(people(rng, self.look.referees)), rng)
        return Stage(court, squad, rng, self.story)

    def _film(self, streams: list[np.random.Generator], step: int) -> Film:
        stage = self._stage(streams[0])
        operator = Operator(stage, self.stand, streams[1])
        artist = Artist(stage, operator.wide(), self.stand.size, self.look, streams[2])
        fresh: list[Event] = []
        for index in range(self._count()):
            if index > 0:
                fresh += stage.step(1 / self.fps)
            camera = operator.step(1 / self.fps)
            if index % step == 0:
                picture, boxes = artist.picture(camera)
                yield picture, Truth(index, index / self.fps, boxes, tuple(fresh))
                fresh = []


def scenarios() -> dict[str, Scenario]:
    """All of them by name."""
    dark = ((60, 60, 62), (45, 45, 48))
    same = replace(Look(), jersey=dark, shorts=dark)
    opaque = replace(_WIDE_HALL, board="white")
    every = (
        Scenario("in_and_out", "dips into the ring and comes out", "ring", stories.in_and_out, 5.0),
        Scenario("roll", "circles on the ring before it drops", "ring", stories.roll, 5.5),
        Scenario("bank", "in off the board", "ring", stories.bank, 4.5),
        Scenario(
            "crosses_in_projection",
            "a lob in front of the ring, which the ball crosses only in the picture",
            "ring",
            stories.lob_in_front,
            5.0,
        ),
        Scenario(
            "behind_board",
            "one made, one missed, ring and ball hidden by the board",
            "ball",
            stories.two_shots,
            9.0,
            stand=_BEHIND_BOARD,
            look=opaque,
        ),
        Scenario(
            "putback", "a miss tipped in at once: two attempts in 2 s", "ring", stories.putback, 5.0
        ),
        Scenario(
            "foot_on_line",
            "the same shot with the foot on the line, then a step behind it",
            "players",
            stories.foot_on_line,
            10.0,
        ),
        Scenario(
            "scrum",
            "five at a loose ball, touched by many hands, no shot",
            "players",
            stories.scrum,
            7.0,
        ),
        Scenario(
            "unsteady_full_court",
            "panned, zoomed, shaken, both rings in view, a shot at each",
            "camera",
            stories.end_to_end,
            13.0,
            stand=_UNSTEADY,
            court="full",
            look=_WIDE_HALL,
        ),
        Scenario(
            "same_colours_cross",
            "dark against dark, numbers unseen, players crossing before each other",
            "players",
            stories.crossing,
            9.0,
            look=same,
            brought=stories.unnumbered,
        ),
        Scenario(
            "substitution",
            "one leaves for another of the same team while the ball is dead",
            "players",
            stories.substitution,
            10.0,
            brought=stories.with_bench,
        ),
        Scenario(
            "second_ball",
            "a shot while another ball bounces beside the court and one at the next court",
            "ball",
            stories.second_ball,
            6.0,
        ),
        Scenario(
            "warm_up",
            "several balls at one ring, nobody plays a game",
            "ball",
            stories.warm_up,
            8.0,
            live=False,
        ),
        Scenario(
            "bitrate_collapse",
            "a game's shots in blocks, blurred by the encoder",
            "transport",
            stories.two_shots,
            9.0,
            spoil=blocky,
        ),
        Scenario(
            "starved_cpu",
            "bursts of pictures with gaps of up to 0.8 s, some twice",
            "transport",
            stories.two_shots,
            9.0,
            spoil=starved,
        ),
    )
    return {one.name: one for one in every}
