"""How much the whole stack carries on this machine, and where it saturates.

    python -m bench.load --rooms 6 --people 4 --json

Synthetic participants (`bench.crowd`) send frames at a rate that grows in steps until readings fall
behind; the highest rate of readings is the saturation. Then the same crowd sends at 25, 50, 75 and
100 % of it. Before and after each of these the reader alone reads the same picture on one thread,
which says how much of the machine others take at the time: `ratio` is saturation divided by the
mean of those. `--clients N` connects so many SignalR clients to one room and times one reading to
all of them. With `--device` everybody's own device reads, and scores go in place of frames;
`--device both` measures frames first and scores after, in one run. Times are milliseconds, cores
are processor seconds per second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

from bench import listeners
from bench.crowd import Crowd, StepResult
from bench.processes import OTHERS, look, processes
from local.ports import allow_many_connections
from local.product import product_stack
from local.stack import Stack

FALLING_BEHIND: Final = 0.9
"""Readings per frame due below which they fall behind."""
_GROWTH: Final = 1.5
_SHARES: Final = (0.25, 0.5, 0.75, 1.0)
SETTINGS: Final = {"FRAME_SLOT_SECONDS": "0.05"}  # the rate limit must not be what is measured
_BARE_SECONDS: Final = 4
_BARE = """
import sys, time
from bench.latency import camera_frame
from functions.reader.embedded import EmbeddedReader
reader, image, frames = EmbeddedReader(), camera_frame(), 0
reader.read(image)
began, worked = time.monotonic(), time.process_time()
while time.monotonic() < began + float(sys.argv[1]):
    reader.read(image)
    frames += 1
print(frames / (time.monotonic() - began), frames / (time.process_time() - worked))
"""


def bare_rate() -> tuple[float, float]:
    """Frames a second that the reader alone reads on one thread, in a process of its own.

    Returns:
        The rate by the clock, and by the process's own processor time. Their ratio shows how much
        of the machine other programs take.

    Raises:
        subprocess.SubprocessError: the process failed.
    """
    command = [sys.executable, "-c", _BARE, str(_BARE_SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    clock, own = map(float, done.stdout.split())
    return clock, own


def _bare(*rates: tuple[float, float]) -> dict[str, float]:
    clock, own = (sum(several) / len(rates) for several in zip(*rates, strict=True))
    return {
        "bare_readings_per_s_one_core": round(clock, 1),
        "bare_readings_per_processor_s": round(own, 1),
    }


def falls_behind(step: StepResult) -> bool:
    """Whether fewer readings came than were due."""
    return step.readings < FALLING_BEHIND * step.due


def steps(crowd: Crowd, first: float, seconds: float) -> Iterator[tuple[float, StepResult]]:
    """Run steps until readings fall behind; yields each step's frames a second and its result.

    Each rate is 1.5 times the one before.
    """
    rate = first
    while True:
        step = crowd.step(rate, seconds)
        yield rate, step
        if falls_behind(step):
            return
        rate *= _GROWTH


def saturation(crowd: Crowd, first: float, seconds: float) -> float:
    """The highest rate of readings (a second) in the steps of `steps`."""
    return max(step.rate for _, step in steps(crowd, first, seconds))


def row(rate: float, step: StepResult, cores: dict[str, float]) -> dict[str, Any]:
    """One line of the report."""
    assert step.adds_up, step
    return {
        "frames_per_s": round(rate, 1),
        "readings_per_s": round(step.rate, 1),
        "due": step.due,
        "readings": step.readings,
        "unread": step.unread,
        "untold": step.untold,
        "held_back": step.held_back,
        "failed": step.failed,
        "stages_ms": step.stages,
        "cores": {name: round(used, 2) for name, used in cores.items()},
        "processor_ms_per_reading": {
            name: round(used / step.rate * 1000, 1)
            for name, used in cores.items()
            if step.readings and name != OTHERS
        },
    }


def measure(stack: Stack, arguments: argparse.Namespace, *, device: bool = False) -> dict[str, Any]:
    """All figures of a run, by frames or by readings of devices."""
    figures: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d"),
        "machine_cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
    }
    bare = [bare_rate()]
    with Crowd(stack.url, arguments.rooms, arguments.people, device=device) as crowd:
        watched = processes(stack, crowd.pid)
        crowd.step(arguments.first, 2)  # models load and connections open
        rows = []
        seen = look(watched)
        for rate, step in steps(crowd, arguments.first, arguments.seconds):
            now = look(watched)
            rows.append(row(rate, step, now.cores(seen)))
            seen = now
        saturated = max(line["readings_per_s"] for line in rows)
        bare.append(bare_rate())
        rows[-1] |= _bare(*bare)
        shares = {}
        for share in _SHARES:
            seen = look(watched)
            step = crowd.step(share * saturated, arguments.seconds)
            cores = look(watched).cores(seen)
            bare.append(bare_rate())
            shares[f"{share:.0%}"] = row(share * saturated, step, cores) | _bare(*bare[-2:])
    return figures | {
        "rooms": arguments.rooms,
        "people": arguments.people,
        "steps": rows,
        "saturation_readings_per_s": saturated,
        **_bare(*bare),
        "ratio": round(saturated / _bare(*bare)["bare_readings_per_s_one_core"], 3),
        "of_saturation": shares,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rooms", type=int, default=6)
    parser.add_argument("--people", type=int, default=4, help="in each room")
    parser.add_argument("--first", type=float, default=6, help="frames a second of the first step")
    parser.add_argument("--seconds", type=float, default=8, help="of each step")
    parser.add_argument("--clients", type=int, default=0, help="SignalR clients for one reading")
    parser.add_argument(
        "--device", nargs="?", const="only", choices=["only", "both"], help="devices read"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    allow_many_connections()
    with product_stack(site=None, settings=SETTINGS) as stack:
        figures: dict[str, Any] = {}
        if arguments.clients:
            figures["clients"] = asyncio.run(listeners.measure(stack, arguments.clients))
        figures |= measure(stack, arguments, device=arguments.device == "only")
        if arguments.device == "both":
            figures["by_devices"] = measure(stack, arguments, device=True)
    if arguments.json:
        print(json.dumps(figures))
    else:
        by_devices = figures.pop("by_devices", None)
        print_table(figures)
        if by_devices:
            print("by devices:")
            print_table(by_devices)


def print_table(figures: dict[str, Any]) -> None:
    """The figures for reading."""
    print(f"load average at the start {figures['load_average']:.1f}; {os.cpu_count()} cores")
    print(f"{figures['rooms']} rooms of {figures['people']}")
    print("frames/s  read/s  chain ms p50/p95/p99   upload    read deliver  cores by process")
    for line in [*figures["steps"], *figures["of_saturation"].values()]:
        stages = line["stages_ms"]
        chain = "/".join(f"{stages['chain'][p]:.0f}" for p in ("p50", "p95", "p99"))
        parts = " ".join(f"{stages[s]['p50']:7.0f}" for s in ("upload", "read", "deliver"))
        cores = ", ".join(f"{name} {used}" for name, used in line["cores"].items())
        print(f"{line['frames_per_s']:8} {line['readings_per_s']:7}   {chain:20} {parts}  {cores}")
    for name, figure in figures.items():
        if name not in (
            "steps",
            "of_saturation",
            "load_average",
            "machine_cores",
            "rooms",
            "people",
        ):
            print(f"{name:32} {figure}")


if __name__ == "__main__":
    main()
