"""Which networks a server knows: those that ship, and a person's own."""

from __future__ import annotations

from pathlib import Path

from onnx_models.registry import SHIPPED, Registry, load


def load_models(data: Path) -> Registry:
    """The models that ship and, over them, those of `models.toml` in the data folder.

    Raises ModelFileError for a file that cannot be read.
    """
    own = data / "models.toml"
    return load(SHIPPED, *([own] if own.is_file() else []))
