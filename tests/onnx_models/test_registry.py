"""models.toml: what it must say, and files that are not what it says."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from onnx_models.registry import SHIPPED, ModelFileError, Registry, load
from pipeline.detect import Detector

GOOD = """
[[model]]
name = "small"
file = "{file}"
sha256 = "{sha256}"
licence = "Apache-2.0"
labels = ["player", "ball", "rim"]
input = [384, 640]
[model.scores]
ball = 0.5
[model.measured]
players = 0.9
"""

UNSCORED = GOOD.replace("[model.scores]\nball = 0.5\n", "")


def written(folder: Path, text: str = GOOD, content: bytes = b"weights") -> Path:
    (folder / "small.onnx").write_bytes(content)
    digest = hashlib.sha256(b"weights").hexdigest()
    file = folder / "models.toml"
    file.write_text(text.replace("{file}", "small.onnx").replace("{sha256}", digest))
    return file


def test_what_is_written_is_read(tmp_path: Path) -> None:
    model = load(written(tmp_path)).get()
    assert (model.name, model.labels, model.size) == (
        "small",
        ("player", "ball", "rim"),
        (384, 640),
    )
    assert model.path == (tmp_path / "small.onnx").resolve()
    assert model.measured == {"players": 0.9}
    assert model.scores == {"player": 0.3, "ball": 0.5, "rim": 0.3}
    model.verify()


def test_another_file_under_the_same_name_is_noticed(tmp_path: Path) -> None:
    model = load(written(tmp_path, content=b"other weights")).get()
    with pytest.raises(ModelFileError, match="sha256"):
        model.verify()
    model.path.unlink()
    with pytest.raises(ModelFileError, match="not there"):
        model.verify()


def test_an_own_file_may_stand_anywhere_and_comes_after_those_that_ship(tmp_path: Path) -> None:
    elsewhere = tmp_path / "far" / "mine.onnx"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"mine")
    own = tmp_path / "own.toml"
    own.write_text(
        f'[[model]]\nname = "mine"\nfile = "{elsewhere}"\nlicence = "MIT"\nlabels = ["ball"]\n'
    )
    models = load(written(tmp_path), own)
    assert models.default == "small"
    mine = models.get("mine")
    assert mine.path == elsewhere
    assert mine.size == (416, 416)
    mine.verify()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("[[model]\n", "models.toml"),
        ("model = 3\n", r"\[\[model\]\]"),
        ("model = [3]\n", r"\[\[model\]\]"),
        (GOOD.replace('name = "small"', ""), "name"),
        (GOOD.replace('licence = "Apache-2.0"', "licence = 2"), "licence"),
        (GOOD.replace('["player", "ball", "rim"]', "[]"), "labels"),
        (GOOD.replace("[384, 640]", "[384, 641]"), "multiples of 32"),
        (GOOD.replace("[384, 640]", "[384]"), "multiples of 32"),
        (GOOD.replace("input", 'kind = "detr"\ninput'), "detr"),
        (UNSCORED.replace("[model.measured]\nplayers = 0.9", "measured = 3"), "measured"),
        (UNSCORED.replace("[model.measured]", "scores = 3\n[model.measured]"), "scores"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, wrong: str, says: str) -> None:
    with pytest.raises(ModelFileError, match=says):
        load(written(tmp_path, wrong))


def test_a_name_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="known: small"):
        load(written(tmp_path)).get("large")
    with pytest.raises(ModelFileError, match="known: none"):
        Registry({}, "").get()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"nowhere\.toml"):
        load(tmp_path / "nowhere.toml")


def test_the_weights_that_ship_are_those_that_were_measured() -> None:
    models = load()
    assert models.get().name == models.default
    for model in models.models.values():
        model.verify()
        assert model.path.parent == SHIPPED.parent
        assert model.path.stat().st_size < 12 * 2**20
        assert {"player", "ball", "rim"} <= set(model.labels)
        assert model.measured
        Detector.open(model.path, model.labels, "cpu", size=model.size, threads=1)
