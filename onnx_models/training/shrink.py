"""Makes a network smaller: eight-bit integers (static, QDQ) or half precision; and times them.

    python -m onnx_models.training.shrink onnx_models/courtside_nano.onnx --out DIR

Needs onnx, as training does. What the ranges of the integers are taken from is drawn: the
simulator's pictures and `compose`'s. How accurate the results are, `courtside eval detection
--models FILE --model NAME` measures like for any other network.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnx.version_converter
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.transformers.float16 import convert_float_to_float16

from onnx_models.training.compose import Composer, Material
from onnx_models.training.net import HEADS
from pipeline.yolox import prepare
from server.simulator.game import SimulatedGame
from server.simulator.look import Look

SIZE = (384, 640)
SEED = 4_000_000_007  # of no training run, and not the evaluation's


def pictures(count: int) -> Iterator[NDArray[np.float32]]:
    """(1, 3, H, W) inputs as they come live: half from simulated games, half composed."""
    rng = np.random.default_rng(SEED)
    games = (SimulatedGame(SEED + k, look=Look.random(rng), vary=1.0) for k in itertools.count())
    drawn = (image for game in games for image, _ in itertools.islice(game.frames(step=90), 4))
    composer = Composer(Material([], [], [], []), SEED, 416)
    for index in range(count):
        image = next(drawn) if index % 2 else composer.sample().image
        out = np.zeros((1, 3, *SIZE), np.float32)
        prepare(image, SIZE, out[0])
        yield out


class Drawn(CalibrationDataReader):  # type: ignore[misc]
    """The pictures, one at a time."""

    def __init__(self, count: int) -> None:
        self._pictures = pictures(count)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {"images": picture}


def quantized(source: Path, out: Path, count: int) -> None:
    """Convolutions in eight bits; the last of each head and what follows stay as they are: a
    log size of a box needs finer steps than 1 in 256."""
    # A scale for each channel is known to ONNX from operator set 13 on.
    graph = onnx.version_converter.convert_version(onnx.load(str(source)), 13)
    last = {name for head in HEADS for name in head}
    convolutions = [
        node.name
        for node in graph.graph.node
        if node.op_type == "Conv" and not set(node.output) & last
    ]
    quantize_static(
        graph,
        str(out),
        Drawn(count),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
        nodes_to_quantize=convolutions,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
    )


def halved(source: Path, out: Path) -> None:
    """Half precision inside; input and output stay float32."""
    onnx.save(convert_float_to_float16(onnx.load(str(source)), keep_io_types=True), str(out))


def milliseconds(path: Path, threads: int, runs: int) -> tuple[float, float]:
    """The median time of a run on the CPU, and of all its cores together (which says something
    on a busy machine too)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    picture = next(pictures(1))
    took = []
    for _ in range(runs + 3):
        began = time.perf_counter(), time.process_time()
        session.run(None, {"images": picture})
        took.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    wall, cores = 1000 * np.median(took[3:], axis=0)
    return round(float(wall), 1), round(float(cores), 1)


def main() -> None:
    """Read the command line, make the files, print one JSON object for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=96, help="to take the ranges from")
    parser.add_argument("--runs", type=int, default=60, help="to time")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    int8, half = (args.out / f"{args.model.stem}_{kind}.onnx" for kind in ("int8", "fp16"))
    quantized(args.model, int8, args.pictures)
    halved(args.model, half)
    for path in (args.model, int8, half):
        facts: dict[str, object] = {"file": path.name, "mib": round(path.stat().st_size / 2**20, 2)}
        for threads in (1, 2):
            wall, cores = milliseconds(path, threads, args.runs)
            facts |= {f"ms_{threads}": wall, f"core_ms_{threads}": cores}
        print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
