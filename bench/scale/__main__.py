"""What calls ask of each service, which gives out first, and what it costs.

python -m bench.scale --calls 2500 --people 4 --seconds 2
python -m bench.scale --simulate LOAD.json     # against a run of `bench.load --json`
python -m bench.scale --plots docs/scale
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bench.scale.model import Demand, Deployment, figures, resources
from bench.scale.published import FLEX_CORES


def main() -> None:
    """Calculate and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--calls", type=float, default=2500)
    parser.add_argument("--people", type=int, default=4, help="in each call")
    parser.add_argument("--seconds", type=float, default=2, help="between two frames of somebody")
    parser.add_argument("--reader", choices=["azure", "embedded", "device"], default="azure")
    parser.add_argument("--told", type=float, default=1, help="share of a device's readings sent")
    parser.add_argument("--video", choices=["mesh", "opentok"], default="mesh")
    parser.add_argument("--memory", type=int, choices=sorted(FLEX_CORES), default=512)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--simulate", type=Path, help="compare with a run of bench.load --json")
    parser.add_argument("--plots", type=Path, help="draw SVG files into this folder")
    arguments = parser.parse_args()
    if arguments.simulate:
        from bench.scale.simulate import compare, table  # noqa: PLC0415 - SimPy for this alone

        told = compare(json.loads(arguments.simulate.read_text()))
        print(json.dumps(told, indent=2) if arguments.json else table(told))
        return
    if arguments.plots:
        from bench.scale.plots import draw  # noqa: PLC0415 - Matplotlib for this alone

        draw(arguments.plots)
        return
    demand = Demand(arguments.calls, arguments.people, arguments.seconds)
    deployment = Deployment(
        reader=arguments.reader,
        video=arguments.video,
        instance_memory_mb=arguments.memory,
        told=arguments.told,
    )
    told = figures(demand, deployment)
    if arguments.json:
        print(json.dumps(told))
        return
    print(f"{demand.participants:,.0f} participants, {demand.frames:,.0f} frames a second")
    for resource in resources(demand, deployment):
        print(
            f"  {resource.name:22} {resource.asked:12,.1f} of {resource.capacity:10,.0f} "
            f"{resource.unit:12} {resource.used:8.0%}   {resource.knob}"
        )
    for name in ("bottleneck", "knob", "deployments", "dollars_per_participant_hour", "shares"):
        print(f"{name:30} {told[name]}")


if __name__ == "__main__":
    main()
