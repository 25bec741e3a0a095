"""`python -m server.simulator OUT.mp4 --seed 1 --seconds 20`: a film and OUT.truth.jsonl."""

from __future__ import annotations

import argparse
import json
import sys
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av

from server.simulator.game import SimulatedGame


def main(arguments: list[str]) -> int:
    """Write one film; 0 done, 2 the arguments made no sense (said by argparse)."""
    parser = argparse.ArgumentParser(prog="python -m server.simulator", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--size", type=_size, default=(1280, 720), metavar="WxH")
    parser.add_argument("--fps", type=int, default=30)
    parser.add_argument("--court", choices=("half", "full"), default="half")
    parser.add_argument(
        "--view", choices=("sideline", "corner", "baseline", "hoop"), default="sideline"
    )
    parser.add_argument("--shake", type=float, default=0.002)
    parser.add_argument("--no-pan", action="store_true")
    options = parser.parse_args(arguments)
    game = SimulatedGame(
        options.seed,
        size=options.size,
        fps=options.fps,
        court=options.court,
        view=options.view,
        shake=options.shake,
        pan=not options.no_pan,
    )
    write(game, options.out, round(options.seconds * options.fps))
    return 0


def write(game: SimulatedGame, out: Path, frames: int) -> None:
    """The film (H.264) to `out`, the truth beside it as OUT.truth.jsonl."""
    with (
        av.open(str(out), "w") as film,
        out.with_suffix(".truth.jsonl").open("w", encoding="utf-8") as truth,
    ):
        truth.write(json.dumps(game.header()) + "\n")
        stream = film.add_stream("libx264", rate=Fraction(game.fps))
        stream.width, stream.height = game.size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "23", "preset": "veryfast"}
        for picture, seen in islice(game.frames(), frames):
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            truth.writelines(line + "\n" for line in seen.lines())
        film.mux(stream.encode())


def _size(text: str) -> tuple[int, int]:
    w, h = text.lower().split("x")
    return int(w), int(h)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
