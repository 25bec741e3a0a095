"""The pure parts of the pages, under Node's own test runner."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support import ROOT, need

HERE = Path(__file__).parent


def test_pure_parts() -> None:
    tests = sorted(str(path) for path in HERE.glob("*.test.mjs"))
    assert tests
    done = subprocess.run(
        [need("node"), "--test", *tests],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_is_valid_and_asks_nobody_outside() -> None:
    for path in sorted((ROOT / "web_client").iterdir()):
        text = path.read_text() if path.suffix in {".js", ".css", ".html", ".svg"} else ""
        foreign = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "http://" not in foreign, path
        assert "https://" not in foreign, path
        assert "innerHTML" not in text, path
        if path.suffix == ".js":
            subprocess.run([need("node"), "--check", str(path)], check=True, timeout=30)
