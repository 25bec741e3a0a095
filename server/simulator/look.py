"""How everything looks: one fixed, pleasant look for the demo, or a random one for training."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]  # BGR, 0 to 255
Floor = Literal["wood", "asphalt", "painted"]
Surround = Literal["gym", "outdoors", "photo"]
Board = Literal["glass", "white", "wood", "fan"]
Mount = Literal["pole", "wall", "ceiling"]
Net = Literal["white", "chain", "dark", "none"]

SKINS: tuple[Colour, ...] = (
    (190, 212, 240),
    (160, 188, 226),
    (125, 160, 205),
    (95, 130, 180),
    (65, 92, 138),
    (48, 66, 100),
    (36, 48, 72),
)
HAIRS: tuple[Colour, ...] = (
    (18, 18, 20),
    (28, 34, 44),
    (30, 48, 78),
    (70, 110, 150),
    (110, 160, 200),
    (130, 130, 135),
)


def html(colour: Colour) -> str:
    """#rrggbb."""
    blue, green, red = colour
    return f"#{red:02x}{green:02x}{blue:02x}"


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Colours are BGR. `photo`, (H, W, 3) uint8, is shown behind the court if given."""

    floor: Floor = "wood"
    floor_colour: Colour = (112, 165, 208)
    floor_outer: Colour = (92, 146, 190)
    key_colour: Colour | None = (142, 70, 34)
    line_colour: Colour = (245, 245, 245)
    surround: Surround = "gym"
    wall_colour: Colour = (190, 200, 205)
    wall_low: Colour = (96, 58, 36)
    crowd: float = 0.75
    photo: NDArray[np.uint8] | None = None
    board: Board = "glass"
    board_colour: Colour = (235, 232, 228)
    board_line: Colour = (245, 245, 245)
    rim_colour: Colour = (30, 80, 235)
    net: Net = "white"
    pole_colour: Colour = (150, 60, 30)
    mount: Mount = "pole"  # what the board hangs on
    margins: tuple[float, float] = (4.0, 4.5)  # metres of floor beside and behind the court
    ball_colour: Colour = (40, 104, 205)
    jersey: tuple[Colour, Colour] = ((240, 240, 240), (135, 45, 25))
    shorts: tuple[Colour, Colour] = ((235, 235, 235), (120, 38, 20))
    number: tuple[Colour, Colour] = ((120, 40, 20), (245, 245, 245))
    uniform: bool = True  # else everyone wears what they like
    skins: tuple[Colour, ...] = SKINS
    light: tuple[float, float] = (-0.6, -0.8)  # direction to the light in the picture
    contrast: float = 0.22  # how much darker the far side of a body is
    shadow: float = 0.3
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gamma: float = 1.0
    blur: float = 0.0  # sigma of the lens, pixels
    noise: float = 2.5  # standard deviation, grey levels
    shutter_s: float = 1 / 100
    referees: int = 2
    texture_seed: int = field(default=7)

    @classmethod
    def random(cls, rng: np.random.Generator, background: NDArray[np.uint8] | None = None) -> Look:
        """Any court anywhere; `background` (BGR picture) is put behind it."""
        surround: Surround = "photo" if background is not None else "gym"
        if background is None and rng.random() < 0.45:
            surround = "outdoors"
        inside = surround == "gym" or (surround == "photo" and rng.random() < 0.4)
        floor: Floor = "wood"
        if not inside:
            floor = "asphalt" if rng.random() < 0.5 else "painted"
        elif rng.random() < 0.2:
            floor = "painted"
        ground = _floor_colour(rng, floor)
        outer = ground if rng.random() < 0.4 else _floor_colour(rng, floor)
        key = _vivid(rng) if rng.random() < 0.6 else None
        home, away = _two_apart(rng)
        same = rng.random() < 0.7
        shorts = (home, away) if same else (_cloth(rng), _cloth(rng))
        board: Board = ("glass", "white", "wood", "fan")[
            int(rng.choice(4, p=[0.35, 0.3, 0.1, 0.25]))
        ]
        net: Net = ("white", "chain", "dark", "none")[int(rng.choice(4, p=[0.75, 0.1, 0.07, 0.08]))]
        warm = rng.uniform(-0.12, 0.12)
        bright = rng.uniform(0.7, 1.15)
        return cls(
            floor=floor,
            floor_colour=ground,
            floor_outer=outer,
            key_colour=key,
            line_colour=_grey(rng, 200, 255) if rng.random() < 0.8 else _vivid(rng),
            surround=surround,
            wall_colour=_grey(rng, 90, 235, 25),
            wall_low=_vivid(rng) if rng.random() < 0.6 else _grey(rng, 30, 200, 20),
            crowd=float(rng.uniform(0.2, 1.0)) if rng.random() < 0.6 else 0.0,
            photo=background,
            board=board,
            board_colour=_board_colour(rng, board),
            board_line=_grey(rng, 225, 255) if board == "glass" else _board_line(rng),
            rim_colour=_rim_colour(rng),
            net=net,
            mount=_mount(rng, surround),
            margins=_margins(rng, surround),
            pole_colour=_vivid(rng) if rng.random() < 0.5 else _grey(rng, 30, 190, 10),
            ball_colour=_ball_colour(rng),
            jersey=(home, away),
            shorts=shorts,
            number=(_ink(rng, home), _ink(rng, away)),
            uniform=bool(rng.random() < 0.7),
            light=(float(rng.uniform(-1, 1)), float(rng.uniform(-1, -0.3))),
            contrast=float(rng.uniform(0.1, 0.4)),
            shadow=float(rng.uniform(0.08, 0.5)),
            gain=(float(bright * (1 + warm)), float(bright), float(bright * (1 - warm))),
            gamma=float(rng.uniform(0.75, 1.35)),
            blur=float(rng.uniform(0.3, 1.6)) if rng.random() < 0.7 else 0.0,
            noise=float(rng.uniform(0.5, 9.0)),
            shutter_s=float(1 / rng.choice([30, 60, 120, 250])),
            referees=int(rng.integers(0, 3)),
            texture_seed=int(rng.integers(1 << 31)),
        )


def shade(colour: Colour, by: float) -> Colour:
    """The colour, darker (by < 1) or lighter."""
    b, g, r = (min(255, max(0, int(c * by))) for c in colour)
    return b, g, r


def toned(colour: Colour, look: Look) -> Colour:
    """The colour as the camera's exposure and white balance show it."""
    b, g, r = (
        min(255, max(0, int((c / 255) ** look.gamma * 255 * gain)))
        for c, gain in zip(colour, look.gain, strict=True)
    )
    return b, g, r


def developed(look: Look) -> Look:
    """The look with the colours of basket and ball as the camera shows them."""
    return replace(
        look,
        rim_colour=toned(look.rim_colour, look),
        board_colour=toned(look.board_colour, look),
        board_line=toned(look.board_line, look),
        pole_colour=toned(look.pole_colour, look),
        ball_colour=toned(look.ball_colour, look),
    )


def _hsv(h: float, s: float, v: float) -> Colour:
    r, g, b = colorsys.hsv_to_rgb(h % 1.0, s, v)
    return int(b * 255), int(g * 255), int(r * 255)


def _vivid(rng: np.random.Generator) -> Colour:
    return _hsv(float(rng.random()), float(rng.uniform(0.4, 0.95)), float(rng.uniform(0.25, 0.85)))


def _grey(rng: np.random.Generator, low: int, high: int, tint: int = 6) -> Colour:
    level = rng.integers(low, high) + rng.integers(-tint, tint + 1, 3)
    b, g, r = np.clip(level, 0, 255).tolist()
    return b, g, r


def _cloth(rng: np.random.Generator) -> Colour:
    pick = rng.random()
    if pick < 0.2:
        return _grey(rng, 215, 252)
    if pick < 0.4:
        return _grey(rng, 18, 60)
    return _vivid(rng)


def _two_apart(rng: np.random.Generator) -> tuple[Colour, Colour]:
    home = _cloth(rng)
    for _ in range(20):
        away = _cloth(rng)
        if sum(abs(a - b) for a, b in zip(home, away, strict=True)) > 180:
            return home, away
    return (240, 240, 240), (40, 30, 30)


def _ink(rng: np.random.Generator, cloth: Colour) -> Colour:
    return _grey(rng, 0, 60) if sum(cloth) > 380 else _grey(rng, 220, 255)


def _floor_colour(rng: np.random.Generator, floor: Floor) -> Colour:
    if floor == "wood":
        return _hsv(
            float(rng.uniform(0.05, 0.12)),
            float(rng.uniform(0.25, 0.65)),
            float(rng.uniform(0.5, 0.92)),
        )
    if floor == "asphalt":
        return _grey(rng, 55, 150, 8)
    return _hsv(float(rng.random()), float(rng.uniform(0.25, 0.7)), float(rng.uniform(0.35, 0.75)))


def _board_colour(rng: np.random.Generator, board: Board) -> Colour:
    if board == "wood":
        return _hsv(0.09, float(rng.uniform(0.3, 0.6)), float(rng.uniform(0.5, 0.8)))
    if board == "glass":
        return _grey(rng, 170, 245, 12)
    return _grey(rng, 130, 250, 10)


def _board_line(rng: np.random.Generator) -> Colour:
    pick = rng.random()
    if pick < 0.4:
        return _hsv(float(rng.uniform(-0.03, 0.05)), 0.85, float(rng.uniform(0.5, 0.9)))
    return _grey(rng, 10, 70) if pick < 0.75 else _grey(rng, 120, 255)


def _rim_colour(rng: np.random.Generator) -> Colour:
    pick = rng.random()
    if pick < 0.85:
        return _hsv(
            float(rng.uniform(-0.03, 0.07)),
            float(rng.uniform(0.65, 1.0)),
            float(rng.uniform(0.45, 1.0)),
        )
    return _grey(rng, 20, 90) if pick < 0.95 else _vivid(rng)


def _mount(rng: np.random.Generator, surround: Surround) -> Mount:
    if surround != "gym":
        return "pole"
    return ("pole", "wall", "ceiling")[int(rng.integers(3))]


def _margins(rng: np.random.Generator, surround: Surround) -> tuple[float, float]:
    if surround == "gym":
        return float(rng.uniform(2.5, 9)), float(rng.uniform(2.6, 9))
    return float(rng.uniform(6, 16)), float(rng.uniform(6, 16))


def _ball_colour(rng: np.random.Generator) -> Colour:
    if rng.random() < 0.9:
        return _hsv(
            float(rng.uniform(0.01, 0.09)),
            float(rng.uniform(0.45, 0.95)),
            float(rng.uniform(0.35, 0.95)),
        )
    return _vivid(rng)
