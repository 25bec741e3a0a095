"""Age of a frame when its tracks are published, with the detector as it is and ten times slower.

A real server; FFmpeg's libraries publish 720p30 from another process; the ages are those that
a viewer's socket reads. The slow detector is the same network with ten times the pixels. The
bound for p95 is 1.5 x the time of one inference + 100 ms; as inference counts the median of the
looks that gave tracks (closer looks at a rim lie between them and are shorter).
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import psutil
from prometheus_client.parser import text_string_to_metric_families

from onnx_models import registry
from tests.e2e.listener import Listener
from tests.e2e.publisher import publishing
from tests.server_process import ServerProcess, running
from tests.support import need

SETTLE_S = 8.0
TENFOLD = 10**0.5


def film(folder: Path, seconds: float = 20.0) -> Path:
    """A 720p30 H264 film of moving detail; simulated, so that the bench needs no test data."""
    out = folder / "film.mp4"
    source = ["-f", "lavfi", "-i", f"testsrc2=size=1280x720:rate=30:duration={seconds}"]
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "2500k", "-pix_fmt", "yuv420p"]
    command = [need("ffmpeg"), "-v", "error", *source, *encode, str(out)]
    subprocess.run(command, check=True, timeout=120)
    return out


def counters(server: ServerProcess) -> Mapping[str, float]:
    """Every sample of /metrics without labels other than a histogram's bucket."""
    with server.client() as client:
        text = client.get("/metrics").text
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.labels
    }


def measure(clip: Path, data: Path, seconds: float, *options: str) -> dict[str, float]:
    """Figures of one server for that long, after it has settled."""
    with running(data, *options) as server:
        game = server.new_game()
        memory = psutil.Process(server.process.pid).memory_info
        with (
            Listener(server.url, game["game_id"], game["tokens"]["watch"]) as live,
            publishing(server, clip, game, "--loop"),
        ):
            live.wait("tracks", 60)
            time.sleep(SETTLE_S)
            before, rss, first = counters(server), memory().rss, len(live.of("tracks"))
            time.sleep(seconds)
            after, rss_after = counters(server), memory().rss
            messages = live.of("tracks")[first:]
            with server.client() as client:
                delay = client.get("/readyz").json()["loop_delay_ms"]

    def grown(name: str) -> float:
        return after[name] - before[name]

    ages = sorted(m["age_ms"] for m in messages)
    inference_ms = median(m["inference_ms"] for m in messages)
    bound_ms = 1.5 * inference_ms + 100
    p95 = ages[int(0.95 * (len(ages) - 1))]
    return {
        "frames_per_s": grown("courtside_frames_seen_total") / seconds,
        "dropped_per_s": grown("courtside_frames_dropped_total") / seconds,
        "inference_ms": inference_ms,
        "age_p50_ms": ages[len(ages) // 2],
        "age_p95_ms": p95,
        "age_max_ms": ages[-1],
        "bound_ms": bound_ms,
        "age_p95_to_bound": p95 / bound_ms,
        "loop_delay_p50_ms": delay["p50"],
        "loop_delay_p99_ms": delay["p99"],
        "memory_mb": rss_after / 2**20,
        "memory_grown_mb": (rss_after - rss) / 2**20,
    }


def main(seconds: float) -> dict[str, object]:
    """Ages, bounds, event-loop delay and memory, for both detectors."""
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        clip = film(Path(folder))
        shipped = registry.load().get()
        slow = Path(folder) / "slow"
        slow.mkdir()
        slow_size = [round(side * TENFOLD / 32) * 32 for side in shipped.size]
        labels = ", ".join(f'"{label}"' for label in shipped.labels)
        (slow / "models.toml").write_text(
            f'[[model]]\nname = "slow"\nfile = "{shipped.path}"\nlicence = "{shipped.licence}"\n'
            f"labels = [{labels}]\ninput = {slow_size}\n"
        )
        for name, options in (("usual", ()), ("slow", ("--model", "slow"))):
            found = measure(clip, Path(folder) / name, seconds, *options)
            figures.update({f"{name}_{key}": value for key, value in found.items()})
    return figures
