"""Numbers of a scoreboard: drawn ones, a real one, votes, roles."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.boardwatch import BoardReading, BoardWatch, Said, agreed, clock_of, in_roles
from pipeline.frame import Frame, Image
from pipeline.scoreboard import Group, flat, read
from pipeline.segments import chances
from pipeline.setup import Quad
from server.evaluation.boards import HELD_OUT, drawn, real
from server.simulator.board import BoardStyle, BoardTruth, draw_board
from tests.support import shared

STYLE = BoardStyle(
    "segments", (60, 60, 255), (40, 190, 255), (60, 50, 160), True, 0.16, 0.0, 0.2, True
)
SHOWN = BoardTruth(38, 43, "1:46", 3)
WALL = (200, 300)


def in_a_picture(board: Image, at: tuple[int, int] = WALL) -> Image:
    """The board hanging in a larger picture with some unrest."""
    wall = np.random.default_rng(1).integers(70, 130, (800, 1400, 3)).astype(np.uint8)
    wall = np.asarray(cv2.GaussianBlur(wall, (0, 0), 9), np.uint8)
    cv2.rectangle(wall, (40, 600), (1300, 790), (90, 140, 190), -1)
    wall[at[0] : at[0] + board.shape[0], at[1] : at[1] + board.shape[1]] = board
    return wall


def quad(at: tuple[int, int] = WALL) -> Quad:
    y, x = at
    return Quad((1400, 800), ((x, y), (x + 720, y), (x + 720, y + 360), (x, y + 360)))


def test_a_board_from_the_front() -> None:
    said = in_roles(read(flat(in_a_picture(draw_board(SHOWN, STYLE)), quad())))
    told = (said.left, said.right, said.clock_ms, said.period)
    assert [one.value if one else None for one in told] == [38, 43, 106_000, 3]


def test_a_wall_says_nothing() -> None:
    said = in_roles(read(flat(in_a_picture(draw_board(SHOWN, STYLE), (400, 600)), quad((0, 0)))))
    assert (said.left, said.right, said.period) == (None, None, None)


def test_a_dark_board_says_nothing() -> None:
    assert read(np.zeros((160, 320, 3), np.uint8)) == ()


def test_a_bar_is_a_one_and_nothing_else_is_narrow() -> None:
    bar = np.zeros((40, 12), np.float32)
    bar[2:19, 3:9] = bar[21:38, 3:9] = 200
    found, _ = chances([bar, np.tile(np.linspace(0, 200, 40, dtype=np.float32)[:, None], 12)])
    assert found[0].argmax() == 1
    assert found[0].max() > 0.9
    assert found[1].max() < 0.6


def test_held_out_boards_are_read_or_not_told() -> None:
    reads = list(drawn(range(HELD_OUT, HELD_OUT + 6), 26.0))
    voted = [one for one in reads if one.what.endswith("voted")]
    right, wrong = sum(one.right for one in voted), sum(one.wrong for one in voted)
    assert right >= 9, reads
    assert wrong <= 2, reads


def test_a_real_board_is_never_misread_by_vote() -> None:
    _, voted = list(real(shared("video/clips")))
    assert voted.wrong == 0
    assert voted.right >= 20


def test_the_board_is_found_where_the_camera_moved_to() -> None:
    board = draw_board(SHOWN, STYLE)
    watch = BoardWatch(quad())
    for second, at in enumerate([WALL, WALL, (120, 420), (160, 340), (200, 500)]):
        work = watch.take(Frame(in_a_picture(board, at), float(second), 0.0))
        assert work is not None
        work()
    told = watch.told()
    assert told is not None
    assert told.left is not None
    assert told.left.value == 38
    assert watch.told() is None
    covered = np.full((800, 1400, 3), 90, np.uint8)
    assert watch.take(Frame(covered, 9.0, 0.0)) is None
    assert watch.take(Frame(covered, 9.5, 0.0)) is None  # once a second


@pytest.mark.parametrize(
    ("text", "ms"),
    [("10:00", 600_000), ("1:46", 106_000), ("146", 106_000), ("46.3", 46_300), ("0:07", 7000),
     ("38", None), ("1:75", None), ("12345", None), ("5", None)],
)  # fmt: skip
def test_clocks(text: str, ms: int | None) -> None:
    assert clock_of(text) == ms


def test_scores_are_the_tall_pair_at_the_sides() -> None:
    groups = [
        Group("1:46", (0.4, 0.1, 0.6, 0.3), 0.9),
        Group("38", (0.1, 0.6, 0.2, 0.9), 0.9),
        Group("5", (0.3, 0.7, 0.33, 0.85), 0.9),
        Group("3", (0.48, 0.65, 0.52, 0.85), 0.9),
        Group("7", (0.66, 0.7, 0.7, 0.85), 0.9),
        Group("43", (0.8, 0.6, 0.9, 0.9), 0.9),
    ]
    said = in_roles(groups)
    assert (said.left, said.right) == (Said(38, 0.9), Said(43, 0.9))
    assert (said.clock_ms, said.period) == (Said(106_000, 0.9), Said(3, 0.9))


def test_a_number_is_told_when_enough_readings_agree_on_the_newest() -> None:
    def reading(at_s: float, left: int, clock_ms: int) -> BoardReading:
        return BoardReading(at_s, Said(left, 0.9), None, Said(clock_ms, 0.9))

    running = [reading(s, 38, 60_000 - 1000 * s) for s in range(4)]
    told = agreed(running, 3.0)
    assert told.left is not None
    assert told.left.value == 38
    assert told.clock_ms is not None
    assert told.clock_ms.value == 57_000
    assert agreed([*running, reading(4.0, 40, 56_000)], 4.0).left is None
    assert agreed(running, 60.0).left is None
    jumping = [reading(s, 38, ms) for s, ms in enumerate([60_000, 10_000, 90_000, 5_000])]
    assert agreed(jumping, 3.0).clock_ms is None
