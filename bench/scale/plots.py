"""The plots of docs/scale.md: `python -m bench.scale --plots docs/scale` (Matplotlib)."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from bench.scale.model import IN_A_CALL, Demand, Deployment, bill, resources
from bench.scale.simulate import Azure, azure, compare

_SIZE = (7.2, 4.0)


def draw(folder: Path) -> None:
    """Draw all plots; the comparison needs `load.json`, a run of `bench.load --json`, there."""
    mpl.use("svg")
    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "scale", "font.size": 9}
    folder.mkdir(parents=True, exist_ok=True)
    for name, plot in {
        "services": _services,
        "bill": _bill,
        "cold-start": _cold_start,
    }.items():
        figure, axes = plt.subplots(figsize=_SIZE, layout="constrained")
        plot(axes)
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
        plt.close(figure)
    if (load := folder / "load.json").is_file():
        figure, axes = plt.subplots(figsize=_SIZE, layout="constrained")
        _comparison(axes, load)
        figure.savefig(folder / "simulation.svg", metadata={"Date": None})
        plt.close(figure)


def _services(axes: Axes) -> None:
    """How full each service is, its knob turned, by the number of participants."""
    people = np.logspace(1, 8, 29)
    deployment = Deployment()
    shares: dict[str, list[float]] = {}
    for participants in people:
        for resource in resources(Demand(participants / 4), deployment):
            shares.setdefault(resource.name, []).append(resource.used_at_most)
    for name, used in shares.items():
        if name != IN_A_CALL:
            axes.loglog(people, used, label=name)
    axes.axhline(1, color="black", linestyle="--", linewidth=1)
    axes.set(
        xlabel="participants at the same time (calls of 4, a frame every 2 s)",
        ylabel="share of one deployment's most",
        ylim=(1e-4, 1e6),
    )
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)


def _bill(axes: Axes) -> None:
    """Dollars per participant-hour without Azure Face and video, by service and call size."""
    kinds = [(people, seconds) for people in (2, 4, 6) for seconds in (2, 4)]
    bottom = np.zeros(len(kinds))
    bills = [
        bill(Demand(10_000 / people, people, seconds), Deployment(reader="embedded"))
        for people, seconds in kinds
    ]
    labels = [f"{people} people\nevery {seconds} s" for people, seconds in kinds]
    for service in bills[0]:
        heights = np.array([100 * one[service] for one in bills])
        axes.bar(labels, heights, bottom=bottom, label=service)
        bottom += heights
    axes.set(ylabel="cents per participant-hour")
    axes.legend(fontsize=8)


def _cold_start(axes: Axes) -> None:
    """The age of a reading while 100 calls begin within ten seconds, by instances kept warm."""
    demand, deployment = Demand(100), Deployment(reader="embedded", maximum_instances=100)
    for ready in (0, 1, 10):
        bins = azure(
            demand, deployment, Azure(always_ready=ready, begin_within=10_000), seconds=60
        )[:6]
        late = sum(one.late for one in bins)
        p95 = [np.percentile(one.times, 95) / 1000 if one.times else np.nan for one in bins]
        axes.plot(
            [10 * n + 5 for n in range(len(bins))],
            p95,
            marker="o",
            label=f"{ready} always ready: {late} frames late, median "
            f"{statistics.median(t for one in bins for t in one.times) / 1000:.2f} s",
        )
    axes.set(
        xlabel="seconds since the first of 100 calls; all begin within 10 s",
        ylabel="p95 from capture to reading, s",
    )
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)


def _comparison(axes: Axes, load: Path) -> None:
    """Median latency as simulated and as measured, by load."""
    rows = compare(json.loads(load.read_text()))["rows"]
    names = list(rows)
    places = np.arange(len(names))
    for offset, (which, label) in enumerate([(0, "measured"), (1, "simulated")]):
        heights = [rows[name]["p50_ms"][which] for name in names]
        axes.bar(places + 0.4 * offset - 0.2, heights, width=0.4, label=label)
    labels = [f"{name}\n{rows[name]['readings_per_s'][0]:.0f}/s" for name in names]
    axes.set_xticks(places, labels)
    axes.set(
        ylabel="median from upload to emoji, ms", xlabel="share of saturation, readings a second"
    )
    axes.legend(fontsize=8)
