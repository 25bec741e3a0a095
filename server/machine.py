"""How this process treats the machine it runs on, so that pictures never hold up facts."""

from __future__ import annotations

import ctypes
import os
import sys
import threading

# malloc.h of glibc.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
# glibc's own first value, bytes.
_THRESHOLD = 128 * 1024

# How far the detector's threads step back: enough to wait for the event loop, not to starve.
_NICENESS = 5
# Seconds a thread may keep the interpreter from the event loop; Python's own default is 5 ms.
_SWITCH_S = 0.001


def give_pictures_back() -> bool:
    """Let every picture's memory go back to the system when it is freed.

    glibc raises its threshold for separate mappings when large blocks are freed, so pictures
    move into heaps that threads share, which then grow by fragments: measured with one 540p
    camera, +70 MB a minute; with the threshold held, flat. Returns False where the allocator
    is another one.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False  # musl, for one, has neither the knob nor the habit
    return bool(mallopt(_M_MMAP_THRESHOLD, _THRESHOLD) and mallopt(_M_TRIM_THRESHOLD, _THRESHOLD))


def switch_threads_often() -> None:
    """Let the event loop have the interpreter within a millisecond of asking for it."""
    sys.setswitchinterval(_SWITCH_S)


def step_back() -> None:
    """Lower the priority of the calling thread, and of those it will start, below the loop's.

    Only Linux has priorities by thread; elsewhere nothing changes.
    """
    if sys.platform.startswith("linux"):
        thread = threading.get_native_id()
        now = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, min(now + _NICENESS, 19))
