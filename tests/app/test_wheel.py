"""What is built runs outside the checkout, with its pages, models and migrations."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.server_process import ServerProcess, wait_until_ready
from tests.support import ROOT, free_port

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=_clean(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _clean() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("COURTSIDE_", "PYTHON"))}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, because setuptools leaves its own folders beside the sources."""
    tmp = tmp_path_factory.mktemp("wheel")
    listed = run("git", "ls-files", "-co", "--exclude-standard", "-z", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        source, copy = ROOT / name, tmp / "source" / name
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation"]
    command += ["--no-deps", "--disable-pip-version-check", "-w", str(tmp), str(tmp / "source")]
    run(*command, cwd=tmp)
    (built,) = tmp.glob("courtside-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that has the wheel and our dependencies."""
    home = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", home / "venv", cwd=home)
    purelib = sysconfig.get_path("purelib")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = home / "venv" / "lib" / version / "site-packages"
    # The dependencies as they are here, but not this checkout, which an editable install put
    # among them by a .pth file: those are not read from a folder that came by a .pth itself.
    (site / "dependencies.pth").write_text(f"{purelib}\n")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    command = home / "venv" / "bin" / "courtside"
    command.write_text(f"#!{home}/venv/bin/python\nfrom server.cli import main\nmain()\n")
    command.chmod(0o755)
    return home


def test_the_wheel_has_everything_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for wanted in (
        "web_client/index.html",
        "web_client/camera.js",
        "onnx_models/models.toml",
        "server/gamelog/migrations/versions/v0001_first_tables.py",
    ):
        assert wanted in names
    assert any(name.endswith(".onnx") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    tops = {name.partition("/")[0] for name in names}
    assert {t for t in tops if not t.endswith(".dist-info")} == {
        "server", "pipeline", "onnx_models", "web_client",
    }  # fmt: skip


def test_it_runs_outside_the_checkout(installed: Path) -> None:
    courtside = installed / "venv" / "bin" / "courtside"
    where = run(
        installed / "venv/bin/python", "-c", "import server; print(server.__file__)",
        cwd=installed,
    )  # fmt: skip
    assert where.startswith(str(installed)), "not the checkout"
    assert "Apache-2.0" in run(courtside, "models", "list", cwd=installed)
    run(courtside, "models", "verify", cwd=installed)

    port, log = free_port(), installed / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [courtside, "serve", "--port", str(port)],
            cwd=installed, env=_clean(), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    server = ServerProcess(f"http://127.0.0.1:{port}", installed / "courtside-data", log, process)
    try:
        wait_until_ready(server)
        with server.client() as client:
            page = client.get("/")
            assert page.status_code == 200
            assert "text/html" in page.headers["content-type"]
            assert client.get("/web/live.js").status_code == 200
        made = server.new_game()
        watch = httpx.URL(made["links"]["watch"])
        assert watch.path == f"/watch/{made['game_id']}"
        assert (installed / "courtside-data" / "courtside.sqlite").is_file()
        assert server.stop() == 0, server.words()
    finally:
        process.kill()
        process.wait()
