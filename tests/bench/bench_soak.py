"""A game at real pace: three network changes, a locked screen, a turned phone; what was recorded.

`python -m tests.bench soak --minutes 120` is a whole game.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from tests.media.soak import soak


def main(seconds: float) -> dict[str, object]:
    """One game of `seconds`."""
    with tempfile.TemporaryDirectory() as folder:
        found = soak(Path(folder), seconds)
    return {
        "filmed s": found.filmed_s,
        "recorded % of what was filmed": 100 * found.recorded_share,
        "sound recorded %": 100 * found.sound_share,
        "gaps s": " ".join(f"{ends - begins:.2f}" for begins, ends in found.gaps_s),
        "sound late at the begin ms": 1000 * float(np.median(found.sound_late_begin_s)),
        "sound late at the end ms": 1000 * float(np.median(found.sound_late_end_s)),
        "server memory MiB": found.memory_settled_mib,
        "server memory grown MiB": found.memory_grown_mib,
        "connections": found.connections,
    }
