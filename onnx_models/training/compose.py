"""Pictures to train on: hoops, balls and people put together, with their boxes.

`train.py --sheet FILE` draws some, to look at.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from onnx_models.training import clothes, scenery
from onnx_models.training.ball import draw_ball, lay
from onnx_models.training.clip import Cut
from onnx_models.training.decoys import draw_decoy
from onnx_models.training.hoop import Hoop, View

LABELS = ("player", "ball", "rim", "referee")
PLAYER, BALL, RIM, REFEREE = range(4)
PEOPLE = (PLAYER, REFEREE)

Image = NDArray[np.uint8]
Box = tuple[int, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One picture for training.

    image: (S, S, 3) uint8 BGR. boxes: (N, 4) float32 x1 y1 x2 y2 pixels. label: (N,) int64.
    real: people in it are unlabelled; the public network says where they are.
    """

    image: Image
    boxes: NDArray[np.float32]
    label: NDArray[np.int64]
    real: bool


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What samples are made of.

    pictures: backgrounds. frames: real pictures with the boxes of balls and rims in them.
    cuts: people. drawn: pictures of the simulator with all their boxes.
    """

    pictures: list[Image]
    frames: list[tuple[Image, list[Box]]]
    cuts: list[Cut]
    drawn: list[tuple[Image, list[Box]]]


class Composer:
    """Makes samples of `size` x `size` pixels; the same seed makes the same samples."""

    def __init__(self, material: Material, seed: int, size: int = 416) -> None:
        self._made_of = material
        self._rng = np.random.default_rng(seed)
        self._size = size
        self._recent: deque[Sample] = deque(maxlen=8)

    def sample(self) -> Sample:
        """The next picture."""
        rng = self._rng
        if len(self._recent) == 8 and rng.random() < 0.12:
            return self._mosaic()
        made = self._single()
        self._recent.append(made)
        return made

    def _single(self) -> Sample:
        rng = self._rng
        kind = rng.random()
        if kind < 0.26 and self._made_of.frames:
            view, boxes = self._window(self._made_of.frames)
            real = True
        elif kind < 0.48 and self._made_of.drawn:
            view, boxes = self._window(self._made_of.drawn)
            real = False
        else:
            view, boxes = self._background(), []
            real = False
        if not real and rng.random() < 0.45:
            self._people(view, boxes)
        self._decoys(view, most=1 if real else 3)
        if rng.random() < (0.25 if real else 0.72):
            self._hoop(view, boxes)
        for _ in range(int(rng.choice(4, p=[0.45, 0.35, 0.15, 0.05]))):
            self._ball(view, boxes)
        return self._finish(view, boxes, real)

    def _background(self) -> Image:
        rng = self._rng
        kind = rng.random()
        pictures = self._made_of.pictures
        if kind < 0.5 and pictures:
            picture = pictures[int(rng.integers(len(pictures)))]
            return scenery.clutter(rng, scenery.crop(rng, picture, self._size), 4)
        place = scenery.outdoors if kind < 0.78 else scenery.indoors
        return scenery.clutter(rng, place(rng, self._size), 2)

    def _window(self, source: list[tuple[Image, list[Box]]]) -> tuple[Image, list[Box]]:
        """A part of a whole picture, at any zoom, grey where it reaches beyond the edge."""
        rng = self._rng
        frame, boxes = source[int(rng.integers(len(source)))]
        height, width = frame.shape[:2]
        zoom = float(np.exp(rng.uniform(np.log(0.6), np.log(3.0)))) * 640 / width
        side = self._size / zoom
        ox = rng.uniform(min(0, width - side), max(0, width - side))
        oy = rng.uniform(min(0, height - side), max(0, height - side))
        if boxes and rng.random() < 0.5:
            # Balls and hoops are few among the people: they get more than their share.
            few = [box for label, box in boxes if label not in PEOPLE]
            some = few if few and rng.random() < 0.6 else [box for _, box in boxes]
            x1, y1, x2, y2 = some[int(rng.integers(len(some)))]
            ox = rng.uniform(*sorted((x2 - side * 0.95, x1 - side * 0.05)))
            oy = rng.uniform(*sorted((y2 - side * 0.95, y1 - side * 0.05)))
        flip = rng.random() < 0.5
        move = np.array([[zoom, 0, -ox * zoom], [0, zoom, -oy * zoom]])
        if flip:
            move[0] = [-zoom, 0, self._size - 1 + ox * zoom]
        how = cv2.INTER_AREA if zoom < 0.8 else cv2.INTER_LINEAR
        view = cv2.warpAffine(
            frame, move, (self._size, self._size), flags=how, borderValue=(114, 114, 114)
        ).astype(np.uint8)
        moved: list[Box] = []
        for label, box in boxes:
            xs = box[[0, 2]] * move[0, 0] + move[0, 2]
            ys = box[[1, 3]] * zoom + move[1, 2]
            moved.append((label, np.array([xs.min(), ys[0], xs.max(), ys[1]], np.float32)))
        return view, moved

    def _people(self, view: Image, boxes: list[Box]) -> None:
        rng = self._rng
        cuts = self._made_of.cuts
        if not cuts:
            return
        canvas = view.astype(np.float32)
        base = float(np.exp(rng.uniform(np.log(30), np.log(300))))
        for _ in range(int(rng.integers(1, 6))):
            cut = cuts[int(rng.integers(len(cuts)))]
            sprite, label = self._dressed(cut)
            tall = base * float(rng.uniform(0.75, 1.3))
            scale = tall / sprite.shape[0]
            size = (max(4, round(sprite.shape[1] * scale)), max(8, round(tall)))
            small = cv2.resize(sprite, size, interpolation=cv2.INTER_AREA).astype(np.float32)
            if rng.random() < 0.5:
                small = small[:, ::-1]
            tint = np.clip(rng.uniform(0.6, 1.3) + rng.normal(0, 0.08, 3), 0.3, 1.6)
            small = np.dstack([np.minimum(small[..., :3] * tint, small[..., 3:]), small[..., 3]])
            x = float(rng.uniform(-size[0] * 0.3, self._size - size[0] * 0.7))
            y = float(rng.uniform(self._size * 0.2, self._size - size[1] * 0.6))
            lay(canvas, small.astype(np.float32), x, y)
            box = np.array([x, y, x + size[0], y + size[1]], np.float32)
            boxes.append((label, box))
            if rng.random() < 0.25:
                self._held(canvas, boxes, box)
            elif rng.random() < 0.06:
                self._printed(canvas, box)
        view[:] = np.clip(canvas, 0, 255).astype(np.uint8)

    def _dressed(self, cut: Cut) -> tuple[NDArray[np.float32], int]:
        """The person in own or painted clothes, and what that makes of them."""
        rng = self._rng
        if cut.referee:
            return cut.sprite, REFEREE
        kind = rng.random()
        if kind < 0.25:
            return clothes.as_referee(rng, cut.sprite), REFEREE
        return (clothes.as_player(rng, cut.sprite) if kind < 0.6 else cut.sprite), PLAYER

    def _printed(self, canvas: NDArray[np.float32], body: NDArray[np.float32]) -> None:
        """Something round on a shirt."""
        rng = self._rng
        tall = float(body[3] - body[1])
        radius = tall * float(rng.uniform(0.02, 0.06))
        x = float((body[0] + body[2]) / 2 - 1.5 * radius + rng.normal(0, 0.02) * tall)
        lay(canvas, draw_decoy(rng, radius), x, float(body[1] + tall * rng.uniform(0.18, 0.4)))

    def _held(
        self, canvas: NDArray[np.float32], boxes: list[Box], body: NDArray[np.float32]
    ) -> None:
        """A ball in somebody's hands or just above."""
        rng = self._rng
        radius = float((body[3] - body[1]) * rng.uniform(0.055, 0.08))
        if radius < 2.5:
            return
        x = float(rng.uniform(body[0], body[2]))
        y = float(body[1] + (body[3] - body[1]) * rng.uniform(-0.15, 0.7))
        self._put(canvas, boxes, x, y, radius)

    def _hoop(self, view: Image, boxes: list[Box]) -> None:
        rng = self._rng
        size = self._size
        ring = float(np.exp(rng.uniform(np.log(11), np.log(200))))
        azimuth = float(rng.uniform(-1.9, 1.9) if rng.random() < 0.9 else rng.uniform(-3.1, 3.1))
        elevation = float(rng.normal(-0.3, 0.2) if rng.random() < 0.8 else rng.uniform(-0.6, 0.5))
        centre = (float(rng.uniform(0.03, 0.97) * size), float(rng.uniform(0.05, 0.9) * size))
        distance = float(np.exp(rng.uniform(np.log(2.0), np.log(22))))
        tilt = float(rng.normal(0, 0.05))
        camera = View.around(azimuth, max(-1.2, elevation), distance, ring, tilt, centre)
        scale = 3.0 if ring < 45 else 2.0
        hoop = Hoop(rng, camera, ring, scale)
        canvas = np.zeros((round(size * scale), round(size * scale), 4), np.uint8)
        behind = abs(azimuth) > np.pi / 2
        middle: list[Box] = []
        parts = [hoop.board, hoop.far_half, None, hoop.near_half]
        if behind:
            parts = [hoop.far_half, None, hoop.near_half, hoop.board]
        bare = rng.random() < 0.06  # a board alone is no hoop, nor is the square on it
        if bare:
            parts = [hoop.board]
        for part in parts:
            if part is not None:
                part(canvas)
            elif rng.random() < 0.35:
                self._at_ring(canvas, middle, centre, ring, scale)
        small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)
        box = np.array(hoop.box(1.0), np.float32) / scale
        if behind and self._hidden(small, view, box):
            return
        mixed = view.astype(np.float32)
        lay(mixed, small, 0, 0)
        view[:] = np.clip(mixed, 0, 255).astype(np.uint8)
        if bare:
            return
        boxes.append((RIM, box))
        boxes.extend(middle)
        if rng.random() < 0.35:
            x, y = centre
            out: list[Box] = []
            whole = view.astype(np.float32)
            radius = ring * 0.26 * float(rng.uniform(0.8, 1.3))
            x += float(rng.normal(0, 1.5)) * ring
            y += float(rng.normal(-0.4, 1.0)) * ring
            self._put(whole, out, x, y, max(2.5, radius))
            view[:] = np.clip(whole, 0, 255).astype(np.uint8)
            boxes.extend(out)

    @staticmethod
    def _hidden(small: NDArray[np.float32], view: Image, box: NDArray[np.float32]) -> bool:
        """Seen from behind, a board may hide the ring: such a picture gets no hoop at all."""
        x1, y1, x2, y2 = np.clip(box, 0, view.shape[0]).astype(int)
        cover = small[y1 : max(y1 + 1, (y1 + y2) // 2), x1:x2, 3]
        return bool(cover.size == 0 or cover.mean() > 190)

    def _at_ring(
        self,
        canvas: Image,
        boxes: list[Box],
        centre: tuple[float, float],
        ring: float,
        scale: float,
    ) -> None:
        """A ball in the hoop: above, through or below the ring, between the net's halves."""
        rng = self._rng
        radius = ring * 0.26
        if radius < 2.5:
            return
        x = centre[0] + float(rng.normal(0, 0.12)) * ring
        y = centre[1] + float(rng.uniform(-0.4, 0.9)) * ring
        large: list[Box] = []
        whole = canvas.astype(np.float32)
        self._put(whole, large, x * scale, y * scale, radius * scale)
        canvas[:] = np.clip(whole, 0, 255).astype(np.uint8)
        boxes.extend((label, box / scale) for label, box in large)

    def _decoys(self, view: Image, most: int) -> None:
        """Round things that are no ball; they lie below what is looked for."""
        rng = self._rng
        canvas = view.astype(np.float32)
        if rng.random() > 0.2:
            return
        for _ in range(int(rng.integers(1, most + 1))):
            radius = float(np.exp(rng.uniform(np.log(2.5), np.log(30))))
            x, y = rng.uniform(-1.5 * radius, self._size - 1.5 * radius, 2)
            lay(canvas, draw_decoy(rng, radius), float(x), float(y))
        view[:] = np.clip(canvas, 0, 255).astype(np.uint8)

    def _ball(self, view: Image, boxes: list[Box]) -> None:
        rng = self._rng
        # Some as small as a whole court in one picture makes them.
        most = 6.5 if rng.random() < 0.08 else 40
        radius = float(np.exp(rng.uniform(np.log(2.8), np.log(most))))
        x, y = rng.uniform(0, self._size, 2)
        canvas = view.astype(np.float32)
        self._put(canvas, boxes, float(x), float(y), radius)
        view[:] = np.clip(canvas, 0, 255).astype(np.uint8)

    def _put(
        self, canvas: NDArray[np.float32], boxes: list[Box], x: float, y: float, radius: float
    ) -> None:
        sprite, (bx, by) = draw_ball(self._rng, radius)
        h, w = sprite.shape[:2]
        left, top = round(x - w / 2), round(y - h / 2)
        lay(canvas, sprite, left, top)
        mx, my = left + w / 2, top + h / 2
        rx, ry = radius + bx * 0.7, radius + by * 0.7
        boxes.append((BALL, np.array([mx - rx, my - ry, mx + rx, my + ry], np.float32)))

    def _mosaic(self) -> Sample:
        """Four of the last samples at half the size."""
        half = self._size // 2
        parts = [self._recent[int(i)] for i in self._rng.permutation(len(self._recent))[:4]]
        view = np.zeros((self._size, self._size, 3), np.uint8)
        boxes, labels = [], []
        for index, part in enumerate(parts):
            x, y = index % 2 * half, index // 2 * half
            view[y : y + half, x : x + half] = cv2.resize(
                part.image, (half, half), interpolation=cv2.INTER_AREA
            )
            small = part.boxes / 2
            kept = (small[:, 2:] - small[:, :2]).min(axis=1, initial=1e9) > 4
            boxes.append(small[kept] + np.array([x, y, x, y], np.float32))
            labels.append(part.label[kept])
        real = any(part.real for part in parts)
        return Sample(view, np.concatenate(boxes), np.concatenate(labels), real)

    def _finish(self, view: Image, boxes: list[Box], real: bool) -> Sample:
        """What a camera does to a picture; boxes clipped, those hardly in the picture dropped."""
        rng = self._rng
        out = view
        if rng.random() < 0.35:
            out = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.3, 1.5))).astype(np.uint8)
        if rng.random() < 0.08:
            out = _shake(rng, out)
        if rng.random() < 0.25:
            less = float(rng.uniform(0.4, 0.9))
            low = cv2.resize(out, None, fx=less, fy=less, interpolation=cv2.INTER_AREA)
            out = cv2.resize(low, (self._size, self._size)).astype(np.uint8)
        if rng.random() < 0.7:
            gamma, gain = float(rng.uniform(0.7, 1.4)), rng.uniform(0.75, 1.25, 1)
            gain = gain + rng.normal(0, 0.05, 3)
            table = 255 * (np.arange(256)[:, None] / 255) ** gamma * gain
            lut = np.clip(table, 0, 255).astype(np.uint8)[None]
            out = np.asarray(cv2.LUT(out, lut), np.uint8)
        if rng.random() < 0.3:
            grain = rng.normal(0, float(rng.uniform(1, 9)), out.shape)
            out = np.clip(out + grain, 0, 255).astype(np.uint8)
        if rng.random() < 0.6:
            good, coded = cv2.imencode(
                ".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))]
            )
            if good:
                out = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
        return _clip(out, boxes, self._size, real)


def _shake(rng: np.random.Generator, image: Image) -> Image:
    length = int(rng.integers(3, 10))
    kernel = np.zeros((length, length), np.float32)
    angle = float(rng.uniform(0, np.pi))
    c = (length - 1) / 2
    a = (round(c - c * np.cos(angle)), round(c - c * np.sin(angle)))
    b = (round(c + c * np.cos(angle)), round(c + c * np.sin(angle)))
    cv2.line(kernel, a, b, 1.0)
    return cv2.filter2D(image, -1, kernel / kernel.sum()).astype(np.uint8)


def _clip(image: Image, boxes: list[Box], size: int, real: bool) -> Sample:
    kept, labels = [], []
    for label, box in boxes:
        inside = np.clip(box, 0, size)
        whole = max(1e-6, float((box[2] - box[0]) * (box[3] - box[1])))
        share = float((inside[2] - inside[0]) * (inside[3] - inside[1])) / whole
        if share > (0.3 if label in PEOPLE else 0.5) and (inside[2:] - inside[:2]).min() > 3:
            kept.append(inside)
            labels.append(label)
    array = np.array(kept, np.float32).reshape(-1, 4)
    return Sample(image, array, np.array(labels, np.int64), real)


def draw(sample: Sample) -> Image:
    """The sample with its boxes, to look at."""
    shown = sample.image.copy()
    for label, (x1, y1, x2, y2) in zip(
        sample.label, sample.boxes.astype(int).tolist(), strict=True
    ):
        colour = [(255, 80, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255)][label]
        cv2.rectangle(shown, (x1, y1), (x2, y2), colour, 1)
    return shown
