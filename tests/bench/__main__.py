"""`make bench`: run every bench_*.py (or those named) and print what they measured.

Each has `main(seconds: float) -> dict[str, object]`: names with units as keys. Figures that
depend on the machine stand beside a baseline measured in the same run, as a ratio.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    names = sorted(p.stem.removeprefix("bench_") for p in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each one looks")
    parser.add_argument("--minutes", type=float, help="the same in minutes")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    unknown = set(args.names) - set(names)
    if unknown:
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    seconds = args.seconds if args.minutes is None else 60 * args.minutes
    if not args.json:
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in args.names or names:
        figures = importlib.import_module(f"tests.bench.bench_{name}").main(seconds)
        if args.json:
            print(json.dumps({"bench": name, **figures}), flush=True)
            continue
        print(f"\n{name}")
        for key, value in figures.items():
            shown = f"{value:.3f}" if isinstance(value, float) else value
            print(f"  {key:<44} {shown}", flush=True)


if __name__ == "__main__":
    main()
