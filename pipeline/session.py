"""A network's session, and the device that it really runs on."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import onnxruntime

Asked = Literal["auto", "cpu", "cuda", "tensorrt"]

TENSORRT = "TensorrtExecutionProvider"
CUDA = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"

# TensorRT builds one engine for a range of input shapes; outside of it, it builds again, which
# takes a minute. Smallest, usual and largest (pictures, height, width) of ours.
_SHAPES = {"min": (1, 32, 32), "opt": (8, 384, 640), "max": (32, 736, 1280)}


class DeviceError(RuntimeError):
    """The device that was asked for cannot be had."""


class ModelError(ValueError):
    """The file is not a network that this program can drive."""


@dataclass(frozen=True, slots=True)
class Device:
    """What was asked for and what was got.

    requested: auto, cpu, cuda or tensorrt. obtained: cpu or cuda.
    provider: the execution provider's own name. why: in words, for a person.
    """

    requested: Asked
    obtained: Literal["cpu", "cuda"]
    provider: str
    why: str


def open_session(
    path: Path, asked: Asked, threads: int, *, quiet: bool = False, cache: Path | None = None
) -> tuple[Any, Device]:
    """A session on the device asked for, and the device really got.

    auto never picks TensorRT: it builds its engine for minutes at the first start.
    quiet: without what the runtime has to say about the file. cache: folder where TensorRT keeps
    its engines, so that the next start is quick.
    Raises `DeviceError` when cuda or tensorrt was asked for and not got, `ModelError` for a file
    that is no network.

    ONNX Runtime without CUDA libraries takes the CPU and only logs; here that is said, and an
    error when the GPU was asked for by name.
    """
    if not path.is_file():
        raise ModelError(f"{path} is not a file")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that spin between runs take the cores that decode the video.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if quiet:
        options.log_severity_level = 3  # errors
    said = ""
    if asked != "cpu" and CUDA in onnxruntime.get_available_providers():
        said = _preload()
        # Close looks come in many shapes, and by default each new one is timed exhaustively.
        wanted: list[Any] = [(CUDA, {"cudnn_conv_algo_search": "HEURISTIC"}), CPU]
        if asked == "tensorrt":
            wanted.insert(0, (TENSORRT, _tensorrt(path, options, cache)))
        session = _open(path, options, wanted, quiet=True)
    else:
        session = _open(path, options, [CPU], quiet=False)
    provider: str = session.get_providers()[0]
    if provider == {"cuda": CUDA, "tensorrt": TENSORRT}.get(asked, CUDA):
        return session, Device(asked, "cuda", provider, "CUDA was found")
    if asked in ("cuda", "tensorrt"):
        raise DeviceError(f"{asked} was asked for and {provider} was got: {_why(said)}")
    why = "the CPU was asked for" if asked == "cpu" else _why(said)
    return session, Device(asked, "cpu", provider, why)


def _tensorrt(path: Path, options: Any, cache: Path | None) -> dict[str, str]:
    """Options of the provider. Untested: no machine of ours has TensorRT."""
    name = onnxruntime.InferenceSession(str(path), options, providers=[CPU]).get_inputs()[0].name
    chosen = {
        f"trt_profile_{bound}_shapes": f"{name}:{pictures}x3x{height}x{width}"
        for bound, (pictures, height, width) in _SHAPES.items()
    }
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
        chosen |= {"trt_engine_cache_enable": "1", "trt_engine_cache_path": str(cache)}
    return chosen


def _open(path: Path, options: Any, providers: list[Any], *, quiet: bool) -> Any:
    if quiet:
        # What it would say about missing libraries is in `Device.why`.
        onnxruntime.set_default_logger_severity(4)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return onnxruntime.InferenceSession(str(path), options, providers=providers)
    except (
        onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf,
        onnxruntime.capi.onnxruntime_pybind11_state.InvalidGraph,
        onnxruntime.capi.onnxruntime_pybind11_state.NoSuchFile,
        onnxruntime.capi.onnxruntime_pybind11_state.Fail,
        onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument,
        onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented,
    ) as error:
        raise ModelError(f"{path.name}: {error}") from error
    finally:
        if quiet:
            onnxruntime.set_default_logger_severity(2)


def _preload() -> str:
    """Load CUDA's libraries from wheels where they are; what it said instead of printing it."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        onnxruntime.preload_dlls()
    return said.getvalue()


def _why(said: str) -> str:
    missing = [
        line.split(":")[0] for line in said.splitlines() if line.startswith("Failed to load")
    ]
    if missing:
        return f"{missing[0].removeprefix('Failed to load ')} was not found"
    if CUDA not in onnxruntime.get_available_providers():
        return "this build of ONNX Runtime has no CUDA"
    return "no CUDA device, or no library of the provider, was found"
