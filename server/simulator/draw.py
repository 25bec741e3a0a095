"""One picture of the scene, and the boxes of what is in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from server.simulator import backdrop
from server.simulator.ball import RADIUS, Ball
from server.simulator.basket import Basket, Half
from server.simulator.camera import Camera
from server.simulator.cover import Cover
from server.simulator.figure import SHIFT, Figure, Figures, fixed
from server.simulator.look import Look, developed, shade
from server.simulator.script import Script
from server.simulator.truth import Box, Label

Array = NDArray[np.float64]
Image = NDArray[np.uint8]
_GRAIN = 300  # the noise repeats after so many pixels
_SPIN = 9.0  # radians a second


class Artist:
    """Draws one game; holds what was painted in advance."""

    def __init__(
        self,
        script: Script,
        wide: Camera,
        size: tuple[int, int],
        look: Look,
        rng: np.random.Generator,
    ) -> None:
        """`wide`: the camera whose picture contains every view that will be asked for.

        size: of those views, pixels.
        """
        self._script, self._wide, self._rng = script, wide, rng
        self._look = developed(look)
        # Four channels: OpenCV warps them in half the time that three take.
        empty = backdrop.paint(script.court, wide, look)
        self._empty = cv2.cvtColor(empty, cv2.COLOR_BGR2BGRA)
        self._baskets = [Basket(hoop, self._look) for hoop in script.hoops]
        self._people = Figures(script.squad, look)
        self._still: tuple[Array, Image] | None = None
        self._last: Array | None = None
        self._blot = _blot(look.shadow)
        self._grain = _grain(rng, size, look.noise)

    def picture(self, camera: Camera) -> tuple[Image, tuple[Box, ...]]:
        """(H, W, 3) BGR and the boxes, as the script stands now."""
        script = self._script
        image = self._backdrop(camera)
        squad = script.squad
        joints = squad.joints(script.grip())
        bodies = self._people.seen(joints, camera)
        for body in bodies:
            self._shadow(image, camera, body.foot, 0.34)
        ball = script.ball.position
        self._shadow(image, camera, np.array([ball[0], ball[1], 0.0]), 0.13)
        cover = Cover(camera.size)
        for _, draw in sorted(self._layers(image, camera, bodies, cover), key=lambda x: -x[0]):
            draw()
        return self._develop(image), cover.boxes()

    def _backdrop(self, camera: Camera) -> Image:
        """The empty court in this view; kept while the phone does not move."""
        still = self._still
        if still is not None and np.array_equal(still[0], camera.rotation):
            return still[1].copy()
        turned = self._wide.turned(camera)
        seen = cv2.warpPerspective(self._empty, turned, camera.size)
        image = np.asarray(cv2.cvtColor(seen, cv2.COLOR_BGRA2BGR), np.uint8)
        if self._last is not None and np.array_equal(self._last, camera.rotation):
            self._still = camera.rotation, image.copy()
        self._last = camera.rotation
        return image

    # -- order -----------------------------------------------------------------------------

    def _layers(
        self, image: Image, camera: Camera, bodies: list[Figure], cover: Cover
    ) -> list[tuple[float, Callable[[], None]]]:
        """Everything with its depth, metres; the furthest is to be drawn first."""
        script = self._script
        layers: list[tuple[float, Callable[[], None]]] = [
            (body.depth, partial(self._draw_body, image, body, cover)) for body in bodies
        ]
        ball = script.ball.position
        ball_depth = float(camera.project(ball)[1])
        holder = bodies[script.holder].depth
        if script.grip() and ball_depth < holder + 0.1:
            ball_depth = min(ball_depth, holder - 0.01)
        for k, basket in enumerate(self._baskets):
            ring, hoop = basket.hoop.centre, basket.hoop
            if float((ring - camera.position) @ camera.rotation[2]) < 0.5:
                continue
            depth = float(camera.project(ring)[1])
            facing = (camera.position[0] - hoop.board_x) * hoop.side < 0
            stand = depth + (0.4 if facing else -0.4)
            if np.linalg.norm(ball - ring) < 0.9:
                behind = (ball[0] - hoop.board_x) * hoop.side > 0
                if behind:
                    ball_depth = depth + (0.5 if facing else -0.5)
                elif float(np.hypot(*(ball - ring)[:2])) < 0.34:
                    ball_depth = depth
                else:
                    ball_depth = float(np.clip(ball_depth, depth - 0.38, depth + 0.38))
            pull = script.in_net if k == script.hoop_index else 0.0
            far, near = basket.halves(camera, pull)
            layers += [
                (stand, partial(self._draw_stand, image, camera, basket, k, cover)),
                (depth + 0.2, partial(far.draw, image)),
                (depth - 0.2, partial(self._draw_rim, image, camera, near, k, cover)),
            ]
        layers.append((ball_depth, partial(self._draw_ball, image, camera, cover, script.ball)))
        for k, other in enumerate(script.others):
            away = float(camera.project(other.position)[1])
            draw = partial(self._draw_ball, image, camera, cover, other, f"ball-{k + 1}")
            layers.append((away, draw))
        return layers

    # -- things ----------------------------------------------------------------------------

    def _draw_body(self, image: Image, body: Figure, cover: Cover) -> None:
        h, w = image.shape[:2]
        x0, y0, x1, y1 = body.xyxy
        if body.depth < 0.8 or x1 < 0 or y1 < 0 or x0 > w or y0 > h:
            return
        body.draw(image)
        person = body.person
        label: Label = "referee" if person.team == "referee" else "player"
        team = None if person.team == "referee" else person.team
        cover.add(Box(label, person.id, team, person.number, _tuple(body.xyxy), 1.0), body.outline)

    def _draw_stand(
        self, image: Image, camera: Camera, basket: Basket, k: int, cover: Cover
    ) -> None:
        basket.draw_stand(image, camera)
        board, _ = basket.outlines(camera)
        box = Box("backboard", f"backboard-{k}", None, None, _tuple(basket.board_box(camera)), 1.0)
        cover.add(box, [board])

    def _draw_rim(self, image: Image, camera: Camera, near: Half, k: int, cover: Cover) -> None:
        near.draw(image)
        basket = self._baskets[k]
        _, ring = basket.outlines(camera)
        box = Box("rim", f"rim-{k}", None, None, _tuple(basket.ring_box(camera)), 1.0)
        hoop = Box("hoop", f"hoop-{k}", None, None, _tuple(basket.hoop_box(camera)), 1.0)
        cover.add(hoop, [ring])
        cover.add(box, [ring])

    def _draw_ball(
        self, image: Image, camera: Camera, cover: Cover, ball: Ball, name: str = "ball"
    ) -> None:
        look = self._look
        pixel, depth = camera.project(ball.position)
        if float(depth) < 0.5:
            return
        radius = RADIUS * camera.focal / float(depth)
        back, _ = camera.project(ball.position - ball.velocity * look.shutter_s)
        trail = pixel - back
        steps = int(np.clip(np.linalg.norm(trail) / 1.5, 1, 8))
        reach = radius + np.abs(trail).max() + 3
        h, w = image.shape[:2]
        x0, y0 = (np.maximum(pixel - reach, 0)).astype(int)
        x1, y1 = (np.minimum(pixel + reach + 1, [w, h])).astype(int)
        if x1 <= x0 or y1 <= y0:
            return
        part = image[y0:y1, x0:x1]
        total = np.zeros(part.shape, np.float32)
        for k in range(steps):
            copy = part.copy()
            self._one_ball(copy, pixel - trail * (k / steps) - [x0, y0], radius)
            total += copy
        part[:] = np.round(total / steps).astype(np.uint8)
        ends = np.concatenate([pixel - radius, pixel + radius])
        if steps > 1:
            ends[:2] = np.minimum(ends[:2], pixel - trail * ((steps - 1) / steps) - radius)
            ends[2:] = np.maximum(ends[2:], pixel - trail * ((steps - 1) / steps) + radius)
        ring = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        outline = pixel + radius * np.stack([np.cos(ring), np.sin(ring)], axis=1)
        cover.add(Box("ball", name, None, None, _tuple(ends), 1.0), [fixed(outline)])

    def _one_ball(self, image: Image, at: Array, radius: float) -> None:
        look = self._look
        colour, light = look.ball_colour, np.array(look.light) / np.hypot(*look.light)
        dark = shade(colour, 1 - 1.4 * look.contrast)
        lit = tuple(min(255, int(c * 1.12 + 8)) for c in colour)

        def disc(centre: Array, size: float, paint: tuple[int, ...]) -> None:
            x, y = fixed(centre).tolist()
            cv2.circle(image, (x, y), int(size * (1 << SHIFT)), paint, -1, cv2.LINE_AA, SHIFT)

        disc(at, radius, dark)
        disc(at + light * radius * 0.14, radius * 0.84, colour)
        disc(at + light * radius * 0.38, radius * 0.42, lit)
        if radius < 4:
            return
        seam = shade(colour, 0.3)
        turn = self._script.now_s * _SPIN
        x, y = fixed(at).tolist()
        full = int(radius * (1 << SHIFT))
        for squeeze, tilt in ((abs(np.cos(turn)), 20), (0.08, 110)):
            axes = (max(1, int(full * squeeze)), full)
            cv2.ellipse(
                image,
                (x, y),
                axes,
                tilt + 30 * np.sin(turn),
                0,
                360,
                seam,
                max(1, round(radius * 0.09)),
                cv2.LINE_AA,
                SHIFT,
            )

    def _shadow(self, image: Image, camera: Camera, at: Array, metres: float) -> None:
        pixel, depth = camera.project(at)
        wide = metres * camera.focal / float(depth)
        flat = wide * abs(
            float((camera.position[2] - at[2]) / np.linalg.norm(camera.position - at))
        )
        h, w = image.shape[:2]
        x0, y0 = max(int(pixel[0] - wide), 0), max(int(pixel[1] - flat), 0)
        x1, y1 = min(int(pixel[0] + wide) + 1, w), min(int(pixel[1] + flat) + 1, h)
        if float(depth) < 0.6 or x1 - x0 < 2 or y1 - y0 < 2:
            return
        size = (max(round(2 * wide), 2), max(round(2 * flat), 2))
        blot = cv2.resize(self._blot, size, interpolation=cv2.INTER_LINEAR)
        left, top = x0 - int(pixel[0] - wide), y0 - int(pixel[1] - flat)
        blot = blot[top : top + y1 - y0, left : left + x1 - x0]
        part = image[y0 : y0 + blot.shape[0], x0 : x0 + blot.shape[1]]
        cv2.multiply(part, blot, dst=part, scale=1 / 255)

    def _develop(self, image: Image) -> Image:
        """What the phone adds: blur, noise."""
        look = self._look
        if look.blur > 0.2:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), look.blur), np.uint8)
        if look.noise <= 0:
            return image
        h, w = image.shape[:2]
        y, x = self._rng.integers(0, _GRAIN, 2)
        plus, minus = (grain[y : y + h, x : x + w] for grain in self._grain)
        cv2.add(image, plus, dst=image)
        cv2.subtract(image, minus, dst=image)
        return image


def _grain(rng: np.random.Generator, size: tuple[int, int], sigma: float) -> tuple[Image, Image]:
    """Noise to add and noise to subtract, a tile larger than the picture."""
    tile = np.round(rng.normal(0, sigma, (_GRAIN, _GRAIN, 3)))
    right, below = size
    plus, minus = (
        cv2.copyMakeBorder(
            np.clip(sign * tile, 0, 255).astype(np.uint8), 0, below, 0, right, cv2.BORDER_WRAP
        )
        for sign in (1, -1)
    )
    return np.asarray(plus, np.uint8), np.asarray(minus, np.uint8)


def _blot(strength: float) -> Image:
    """A soft round shadow to multiply with, 255 is no shadow."""
    line = np.linspace(-1, 1, 64)
    dim = np.clip(1 - line[None] ** 2 - line[:, None] ** 2, 0, 1) * min(1.4 * strength, 0.9)
    return np.repeat((255 * (1 - dim)).astype(np.uint8)[..., None], 3, axis=2)


def _tuple(box: Array) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box.tolist()
    return x0, y0, x1, y1
