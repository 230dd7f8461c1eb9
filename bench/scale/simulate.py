"""Frames through the system as a discrete-event simulation: this machine, and Azure.

`compare` simulates a run of `bench.load`, and counts as it does. Its inputs are each process's time
for a frame at a quarter of saturation, and the share of the machine that others take, which the
bare reader beside each row shows (its own time against the clock). It predicts rates and latencies,
and compares them with the measured ones.

`azure` plays a deployment whose calls all begin within a minute: events delivered at least once,
instances that start cold and are added as frames wait, frames deleted late.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import simpy

from bench.scale.model import TICKETS_PER_REQUEST, UTILISED, Demand, Deployment

_SLICE: Final = 1.0  # ms for which the machine's speed is taken as it is
_RUNS: Final = 20  # of each step; one has too few frames for a median to be steady
_ALONE: Final = 1.05  # the clock's time over one's own, below which nobody else is there
_BARE: Final = ("bare_readings_per_processor_s", "bare_readings_per_s_one_core")

Process = Generator[simpy.Event, Any, None]


@dataclass(frozen=True)
class Machine:
    """What a frame costs each process of a machine (ms of processor), and who else is there."""

    people: int
    cores: int
    others: float
    """Threads of others that always want a processor."""
    crowd: float
    azurite: float
    signalr: float
    event_grid: float
    host: float
    """The functions' process, without the reader: one thread at a time, as Python goes."""
    reader: float
    """Decoding and both networks, which run beside each other."""
    request: float = 0.0
    """An HTTP function's, again in the functions' process."""

    @classmethod
    def of(cls, load: Mapping[str, Any], at: Mapping[str, Any]) -> Machine:
        """The machine as a run of `bench.load` saw it at a quarter of its saturation.

        Others come and go: how many there are is taken from the bare reader beside the row `at`,
        or of the whole run where there was none.
        """
        spent = load["of_saturation"]["25%"]["processor_ms_per_reading"]
        own, clock = ({**load, **at}[key] for key in _BARE)
        cores, request = int(load["machine_cores"]), Deployment.request_processor_ms
        reader = 1000 / load["bare_readings_per_processor_s"]
        return cls(
            people=load["rooms"] * load["people"],
            cores=cores,
            others=max(0.0, cores * own / clock - 1) if own > _ALONE * clock else 0.0,
            crowd=spent["crowd"],
            azurite=spent["azurite"],
            signalr=spent["signalr"],
            event_grid=spent["event grid"],
            host=max(0.0, spent["functions"] - reader - request / TICKETS_PER_REQUEST),
            reader=reader,
            request=request,
        )


@dataclass
class Played:
    """The result of simulated steps: readings a second, and latencies in milliseconds."""

    rate: float
    """Readings a second."""
    p50: float
    p95: float


class _Step:
    """One step of `bench.load`, as `bench.crowd` plays and counts it."""

    def __init__(self, machine: Machine, frames_per_second: float, seconds: float, seed: int):
        self._env = simpy.Environment()
        self._machine = machine
        self._interval = 1000 * machine.people / frames_per_second
        self._end = 1000 * seconds
        self._random = random.Random(seed)
        self._busy = 0
        self._one = {
            name: simpy.Resource(self._env)
            for name in ("crowd", "azurite", "signalr", "grid", "host")
        }
        self._turns = simpy.Resource(self._env, Deployment.parallel_frames)
        self.times: list[float] = []
        people = [self._env.process(self._person()) for _ in range(machine.people)]
        self._env.run(self._env.all_of(people))
        self.rate = 1000 * len(self.times) / max(self._end, self._env.now)

    def _work(self, milliseconds: float) -> Process:
        """Processor time at the speed that the machine has for one of so many."""
        self._busy += 1
        while milliseconds > 0:
            piece = min(_SLICE, milliseconds)
            machine = self._machine
            speed = min(1.0, machine.cores / (machine.others + self._busy))
            yield self._env.timeout(piece / speed)
            milliseconds -= piece
        self._busy -= 1

    def _at(self, name: str, milliseconds: float) -> Process:
        with self._one[name].request() as turn:
            yield turn
            yield from self._work(milliseconds * self._random.uniform(0.7, 1.3))

    def _tickets(self) -> Process:
        yield from self._at("host", self._machine.request)

    def _frame(self) -> Process:
        machine, began = self._machine, self._env.now
        yield from self._at("crowd", machine.crowd / 2)
        yield from self._at("azurite", machine.azurite / 2)
        yield from self._at("grid", machine.event_grid)
        with self._turns.request() as turn:
            yield turn
            yield from self._at("host", machine.host / 2)
            yield from self._at("azurite", machine.azurite / 2)
            yield from self._work(machine.reader * self._random.uniform(0.8, 1.2))
            yield from self._at("host", machine.host / 2)
            yield from self._at("signalr", machine.signalr)
        yield from self._at("crowd", machine.crowd / 2)
        self.times.append(self._env.now - began)

    def _person(self) -> Process:
        due = self._random.uniform(0, self._interval)
        tickets = self._random.randrange(TICKETS_PER_REQUEST)
        while due < self._end:
            yield self._env.timeout(max(0.0, due - self._env.now))
            if tickets == 0:
                yield from self._tickets()
                tickets = TICKETS_PER_REQUEST
            tickets -= 1
            yield from self._frame()
            due += self._interval
            while due < self._env.now:
                due += self._interval


def play(machine: Machine, frames_per_second: float, seconds: float = 30, runs: int = 1) -> Played:
    """Simulate a step of `bench.load` `runs` times, each with its own seed.

    Args:
        machine: the processes' costs, and how crowded the machine is.
        frames_per_second: of all people together.
        seconds: of each run.
        runs: how often.

    Returns:
        The mean rate, and the percentiles over the frames of all runs.
    """
    steps = [_Step(machine, frames_per_second, seconds, seed) for seed in range(runs)]
    times = sorted(time for step in steps for time in step.times)
    return Played(
        statistics.fmean(step.rate for step in steps),
        statistics.median(times),
        times[int(0.95 * (len(times) - 1))],
    )


def compare(load: Mapping[str, Any]) -> dict[str, Any]:
    """The simulated and the measured rates (readings/s) and medians (ms), by row of `load`.

    Args:
        load: the JSON of `bench.load --json`.
    """
    rows = {**load["of_saturation"], "beyond saturation": load["steps"][-1]}
    beside = {}
    for name, row in rows.items():
        machine, rate = Machine.of(load, row), row["frames_per_s"]
        played = play(machine, rate, row["due"] / rate, _RUNS)
        beside[name] = {"others": round(machine.others, 1), **_beside(row, played)}
    return {"machine": vars(Machine.of(load, {})), "rows": beside}


def table(told: Mapping[str, Any]) -> str:
    """The rows of `compare` for docs/scale.md."""
    lines = [
        "| load | readings/s measured | simulated | off by "
        "| median ms measured | simulated | off by |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in told["rows"].items():
        rates, medians = row["readings_per_s"], row["p50_ms"]
        lines.append(
            f"| {name} | {rates[0]:.1f} | {rates[1]:.1f} | {_percent(row['rate_off_by'])} "
            f"| {medians[0]:.0f} | {medians[1]:.0f} | {_percent(row['p50_off_by'])} |"
        )
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def _beside(row: Mapping[str, Any], played: Played) -> dict[str, Any]:
    p50 = row["stages_ms"]["chain"]["p50"]
    return {
        "readings_per_s": [row["readings_per_s"], round(played.rate, 1)],
        "rate_off_by": round(played.rate / row["readings_per_s"] - 1, 3),
        "p50_ms": [p50, round(played.p50, 1)],
        "p50_off_by": round(played.p50 / p50 - 1, 3),
    }


# --- Azure ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Azure:
    """What a deployment does beside its settings; estimates, not measurements of Azure."""

    always_ready: int = 1
    cold_start: float = 4_000.0  # ms from the decision until an instance reads its first frame
    decides_every: float = 1_000.0  # ms between two looks of the scale controller
    preflight: float = 30.0  # ms: the browser asks before each upload, whose address is new
    delivery: float = 150.0  # ms from the upload until the event is in the queue
    twice: float = 0.01  # share of events that are delivered again
    lifetime: float = 10_000.0  # ms
    begin_within: float = 60_000.0  # ms in which all calls begin


@dataclass
class Minute:
    """What became of the frames that were taken within ten seconds."""

    read: int = 0
    late: int = 0
    again: int = 0
    times: list[float] = field(default_factory=list)


def azure(  # noqa: PLR0915 - one closure for each actor over the same world
    demand: Demand, deployment: Deployment, world: Azure, seconds: float
) -> list[Minute]:
    """Simulate a deployment whose calls begin within `world.begin_within`.

    Args:
        demand: calls, people in each, and seconds between two frames.
        deployment: the settings.
        world: estimates of Azure's own times.
        seconds: simulated time.

    Returns:
        The frames by the ten seconds in which they were taken: counts of read, late and repeated
        ones, and the milliseconds from capture to reading.
    """
    env, dice = simpy.Environment(), random.Random(1)
    queue: simpy.Store = simpy.Store(env)
    bins = [Minute() for _ in range(int(seconds // 10) + 1)]
    turns = deployment.parallel_frames
    service = 1000 * turns * UTILISED / deployment.instance_frames  # ms one turn takes with a frame
    instances = 0
    claimed: set[int] = set()

    def instance(start: float) -> Process:
        yield env.timeout(start)
        for _ in range(turns):
            env.process(turn())

    def turn() -> Process:
        while True:
            frame, taken = yield queue.get()
            into = bins[min(int(taken // 10_000), len(bins) - 1)]
            if frame in claimed:
                into.again += 1
                yield env.timeout(deployment.frame_wait_ms / 2)
                continue
            claimed.add(frame)
            if env.now - taken > world.lifetime:
                into.late += 1
                yield env.timeout(deployment.frame_wait_ms)
                continue
            yield env.timeout(service * dice.uniform(0.7, 1.3))
            into.read += 1
            into.times.append(env.now - taken)

    def scale() -> Process:
        nonlocal instances
        while True:
            wanted = min(deployment.maximum_instances, instances + -(-len(queue.items) // turns))
            for _ in range(wanted - instances):
                env.process(instance(world.cold_start * dice.uniform(0.7, 1.3)))
            instances = max(instances, wanted)
            yield env.timeout(world.decides_every)

    def deliver(frame: int, taken: float) -> Process:
        yield env.timeout(world.preflight + world.delivery * dice.expovariate(1.0))
        queue.put((frame, taken))
        if dice.random() < world.twice:
            yield env.timeout(world.delivery * dice.expovariate(1.0))
            queue.put((frame, taken))

    def person(number: int, begins: float) -> Process:
        yield env.timeout(begins)
        frame = number << 20
        while True:
            env.process(deliver(frame, env.now))
            frame += 1
            yield env.timeout(demand.seconds * 1000)

    for _ in range(world.always_ready):
        env.process(instance(0))
        instances += 1
    env.process(scale())
    for call in range(int(demand.calls)):
        begins = dice.uniform(0, world.begin_within)
        for seat in range(demand.people):
            env.process(person(call * demand.people + seat, begins + dice.uniform(0, 2000)))
    env.run(seconds * 1000)
    return bins
