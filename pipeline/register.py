"""Lay the court's lines over those in the picture: a view of the court made exact, or held.

Beside each point of a drawn line the picture is searched along the line's normal, as far as the
view is unsure, for something narrow that is lighter or darker than both its sides (C. Harris'
way of following known edges: Tracking with Rigid Models, 1992). All that was found corrects the
view by one linear update of its homography and covariance (R. Hartley and A. Zisserman, Multiple
View Geometry in Computer Vision, 2nd edition, 5.2), repeated while it moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.court import Floor, along, court_lines
from pipeline.courtview import RIM_M, CourtView
from pipeline.frame import Image
from pipeline.pose import projection_from

Array = NDArray[np.float64]

ROUNDS = 4
FURTHEST_PX = 28
"""Lines are looked for at most so far from where they are expected, in a picture 1280 wide."""

LINE_M = 0.05
"""Width of a painted line in every code (FIBA art. 2.4)."""

SIGMA_PX = 1.0
"""How exactly a painted line is where it should be: paint, lens, edges."""

ALIKE = 3.0
"""Points side by side on one line err alike: nine of them tell as much as one."""

SPACED_PX = 6.0

FAINT = 7.0
"""Grey levels by which a line differs from the floor on both its sides."""

FEWEST = 30
CLEAR = 0.12
"""So many points must lie on lines, and that share more than lie on something anyway."""

SLACK = 0.02
"""A correction after which fewer points lie on lines is none."""

HELD_PX = 0.5
"""Nothing is more exact than that: lenses bend lines a little."""

_RIM_SIGMA_PX = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Registered:
    """view: corrected, or as it was. support: share of the line points that lie on lines, of
    those in the picture; by_chance: share that would anyway. found: whether it was corrected."""

    view: CourtView
    support: float
    by_chance: float
    found: bool


def register(
    view: CourtView, image: Image, floor: Floor, *, rims: Array | None = None
) -> Registered:
    """Correct a view by the lines in a picture, and by rims.

    image: of the view's size. rims: (K, 4) px, py of a ring's middle, x, y of the point of the
    floor below it.
    """
    grey = np.asarray(cv2.GaussianBlur(image[:, :, 1], (0, 0), 0.8), np.uint8)
    at, ways = _points(floor)
    reach = FURTHEST_PX * max(view.size) / 1280
    now, prior = view, _root(view.covariance)
    shift = np.zeros(9)
    support = by_chance = 0.0
    for number in range(ROUNDS):
        search = _search(now, grey, at, ways, reach if number == 0 else max(5.0, reach / 2**number))
        if search is None or len(search.offsets) < FEWEST:
            return Registered(view, 0.0, 0.0, found=False)
        support, by_chance = search.support, search.by_chance
        slopes, off, sigma = search.slopes, search.offsets, search.sigmas
        if rims is not None and len(rims):
            more = _rims(now, rims)
            slopes = np.vstack([slopes, more[0]])
            off, sigma = np.append(off, more[1]), np.append(sigma, more[2])
        # Measured from the prior: what was corrected already is no news.
        news = off + slopes @ shift
        weights = 1 / (sigma**2 * (1 + (off / (2 * sigma)) ** 2))
        inner = slopes @ prior
        information = np.eye(prior.shape[1]) + (inner * weights[:, None]).T @ inner
        change = np.linalg.solve(information, (inner * weights[:, None]).T @ news)
        if not np.isfinite(change).all() or float(change @ change) > 9.0 * len(change):
            return Registered(view, support, by_chance, found=False)
        before, shift = shift, prior @ change
        moved = _shifted(view, shift)
        if moved is None:
            return Registered(view, support, by_chance, found=False)
        now = replace(moved, covariance=prior @ np.linalg.inv(information) @ prior.T)
        if number and np.allclose(before, shift, rtol=1e-3, atol=0):
            break
    first = _search(view, grey, at, ways, max(12.0, reach / 2))
    final = _search(now, grey, at, ways, max(12.0, reach / 2))
    if final is None or final.on_lines < FEWEST or final.support - final.by_chance < CLEAR:
        return Registered(view, support, by_chance, found=False)
    if first is not None and first.support > final.support + SLACK:
        return Registered(view, support, by_chance, found=False)
    return Registered(now.loosened(HELD_PX), final.support, final.by_chance, found=True)


def _points(floor: Floor) -> tuple[Array, Array]:
    """(N, 2) points of the floor's lines, metres, and (N, 2) the way each line runs there."""
    lines = [along(line, 0.2) for line in court_lines(floor)]
    ways = [np.gradient(line, axis=0) for line in lines]
    return np.concatenate(lines), np.concatenate(ways)


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """slopes: (K, 9) how a line moves along its normal with each entry of the homography;
    offsets: (K,) how far it is off; sigmas: how exactly that is known, pixels."""

    slopes: Array
    offsets: Array
    sigmas: Array
    support: float
    by_chance: float
    on_lines: int


def _search(
    view: CourtView, grey: NDArray[np.uint8], at: Array, ways: Array, reach: float
) -> _Search | None:
    px, ahead = view.floor_px(at), view.floor_px(at + 0.02 * ways)
    tangent = ahead - px
    length = np.hypot(tangent[:, 0], tangent[:, 1])
    width, height = view.size
    with np.errstate(invalid="ignore"):
        inside = (px > reach / 2).all(axis=1) & (px < np.array([width, height]) - reach / 2).all(1)
        inside &= length > 0
    if inside.sum() < FEWEST:
        return None
    px, tangent = px[inside], tangent[inside] / length[inside, None]
    keep = _spaced(px)
    px, tangent = px[keep], tangent[keep]
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    by_entries, by_px = view.slopes(px)
    to_px = np.linalg.inv(by_px)
    slopes = -np.einsum("ni,nij,njk->nk", normal, to_px, by_entries)
    across = np.hypot(*np.einsum("nij,nj->ni", by_px, normal).T)
    thick = LINE_M / across
    seen = thick > 0.6
    px, normal, slopes, thick = px[seen], normal[seen], slopes[seen], thick[seen]
    if len(px) < FEWEST:
        return None
    unsure = np.sqrt(np.einsum("ni,ij,nj->n", slopes, view.covariance, slopes))
    steps = np.arange(-int(np.ceil(reach)), int(np.ceil(reach)) + 1, dtype=np.float64)
    response = _response(grey, px, normal, thick, steps)
    expected = np.hypot(unsure, SIGMA_PX)[:, None]
    rated = response * np.exp(-0.5 * (steps / (1.5 * expected)) ** 2)
    rated[:, np.abs(steps) > reach] = 0
    best = rated.argmax(axis=1)
    rows = np.arange(len(px))
    found = (response[rows, best] > FAINT) & (np.abs(steps[best]) < 3 * expected[:, 0] + 1)
    near = np.abs(steps) <= 2
    plain = response > FAINT
    on_lines = plain[:, near].any(axis=1)
    # Five pixels elsewhere, beside where the line is expected, as often as there is room.
    elsewhere = [
        plain[:, (steps >= middle - 2) & (steps <= middle + 2)].any(axis=1).mean()
        for middle in (*range(-int(reach) + 2, -6, 5), *range(7, int(reach) - 1, 5))
    ]
    return _Search(
        slopes[found],
        steps[best][found],
        np.full(int(found.sum()), ALIKE * SIGMA_PX),
        float(on_lines.mean()),
        float(np.mean(elsewhere)) if elsewhere else 0.0,
        int(on_lines.sum()),
    )


def _response(
    grey: NDArray[np.uint8], px: Array, normal: Array, thick: Array, steps: Array
) -> Array:
    """(N, steps) how much lighter, or darker, a place is than both its sides along the normal."""
    beside = np.maximum(2.0, 0.8 * thick + 1.0)[:, None]
    profile, before, after = (
        cv2.remap(
            grey,
            (px[:, :1] + normal[:, :1] * away).astype(np.float32),
            (px[:, 1:] + normal[:, 1:] * away).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ).astype(np.float64)
        for away in (steps[None] + 0 * beside, steps[None] - beside, steps[None] + beside)
    )
    one, other = profile - before, profile - after
    return np.where(one * other > 0, np.minimum(np.abs(one), np.abs(other)), 0.0)


def _spaced(px: Array) -> NDArray[np.bool_]:
    """Points in order along lines, of which no two kept neighbours are nearer than SPACED_PX."""
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(px, axis=0).T))])
    cell = np.floor(gone / SPACED_PX)
    return np.concatenate([[True], np.diff(cell) > 0])


def _rims(view: CourtView, rims: Array) -> tuple[Array, Array, Array]:
    """Slopes, offsets and sigmas of rings in the picture, as of lines."""
    rings = np.hstack([rims[:, 2:4], np.full((len(rims), 1), RIM_M)])

    def seen(shift: Array) -> Array:
        moved = _shifted(view, shift)
        return np.full(2 * len(rims), np.nan) if moved is None else moved.project(rings).ravel()

    here = seen(np.zeros(9))
    tiny = 1e-6 * np.sqrt(np.diag(view.covariance)) + 1e-12
    slopes = np.stack([(seen(tiny * one) - here) / tiny.max() for one in np.eye(9)], axis=1)
    slopes = slopes * (tiny.max() / tiny)
    off = rims[:, :2].ravel() - here
    told = np.isfinite(off) & np.isfinite(slopes).all(axis=1)
    return slopes[told], off[told], np.full(int(told.sum()), _RIM_SIGMA_PX)


def _shifted(view: CourtView, shift: Array) -> CourtView | None:
    """The view with its homography's entries changed."""
    changed = view.homography + shift.reshape(3, 3)
    if view.projection is None:
        return replace(view, homography=changed)
    projection = projection_from(changed, view.size)
    if projection is None:
        return None
    return replace(view, homography=changed, projection=projection)


def _root(covariance: Array) -> Array:
    """(9, r) whose product with its transpose is the covariance."""
    scale = np.sqrt(np.diag(covariance)) + 1e-300
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    kept = values > 1e-10 * values[-1]
    return np.asarray(scale[:, None] * vectors[:, kept] * np.sqrt(values[kept]))
