"""What each person wears, and in which colours every part of the body is drawn."""

from __future__ import annotations

import numpy as np

from server.simulator.look import HAIRS, Colour, Look, toned
from server.simulator.players import Person

Clothes = dict[str, Colour]


def dress(people: tuple[Person, ...], look: Look) -> list[Clothes]:
    """Colours by kind of part: skin hair jersey shorts leg sleeve sock shoe number."""
    rng = np.random.default_rng(look.texture_seed + 1)
    return [_one(person, look, rng) for person in people]


def _colour(rng: np.random.Generator) -> Colour:
    b, g, r = rng.integers(15, 245, 3).tolist()
    return b, g, r


def _one(person: Person, look: Look, rng: np.random.Generator) -> Clothes:
    skin = look.skins[person.skin % len(look.skins)]
    clothes: Clothes = {"skin": skin, "sleeve": skin, "leg": skin}
    clothes["hair"] = HAIRS[person.hair % len(HAIRS)]
    clothes["shoe"] = (235, 235, 235) if rng.random() < 0.5 else _colour(rng)
    clothes["sock"] = (240, 240, 240) if rng.random() < 0.6 else (35, 35, 35)
    if person.team == "referee":
        dark: Colour = (32, 30, 30)
        clothes |= {"jersey": (215, 215, 215), "shorts": dark, "leg": dark, "sock": dark}
        clothes |= {"sleeve": (190, 190, 190), "number": dark, "shoe": (25, 25, 25)}
    else:
        side = 0 if person.team == "home" else 1
        clothes |= {"jersey": look.jersey[side], "shorts": look.shorts[side]}
        clothes["number"] = look.number[side]
        if not look.uniform:
            clothes |= {"jersey": _colour(rng), "shorts": _colour(rng)}
        if rng.random() < (0.15 if look.uniform else 0.7):
            clothes["sleeve"] = clothes["jersey"]
        if rng.random() < 0.12:
            clothes["leg"] = (30, 30, 32)
    return {kind: toned(colour, look) for kind, colour in clothes.items()}
