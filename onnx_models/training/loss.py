"""What the network should have said, and how wrong it was.

Boxes that are known are handed to the cells that predict them best (a fixed number of cells by
how well their boxes overlap, as YOLOX does). Where people are real and unlabelled, the public
network says what a cell should answer for a player.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from onnx_models.training.net import boxes_of

PLAYER, REFEREE = 0, 3
SURE = 0.05
"""A cell where the public network's person score is above this is taught by it."""

SAME = 0.45
"""A person of the public network who overlaps a known referee so much is that referee."""


def overlap(a: Tensor, b: Tensor) -> Tensor:
    """IoU of (G, 4) with (N, 4): (G, N)."""
    low = torch.maximum(a[:, None, :2], b[None, :, :2])
    high = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(dim=-1)
    area_a = (a[:, 2:] - a[:, :2]).prod(dim=-1)
    area_b = (b[:, 2:] - b[:, :2]).clamp(min=0).prod(dim=-1)
    return shared / (area_a[:, None] + area_b[None] - shared + 1e-6)


def assign(
    rows: Tensor, boxes: Tensor, truth: Tensor, label: Tensor, corners: Tensor, strides: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Which cells answer for which true box.

    rows: (N, 5 + C) of one picture, boxes: (N, 4) decoded, truth: (G, 4), label: (G,).
    Returns (K,) cells, (K,) their true boxes' indices, (K,) the overlap.
    """
    centres = (corners + 0.5) * strides
    middle = (truth[:, :2] + truth[:, 2:]) / 2
    far = (centres[None] - middle[:, None]).abs().max(dim=-1).values
    near = far < 2.5 * strides[None, :, 0]
    inside = ((centres[None] > truth[:, None, :2]) & (centres[None] < truth[:, None, 2:])).all(
        dim=-1
    )
    allowed = near | inside
    match = overlap(truth, boxes)
    score = (rows[:, 4:5].sigmoid() * rows[:, 5:].sigmoid()).clamp(1e-6, 1 - 1e-6).sqrt()
    cost_class = -score[:, label].T.log()
    cost = cost_class - 3 * match.clamp(min=1e-8).log() + 1e5 * (~(near & inside)) + 1e8 * ~allowed
    # A ball smaller than a cell may hold no cell's centre: then the nearest cells stand in.
    best = match.masked_fill(~allowed, 0).topk(10, dim=1).values.sum(dim=1)
    count = best.int().clamp(min=1)
    owner = torch.full((rows.shape[0],), -1, dtype=torch.long)
    price = torch.full((rows.shape[0],), float("inf"))
    for g in range(truth.shape[0]):
        cells = cost[g].topk(int(count[g]), largest=False).indices
        cells = cells[(cost[g][cells] < price[cells]) & allowed[g][cells]]
        owner[cells] = g
        price[cells] = cost[g][cells]
    cells = (owner >= 0).nonzero()[:, 0]
    return cells, owner[cells], match[owner[cells], cells]


def giou_loss(a: Tensor, b: Tensor) -> Tensor:
    """1 - generalised IoU of pairs, (K,)."""
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    shared = (high - low).clamp(min=0).prod(dim=1)
    union = (a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1) - shared + 1e-6
    hull = torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    whole = hull.prod(dim=1) + 1e-6
    return 1 - shared / union + (whole - union) / whole


def loss_of(
    rows: Tensor,
    public: Tensor,
    truths: list[tuple[Tensor, Tensor]],
    real: Tensor,
    corners: Tensor,
    strides: Tensor,
) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch.

    rows: (B, N, 5 + C) logits. public: (B, N, 6) of the public network: box, then objectness and
    person as logits. truths: for each picture (G, 4) boxes and (G,) labels. real: (B,) bool.
    """
    decoded = boxes_of(rows, corners, strides)
    goal = torch.zeros_like(rows[..., 4:])
    weight = torch.ones_like(goal)
    weight[..., 1:] = 0  # a class counts only where something is
    box_losses, extra, found = [], [], 0
    for i, (truth, label) in enumerate(truths):
        teacher = public[i]
        objectness, person = teacher[:, 4].sigmoid(), teacher[:, 5].sigmoid()
        score = objectness * person
        taught = (score > SURE) & real[i]
        goal[i, taught, 0] = objectness[taught]
        goal[i, taught, 1] = person[taught]
        weight[i, taught, 1:] = 1
        if bool(taught.any()):
            gap = (rows[i, taught, :4] - teacher[taught, :4]).abs().clamp(max=3).sum(dim=1)
            box_losses.append(0.7 * gap * score[taught])
            whistles = truth[label == REFEREE]
            if len(whistles):
                theirs = boxes_of(teacher, corners, strides)
                referee = taught & (overlap(whistles, theirs).amax(dim=0) > SAME)
                goal[i, referee, 1 + REFEREE] = person[referee]
                goal[i, referee, 1 + PLAYER] = 0
        if len(truth):
            with torch.no_grad():
                cells, owner, match = assign(rows[i], decoded[i], truth, label, corners, strides)
            goal[i, cells] = 0
            goal[i, cells, 0] = 1
            goal[i, cells, 1 + label[owner]] = match.clamp(min=0.05)
            weight[i, cells] = 1
            share = torch.where((label[owner] == PLAYER) | (label[owner] == REFEREE), 1.0, 1.5)
            box_losses.append(share * 3 * giou_loss(decoded[i, cells], truth[owner]))
            # The size is also wanted as such: a ball of 8 pixels gains little IoU from it.
            size = (truth[owner, 2:] - truth[owner, :2]).clamp(min=1) / strides[cells]
            extra.append((rows[i, cells, 2:4] - size.log()).abs().sum(dim=1) * 0.3)
            found += len(cells)
    said = rows[..., 4:]
    raw = F.binary_cross_entropy_with_logits(said, goal, reduction="none")
    # Focal for the many empty cells, so that the few full ones are heard.
    empty = (goal[..., :1] == 0).float()
    raw = torch.cat(
        [raw[..., :1] * (1 - empty + empty * said[..., :1].sigmoid() ** 1.0 * 2), raw[..., 1:]], -1
    )
    normal = max(1.0, float(goal[..., 0].sum()))
    of_object = raw[..., 0].sum() / normal
    of_class = (raw[..., 1:] * weight[..., 1:]).sum() / normal
    of_box = (
        torch.cat(box_losses + extra).sum() if box_losses or extra else rows.sum() * 0
    ) / normal
    total = of_object + of_class + of_box
    return total, {
        "object": float(of_object),
        "class": float(of_class),
        "box": float(of_box),
        "cells": found,
    }
