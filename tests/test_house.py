"""The arrows of the house: who may import whom (docs/architecture.md)."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

OURS = ("server", "pipeline", "onnx_models", "web_client", "tests")

# What a place may import of ours. A place is the longest prefix that matches; whatever
# has no line here (drivers, app, cli) is held by DRIVERS and NOBODY below.
LEAVES = ("server.background", "server.clock", "server.places", "server.problems", "server.slot")
MAY: dict[str, tuple[str, ...]] = {
    "pipeline": ("pipeline",),
    "onnx_models": ("onnx_models",),
    "onnx_models.training": ("onnx_models", "pipeline", "server.simulator"),
    "web_client": (),
    "server.background": (),
    "server.certificates": (),
    "server.clock": (),
    "server.machine": (),
    "server.places": ("server.problems",),
    "server.problems": (),
    "server.slot": (),
    "server.meters": ("server.clock",),
    "server.settings": (*LEAVES,),
    "server.game": ("server.game",),
    "server.projections": ("server.game", "server.projections"),
    "server.gamelog": ("server.game", "server.gamelog"),
    "server.exports": ("server.exports", "server.game", "server.projections"),
    "server.clips": (
        "server.answers",
        "server.clips",
        "server.exports",
        "server.game",
        "server.gamelog",
        "server.media",
        "server.meters",
        "server.projections",
        "server.updates",
        *LEAVES,
    ),
    "server.feeds": ("server.feeds", "server.game", "server.gamelog", "server.projections"),
    "server.simulator": ("server.simulator",),
    "server.access": ("server.access", *LEAVES),
    "server.live": ("server.live", "server.access", "server.meters", "server.updates", *LEAVES),
    "server.media": (
        "server.media",
        "server.access",
        "server.certificates",
        "server.gamelog",
        "server.ingest",
        "server.meters",
        *LEAVES,
    ),
    "server.ingest": ("server.ingest", "server.access", "server.meters", *LEAVES),
    "server.floors": ("pipeline", "server.game"),
    "server.evaluation": (
        "server.evaluation",
        "server.floors",
        "server.game",
        "server.simulator",
        "pipeline",
        "onnx_models",
        *LEAVES,
    ),
    "server.seen": ("pipeline",),
    "server.pace": ("pipeline", *LEAVES),
    "server.inference": (
        "pipeline",
        "onnx_models",
        "server.machine",
        "server.pace",
        "server.seen",
        *LEAVES,
    ),
}
STDLIB_ONLY = ("server.game", "server.projections")
APP_IS_FOR = ("server.app", "server.cli", "server.demo", "server.commands", "server.serve")


def sources() -> list[tuple[str, Path]]:
    """(dotted module, file) of everything that is shipped."""
    found = []
    for top in OURS[:-1]:
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found.append((module, path))
    return found


def imports(module: str, path: Path) -> set[str]:
    """Absolute dotted names that a file imports, wherever in the file they stand."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*up, *([node.module] if node.module else [])])
            names.update({base, *(f"{base}.{alias.name}" for alias in node.names)})
    return names


def inside(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == p or name.startswith(p + ".") for p in prefixes)


def rule(module: str) -> tuple[str, ...] | None:
    best = max((p for p in MAY if inside(module, (p,))), key=len, default=None)
    return None if best is None else MAY[best]


@pytest.mark.parametrize(
    ("module", "path"), sources(), ids=lambda v: str(v) if isinstance(v, str) else ""
)
def test_arrows_point_inward(module: str, path: Path) -> None:
    allowed = rule(module)
    for name in imports(module, path):
        if not inside(name, OURS) or name in OURS:
            continue
        assert not inside(name, ("tests",)), f"{module} imports tests"
        if not inside(module, APP_IS_FOR):
            assert not inside(name, ("server.app", "server.cli")), f"{module} imports {name}"
        if allowed is not None:
            # `from server.game import calls` is seen as both server.game and server.game.calls
            parents = any(p.startswith(name + ".") for p in allowed)
            assert inside(name, allowed) or parents, f"{module} may not import {name}"


@pytest.mark.parametrize(
    ("module", "path"), sources(), ids=lambda v: str(v) if isinstance(v, str) else ""
)
def test_the_rules_of_the_game_need_nothing_but_python(module: str, path: Path) -> None:
    if not inside(module, STDLIB_ONLY):
        return
    for name in imports(module, path):
        top = name.partition(".")[0]
        assert top in sys.stdlib_module_names or inside(name, ("server",)), f"{module}: {name}"


def test_only_the_clock_reads_the_clock() -> None:
    """Time is an argument everywhere else."""
    forbidden = {"time": {"time", "monotonic", "perf_counter", "time_ns", "monotonic_ns"}}
    for module, path in sources():
        if module == "server.clock" or inside(module, ("onnx_models.training",)):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                names = forbidden.get(node.value.id, set())
                assert node.attr not in names, f"{module}:{node.lineno} reads the clock"
                now = node.value.id in ("datetime", "date") and node.attr in (
                    "now",
                    "today",
                    "utcnow",
                )
                assert not now, f"{module}:{node.lineno} reads the clock"


def test_aiortc_private_parts_stay_in_two_files() -> None:
    for module, path in sources():
        if module in ("server.ingest.aiortc_hooks", "server.ingest.tap"):
            continue
        for name in imports(module, path):
            assert not name.startswith(
                ("aiortc.rtcrtpreceiver", "aiortc.jitterbuffer", "aioice.ice")
            ), f"{module} imports {name}; private parts belong in aiortc_hooks.py and tap.py"


def test_files_stay_readable() -> None:
    """Past 400 lines there is a second noun in the file."""
    for module, path in sources():
        lines = len(path.read_text().splitlines())
        assert lines <= 400, f"{module} has {lines} lines"
