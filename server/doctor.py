"""Looks at this machine and says in plain words what would not work, before it does not."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from onnx_models import registry
from pipeline.detect import Detector
from pipeline.digits import PACKAGE, ReaderMissing, weights
from pipeline.session import DeviceError, ModelError
from server.live.private_redis import RedisMissing, find_server, server_version
from server.models import load_models
from server.settings import Settings

Verdict = Literal["ok", "note", "failed", "missing"]
OLDEST_REDIS = (6, 2)
_CODECS = ("h264", "vp8")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. verdict: `note` is worth knowing, `failed` is wrong, `missing` is not there."""

    check: str
    verdict: Verdict
    text: str

    def document(self) -> dict[str, Any]:
        """For `--json`."""
        return {"check": self.check, "verdict": self.verdict, "text": self.text}


def examine(settings: Settings) -> Iterator[Finding]:
    """All checks, one after the other; each stands alone."""
    for check in (_python, _onnxruntime, _opencv, _reader, _codecs):
        yield check()
    yield from _models(settings)
    yield _redis(settings)
    yield _data_folder(settings.data)
    yield _database(settings)
    yield _port(settings)
    yield _udp()
    yield _browser()


def _python() -> Finding:
    return Finding("python", "ok", f"Python {platform.python_version()} on {platform.machine()}")


def _onnxruntime() -> Finding:
    """Two distributions of ONNX Runtime overwrite each other's files."""
    names = {
        str(found.metadata["Name"]).lower()
        for found in importlib.metadata.distributions()
        if str(found.metadata["Name"]).lower().startswith("onnxruntime")
    }
    if not names:
        return Finding("onnxruntime", "missing", "ONNX Runtime is not installed")
    if len(names) > 1:
        listed = " and ".join(sorted(names))
        return Finding(
            "onnxruntime", "failed", f"{listed} are both installed; uninstall both, install one"
        )
    return _import("onnxruntime", "onnxruntime")


def _opencv() -> Finding:
    return _import("opencv", "cv2")


def _reader() -> Finding:
    """Scoring goes on without it, so it is no failure; but nobody should wonder why."""
    try:
        path = weights()
    except ReaderMissing as missing:
        return Finding("numbers", "missing", str(missing))
    return Finding("numbers", "ok", f"{path.name} of {PACKAGE} reads shirts and scoreboards")


def _import(check: str, module: str) -> Finding:
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        return Finding(check, "missing", f"{module} does not load: {error}")
    return Finding(check, "ok", f"{module} {getattr(loaded, '__version__', '')}".strip())


def _codecs() -> Finding:
    import av

    lacking = [name for name in _CODECS if name not in av.codecs_available]
    if lacking:
        return Finding("codecs", "failed", f"PyAV {av.__version__} lacks {', '.join(lacking)}")
    return Finding("codecs", "ok", f"PyAV {av.__version__} decodes {' and '.join(_CODECS)}")


def _models(settings: Settings) -> Iterator[Finding]:
    try:
        known = load_models(settings.data)
        for model in known.models.values():
            model.verify()
        chosen = known.get(settings.model or "")
    except registry.ModelFileError as error:
        yield Finding("models", "failed", str(error))
        return
    yield Finding("models", "ok", f"{len(known.models)} known, {chosen.name} is used")
    try:
        detector = Detector.open(chosen.path, chosen.labels, settings.device, size=chosen.size)
    except (ModelError, DeviceError) as error:
        yield Finding("inference", "failed", str(error))
        return
    device = detector.device
    as_wished = settings.device in ("auto", "tensorrt", device.obtained)
    yield Finding(
        "inference",
        "ok" if as_wished else "failed",
        f"asked for {settings.device}, runs on {device.provider} ({device.why})",
    )


def _redis(settings: Settings) -> Finding:
    if settings.redis is not None:
        return _redis_server(settings.redis)
    try:
        binary = find_server()
    except RedisMissing as error:
        return Finding("redis", "missing", str(error))
    version = ".".join(map(str, server_version(binary) or ("unknown",)))
    return Finding("redis", "ok", f"{binary}, version {version}")


def _redis_server(url: str) -> Finding:
    import redis

    client = redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        version = str(client.info("server")["redis_version"])
    except (redis.RedisError, OSError) as error:
        return Finding("redis", "failed", f"the Redis of --redis does not answer: {error}")
    finally:
        client.close()
    parts = [int(part) for part in re.findall(r"\d+", version)[:2]]
    if tuple(parts) < OLDEST_REDIS:
        return Finding("redis", "failed", f"Redis {version}; 6.2 or newer is needed")
    return Finding("redis", "ok", f"Redis {version} answers")


def _data_folder(folder: Path) -> Finding:
    place = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    probe = place / ".courtside-doctor"
    try:
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        return Finding("data", "failed", f"{place} cannot be written: {error.strerror}")
    free_gb = shutil.disk_usage(place).free / 1e9
    verdict: Verdict = "ok" if free_gb > 1 else "note"
    return Finding("data", verdict, f"{folder}: {free_gb:.1f} GB free")


def _database(settings: Settings) -> Finding:
    if settings.database is None:
        return Finding("database", "ok", "SQLite in the data folder")
    engine = create_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        why = str(error).splitlines()[0]
        return Finding("database", "failed", f"the database of --database does not answer: {why}")
    finally:
        engine.dispose()
    return Finding("database", "ok", f"{engine.dialect.name} answers")


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            text = f"{where} is taken ({error.strerror}); a running Courtside, or use --port"
            return Finding("port", "note", text)
    return Finding("port", "ok", f"{settings.host}:{settings.port} is free")


def _udp() -> Finding:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as one,
        socket.socket(type=socket.SOCK_DGRAM) as other,
    ):
        one.bind(("127.0.0.1", 0))
        one.settimeout(1)
        other.sendto(b"x", one.getsockname())
        try:
            one.recv(1)
        except OSError as error:
            return Finding("udp", "failed", f"a datagram to ourselves does not arrive: {error}")
    return Finding("udp", "ok", "datagrams arrive on this machine")


def _browser() -> Finding:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        return Finding("browser", "note", "no Chromium here; only the tests with a browser need it")
    return Finding("browser", "ok", _output([found, "--version"]) or found)


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stdout.strip()


def exit_code(findings: list[Finding]) -> int:
    """0 all well, 3 when something needed is missing, 1 when a check failed."""
    verdicts = {finding.verdict for finding in findings}
    return 1 if "failed" in verdicts else 3 if "missing" in verdicts else 0
