"""`courtside ...` in a process of its own that need not read the libraries again.

Reading them takes most of the time in which a server starts, and the tests start dozens. A process
that has read them once forks each one: it has its own memory, files, signals and end, like one
that a shell started. tests/app/test_wheel.py starts the installed command itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.support import ROOT

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["__main__", "server.serve", "server.commands.publish", __name__])


class Forked:
    """What subprocess.Popen would give, as far as tests need it.

    arguments: those after `courtside`. log: both outputs are added to it. env: the whole
    environment.
    """

    def __init__(self, arguments: Sequence[str], log: Path, env: Mapping[str, str]) -> None:
        self._process: ForkServerProcess = _forks.Process(
            target=_courtside, args=(list(arguments), str(log), dict(env))
        )
        self._process.start()

    @property
    def pid(self) -> int:
        pid = self._process.pid
        assert pid is not None
        return pid

    def poll(self) -> int | None:
        """The exit code, or minus the signal that ended it; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout_s: float) -> int:
        """Raises TimeoutError."""
        self._process.join(timeout_s)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError(f"it still ran after {timeout_s} s")
        return code

    def send_signal(self, how: signal.Signals) -> None:
        """Does nothing to one that has ended."""
        if self.poll() is None:
            os.kill(self.pid, how)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _courtside(arguments: list[str], log: str, env: dict[str, str]) -> None:
    """In the new process."""
    from server.cli import main

    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for taken in (1, 2):
        os.dup2(out, taken)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(env)
    main(arguments, prog_name="courtside")
