"""The network in its session: what it finds, where it runs, what it refuses."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest

from onnx_models.registry import load
from pipeline.boxes import iou
from pipeline.detect import Detector
from pipeline.session import CPU, CUDA, Asked, DeviceError, ModelError
from pipeline.view import View, shown
from tests.inference.support import COCO
from tests.support import shared


@pytest.fixture(scope="module")
def ours() -> Detector:
    model = load().get()
    return Detector.open(model.path, model.labels, "cpu", size=model.size, batch=4)


@pytest.fixture(scope="module")
def public() -> Detector:
    return Detector.open(shared("models/yolox_nano_416.onnx"), COCO, "cpu")


def first_frame(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    there, image = cv2.VideoCapture(str(shared(f"video/clips/{name}"))).read()
    assert there
    return image.astype(np.uint8, copy=False)


def test_players_are_found_where_the_public_network_finds_them(
    ours: Detector, public: Detector
) -> None:
    image = first_frame("gym_drill.mp4")
    (mine,), (theirs,) = ours.detect([image]), public.detect([image])
    people = theirs.only(0)
    sure = people.xyxy[people.score > 0.5]
    assert len(sure) >= 3
    assert (iou(sure, mine.only(0).xyxy).max(axis=1) > 0.5).all()


def test_a_batch_finds_what_single_pictures_find(ours: Detector) -> None:
    image = first_frame("gym_drill.mp4")
    views = [image, image[:300, :400], image[100:, 200:], image[:270, :480], image[:270, 480:]]
    together = ours.detect(views)
    for view, found in zip(views, together, strict=True):
        (alone,) = ours.detect([view])
        assert found.xyxy == pytest.approx(alone.xyxy, abs=0.5)
        assert found.score == pytest.approx(alone.score, abs=1e-3)
        assert (found.xyxy[:, [0, 1]] >= 0).all()
        assert (found.xyxy[:, 2] <= view.shape[1]).all()
        assert (found.xyxy[:, 3] <= view.shape[0]).all()
    assert ours.detect([]) == []


def test_a_smaller_input_finds_the_same_players(ours: Detector) -> None:
    image = first_frame("gym_drill.mp4")
    (full,), (small,) = ours.detect([image]), ours.detect([image], [256 * 448])
    near = iou(full.only(0).xyxy[full.only(0).score > 0.5], small.only(0).xyxy)
    assert (near.max(axis=1) > 0.5).mean() >= 0.9


def test_a_close_look_costs_the_same_whatever_the_rims_size(ours: Detector) -> None:
    for side in (117, 260, 520):
        view = View(np.zeros((side, side, 3), np.uint8), kind="close")
        (image,), (most,) = shown([view])
        height, width = ours._input(image.shape[0], image.shape[1], most)
        assert (height, width) == (224, 224)
        assert shown([view], whole=100 * 100)[1] == [100 * 100]
    assert shown([View(image)], whole=5)[1] == [5]


def test_a_cpu_takes_one_picture_at_a_time() -> None:
    model = load().get()
    detector = Detector.open(model.path, model.labels, "cpu", size=model.size)
    assert (detector.batch, detector.free) == (1, True)


def test_a_network_of_one_picture_takes_them_one_by_one(public: Detector) -> None:
    assert (public.batch, public.free) == (1, False)
    image = first_frame("gym_drill.mp4")
    one, two = public.detect([image, image])
    assert one.xyxy == pytest.approx(two.xyxy)


def test_the_device_is_said_as_it_is() -> None:
    model = load().get()
    cpu = Detector.open(model.path, model.labels, "cpu").device
    assert (cpu.requested, cpu.obtained, cpu.provider) == ("cpu", "cpu", CPU)
    auto = Detector.open(model.path, model.labels, "auto").device
    assert auto.requested == "auto"
    assert auto.provider == (CUDA if auto.obtained == "cuda" else CPU)
    assert auto.why


@pytest.mark.parametrize("asked", ["cuda", "tensorrt"])
def test_a_gpu_that_cannot_be_had_is_an_error(
    asked: Asked, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = load().get()
    auto = Detector.open(model.path, model.labels, "auto").device
    if auto.obtained == "cuda":
        pytest.skip("this machine has CUDA")
    with pytest.raises(DeviceError, match=f"{asked} was asked for"):
        Detector.open(model.path, model.labels, asked, cache=tmp_path)
    assert capfd.readouterr().out == ""


def test_files_that_are_no_networks_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a file"):
        Detector.open(tmp_path / "none.onnx", ["ball"], "cpu")
    (tmp_path / "text.onnx").write_text("not a network")
    with pytest.raises(ModelError, match=r"text\.onnx"):
        Detector.open(tmp_path / "text.onnx", ["ball"], "cpu")
    with pytest.raises(ModelError, match="labels"):
        Detector.open(load().get().path, ["ball"], "cpu")
    with pytest.raises(ModelError, match=r"picodet"):
        Detector.open(shared("models/picodet_s_416.onnx"), COCO, "cpu")


def test_one_runtime_is_installed() -> None:
    assert onnxruntime.get_available_providers()[-1] == CPU
