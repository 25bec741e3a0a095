"""From the ball through the rim to the proposal on the desk's socket, in real time.

The simulator films a game and knows when each ball was at the ring. `courtside publish` plays the
film by WebRTC to a real server from another process; a desk listens. When a picture was captured
follows from the `tracks` messages (media seconds and age), so the clock of the film never needs
to be known.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np

from server.simulator.truth import Event, read_line
from tests.e2e.listener import Listener, Message
from tests.e2e.publisher import publishing
from tests.server_process import running
from tests.support import ROOT

FILM_S = 40.0
SIZE = "960x540"
NEAR_S = 0.8
"""A proposal is of the shot that is no further from it than this."""


def film(folder: Path) -> tuple[Path, list[float]]:
    """A film of half a court, and the seconds at which a shot's fate was at the ring."""
    out = folder / "game.mp4"
    command = [sys.executable, "-m", "server.simulator", str(out), "--seed", "5"]
    subprocess.run(
        [*command, "--seconds", str(FILM_S), "--size", SIZE, "--no-pan"], check=True, cwd=ROOT
    )
    lines = out.with_suffix(".truth.jsonl").read_text().splitlines()
    known = (read_line(line) for line in lines)
    events = [one for one in known if isinstance(one, Event)]
    return out, [one.t for one in events if one.type in ("made", "missed")]


def captured(tracks: list[tuple[float, Message]]) -> float:
    """Wall seconds at media second 0: arrival less age less media seconds, in the median."""
    return float(median(at - m["age_ms"] / 1000 - m["media_s"] for at, m in tracks))


class Timed(Listener):
    """Remembers when each message came."""

    def timed(self, kind: str, seconds: float) -> list[tuple[float, Message]]:
        """Those of one type that come within the next seconds, with wall seconds of arrival."""
        found: list[tuple[float, Message]] = []
        known, ends = len(self.messages), time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            with self._new:
                if len(self.messages) == known:
                    self._new.wait(min(left, 0.5))
                now = time.monotonic()
                fresh, known = self.messages[known:], len(self.messages)
            found += [(now, one) for one in fresh if one["type"] == kind]
        return found


def main(seconds: float) -> dict[str, object]:
    """Latencies over `seconds`, at least one film long."""
    seconds = max(seconds, FILM_S)
    with tempfile.TemporaryDirectory() as folder:
        clip, shots = film(Path(folder))
        with running(Path(folder) / "data") as server:
            game = server.new_game()
            call = {"call_id": "tip", "type": "period_start"}
            with server.client(game["tokens"]["desk"]) as desk:
                desk.post(f"/api/v1/games/{game['game_id']}/calls", json=call)
            with (
                Timed(server.url, game["game_id"], game["tokens"]["desk"]) as live,
                publishing(server, clip, game, "--loop"),
            ):
                live.wait("tracks", 60)
                heard = _listen(live, seconds)
    tracks, proposals = heard["tracks"], _first_told(heard["proposal"])
    zero_s = captured(tracks)
    matched = list(_matched(proposals, shots))
    late = [at - zero_s - true_s for at, _, true_s in matched] or [float("nan")]
    told = [at - zero_s - m["proposal"]["media"]["s"] for at, m in proposals] or [float("nan")]
    return {
        "shots at a ring in the film": len(shots),
        "field goals proposed": len(proposals),
        "of them at a true shot": len(matched),
        "ball at the rim to the desk, p50 s": float(np.percentile(late, 50)),
        "ball at the rim to the desk, p95 s": float(np.percentile(late, 95)),
        "the same from the moment that was told, p95 s": float(np.percentile(told, 95)),
        "age of tracks p95 ms": float(np.percentile([m["age_ms"] for _, m in tracks], 95)),
        "looks that gave tracks a second": len(tracks) / seconds,
    }


def _listen(live: Timed, seconds: float) -> dict[str, list[tuple[float, Message]]]:
    heard: dict[str, list[tuple[float, Message]]] = {}

    def listen(kind: str) -> None:
        heard[kind] = live.timed(kind, seconds)

    threads = [threading.Thread(target=listen, args=(kind,)) for kind in ("tracks", "proposal")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return heard


def _first_told(messages: list[tuple[float, Message]]) -> list[tuple[float, Message]]:
    """The first word of each proposed field goal; later ones change it."""
    known: dict[str, tuple[float, Message]] = {}
    for at, message in messages:
        if message["proposal"]["type"] == "field_goal":
            known.setdefault(message["proposal"]["id"], (at, message))
    return list(known.values())


def _matched(
    proposals: list[tuple[float, Message]], shots: list[float]
) -> Iterator[tuple[float, Message, float]]:
    """Each with the true media second of its shot; the film runs in a loop."""
    for at, message in proposals:
        told_s = message["proposal"]["media"]["s"]
        loop = told_s // FILM_S
        true = [t + (loop + more) * FILM_S for t in shots for more in (-1, 0, 1)]
        nearest = min(true, key=lambda t: abs(t - told_s), default=float("inf"))
        if abs(nearest - told_s) <= NEAR_S:
            yield at, message, nearest
