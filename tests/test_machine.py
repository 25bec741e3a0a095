"""Pictures give way to facts: memory, priorities."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from server.machine import step_back

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

FREED = """
import sys, numpy, psutil
from server.machine import give_pictures_back
if sys.argv[1] == "held" and not give_pictures_back():
    sys.exit(9)
# A large block that is freed raises the threshold: what follows would come from the heap.
numpy.ones(30 << 20, numpy.uint8)
# As large as the others: a smaller one might find a place below them.
*pictures, last = [numpy.ones(4 << 20, numpy.uint8) for _ in range(41)]
del pictures
print(psutil.Process().memory_info().rss >> 20)
"""


def resident_mb(how: str) -> int:
    command = [sys.executable, "-W", "ignore", "-c", FREED, how]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if run.returncode == 9:
        pytest.skip("the allocator is not glibc's")
    assert run.returncode == 0, run.stderr
    return int(run.stdout)


@linux
def test_freed_pictures_go_back_to_the_system() -> None:
    assert resident_mb("held") < resident_mb("left") - 100


@linux
def test_only_the_thread_that_asks_steps_back() -> None:
    found: list[int] = []

    def work() -> None:
        step_back()
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = os.getpriority(os.PRIO_PROCESS, 0)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [min(before + 5, 19)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
