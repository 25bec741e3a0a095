"""The mean of two courses of training."""

from __future__ import annotations

import numpy as np
import pytest

from onnx_models.training.average import mean_of


def test_each_number_lies_between_the_two() -> None:
    old, new = np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)
    assert mean_of(old, new, 0.75).tolist() == [[0.75] * 3] * 2
    assert float(mean_of(np.array(2, np.float32), np.array(4, np.float32), 0.5)) == 3.0


def test_classes_told_apart_anew_are_told_as_the_new_course_tells_them() -> None:
    old = np.zeros((3, 2), np.float32)  # player, ball, rim
    new = np.ones((4, 2), np.float32)  # and referee
    assert mean_of(old, new, 0.25).tolist() == [[1, 1], [0.25, 0.25], [0.25, 0.25], [1, 1]]


def test_other_networks_are_refused() -> None:
    with pytest.raises(ValueError, match="not of one network"):
        mean_of(np.zeros((4, 2), np.float32), np.zeros((3, 2), np.float32), 0.5)
