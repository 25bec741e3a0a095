"""One file with everything of a server: its tables and the files of its data folder.

A gzipped tar: `tables/NAME.jsonl`, `data/...`, and at its end a manifest that says what must be
in it. A file that was cut short has none, and is refused.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from server.gamelog.backup import BadBackup, NotEmpty, restore, snapshot
from server.settings import DATABASE

FORMAT = 1
_MANIFEST = "courtside-backup.json"
# Kept in the tables, made anew by every server, or, as films are, too large to be kept here.
_NOT_KEPT = ("redis", "media", DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")
_PRIVATE = 0o600


def back_up(
    file: Path, data: Path, url: str, now: datetime, *, stills: bool = False
) -> dict[str, int]:
    """Write `file` (readable by its owner only); the rows of each table. stills: with the
    pictures of what was proposed.

    A server may be running: the tables are those of one moment. FileExistsError when `file` is
    there, ValueError when the database holds no log.
    """
    if file.exists():
        raise FileExistsError(f"{file} is there already; name another file")
    unfinished = file.with_name(f"{file.name}.part")
    try:
        # It holds the keys that links are signed with.
        descriptor = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, _PRIVATE)
        with os.fdopen(descriptor, "wb") as out:
            rows = _write(out, data, url, now, {file, unfinished}, stills)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def put_back(file: Path, data: Path, url: str, new_id: Callable[[], str]) -> dict[str, int]:
    """Restore into an empty folder and an empty database; the rows of each table.

    Nothing is written unless the whole file is good. BadBackup, NotEmpty.
    """
    with tempfile.TemporaryDirectory(prefix="courtside-restore-") as temporary:
        folder = Path(temporary)
        manifest = _unpack(file, folder)
        kept = list(_files(folder / "data"))
        for path in kept:
            if (data / path).exists():
                raise NotEmpty(f"{data / path} is there already; restore into an empty folder")
        data.mkdir(parents=True, exist_ok=True)
        rows: dict[str, int] = manifest["rows"]
        tables = {name: (_lines(folder / "tables" / f"{name}.jsonl"), rows[name]) for name in rows}
        restore(url, manifest["revision"], tables, new_id)
        for path in kept:
            _put_file(folder / "data" / path, data / path)
        return rows


def _write(
    out: IO[bytes], data: Path, url: str, now: datetime, not_kept: set[Path], stills: bool
) -> dict[str, int]:
    rows: dict[str, int] = {}
    # Level 1: the rows shrink tenfold either way, and a server may be filming beside us.
    with snapshot(url) as found, tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
        for table in found.tables(stills):
            with tempfile.TemporaryFile() as lines:
                rows[table] = 0
                for line in found.lines(table):
                    lines.write(line.encode())
                    rows[table] += 1
                _add(tar, f"tables/{table}.jsonl", lines, lines.tell())
        for path in _files(data):
            if data / path not in not_kept:
                with (data / path).open("rb") as content:
                    _add(tar, f"data/{path}", content, os.fstat(content.fileno()).st_size)
        manifest = {
            "format": FORMAT,
            "revision": found.revision,
            "made_at": now.isoformat(),
            "rows": rows,
        }
        text = json.dumps(manifest).encode()
        _add(tar, _MANIFEST, io.BytesIO(text), len(text))
    return rows


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    # The size is fixed first: what a running server appends meanwhile is left for next time.
    content.seek(0)
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, _PRIVATE
    tar.addfile(member, content)


def _files(folder: Path) -> Iterator[PurePosixPath]:
    """What is kept of a data folder, relative to it; no links, no sockets."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and relative.parts[0] not in _NOT_KEPT:
            yield PurePosixPath(relative)


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Unpack all files into `folder`; the manifest. BadBackup."""
    manifest: Any = None
    try:
        with gzip.open(file) as packed, tarfile.open(fileobj=packed, mode="r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() else None
                if content is None or not _is_ours(member.name):
                    raise BadBackup(f"{member.name} has no place in a backup")
                if member.name == _MANIFEST:
                    manifest = json.load(content)
                    continue
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as out:
                    shutil.copyfileobj(content, out)
            # The checksum over everything is at the very end.
            while packed.read(1 << 20):
                pass
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise BadBackup(f"it is damaged or no backup ({error})") from error
    if manifest is None:
        raise BadBackup("it was cut short: the manifest at its end is missing")
    return _checked(manifest)


def _checked(manifest: Any) -> dict[str, Any]:
    if not isinstance(manifest, dict) or "format" not in manifest:
        raise BadBackup("its manifest is none")
    if manifest["format"] != FORMAT:
        raise BadBackup(f"format {manifest['format']} is not known; update Courtside first")
    rows = manifest.get("rows")
    counted = isinstance(rows, dict) and all(isinstance(n, int) for n in rows.values())
    if not counted or not isinstance(manifest.get("revision"), str):
        raise BadBackup("its manifest lacks rows or revision")
    return manifest


def _is_ours(name: str) -> bool:
    # Nothing may leave the folder, whoever made the file.
    path = PurePosixPath(name)
    if name == _MANIFEST:
        return True
    if path.is_absolute() or ".." in path.parts or len(path.parts) < 2:
        return False
    return path.parts[0] == "data" or (path.parts[0] == "tables" and path.suffix == ".jsonl")


def _lines(path: Path) -> Callable[[], Iterable[str]]:
    def read() -> Iterator[str]:
        try:
            with path.open(encoding="utf-8") as lines:
                yield from lines
        except FileNotFoundError:
            raise BadBackup(f"{path.name} is missing") from None

    return read


def _put_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_CREAT | os.O_WRONLY | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "wb") as out, source.open("rb") as content:
        shutil.copyfileobj(content, out)
