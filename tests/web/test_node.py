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


def test_every_file_asks_nobody_outside() -> None:
    for path in sorted((ROOT / "web_client").iterdir()):
        text = path.read_text() if path.suffix in {".js", ".css", ".html", ".svg"} else ""
        foreign = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "http://" not in foreign, path
        assert "https://" not in foreign, path
        assert "innerHTML" not in text, path


def test_every_module_can_be_read() -> None:
    modules = sorted(str(path) for path in (ROOT / "web_client").glob("*.js"))
    assert modules
    subprocess.run(
        [need("node"), "--experimental-vm-modules", "--no-warnings", "-e", _READ, *modules],
        check=True,
        timeout=60,
    )


_READ = """
const {SourceTextModule} = require("node:vm");
const {readFileSync} = require("node:fs");
for (const path of process.argv.slice(1))
  new SourceTextModule(readFileSync(path, "utf8"), {identifier: path});
"""
