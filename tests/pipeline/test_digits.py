"""Numbers are read off pictures, and only those that were asked for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import digits
from pipeline.digits import Reader, ReaderMissing
from pipeline.frame import Image
from pipeline.session import ModelError

ROSTER = ["4", "5", "15", "20", "22", "23", "45"]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.open()


def shirt(number: str, tall: int = 28) -> Image:
    """A number as it is worn: white on blue, a little blurred and noisy."""
    rng = np.random.default_rng(int(number))
    cloth = np.full((120, 160, 3), (120, 40, 30), np.uint8)
    (wide, high), _ = cv2.getTextSize(number, cv2.FONT_HERSHEY_DUPLEX, 2.4, 7)
    at = (80 - wide // 2, 60 + high // 2)
    cv2.putText(cloth, number, at, cv2.FONT_HERSHEY_DUPLEX, 2.4, (250, 250, 250), 7, cv2.LINE_AA)
    crop = cloth[60 - high // 2 - 14 : 74 + high // 2, max(0, 66 - wide // 2) : 94 + wide // 2]
    small = cv2.resize(crop, (round(tall * crop.shape[1] / crop.shape[0]), tall))
    noisy = cv2.GaussianBlur(small, (3, 3), 0.6) + rng.normal(0, 4, small.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def test_numbers_are_read_with_their_probability(reader: Reader) -> None:
    told = reader.read([shirt(number) for number in ROSTER])
    assert [text for text, _ in told] == ROSTER
    assert all(0.5 < sure <= 1.0 for _, sure in told)


def test_the_chance_of_each_number_asked_for(reader: Reader) -> None:
    chances = reader.chances([shirt("22"), shirt("15"), shirt("31")], ROSTER)
    assert chances.shape == (3, len(ROSTER) + 1)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)
    assert chances[0].argmax() == ROSTER.index("22")
    assert chances[1].argmax() == ROSTER.index("15")
    assert chances[2].argmax() == len(ROSTER), "31 is on no roster"


def test_a_plain_shirt_shows_none_of_them(reader: Reader) -> None:
    plain = np.full((24, 40, 3), (120, 40, 30), np.uint8)
    assert reader.chances([plain], ROSTER)[0, -1] > 0.9
    assert reader.read([plain])[0][0] == ""


def test_pictures_of_any_shape_and_none_at_all(reader: Reader) -> None:
    shapes = ((1, 1), (3, 90), (200, 4), (0, 7))
    assert len(reader.read([np.zeros((*shape, 3), np.uint8) for shape in shapes])) == len(shapes)
    assert reader.read([]) == []
    assert reader.chances([], ROSTER).shape == (0, len(ROSTER) + 1)
    assert reader.chances([shirt("5")], []).tolist() == [[1.0]]


def test_together_and_alone_a_picture_reads_the_same(reader: Reader) -> None:
    pictures = [shirt(number, 24) for number in ("4", "22", "45")]
    alone = np.vstack([reader.chances([one], ROSTER) for one in pictures])
    together = reader.chances(pictures, ROSTER)
    assert (together.argmax(axis=1) == alone.argmax(axis=1)).all()


def test_a_number_is_digits(reader: Reader) -> None:
    with pytest.raises(ValueError, match="digits"):
        reader.chances([shirt("5")], ["5", "1O"])


def test_other_characters_where_they_are_asked_for(reader: Reader) -> None:
    board = np.zeros((60, 150, 3), np.uint8)
    cv2.putText(board, "6:00", (12, 46), cv2.FONT_HERSHEY_DUPLEX, 1.6, (60, 200, 250), 4)
    assert reader.read([board], digits.DIGITS + ":")[0][0] == "6:00"


def test_without_the_network_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "PACKAGE", "no-such-package")
    with pytest.raises(ReaderMissing, match="pip install"):
        Reader.open()


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "reader.onnx"
    other.write_bytes(b"no network")
    with pytest.raises(ModelError):
        Reader.open(other)


def spelt_by_hand(steps: np.ndarray, text: list[int]) -> float:
    """Sum over every path of classes that collapses to the text."""
    total = 0.0
    for path in np.ndindex(*[steps.shape[1]] * len(steps)):
        kept = [c for i, c in enumerate(path) if i == 0 or c != path[i - 1]]
        if [c for c in kept if c] == text:
            total += float(np.prod([steps[i, c] for i, c in enumerate(path)]))
    return total


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.lists(st.integers(1, 2), max_size=3))
def test_a_probability_sums_over_all_alignments(seed: int, long: int, text: list[int]) -> None:
    steps = np.random.default_rng(seed).dirichlet(np.ones(4), long)[:, :3]
    (told,) = digits._spelt(steps[None], [text])[0].tolist()
    assert told == pytest.approx(spelt_by_hand(steps, text))
