"""Fine-tunes the public YOLOX-Nano to player, referee, ball and rim, on clean material only.

    python -m onnx_models.training.train --start yolox_nano_416.onnx --backgrounds DIR \\
        --clip school_game_sideline.mp4 --out courtside_nano.onnx

Needs torch, onnx and onnx2torch, which courtside itself does not. The backbone is frozen: it has
seen real pictures and would only forget them; neck and head learn.
"""

from __future__ import annotations

import argparse
import copy
import math
import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from onnx_models.training import clip, scenery
from onnx_models.training.compose import Composer, Material, Sample, draw
from onnx_models.training.drawn import draw_games, load
from onnx_models.training.loss import loss_of, overlap
from onnx_models.training.net import Head, anchors, backbone, boxes_of, export, read_graph


def said(public: Head, features: list[Tensor]) -> Tensor:
    """(B, N, 6) of the public network: box, objectness and person as logits."""
    with torch.no_grad():
        return public(features)[..., :6]


def people(start: Path, frames: list[clip.Image]) -> list[clip.Boxes]:
    """Where the public network sees people in whole 640x360 pictures."""
    eye, public = backbone(start), Head(read_graph(start))
    found = []
    for frame in frames:
        padded = np.full((384, 640, 3), 114, np.float32)
        padded[: frame.shape[0], : frame.shape[1]] = frame
        image = torch.from_numpy(padded.transpose(2, 0, 1)[None].copy())
        rows = said(public, eye(image))[0]
        score = rows[:, 4].sigmoid() * rows[:, 5].sigmoid()
        boxes = boxes_of(rows, *anchors(384, 640))
        kept: list[Tensor] = []
        for index in score.argsort(descending=True)[:200].tolist():
            if score[index] < 0.5:
                break
            box = boxes[index : index + 1]
            if not kept or float(overlap(box, torch.cat(kept)).max()) < 0.3:
                kept.append(box)
        found.append(torch.cat(kept).numpy() if kept else np.zeros((0, 4), np.float32))
    return found


def gather(args: argparse.Namespace) -> Material:
    """Read backgrounds and clip, and cut the people out."""
    frames = clip.read_frames(args.clip)
    labelled = clip.label_frames(frames)
    some = list(range(0, len(labelled), 12))
    seen = people(args.start, [frames[i] for i in some])
    cuts = [
        cut for i, p in zip(some, seen, strict=True) for cut in clip.cut_people(frames[i], p, i)
    ]
    pictures = scenery.read_pictures(args.backgrounds)
    if args.drawn is None:
        drawn = draw_games(args.seed, args.games, pictures)
    else:
        drawn = [box for path in sorted(args.drawn.glob("*.npz")) for box in load(path)]
    return Material(pictures, labelled, cuts, drawn)


def _produce(queue: Queue[list[Sample]], args: argparse.Namespace, seed: int) -> None:
    """Endlessly make batches (a process of its own)."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    composer = Composer(gather(args), seed, args.size)
    while True:
        queue.put([composer.sample() for _ in range(args.batch)])


def tensors(batch: list[Sample]) -> tuple[Tensor, list[tuple[Tensor, Tensor]], Tensor]:
    """Pictures (B, 3, S, S) float32, true boxes with labels, which are real."""
    pictures = np.stack([s.image for s in batch]).transpose(0, 3, 1, 2)
    images = torch.from_numpy(np.ascontiguousarray(pictures, np.float32))
    truths = [(torch.from_numpy(s.boxes), torch.from_numpy(s.label)) for s in batch]
    return images, truths, torch.tensor([s.real for s in batch])


def rate(step: int, done: float, top: float) -> float:
    """Warm up, then a half cosine; done: 0 to 1 of the run."""
    warm = min(1.0, (step + 1) / 100)
    return top * warm * (0.03 + 0.97 * (1 + math.cos(math.pi * min(1.0, done))) / 2)


@dataclass(frozen=True, eq=False)
class Learnt:
    """A batch as the head sees it: the frozen backbone's features, and what to say about them."""

    features: list[Tensor]
    teacher: Tensor
    truths: list[tuple[Tensor, Tensor]]
    real: Tensor


class Lessons:
    """Batches to learn from: a new one when it is ready, else an earlier one again.

    Making pictures and looking at them costs more than learning from them.
    """

    def __init__(self, fresh: Any, eye: nn.Module, public: Head, seed: int, keep: int) -> None:
        self._fresh, self._eye, self._public = fresh, eye, public
        self._kept: list[Learnt] = []
        self._keep = keep
        self._rng = np.random.default_rng(seed)
        self.new = 0

    def next(self) -> Learnt:
        """Waits only while few are kept."""
        try:
            batch = self._fresh.get(block=len(self._kept) < min(6, self._keep), timeout=300)
        except Empty:
            return self._kept[int(self._rng.integers(len(self._kept)))]
        made = self._look(batch)
        self.new += 1
        if len(self._kept) < self._keep:
            self._kept.append(made)
        else:
            self._kept[int(self._rng.integers(self._keep))] = made
        return made

    def _look(self, batch: list[Sample]) -> Learnt:
        images, truths, real = tensors(batch)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            features = self._eye(images.contiguous(memory_format=torch.channels_last))
            cells = sum(level.shape[2] * level.shape[3] for level in features)
            teacher = torch.zeros(len(images), cells, 6)
            if bool(real.any()):
                teacher[real] = said(self._public, [level[real] for level in features]).float()
        return Learnt(list(features), teacher, truths, real)


def train(args: argparse.Namespace) -> None:
    """Run all steps; every `--save` steps the average of the weights is written to `--out`."""
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    eye, public = backbone(args.start), Head(read_graph(args.start))
    head = Head(read_graph(args.start))
    if args.resume:
        head.resume(args.resume)
    mean = copy.deepcopy(head)
    for network in (eye, public.body, head.body):
        network.to(memory_format=torch.channels_last)
    corners, strides = anchors(args.size, args.size)
    groups = [
        {"params": part, "share": share}
        for part, share in zip(head.parts(), (0.3, 1.0), strict=True)
    ]
    optimizer = torch.optim.AdamW(groups, lr=args.rate, weight_decay=1e-4)
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue(maxsize=6)
    workers = [
        context.Process(target=_produce, args=(queue, args, args.seed * 1000 + i), daemon=True)
        for i in range(args.workers)
    ]
    for worker in workers:
        worker.start()
    lessons = Lessons(queue, eye, public, args.seed, args.keep)
    shown = {"object": 0.0, "class": 0.0, "box": 0.0, "cells": 0.0}
    began = 0.0
    for step in range(args.steps):
        lesson = lessons.next()
        began = began or time.monotonic()
        spent = time.monotonic() - began
        done = max(step / args.steps, spent / (60 * args.minutes) if args.minutes else 0.0)
        last = step + 1 == args.steps or done >= 1
        for group in optimizer.param_groups:
            group["lr"] = rate(step, done, args.rate) * group["share"]
        with torch.autocast("cpu", torch.bfloat16):
            rows = head(lesson.features)
        loss, parts = loss_of(
            rows.float(), lesson.teacher, lesson.truths, lesson.real, corners, strides
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(head.body.parameters(), 10.0)
        optimizer.step()
        keep = min(0.995, (step + 1) / (step + 20))
        with torch.no_grad():
            for old, new in zip(mean.body.parameters(), head.body.parameters(), strict=True):
                old.lerp_(new, 1 - keep)
        shown = {k: 0.98 * shown[k] + 0.02 * parts[k] for k in shown}
        if step % 10 == 0:
            words = " ".join(f"{k} {v:.3f}" for k, v in shown.items())
            print(f"{step}/{args.steps} {spent:.0f}s new {lessons.new} {words}", flush=True)
        if (step + 1) % args.save == 0 or last:
            export(mean, args.out)
            torch.save(mean.body.state_dict(), args.out.with_suffix(".pt"))
        if last:
            break
    for worker in workers:
        worker.terminate()
        worker.join()


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--start", type=Path, required=True, help="the public YOLOX-Nano")
    parser.add_argument("--backgrounds", type=Path, required=True, help="a folder of pictures")
    parser.add_argument("--clip", type=Path, required=True, help="the CC BY school game")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--resume", type=Path, help="a .pt of an earlier run")
    parser.add_argument("--games", type=int, default=100, help="simulated games to take from")
    parser.add_argument("--drawn", type=Path, help="a folder of them, drawn before (drawn.py)")
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--minutes", type=float, help="end then, if the steps take longer")
    parser.add_argument("--keep", type=int, default=400, help="batches to learn from again")
    parser.add_argument("--size", type=int, default=320, help="of a sample, pixels")
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--save", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--sheet", type=Path, help="draw samples into this PNG and end")
    args = parser.parse_args()
    if args.sheet is not None:
        composer = Composer(gather(args), args.seed, args.size)
        shown = [draw(composer.sample()) for _ in range(24)]
        rows = [np.hstack(shown[i : i + 6]) for i in range(0, 24, 6)]
        cv2.imwrite(str(args.sheet), np.vstack(rows))
        return
    train(args)


if __name__ == "__main__":
    main()
