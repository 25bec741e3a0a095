"""A real detector (the public network) and small real pictures."""

from __future__ import annotations

import pytest

from pipeline.detect import Detector
from tests.inference.support import COCO
from tests.support import shared


@pytest.fixture(scope="session")
def detector() -> Detector:
    return Detector.open(shared("models/yolox_nano_416.onnx"), COCO, "cpu", threads=1)
