"""Five minutes of a game at real pace, filmed, recorded and read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.media.soak import LOCK_S, soak

SECONDS = 300.0


@pytest.mark.long
def test_a_game_with_three_networks_a_lock_and_a_turn(tmp_path: Path) -> None:
    found = soak(tmp_path, SECONDS)
    print(found)
    assert found.connections == 4
    # A whole game's 99 % is measured by `python -m tests.bench soak`: here three changes of network
    # weigh more, and other tests keep the machine busy.
    assert found.recorded_share > 0.97
    assert found.sound_share > 0.97
    assert max(ends - begins for begins, ends in found.gaps_s) < LOCK_S + 3.0
    assert all(gap_s < 3.0 for gap_s in found.short_gaps_s)
    assert abs(float(np.median(found.sound_late_end_s))) < 0.04
    assert found.memory_grown_mib < 30
