"""Pixels to metres and back: random cameras, noisy marks, honest uncertainty, words for parents."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.court import Floor, court_lines, landmarks
from pipeline.courtview import RIM_M, CourtView, GeometryError, solve
from pipeline.pose import homography
from pipeline.setup import Marks, Quad, Setup
from server.floors import floor_of
from server.game.court import NBA_COURT, NCAA_COURT, NFHS_COURT, WNBA_COURT
from server.simulator.camera import Camera

Array = NDArray[np.float64]
Change = Callable[[Array, Array], tuple[Array, Array]]
SIZE = (1280, 720)
FIBA = Floor(28.0, 15.0, 1.575, 6.75, 6.6)
FLOORS = {
    "fiba": FIBA,
    **{
        name: floor_of(court)
        for name, court in (
            ("nba", NBA_COURT),
            ("wnba", WNBA_COURT),
            ("ncaa", NCAA_COURT),
            ("nfhs", NFHS_COURT),
        )
    },
}
NAMED = np.array(list(landmarks(FIBA).values()))


@st.composite
def phones(draw: st.DrawFn) -> Camera:
    """Beside the floor, where parents stand and sit; any lens of a phone."""
    at = np.array([draw(st.floats(-9, 9)), -draw(st.floats(9, 15)), draw(st.floats(1.5, 6))])
    if draw(st.booleans()):
        at = np.array([draw(st.floats(16, 20)), draw(st.floats(-7, 7)), draw(st.floats(1.5, 6))])
    aim = np.array([draw(st.floats(-7, 7)), draw(st.floats(-3, 3)), draw(st.floats(0, 1.5))])
    way = aim - at
    yaw, pitch = np.arctan2(way[1], way[0]), np.arctan2(way[2], np.hypot(way[0], way[1]))
    focal = draw(st.floats(0.55, 1.1)) * SIZE[0]
    return Camera.looking(at, float(yaw), float(pitch), draw(st.floats(-0.06, 0.06)), focal, SIZE)


def shown(phone: Camera, at: Array, z: float = 0.0) -> tuple[Array, NDArray[np.bool_]]:
    """Pixels of points of the floor, and which of them are in the picture."""
    px, depth = phone.project(np.hstack([at, np.full((len(at), 1), z)]))
    inside = (depth > 0.5) & (px >= 0).all(axis=1) & (px <= np.array(SIZE)).all(axis=1)
    return px, inside


def four(phone: Camera) -> tuple[Array, Array]:
    """The marks that span most of the picture, as a parent is told to choose them."""
    px, inside = shown(phone, NAMED)
    px, metres = px[inside], NAMED[inside]
    assume(len(px) >= 4)
    best = max(itertools.combinations(range(len(px)), 4), key=lambda k: spanned(px[list(k)]))
    assume(spanned(px[list(best)]) > 4000)
    return px[list(best)], metres[list(best)]


def spanned(corners: Array) -> float:
    """The least of the triangles among four points, square pixels."""
    return min(
        abs(float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2)
        for a, b, c in itertools.combinations(corners, 3)
    )


def feet(phone: Camera) -> tuple[Array, Array]:
    """Pixels and metres of places on the floor that are in the picture."""
    x, y = np.meshgrid(np.linspace(-13.5, 13.5, 12), np.linspace(-7, 7, 9))
    at = np.stack([x.ravel(), y.ravel()], axis=1)
    px, inside = shown(phone, at)
    assume(inside.sum() >= 8)
    return px[inside], at[inside]


@given(phones())
@settings(max_examples=15, deadline=None)
def test_exact_marks_give_the_camera_back(phone: Camera) -> None:
    px, metres = four(phone)
    view = solve(px, metres, SIZE, sigma_px=0.05)
    seen, at = feet(phone)
    # The weak belief in a phone's lens moves exact marks by less than they say themselves.
    sigma = np.sqrt(np.trace(view.spread(seen), axis1=1, axis2=2))
    assert (np.hypot(*(view.floor(seen) - at).T) < 0.03 + 4 * sigma).all()
    there = np.array([[0.0, 2.0, 1.0], [3.0, -1.0, RIM_M]])
    _, depth = phone.project(there)
    assume((depth > 1).all())
    assert view.at_height(view.project(there)[1:], RIM_M) == pytest.approx(there[1:, :2], abs=1e-6)


@given(phones(), st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_there_and_back_again(phone: Camera, seed: int) -> None:
    px, metres = four(phone)
    try:
        view = solve(px + np.random.default_rng(seed).normal(0, 2, px.shape), metres, SIZE)
    except GeometryError:
        assume(False)
    seen, at = feet(phone)
    back = view.floor(view.project(np.hstack([at, np.zeros((len(at), 1))])))
    assert back == pytest.approx(at, abs=1e-6)
    assert view.floor_px(view.floor(seen)) == pytest.approx(seen, abs=1e-6)
    spread = view.spread(seen)
    assert (np.linalg.eigvalsh(spread) > -1e-9).all()
    assert (np.linalg.eigvalsh(view.spread(seen, 3.0) - spread) > -1e-9).all()


def test_the_spread_is_what_it_says() -> None:
    """The truth lies in the 95 % ellipse about as often, over phones and shaking fingers."""
    rng, shares, errors, said = np.random.default_rng(11), [], [], []
    for _ in range(60):
        at = np.array([rng.uniform(-8, 8), -rng.uniform(9, 14), rng.uniform(1.6, 5)])
        way = np.array([rng.uniform(-5, 5), rng.uniform(-2, 2), 1.0]) - at
        phone = Camera.looking(
            at,
            float(np.arctan2(way[1], way[0])),
            float(np.arctan2(way[2], np.hypot(way[0], way[1]))),
            rng.normal(0, 0.03),
            rng.uniform(0.6, 1.0) * SIZE[0],
            SIZE,
        )
        px, inside = shown(phone, NAMED)
        px, metres = px[inside], NAMED[inside]
        if len(px) < 4:
            continue
        chosen = max(itertools.combinations(range(len(px)), 4), key=lambda k: spanned(px[list(k)]))
        try:
            taps = px[list(chosen)] + rng.normal(0, 4, (4, 2))
            view = solve(taps, metres[list(chosen)], SIZE, sigma_px=4.0)
        except GeometryError:
            continue
        x, y = np.meshgrid(np.linspace(-13.5, 13.5, 12), np.linspace(-7, 7, 9))
        spots = np.stack([x.ravel(), y.ravel()], axis=1)
        seen, inside = shown(phone, spots)
        off = view.floor(seen[inside]) - spots[inside]
        spread = view.spread(seen[inside])
        far2 = np.einsum("ni,nij,nj->n", off, np.linalg.pinv(spread), off)
        shares.append(float((far2 < 5.991).mean()))
        errors.append(float(np.median(np.hypot(*off.T))))
        said.append(view.error_m)
    assert len(shares) > 40
    assert 0.90 <= np.mean(shares) <= 0.99
    assert np.median(errors) < 0.35
    # What is told of the whole view is about what it is.
    assert 0.6 < float(np.median(errors) / np.median(said)) < 1.4


def taps(phone: Camera | None = None) -> tuple[Array, Array]:
    metres = np.array([[-14, -2.45], [-8.2, -2.45], [-8.2, 2.45], [-14, 2.45]])
    camera = phone or Camera.looking(np.array([-7.0, -11, 2.5]), 1.7, -0.1, 0.0, 900, SIZE)
    return shown(camera, metres)[0], metres


def test_rims_help_where_the_marks_are_close_together() -> None:
    phone = Camera.looking(np.array([-7.0, -11, 2.5]), 1.7, -0.1, 0.0, 900, SIZE)
    px, metres = taps(phone)
    basket = np.array([-12.425, 0.0])
    rim, _ = phone.project(np.array([[*basket, RIM_M]]))
    without = solve(px, metres, SIZE)
    with_rim = solve(px, metres, SIZE, rims=np.array([[*rim[0], *basket]]))
    assert with_rim.error_m < without.error_m
    assert with_rim.project(np.array([[*basket, RIM_M]])) == pytest.approx(rim, abs=1.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda px, m: (px[:3], m[:3]), "at least four"),
        (lambda px, m: (px[[1, 0, 2, 3]], m), "crossed|swapped"),
        (lambda px, m: (px[[1, 0, 3, 2]], m), "mirrored"),
        (lambda px, m: (px[[0, 0, 2, 3]], m), "one spot"),
        (lambda px, m: (px, m[[0, 1, 1, 3]]), "one spot"),
        (lambda px, m: ((px - px[0]) * [1, 0.001] + px[0], m), "one line"),
        (lambda px, m: (px, np.array([[-14, 0], [-8, 0], [0, 0], [0, 7.5]])), "one line"),
        (
            lambda px, m: (np.vstack([px, px.mean(0) + 70]), np.vstack([m, m.mean(0)])),
            "mark 5 is off",
        ),
        (lambda px, m: (px * np.nan, m), "no place"),
        (lambda px, m: ((px - px.mean(0)) * 0.06 + px.mean(0), m), "mark|close together|no part"),
    ],
)
def test_marks_that_cannot_be_are_refused_in_words(change: Change, words: str) -> None:
    px, metres = taps()
    bad = change(px.copy(), metres.copy())
    with pytest.raises(GeometryError, match=words):
        solve(bad[0], bad[1], SIZE)


def test_shapes_are_checked_and_one_line_gives_no_plane() -> None:
    with pytest.raises(ValueError, match="not"):
        solve(np.zeros((4, 3)), np.zeros((4, 2)), SIZE)
    line = np.array([[0, 0], [1, 1], [2, 2], [3, 3], [5, 5]], float)
    with pytest.raises(GeometryError, match="one line"):
        homography(line, line)


def test_what_is_above_the_horizon_is_nowhere() -> None:
    view = solve(*taps(), SIZE)
    assert np.isnan(view.floor(np.array([[640.0, 5.0]]))).all()
    assert not np.isnan(view.floor(np.array([[640.0, 700.0]]))).any()
    behind = view.project(np.array([[-7.0, -30.0, 1.0]]))
    assert np.isnan(behind).all()


def flat(view: CourtView) -> CourtView:
    """The same without the camera."""
    return CourtView(view.size, view.homography, view.covariance, None)


def test_without_a_camera_only_the_floor_is_known() -> None:
    view = flat(solve(*taps(), SIZE))
    assert view.focal is None
    assert np.isnan(view.at_height(np.array([[600.0, 400.0]]), 1.0)).all()
    at = np.array([[-10.0, 1.0, 0.0], [-10.0, 1.0, 2.0]])
    assert np.isnan(view.project(at)).tolist() == [[False, False], [True, True]]
    assert view.loosened(3.0) is view


@given(st.floats(-0.2, 0.2), st.floats(-0.1, 0.1), st.floats(0.8, 1.25))
@settings(max_examples=25, deadline=None)
def test_a_view_goes_with_a_camera_that_turns_and_zooms(
    yaw: float, tilt: float, zoom: float
) -> None:
    at = np.array([-7.0, -11, 2.5])
    before = Camera.looking(at, 1.7, -0.1, 0.0, 900, SIZE)
    after = Camera.looking(at, 1.7 + yaw, -0.1 + tilt, 0.02, 900 * zoom, SIZE)
    view = solve(*taps(before), SIZE, sigma_px=1.0)
    moved = view.moved(7.0 * before.turned(after))
    spots = np.array([[-10.0, 1.0], [-5.0, 0.0], [-12, 3]])
    px = shown(after, spots)[0]
    # The same rays, so the same places and the same doubt, in other pixels.
    same = view.floor(shown(before, spots)[0])
    assert moved.floor(px) == pytest.approx(same, abs=1e-6)
    assert moved.spread(px) == pytest.approx(view.spread(shown(before, spots)[0]), rel=1e-6)
    assert moved.focal == pytest.approx(900 * zoom, rel=0.05)
    ring = np.array([[-12.425, 0, RIM_M]])
    assert moved.project(ring) == pytest.approx(after.project(ring)[0], abs=12)
    loose = moved.loosened(4.0)
    assert (np.linalg.eigvalsh(loose.spread(px) - moved.spread(px)) > -1e-9).all()
    assert np.trace(loose.spread(px)[0]) > np.trace(moved.spread(px)[0])


def test_a_view_scales_with_the_picture() -> None:
    view = solve(*taps(), SIZE)
    small = view.scaled((640, 360))
    px = np.array([[600.0, 500.0], [300.0, 450.0]])
    assert small.floor(px / 2) == pytest.approx(view.floor(px), abs=1e-9)
    assert small.size == (640, 360)


@pytest.mark.parametrize("name", FLOORS)
def test_the_lines_of_each_code(name: str) -> None:
    floor = FLOORS[name]
    lines = court_lines(floor)
    every = np.concatenate(lines)
    end, side = floor.length_m / 2, floor.width_m / 2
    assert np.abs(every).max(axis=0) == pytest.approx([end, side])
    # The same from both ends and from both sides.
    for flip in ([-1, 1], [1, -1]):
        gap = np.hypot(*(every[:, None] * flip - every[None]).transpose(2, 0, 1)).min(axis=1)
        assert gap.max() < 1e-9
    # Each line of three: on the rule's distances all along, in one piece from end to end.
    three = [line for line in lines if (np.abs(line[[0, -1], 0]) == end).all() and len(line) > 9]
    assert len(three) == 2
    for line in three:
        basket = floor.baskets()[int(line[0, 0] > 0)]
        assert np.abs(floor.beyond_line(line, basket)).max() < 1e-6
        assert np.hypot(*np.diff(line, axis=0).T).max() < 5
    # Every point that can be marked lies on a line, and on this floor.
    marks = np.array(list(landmarks(floor).values()))
    view = solve(*taps(), SIZE)
    drawn = view.drawn(lines)
    assert drawn
    assert all((line > -30).all() and len(line) > 1 for line in drawn)
    off = [
        min(_away(mark, a, b) for line in lines for a, b in itertools.pairwise(line))
        for mark in marks
    ]
    assert max(off) < 0.01


def _away(point: Array, a: Array, b: Array) -> float:
    """From a point to a segment."""
    way = b - a
    share = np.clip(float((point - a) @ way) / max(float(way @ way), 1e-12), 0, 1)
    return float(np.hypot(*(point - a - share * way)))


def test_a_set_up_knows_its_view() -> None:
    px, metres = taps()
    points = tuple((*p, *m) for p, m in zip(px.tolist(), metres.tolist(), strict=True))
    view = Setup(floor=FIBA, marks=Marks(SIZE, points)).view()
    assert view is not None
    assert view.error_m < 1
    assert Setup().view() is None
    quad = Quad((100, 50), ((0, 0), (10, 0), (10, 5), (0, 5)))
    assert quad.scaled((200, 100)).corners == ((0, 0), (20, 0), (20, 10), (0, 10))
