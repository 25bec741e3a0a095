"""The public YOLOX-Nano graph, taken apart for training and put together again.

The graph itself is kept: only the numbers in it change, and the last layer's width. So what is
exported is what every YOLOX program reads, and nothing goes through PyTorch's exporter.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnx2torch import convert
from torch import Tensor, nn

STRIDES = (8, 16, 32)
FEATURES = ("781", "841", "886")
"""What the backbone hands to the neck, in the public file's names."""

HEADS = (("1045", "1062", "1063"), ("1087", "1104", "1105"), ("1129", "1146", "1147"))
"""For each stride the outputs for class, box and objectness, before the sigmoids."""

CLASS_WEIGHTS = (("607", "608"), ("609", "610"), ("611", "612"))
FIRST_OF_HEAD = 299
"""Layers are numbered in the public file; those from here on are the head's."""

TAKEN = (0, 32, None, 0)
"""For player, ball, rim and referee the COCO class to start from: person, sports ball, none and
person again."""


def read_graph(path: Path) -> onnx.ModelProto:
    """The public file with its class layers cut down to ours."""
    graph = onnx.load(str(path))
    values = {t.name: t for t in graph.graph.initializer}
    for names in CLASS_WEIGHTS:
        for name in names:
            old = numpy_helper.to_array(values[name])
            new = np.stack([_start(old, coco) for coco in TAKEN]).astype(np.float32)
            values[name].CopyFrom(numpy_helper.from_array(new, name))
    return graph


def _start(old: NDArray[np.float32], coco: int | None) -> NDArray[np.float32]:
    if coco is not None:
        return np.asarray(old[coco], np.float32)
    # A class of its own begins as the average of all and unlikely.
    mean: NDArray[np.float32] = old.mean(axis=0)
    return mean - 1.0 if mean.ndim == 0 else mean


def _part(graph: onnx.ModelProto, inputs: list[str], outputs: list[str]) -> nn.Module:
    with tempfile.TemporaryDirectory() as folder:
        whole, part = Path(folder) / "whole.onnx", Path(folder) / "part.onnx"
        onnx.save(onnx.shape_inference.infer_shapes(graph), str(whole))
        onnx.utils.extract_model(str(whole), str(part), inputs, outputs, check_model=False)
        made: nn.Module = convert(onnx.load(str(part)))
    return made


def backbone(path: Path) -> nn.Module:
    """(B, 3, H, W) BGR 0 to 255 to three feature maps; it is never trained."""
    made = _part(onnx.load(str(path)), ["images"], list(FEATURES)).eval()
    for value in made.parameters():
        value.requires_grad_(False)
    return made


class Head:
    """Neck and head: three feature maps to rows; `body` is the module that learns.

    Rows are (B, N, 5 + C): centre offsets and log sizes in cells, then objectness and classes
    as logits.
    """

    def __init__(self, graph: onnx.ModelProto) -> None:
        outputs = [name for head in HEADS for name in head]
        self.graph = graph
        self.body = _part(graph, list(FEATURES), outputs)

    def __call__(self, features: list[Tensor]) -> Tensor:
        maps = self.body(*features)
        rows = []
        for level in range(3):
            classes, box, objectness = maps[3 * level : 3 * level + 3]
            joined = torch.cat([box, objectness, classes], dim=1)
            rows.append(joined.flatten(2).transpose(1, 2))
        return torch.cat(rows, dim=1)

    def resume(self, path: Path) -> None:
        """Take the numbers of an earlier run; classes it did not know begin as its players."""
        kept = torch.load(path)
        for name, wanted in self.body.state_dict().items():
            short = len(wanted) - len(kept[name]) if wanted.ndim else 0
            if short:
                kept[name] = torch.cat([kept[name], kept[name][:1].expand_as(wanted[:short])])
        self.body.load_state_dict(kept)

    def parts(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """The neck's numbers and the head's."""
        neck: list[nn.Parameter] = []
        head: list[nn.Parameter] = []
        for name, value in self.body.named_parameters():
            number = int(name.split(".")[0].removeprefix("Conv_"))
            (neck if number < FIRST_OF_HEAD else head).append(value)
        return neck, head


def anchors(height: int, width: int) -> tuple[Tensor, Tensor]:
    """(N, 2) grid corners in cells, (N, 1) strides."""
    corners, strides = [], []
    for stride in STRIDES:
        y, x = torch.meshgrid(
            torch.arange(height // stride), torch.arange(width // stride), indexing="ij"
        )
        corners.append(torch.stack([x, y], dim=-1).reshape(-1, 2).float())
        strides.append(torch.full((corners[-1].shape[0], 1), float(stride)))
    return torch.cat(corners), torch.cat(strides)


def boxes_of(rows: Tensor, corners: Tensor, strides: Tensor) -> Tensor:
    """Rows to boxes (..., N, 4) x1 y1 x2 y2 in input pixels."""
    centre = (rows[..., :2] + corners) * strides
    half = rows[..., 2:4].clamp(-8, 6).exp() * strides / 2
    return torch.cat([centre - half, centre + half], dim=-1)


def trained_values(head: Head) -> dict[str, NDArray[np.float32]]:
    """The head's numbers under the names they have in the public file.

    onnx2torch names a layer after its node and keeps the order of its inputs.
    """
    by_node = {node.name: node for node in head.graph.graph.node}
    values: dict[str, NDArray[np.float32]] = {}
    for name, module in head.body.named_modules():
        if not isinstance(module, nn.Conv2d):
            continue
        node = by_node[name.replace("/", "_")] if name not in by_node else by_node[name]
        values[node.input[1]] = module.weight.detach().cpu().numpy()
        if module.bias is not None:
            values[node.input[2]] = module.bias.detach().cpu().numpy()
    return values


def export(head: Head, path: Path) -> None:
    """Write the whole network: any batch, any height and width that 32 divides."""
    graph = onnx.ModelProto()
    graph.CopyFrom(head.graph)
    values: dict[str, Any] = {t.name: t for t in graph.graph.initializer}
    new = trained_values(head)
    for name, array in new.items():
        values[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(array), name))
    columns = 5 + len(TAKEN)
    for node in graph.graph.node:
        if node.op_type == "Reshape":
            shape = helper.make_tensor(node.input[1], onnx.TensorProto.INT64, [3], [0, columns, -1])
            _replace(graph, node.input[1], shape)
    del graph.graph.input[:], graph.graph.output[:], graph.graph.value_info[:]
    real = onnx.TensorProto.FLOAT
    graph.graph.input.append(
        helper.make_tensor_value_info("images", real, ["batch", 3, "height", "width"])
    )
    graph.graph.output.append(
        helper.make_tensor_value_info("output", real, ["batch", "rows", columns])
    )
    graph.producer_name = "courtside"
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def _replace(graph: onnx.ModelProto, name: str, tensor: onnx.TensorProto) -> None:
    kept = [t for t in graph.graph.initializer if t.name != name]
    nodes = [n for n in graph.graph.node if name not in n.output]
    del graph.graph.initializer[:], graph.graph.node[:]
    graph.graph.initializer.extend([*kept, tensor])
    graph.graph.node.extend(nodes)
