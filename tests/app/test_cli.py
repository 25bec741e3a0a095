"""Commands from outside: words, exit codes, JSON lines."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, free_port


def courtside(*args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("COURTSIDE_")}
    return subprocess.run(
        [sys.executable, "-m", "server.cli", *args],
        cwd=ROOT,
        env={**clean, **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_names_the_commands() -> None:
    done = courtside("--help")
    assert done.returncode == 0
    commands = "serve demo game publish clips replay export eval models backup restore doctor"
    for command in commands.split():
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("serve", "--port", "70000"), "--port"),
        (("serve", "--device", "tpu"), "--device"),
        (("serve", "--udp-ports", "9"), "--udp-ports"),
        (("serve", "--cert", "nowhere.pem"), "--cert"),
        (("serve", "--redis", "nowhere"), "--redis"),
        (("serve", "--model", "no-such-model", "--port", "0"), "no-such-model"),
        (("publish", "no-such-file.mp4", "http://127.0.0.1/whip/g/main"), "no-such-file"),
        (("publish", "simulator", "ftp://x"), "URL"),
        (("game", "new", "--file", "no-such.json"), "no-such.json"),
        (("clips", "share", "g1", "7", "--player", "home-7"), "--player"),
        (("clips", "retry", "g1"), "number"),
        (("nonsense",), "nonsense"),
    ],
)
def test_bad_input_is_code_2_and_named(args: tuple[str, ...], word: str, tmp_path: Path) -> None:
    done = courtside(*args, env={"COURTSIDE_DATA": str(tmp_path / "data")})
    assert done.returncode == 2, done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_come_from_the_environment_too() -> None:
    done = courtside("serve", env={"COURTSIDE_UDP_PORTS": "many"})
    assert done.returncode == 2
    assert "many" in done.stderr


def test_what_is_missing_is_code_3() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = courtside("game", "new", "--url", url)
    assert done.returncode == 3
    assert "courtside serve" in done.stderr


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = courtside("serve", "--port", str(port), "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_models_are_listed_and_verified() -> None:
    listed = courtside("models", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    models = [json.loads(line) for line in listed.stdout.splitlines()]
    assert sum(model["default"] for model in models) == 1
    for model in models:
        assert model["licence"]
        assert len(model["sha256"]) == 64
    verified = courtside("models", "verify", "--json")
    assert verified.returncode == 0, verified.stderr
    assert all(json.loads(line)["ok"] for line in verified.stdout.splitlines())


def test_the_doctor_says_one_thing_a_line(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    done = courtside("doctor", "--json", "--port", "0", "--data", data)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    checks = {finding["check"]: finding for finding in findings}
    assert set(checks) >= {
        "python", "onnxruntime", "inference", "opencv", "codecs", "models", "redis",
        "database", "data", "port", "udp", "browser",
    }  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert {f["verdict"] for f in findings} <= {"ok", "note"}


def test_the_doctor_finds_what_is_wrong(tmp_path: Path) -> None:
    done = courtside(
        "doctor", "--json", "--port", "0", "--data", str(tmp_path / "data"),
        "--redis", f"redis://127.0.0.1:{free_port()}",
        "--database", f"postgresql://nobody@127.0.0.1:{free_port()}/none",
    )  # fmt: skip
    verdicts = {f["check"]: f["verdict"] for f in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1
    assert (verdicts["redis"], verdicts["database"]) == ("failed", "failed")


def test_a_models_file_in_the_data_folder_adds_models(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text(
        'default = "mine"\n[[model]]\nname = "mine"\nfile = "mine.onnx"\n'
        'licence = "MIT"\nlabels = ["player"]\n'
    )
    listed = courtside("models", "list", "--json", "--data", str(tmp_path))
    models = {m["name"]: m for m in map(json.loads, listed.stdout.splitlines())}
    assert models["mine"]["default"]
    assert len(models) >= 2
    verified = courtside("models", "verify", "--data", str(tmp_path))
    assert verified.returncode == 1
    assert "mine.onnx is not there" in verified.stdout
