"""The capacity model and the simulation give sums that can be checked by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.scale import published
from bench.scale.model import (
    IN_A_CALL,
    Demand,
    Deployment,
    Work,
    bill,
    bottleneck,
    deployments,
    figures,
    resources,
)
from bench.scale.simulate import Azure, Machine, azure, compare, play

LOAD = Path(__file__).parents[2] / "docs" / "scale" / "load.json"
EMBEDDED = Deployment(reader="embedded", maximum_instances=1000, signalr_units=100)
ALONE = Machine(
    people=4, cores=2, others=0, crowd=1, azurite=2, signalr=1, event_grid=0, host=4, reader=10
)


def test_demand_is_people_over_seconds() -> None:
    """Ten calls of four at a frame every two seconds are twenty frames a second."""
    demand = Demand(10, 4, 2)
    assert (demand.participants, demand.frames) == (40, 20)
    work = Work.of(demand.frames, 40 / 15, EMBEDDED)
    assert work.calls == pytest.approx(20 / 8 + 40 / 15)


@pytest.mark.parametrize(
    ("demand", "deployment", "first"),
    [
        (Demand(10), Deployment(), "Azure Face calls"),
        (
            Demand(300),
            Deployment(reader="embedded", instance_memory_mb=4096),
            "SignalR connections",
        ),
        (Demand(300), Deployment(reader="embedded"), "function instances"),
        (Demand(1500), EMBEDDED, "storage requests"),
        (Demand(1, people=9), EMBEDDED, IN_A_CALL),
    ],
)
def test_the_first_bottleneck(demand: Demand, deployment: Deployment, first: str) -> None:
    """After each raised setting, the next limit is the bottleneck."""
    assert bottleneck(demand, deployment).name == first


def test_deployments_grow_with_the_demand() -> None:
    """One deployment carries a thousand calls; ten times the calls need ten times the queues."""
    assert deployments(Demand(500), EMBEDDED) == 1
    many = Demand(100_000)
    assert deployments(many, EMBEDDED) == max(
        -(-many.frames // published.QUEUE_MESSAGES.value),
        *(
            -(-r.used_at_most // 1)
            for r in resources(many, EMBEDDED)
            if r.name == "storage requests"
        ),
    )


def test_the_bill_is_a_frame_times_its_price() -> None:
    """Azure Face costs its calls; half of the frames cost half of that; the shares sum to one."""
    often, seldom = (bill(Demand(100, 4, seconds), Deployment()) for seconds in (2, 4))
    assert often["Azure Face"] == pytest.approx(1.8)
    assert seldom["Azure Face"] == pytest.approx(0.9)
    shares = figures(Demand(100), Deployment())["shares"]
    assert sum(shares.values()) == pytest.approx(1, abs=0.005)


def test_a_device_sends_no_frame() -> None:
    """A device's reading needs no event and no queue; an unsent one is free; 16,000 people fit."""
    each, still = (Deployment(reader="device", told=told) for told in (1.0, 0.5))
    demand = Demand(4000)
    asked = {resource.name: resource.asked for resource in resources(demand, each)}
    assert asked["blob trigger's queue"] == asked["events"] == 0
    assert deployments(demand, each) == 1 < deployments(demand, EMBEDDED)
    bills = [sum(bill(demand, one).values()) for one in (EMBEDDED, each, still)]
    assert bills == sorted(bills, reverse=True)
    assert bill(demand, each)["storage"] < bill(demand, EMBEDDED)["storage"] / 3


def test_every_figure_names_its_source() -> None:
    """Every limit and price is positive and names its source."""
    found = [one for one in vars(published).values() if isinstance(one, published.Figure)]
    assert len(found) > 15
    assert all(one.source and one.value > 0 for one in found)


def test_a_machine_alone_reads_what_its_processors_can() -> None:
    """Below saturation every frame is read in its own time; above, processors set the rate."""
    easy = play(ALONE, 5)
    assert easy.rate == pytest.approx(5, rel=0.05)
    assert easy.p50 == pytest.approx(18, rel=0.2)
    assert play(ALONE, 1000).rate == pytest.approx(2000 / 18, rel=0.2)


def test_others_take_their_share() -> None:
    """As many busy programs as processors make frames take longer, and fewer are read."""
    crowded = Machine(**{**vars(ALONE), "others": 2})
    assert play(crowded, 5).p50 > 1.3 * play(ALONE, 5).p50
    assert play(crowded, 1000).rate < 0.8 * play(ALONE, 1000).rate


def test_a_cold_deployment_reads_late_what_a_warm_one_reads_at_once() -> None:
    """The first frames wait for the first instance; none is read twice."""
    demand = Demand(20)
    cold, warm = (
        azure(demand, EMBEDDED, Azure(always_ready=ready, begin_within=100, twice=0.2), seconds=30)
        for ready in (0, 20)
    )
    assert max(warm[0].times) < 2_000 < max(cold[0].times)
    assert sum(one.again for one in warm) > 0
    assert sum(one.read for one in warm) <= demand.frames * 30


def test_others_are_those_of_the_time() -> None:
    """A row whose reader ran slowly is simulated on a more crowded machine than the run's."""
    load = json.loads(LOAD.read_text())
    own = load["bare_readings_per_processor_s"]
    beside = {"bare_readings_per_processor_s": own, "bare_readings_per_s_one_core": own / 4}
    assert Machine.of(load, beside).others == pytest.approx(7)
    assert Machine.of(load | beside, {}).others == pytest.approx(7)
    assert Machine.of(load, {}).others == 0  # the committed run had the machine for itself


def test_the_simulation_agrees_with_the_measurement() -> None:
    """Rates agree within a fifth, medians up to 75 % of saturation within a quarter."""
    rows: dict[str, Any] = compare(json.loads(LOAD.read_text()))["rows"]
    assert all(abs(row["rate_off_by"]) < 0.2 for row in rows.values())
    assert all(abs(rows[name]["p50_off_by"]) < 0.25 for name in ("25%", "50%", "75%"))
