"""Which networks there are: read from models.toml, verified by their sha256."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

SHIPPED = HERE / "models.toml"

USUAL_SCORE = 0.3
"""Where a card names no score of its own."""


class ModelFileError(ValueError):
    """models.toml, or a file that it names, is not what it should be."""


@dataclass(frozen=True, slots=True)
class Model:
    """One network.

    path: of the ONNX file. sha256: 64 hex digits, or empty for a file that its owner vouches for.
    licence: SPDX name. labels: in the order of the network's classes. size: (height, width) of
    the input, pixels. kind: how its output is read. scores: by label, from which a box that
    nothing else speaks for is to be believed. measured: accuracy by name, 0 to 1, as measured on
    the material that the card names.
    """

    name: str
    path: Path
    sha256: str
    licence: str
    labels: tuple[str, ...]
    size: tuple[int, int]
    kind: str = "yolox"
    about: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    measured: Mapping[str, float] = field(default_factory=dict)

    def verify(self) -> None:
        """Raises `ModelFileError` when the file is absent or not the one that was measured."""
        if not self.path.is_file():
            raise ModelFileError(f"model {self.name}: {self.path} is not there")
        if not self.sha256:
            return
        with self.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != self.sha256:
            raise ModelFileError(
                f"model {self.name}: {self.path} has sha256 {found}, not {self.sha256}"
            )


@dataclass(frozen=True, slots=True)
class Registry:
    """The models of one or more models.toml. default: the name taken when none is given."""

    models: Mapping[str, Model]
    default: str

    def get(self, name: str = "") -> Model:
        """The model of that name (the default without one); `ModelFileError` if unknown."""
        wanted = name or self.default
        if wanted not in self.models:
            known = ", ".join(sorted(self.models)) or "none"
            raise ModelFileError(f"model {wanted!r} is not in models.toml (known: {known})")
        return self.models[wanted]


def load(*files: Path) -> Registry:
    """Read models.toml files; of two models with one name the later file's counts.

    Without arguments, those that ship. A relative `file` is looked up beside its models.toml.
    """
    models: dict[str, Model] = {}
    default = ""
    for file in files or (SHIPPED,):
        try:
            document = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ModelFileError(f"{file}: {error}") from error
        entries = document.get("model", [])
        if not isinstance(entries, list):
            raise ModelFileError(f"{file}: models are written as [[model]] tables")
        for entry in entries:
            model = _model(entry, file)
            models[model.name] = model
            default = default or model.name
        default = str(document.get("default", default))
    return Registry(models, default)


def _model(entry: Any, file: Path) -> Model:
    def text(name: str, missing: str | None = None) -> str:
        value = entry.get(name, missing)
        if not isinstance(value, str):
            raise ModelFileError(f"{file}: a model needs {name!r} as text")
        return value

    if not isinstance(entry, dict):
        raise ModelFileError(f"{file}: models are written as [[model]] tables")
    name = text("name")
    labels = entry.get("labels")
    if not isinstance(labels, list) or not labels or not all(isinstance(x, str) for x in labels):
        raise ModelFileError(f"{file}: model {name} needs labels, a list of names")
    size = entry.get("input", [416, 416])
    if (
        not isinstance(size, list)
        or len(size) != 2
        or not all(isinstance(x, int) and x > 0 and x % 32 == 0 for x in size)
    ):
        raise ModelFileError(f"{file}: model {name}: input is [height, width], multiples of 32")
    kind = text("kind", "yolox")
    if kind != "yolox":
        raise ModelFileError(f"{file}: model {name}: kind {kind!r} is not known (yolox is)")
    scores = dict.fromkeys(labels, USUAL_SCORE) | _numbers(entry, "scores", file)
    return Model(
        name=name,
        path=(file.parent / Path(text("file")).expanduser()).resolve(),
        sha256=text("sha256", "").lower(),
        licence=text("licence"),
        labels=tuple(labels),
        size=(size[0], size[1]),
        kind=kind,
        about=text("about", ""),
        scores=scores,
        measured=_numbers(entry, "measured", file),
    )


def _numbers(entry: dict[str, Any], name: str, file: Path) -> dict[str, float]:
    held = entry.get(name, {})
    if not isinstance(held, dict):
        raise ModelFileError(f"{file}: model {entry['name']}: {name} is a table of numbers")
    return {
        str(key): float(value)
        for key, value in held.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
