"""What the view of the court is worth, in simulation: places from four taps, and a panned phone.

Phones stand where parents stand (simulated games, `vary` 1: beside, in the corner, behind the
basket, half or whole court, any lens); four marks that span the picture are tapped with an error;
the true camera is the simulator's. No figure in `pipeline` was chosen on these seeds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from math import erf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.bearing import Bearing
from pipeline.court import Floor, landmarks
from pipeline.courtview import CourtView, GeometryError, solve
from pipeline.frame import Image
from pipeline.pose import apply
from pipeline.register import register
from pipeline.setup import Marks, Setup
from pipeline.shift import Shift
from server.evaluation.tally import Answer, Line, line
from server.floors import floor_of
from server.game.court import FIBA_COURT
from server.simulator.camera import Camera
from server.simulator.game import Extent, SimulatedGame
from server.simulator.operator import View

Array = NDArray[np.float64]
FLOOR = floor_of(FIBA_COURT)
STILL = (960, 540)
FOOT_PX = 2.0
"""How well the lower edge of a player's box tells where the feet are, in the still."""

SURE = 0.9
"""Two or three is said from that probability on; between, the scorekeeper is asked."""

BANDS = ((0.0, 0.2), (0.2, 0.5), (0.5, 1.0), (1.0, 2.0))
"""Metres from the line of three."""

_VIEWS: tuple[View, ...] = ("sideline", "corner", "baseline", "sideline")
_PAN_SIZE = (640, 360)


@dataclass(frozen=True, slots=True)
class Spread:
    """n measurements: their median and 95th percentile."""

    what: str
    n: int
    median: float
    p95: float
    unit: str

    @classmethod
    def of(cls, what: str, values: Sequence[float], unit: str) -> Spread:
        median, p95 = np.percentile(values, [50, 95]) if len(values) else (np.nan, np.nan)
        return cls(what, len(values), round(float(median), 3), round(float(p95), 3), unit)

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        numbers = f"{self.median:.2f} {self.unit}, p95 {self.p95:.2f}"
        return f"{self.what:<50}{numbers:>26}  ({self.n})"


@dataclass(slots=True, eq=False)
class _Way:
    """One way to a view: what its places and its decisions came to."""

    errors: list[float] = field(default_factory=list)
    inside: list[float] = field(default_factory=list)
    threes: dict[tuple[float, float], list[tuple[float, bool]]] = field(default_factory=dict)

    def take(self, view: CourtView, feet: Array, at: Array, baskets: Array) -> None:
        told = view.floor(feet)
        off = told - at
        spread = view.spread(feet, FOOT_PX)
        far2 = np.einsum("ni,nij,nj->n", off, np.linalg.pinv(spread), off)
        self.errors += np.hypot(off[:, 0], off[:, 1]).tolist()
        self.inside.append(float((far2 < 5.991).mean()))
        for place, true, doubt, basket in zip(told, at, spread, baskets, strict=True):
            beyond = float(FLOOR.beyond_line(true, basket))
            band = next((one for one in BANDS if one[0] <= abs(beyond) < one[1]), None)
            if band is not None:
                chance = chance_of_three(FLOOR, place, doubt, basket)
                self.threes.setdefault(band, []).append((chance, beyond > 0))

    def lines(self, name: str) -> list[Line | Spread]:
        out: list[Line | Spread] = [
            Spread.of(f"{name}: place of feet", self.errors, "m"),
            Spread.of(f"{name}: share within the 95 % ellipse", self.inside, ""),
        ]
        for band in BANDS:
            said = self.threes.get(band, [])
            plain = [(c, t) for c, t in said if c >= SURE or c <= 1 - SURE]
            answers = [Answer((c > 0.5) == t, c, t) for c, t in plain]
            asked = f"asked in {100 * (1 - len(plain) / max(1, len(said))):.0f} % of {len(said)}"
            what = f"{name}: 2 or 3, {band[0]:g} to {band[1]:g} m off"
            out.append(line(what, answers, asked, said=False))
        every = [Answer((c > 0.5) == t, c, t) for said in self.threes.values() for c, t in said]
        out.append(line(f"{name}: 2 or 3, nobody asked", every))
        return out


def chance_of_three(floor: Floor, place: Array, spread: Array, basket: Array) -> float:
    """Probability that somebody at (2,) `place`, known to (2, 2) `spread`, is beyond the line."""
    tiny = 0.01
    steps = np.array([[tiny, 0.0], [-tiny, 0.0], [0.0, tiny], [0.0, -tiny]])
    around = floor.beyond_line(place + steps, basket)
    slope = np.array([around[0] - around[1], around[2] - around[3]]) / (2 * tiny)
    sigma = sqrt(max(float(slope @ spread @ slope), 1e-12))
    return 0.5 * (1 + erf(float(floor.beyond_line(place, basket)) / (sigma * sqrt(2))))


def taps(seeds: Sequence[int], tap_px: float) -> list[Line | Spread]:
    """Four taps from a phone for each seed; then the same laid over the lines in the picture."""
    tapped, held, refused, found = _Way(), _Way(), 0, []
    for seed in seeds:
        image, camera, court = _still(seed)
        rng = np.random.default_rng(seed)
        marks = _marks(camera, court)
        if marks is None:
            continue
        px, metres = marks
        try:
            view = solve(px + rng.normal(0, tap_px, px.shape), metres, STILL, sigma_px=tap_px)
        except GeometryError:
            refused += 1
            continue
        at, baskets = _feet(rng, camera, court)
        feet = camera.project(np.hstack([at, np.zeros((len(at), 1))]))[0]
        feet = feet + rng.normal(0, FOOT_PX, feet.shape)
        tapped.take(view, feet, at, baskets)
        laid = register(view, image, FLOOR)
        held.take(laid.view, feet, at, baskets)
        found.append(laid.found)
    taken = [Answer(True, 1.0, True)] * len(found) + [Answer(False, 1.0, True)] * refused
    return [
        line("taps taken", taken, said=False),
        *tapped.lines("taps"),
        line("lines found", [Answer(one, 1, True) for one in found], said=False),
        *held.lines("lines"),
    ]


def pans(seeds: Sequence[int], seconds: float, tap_px: float) -> list[Spread]:
    """A phone that follows the play and shakes: pixels of a picture 1280 wide, then metres."""
    blind: list[float] = []
    lens: list[float] = []
    metres: list[float] = []
    marked_only: list[float] = []
    for seed in seeds:
        game = SimulatedGame(
            seed, size=_PAN_SIZE, view=_VIEWS[seed % 3], shake=0.003, vary=0.5, court=_extent(seed)
        )
        unknown, known, shift = Shift(), Shift(), Shift()
        bearing, carried = Bearing(), Bearing()
        first: Camera | None = None
        for image, truth in game.frames(step=3):
            camera = game.camera
            if camera is None or truth.media_s > seconds:
                break
            if first is None:
                marks = _marks(camera, game.court.half)
                if marks is None:
                    break
                first, known.focal = camera, camera.focal / _PAN_SIZE[0]
                setup = _setup(marks, np.random.default_rng(seed), tap_px * _PAN_SIZE[0] / STILL[0])
                for one in (bearing, carried):
                    one.resize(_PAN_SIZE)
                    one.configure(setup)
            for eye, off in ((unknown, blind), (known, lens)):
                eye.update(image)
                off.append(_off_px(eye.total, first, camera))
            if (focal := bearing.focal) is not None:
                shift.lens(focal)
            moved = shift.update(image)
            if moved is not None:
                bearing.move(moved, truth.media_s)
                carried.move(moved, truth.media_s)
            bearing.look(image, truth.media_s, [])
            for held, errors in ((bearing, metres), (carried, marked_only)):
                if held.view is not None:
                    errors += _off_m(held.view, camera, game.court.half)
    return [
        Spread.of("picture followed, lens not known", blind, "px"),
        Spread.of("picture followed, lens known", lens, "px"),
        Spread.of("places, taps carried along", marked_only, "m"),
        Spread.of("places, held to the lines each second", metres, "m"),
    ]


def _extent(seed: int) -> Extent:
    return "full" if seed % 2 else "half"


def _still(seed: int) -> tuple[Image, Camera, bool]:
    view, extent = _VIEWS[seed % len(_VIEWS)], _extent(seed // 4)
    game = SimulatedGame(seed, size=STILL, view=view, vary=1.0, shake=0.0, court=extent)
    image, _ = next(itertools.islice(game.frames(step=30), 3, 4))
    if game.camera is None:
        raise RuntimeError("a picture was drawn without a camera")
    return image, game.camera, game.court.half


def _marks(camera: Camera, half: bool) -> tuple[Array, Array] | None:
    """Pixels and metres of the four points that span most of the picture, as a parent is told
    to choose them; None where the picture has not four."""
    metres = np.array([at for at in landmarks(FLOOR).values() if not half or at[0] >= 0])
    px, seen = camera.on_floor(metres)
    px, metres = px[seen], metres[seen]
    best = max(
        itertools.combinations(range(len(px)), 4), key=lambda k: _spanned(px[list(k)]), default=None
    )
    if best is None or _spanned(px[list(best)]) < 0.002 * camera.size[0] * camera.size[1]:
        return None
    return px[list(best)], metres[list(best)]


def _spanned(corners: Array) -> float:
    """The least of the triangles among four points."""
    triangles: Iterator[Array] = (corners[list(k)] for k in itertools.combinations(range(4), 3))
    return min(
        abs(float((b - a)[0] * (c - a)[1] - (b - a)[1] * (c - a)[0])) / 2 for a, b, c in triangles
    )


def _feet(rng: np.random.Generator, camera: Camera, half: bool) -> tuple[Array, Array]:
    """Places on the floor in the picture, half of them near the line of three, and the basket
    that is shot at from there."""
    count = 60
    way = np.where((rng.uniform(size=count) < 0.5) & (not half), 0, 1)
    baskets = FLOOR.baskets()[way]
    turn, far = rng.uniform(-1.4, 1.4, count), FLOOR.arc_m + rng.uniform(-2, 2, count)
    inward = -np.sign(baskets[:, 0])
    near = baskets + np.stack([inward * far * np.cos(turn), far * np.sin(turn)], axis=1)
    near[:, 1] = np.clip(near[:, 1], -7.4, 7.4)
    _, seen = camera.on_floor(near)
    return near[seen], baskets[seen]


def _setup(marks: tuple[Array, Array], rng: np.random.Generator, tap_px: float) -> Setup:
    px, metres = marks
    px = px + rng.normal(0, tap_px, px.shape)
    points = tuple((*p, *m) for p, m in zip(px.tolist(), metres.tolist(), strict=True))
    return Setup(floor=FLOOR, marks=Marks(_PAN_SIZE, points))


def _grid(width: float, height: float) -> Array:
    x, y = np.meshgrid(np.linspace(0, width, 9), np.linspace(0, height, 6))
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _off_px(total: Array, first: Camera, camera: Camera) -> float:
    """Median over the picture, in pixels of one 1280 wide."""
    here = _grid(*_PAN_SIZE)
    off = apply(total, apply(camera.turned(first), here)) - here
    return float(np.nanmedian(np.hypot(off[:, 0], off[:, 1]))) * 1280 / _PAN_SIZE[0]


def _off_m(view: CourtView, camera: Camera, half: bool) -> list[float]:
    """Over the floor in the picture."""
    at = _grid(27.0, 14.0) - np.array([13.5, 7.0])
    at = at[at[:, 0] >= 0] if half else at
    px, seen = camera.on_floor(at)
    off = view.floor(px[seen]) - at[seen]
    far = np.hypot(off[:, 0], off[:, 1])
    return [float(one) for one in far if np.isfinite(one)]
