"""An hour at half of the stack's saturation: does anything grow, drift, get lost or stay behind?

    python -m bench.soak --minutes 60 --json [--hostile]

First the saturation is found (`bench.load`), then the same crowd sends at half of it (or at
`--rate`), in steps of ten seconds. After each the memory, handles and threads of every process are
noted, and the latencies. The first sixth is warm-up. What is asked for: every frame a reading, no
process grown by more than 5 % after the warm-up, p95 of the last third within 10 % of the first
third after the warm-up, and an empty frames container at the end.

With `--hostile` an attacker is at work meanwhile (`bench.hostile`): then no answer may be a
server's error either, and the crowd's p95 at most twice what it usually is: the median of two
minutes before and two after, because a machine's pace differs from one minute to the next.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final

from azure.storage.blob import BlobServiceClient

from bench.crowd import Crowd, StepResult
from bench.hostile import Attack
from bench.load import SETTINGS, saturation
from bench.processes import Moment, look, processes
from local.product import product_stack
from local.stack import Stack

_STEP_SECONDS: Final = 10.0
_WARM_UP: Final = 1 / 6
_GROWTH_MAX: Final = 0.05
_DRIFT_MAX: Final = 0.10
_USUAL: Final = 12  # steps before an attack, and as many after it


@dataclass(frozen=True)
class Sample:
    """One step and the processes after it."""

    step: StepResult
    moment: Moment


def growth(values: Sequence[float]) -> float:
    """The last quarter's median over the first quarter's, less 1; 0 if the first is 0."""
    quarter = max(1, len(values) // 4)
    first, last = statistics.median(values[:quarter]), statistics.median(values[-quarter:])
    return round(last / first - 1, 4) if first else 0.0


def drift(p95: Sequence[float]) -> float:
    """The last third's median of p95 (ms) over the first third's, less 1."""
    third = max(1, len(p95) // 3)
    return round(statistics.median(p95[-third:]) / statistics.median(p95[:third]) - 1, 4)


def verdict(samples: Sequence[Sample], left_over: int) -> dict[str, Any]:
    """The figures of a soak; `wrong` lists in words each limit of the module that does not hold.

    Args:
        samples: all steps in order; the first sixth is warm-up for growth and drift.
        left_over: blobs in the frames container at the end.
    """
    warm = samples[int(len(samples) * _WARM_UP) :]
    totals = {
        name: sum(getattr(sample.step, name) for sample in samples)
        for name in ("due", "held_back", "sent", "failed", "readings", "untold")
    }
    unread = sum(sum(sample.step.unread.values()) for sample in samples)
    p95 = [sample.step.stages["chain"]["p95"] for sample in warm if sample.step.stages]
    names = warm[0].moment.usage
    grown = {
        name: growth([sample.moment.usage[name].resident_mb for sample in warm]) for name in names
    }
    processes = {
        name: {
            "resident_mb": [
                round(s.moment.usage[name].resident_mb, 1) for s in (warm[0], warm[-1])
            ],
            "growth": growth([sample.moment.usage[name].resident_mb for sample in warm]),
            "handles": [sample.moment.usage[name].handles for sample in (warm[0], warm[-1])],
            "threads": [sample.moment.usage[name].threads for sample in (warm[0], warm[-1])],
        }
        for name in names
    }
    drifted = drift(p95) if p95 else 0.0
    wrong = [f"{name} grew by {grown[name]:.1%}" for name in grown if grown[name] > _GROWTH_MAX]
    if drifted > _DRIFT_MAX:
        wrong.append(f"p95 drifted by {drifted:.1%}")
    if totals["untold"] or totals["failed"] or unread:
        wrong.append(f"{totals['untold']} untold, {totals['failed']} failed, {unread} unread")
    if left_over:
        wrong.append(f"{left_over} blobs left")
    return totals | {
        "unread": unread,
        "p95_ms": [p95[0], p95[-1]] if p95 else [],
        "p95_drift": drifted,
        "processes": processes,
        "blobs_left": left_over,
        "wrong": wrong,
    }


def soak(stack: Stack, arguments: argparse.Namespace) -> dict[str, Any]:
    """All figures of a run."""
    with Crowd(stack.url, arguments.rooms, arguments.people) as crowd:
        watched = processes(stack, crowd.pid)
        rate = arguments.rate or saturation(crowd, 6, 6) / 2
        attack = Attack(stack.url) if arguments.hostile else None
        usual = [crowd.step(rate, _STEP_SECONDS) for _ in range(_USUAL if attack else 0)]
        if attack and not arguments.json:
            print(f"before the attack p95 {_p95(usual):.0f} ms", flush=True)
        samples = []
        with attack.at_work() if attack else nullcontext():
            until = time.monotonic() + arguments.minutes * 60
            while time.monotonic() < until:
                step = crowd.step(rate, _STEP_SECONDS)
                assert step.adds_up, step
                samples.append(Sample(step, look(watched)))
                if not arguments.json:
                    p95 = step.stages.get("chain", {}).get("p95", 0)
                    print(f"{step.readings:5} of {step.due:5} read, p95 {p95:.0f} ms", flush=True)
        if attack:
            time.sleep(_STEP_SECONDS)  # what was sent last has its event
            usual += [crowd.step(rate, _STEP_SECONDS) for _ in range(_USUAL)]
    with BlobServiceClient.from_connection_string(stack.storage) as storage:
        frames = storage.get_container_client("frames")
        left = len(list(frames.list_blobs(include=["snapshots", "uncommittedblobs"])))
    told = {"minutes": arguments.minutes, "frames_per_s": round(rate, 2)} | verdict(samples, left)
    if attack:
        told |= _judged(attack, _p95(usual), _p95([sample.step for sample in samples]))
        told["wrong"] += told.pop("attack_wrong")
    return told


def _p95(steps: Sequence[StepResult]) -> float:
    """The median of the steps' p95 (ms); 0 of none."""
    found = [step.stages["chain"]["p95"] for step in steps if step.stages]
    return statistics.median(found) if found else 0.0


def _judged(attack: Attack, usual: float, attacked: float) -> dict[str, Any]:
    """What the attack did, and which of the things asked for do not hold."""
    wrong = [f"{count} answers: {kind}" for kind, count in attack.server_errors.items()]
    if attacked > 2 * usual:
        wrong.append(f"p95 {attacked:.0f} ms under attack, {usual:.0f} usually")
    answers: dict[str, dict[int, int]] = {}
    for (kind, status), count in sorted(attack.answers.items()):
        answers.setdefault(kind, {})[status] = count
    return {
        "hostile_requests": attack.requests,
        "hostile_answers": answers,
        "p95_usual_ms": round(usual, 1),
        "p95_attacked_ms": round(attacked, 1),
        "attack_wrong": wrong,
    }


def main() -> None:
    """Measure and print; the exit code is 1 where something asked for does not hold."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rooms", type=int, default=6)
    parser.add_argument("--people", type=int, default=4, help="in each room")
    parser.add_argument("--rate", type=float, help="frames a second, instead of half of saturation")
    parser.add_argument("--hostile", action="store_true", help="with an attacker beside")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    began = os.getloadavg()[0]
    with product_stack(site=None, settings=SETTINGS) as stack:
        figures = soak(stack, arguments)
    figures["load_average"] = [round(began, 1), round(os.getloadavg()[0], 1)]
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:16} {value}")
    sys.exit(1 if figures["wrong"] else 0)


if __name__ == "__main__":
    main()
